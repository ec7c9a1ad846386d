"""Traffic: concurrency, evenness, availability, quotas."""

from tools.requirements import Environment, TrafficPattern
from tools.rules.case import Case
from tools.rules.rule import (
    ASYNC_PAGE,
    ASYNCHRONOUS,
    FAQ_PAGE,
    LOAD_TEST_PAGE,
    REAL_TIME,
    SERVERLESS,
    SERVERLESS_PAGE,
    Rule,
    duration,
)

QUOTA_PAGE = "https://repost.aws/questions/QUY0gXNLrdTH6eqqA4hv5FeA"
SECURITY_HUB_PAGE = (
    "https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html"
)
#: More instances than a new account may usually run.
MANY_INSTANCES = 20


def _too_concurrent(case: Case) -> bool:
    return case.concurrency > case.limit("serverless_max_concurrency_max")


def _steady(case: Case) -> bool:
    workload = case.workload
    even = workload.traffic_pattern is TrafficPattern.STEADY or (
        workload.traffic_pattern is TrafficPattern.DIURNAL
        and workload.average_requests_per_second >= 1
    )
    return workload.interactive and even and workload.idle_share < 0.5


def _comparable(case: Case) -> bool:
    return case.usd(REAL_TIME) is not None and case.usd(SERVERLESS) is not None


def _uneven_and_tolerant(case: Case) -> bool:
    return case.workload.uneven and not case.cold_start_unwelcome


def _single(case: Case) -> bool:
    sizing = case.real_time
    return (
        sizing is not None
        and sizing.initial == 1
        and case.workload.environment is Environment.PRODUCTION
    )


RULES = (
    Rule(
        id="REC-108",
        title="Concurrency over the serverless limit",
        source_url=SERVERLESS_PAGE,
        rules_out=(SERVERLESS,),
        when=_too_concurrent,
        says=lambda case: (
            f"{case.workload.peak_requests_per_second:g} requests/s x "
            f"{duration(case.workload.processing_time_s)} are {case.concurrency:,.0f} at once, "
            f"over the {case.limit('serverless_max_concurrency_max'):.0f} of a serverless endpoint."
        ),
    ),
    Rule(
        id="REC-505",
        title="Even traffic",
        source_url=FAQ_PAGE,
        prefers=(REAL_TIME,),
        weight=3,
        when=_steady,
        says=lambda case: (
            f"Traffic is {case.workload.traffic_pattern}: an instance that is always on is used "
            "most of the time."
        ),
    ),
    Rule(
        id="REC-507",
        title="Costs cannot be compared",
        source_url=FAQ_PAGE,
        prefers=(REAL_TIME,),
        weight=1,
        when=lambda case: case.workload.interactive and not _comparable(case),
        says=lambda _: (
            "A real-time endpoint is always warm, and no price says that serverless is cheaper."
        ),
    ),
    Rule(
        id="REC-511",
        title="Uneven traffic",
        source_url=SERVERLESS_PAGE,
        prefers=(SERVERLESS,),
        weight=4,
        when=_uneven_and_tolerant,
        says=lambda case: (
            f"Traffic is {case.workload.traffic_pattern}, idle {case.workload.idle_share:.0%} of "
            "the time: serverless costs nothing while idle, and cold starts are tolerated."
        ),
    ),
    Rule(
        id="REC-524",
        title="A queue for what serverless cannot take",
        source_url=ASYNC_PAGE,
        prefers=(ASYNCHRONOUS,),
        weight=2,
        when=lambda case: not case.workload.interactive and case.workload.uneven,
        says=lambda _: (
            "The queue evens out bursts, and without requests the endpoint may go down to zero "
            "instances."
        ),
    ),
    Rule(
        id="REC-631",
        title="Single instance in production",
        source_url=SECURITY_HUB_PAGE,
        warns=(REAL_TIME,),
        when=_single,
        says=lambda _: (
            "One instance has no second Availability Zone to fall back on (Security Hub "
            "SageMaker.4)."
        ),
    ),
    Rule(
        id="REC-632",
        title="Serverless concurrency of new accounts",
        source_url=QUOTA_PAGE,
        warns=(SERVERLESS,),
        when=lambda case: (
            case.serverless.max_concurrency
            > case.limit("serverless_total_concurrency_new_accounts_reported")
        ),
        says=lambda case: (
            f"A maximum concurrency of {case.serverless.max_concurrency} is above the quota of 10 "
            "that new accounts report: check Service Quotas."
        ),
    ),
    Rule(
        id="REC-633",
        title="Capacity is assumed",
        source_url=LOAD_TEST_PAGE,
        warns=(REAL_TIME, ASYNCHRONOUS),
        when=lambda case: case.real_time is not None and case.needs.processing_time_s is None,
        says=lambda case: (
            "The capacity of an instance is derived from an assumed processing time of "
            f"{duration(case.workload.processing_time_s)}: load-test one instance, then correct "
            "count and target."
        ),
    ),
    Rule(
        id="REC-634",
        title="Many instances",
        source_url="https://docs.aws.amazon.com/general/latest/gr/sagemaker.html",
        warns=(REAL_TIME,),
        when=lambda case: case.real_time is not None and case.real_time.maximum > MANY_INSTANCES,
        says=lambda case: (
            f"Up to {case.real_time.maximum if case.real_time else 0} instances may be needed: the "
            "account's quota for the type must allow them."
        ),
    ),
    Rule(
        id="REC-635",
        title="Concurrency near the serverless limit",
        source_url=SERVERLESS_PAGE,
        warns=(SERVERLESS,),
        when=lambda case: (
            case.concurrency * 2 > case.limit("serverless_max_concurrency_max")
            and not _too_concurrent(case)
        ),
        says=lambda case: (
            f"{case.concurrency:,.0f} requests at once are close to the 200 of a serverless "
            "endpoint: a bigger peak is throttled."
        ),
    ),
)
