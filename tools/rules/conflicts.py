"""Needs that cannot all be had. A conflict looks at what was said, never at an assumption."""

from tools.options import DeploymentOptions
from tools.requirements import TrafficPattern
from tools.rules.asked_conflicts import ASKED_CONFLICTS, ASKED_IDS, BEHIND, behind
from tools.rules.case import Case
from tools.rules.contradiction import (
    DATA_RATE_BITS_PER_S,
    batch_fields,
    cheapest,
    cheapest_over_budget,
    data_rate_bits,
    gpu_required,
    large_and_quick,
    long_and_waited_for,
    mean_over_active_peak,
    not_in_catalogue,
    over_real_time,
    payload_field,
    said_payload,
    serverless_obstacle,
    serverless_price_wanted,
    shared_but_not_real_time,
    slower_than_wanted,
    waited_for_batch,
)
from tools.rules.exclusion import exclusions
from tools.rules.rule import (
    ASYNC_PAGE,
    BATCH_PAGE,
    FAQ_PAGE,
    HOSTING_LIST,
    MATRIX_PAGE,
    METRICS_PAGE,
    PRICING_PAGE,
    REAL_TIME,
    SERVERLESS,
    Rule,
    duration,
    megabytes,
)
from tools.rules.timing import NETWORK_FLOOR_MS

JUMPSTART_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/studio-jumpstart.html"

RULES = (
    Rule(
        id="REC-901",
        title="Large payload and quick answer",
        source_url=FAQ_PAGE,
        contradicts=("request_payload_bytes", "latency_p95_ms"),
        when=large_and_quick,
        says=lambda case: (
            f"A {payload_field(case)} of {megabytes(said_payload(case))} and an answer within "
            f"{case.needs.latency_p95_ms:g} ms cannot both be had: above 25 MB only an "
            "asynchronous endpoint takes it, through S3 and a queue."
        ),
    ),
    Rule(
        id="REC-902",
        title="Latency below the processing time",
        source_url=METRICS_PAGE,
        contradicts=("latency_p95_ms", "processing_time_s"),
        when=slower_than_wanted,
        says=lambda case: (
            f"The model needs {duration(case.needs.processing_time_s or 0)} for a request, so an "
            f"answer within {duration((case.needs.latency_p95_ms or 0) / 1000)} cannot be had."
        ),
    ),
    Rule(
        id="REC-903",
        title="Long processing and somebody waiting",
        source_url=FAQ_PAGE,
        contradicts=("processing_time_s", "interactive"),
        when=long_and_waited_for,
        says=lambda case: (
            f"Somebody waits, but {duration(case.needs.processing_time_s or 0)} of processing is "
            "over the 60 s of an answer in one call; only a stream may take 8 min."
        ),
    ),
    Rule(
        id="REC-904",
        title="GPU and a small budget",
        source_url=PRICING_PAGE,
        contradicts=("gpu", "budget_usd_per_month"),
        when=lambda case: gpu_required(case) and cheapest_over_budget(case),
        says=lambda case: (
            f"{cheapest(case)}, because a GPU is required; the budget is "
            f"{case.needs.budget_usd_per_month:f} USD."
        ),
    ),
    Rule(
        id="REC-905",
        title="Budget below every option",
        source_url=PRICING_PAGE,
        contradicts=("budget_usd_per_month",),
        when=lambda case: (
            cheapest_over_budget(case)
            and not gpu_required(case)
            and not serverless_price_wanted(case)
        ),
        says=lambda case: (
            f"{cheapest(case)}; the budget is {case.needs.budget_usd_per_month:f} USD."
        ),
    ),
    Rule(
        id="REC-906",
        title="Budget for serverless, needs for instances",
        source_url=PRICING_PAGE,
        contradicts=("budget_usd_per_month",),
        when=serverless_price_wanted,
        says=lambda case: (
            f"{cheapest(case)}; within the budget of {case.needs.budget_usd_per_month:f} USD there "
            f"is only serverless, but: {serverless_obstacle(case)}"
        ),
    ),
    Rule(
        id="REC-907",
        title="Mean above peak",
        source_url=METRICS_PAGE,
        contradicts=("average_requests_per_second", "peak_requests_per_second"),
        when=lambda case: (
            case.needs.average_requests_per_second is not None
            and case.needs.peak_requests_per_second is not None
            and case.needs.average_requests_per_second > case.needs.peak_requests_per_second
        ),
        says=lambda case: (
            f"An average of {case.needs.average_requests_per_second:g} requests/s is above the "
            f"peak of {case.needs.peak_requests_per_second:g}."
        ),
    ),
    Rule(
        id="REC-908",
        title="Steady and idle",
        source_url=METRICS_PAGE,
        contradicts=("traffic_pattern", "idle_share"),
        when=lambda case: (
            case.needs.traffic_pattern is TrafficPattern.STEADY
            and (case.needs.idle_share or 0) >= 0.5
        ),
        says=lambda case: (
            f"Traffic cannot be steady and absent {case.needs.idle_share:.0%} of the time."
        ),
    ),
    Rule(
        id="REC-909",
        title="Mean above what the active time allows",
        source_url=METRICS_PAGE,
        contradicts=("average_requests_per_second", "peak_requests_per_second", "idle_share"),
        when=mean_over_active_peak,
        says=lambda case: (
            f"Idle {case.needs.idle_share:.0%} of the time, an average of "
            f"{case.needs.average_requests_per_second:g} requests/s over the month is more than "
            "the peak rate allows in the rest."
        ),
    ),
    Rule(
        id="REC-910",
        title="Region without hosting",
        source_url=HOSTING_LIST,
        contradicts=("region",),
        when=lambda case: not case.has_region,
        says=lambda case: (
            f"SageMaker hosting is not listed in {case.workload.region}; choose one of the "
            f"{len(case.catalog.regions())} Regions that have it, for example us-east-1."
        ),
    ),
    Rule(
        id="REC-911",
        title="More data than a network carries",
        source_url=HOSTING_LIST,
        contradicts=("request_payload_bytes", "peak_requests_per_second"),
        when=lambda case: data_rate_bits(case) > DATA_RATE_BITS_PER_S,
        says=lambda case: (
            f"These payloads at this rate are {data_rate_bits(case) / 1e9:,.0f} Gbit/s, more than "
            "25 Gbit/s: send references to S3 instead of the data."
        ),
    ),
    Rule(
        id="REC-912",
        title="Batch with somebody waiting",
        source_url=BATCH_PAGE,
        contradicts=("traffic_pattern", "interactive"),
        when=waited_for_batch,
        says=lambda case: (
            f"Traffic is a batch, yet {batch_fields(case)}: a batch job answers at its end."
        ),
    ),
    Rule(
        id="REC-913",
        title="Over 1 GB with somebody waiting",
        source_url=ASYNC_PAGE,
        contradicts=("request_payload_bytes", "interactive"),
        when=lambda case: (
            case.needs.interactive is True
            and (case.needs.request_payload_bytes or 0) > case.limit_bytes("async_payload_max")
        ),
        says=lambda case: (
            f"Somebody waits, but a request of {megabytes(case.needs.request_payload_bytes or 0)} "
            "is over the 1 GB that any endpoint takes."
        ),
    ),
    Rule(
        id="REC-914",
        title="Processing over every limit",
        source_url=FAQ_PAGE,
        contradicts=("processing_time_s",),
        when=lambda case: (case.needs.processing_time_s or 0) > case.limit("async_processing_max"),
        says=lambda case: (
            f"{duration(case.needs.processing_time_s or 0)} for one request is over the 60 min of "
            "asynchronous and batch requests: split the work, or run a Processing job."
        ),
    ),
    Rule(
        id="REC-915",
        title="Latency below a network call",
        source_url=METRICS_PAGE,
        contradicts=("latency_p95_ms",),
        when=lambda case: (
            case.needs.latency_p95_ms is not None and case.needs.latency_p95_ms < NETWORK_FLOOR_MS
        ),
        says=lambda case: (
            f"No endpoint answers within {case.needs.latency_p95_ms:g} ms: the network alone takes "
            f"about {NETWORK_FLOOR_MS:g} ms (assumed)."
        ),
    ),
    Rule(
        id="REC-916",
        title="Stream of what is too large or too long",
        source_url=FAQ_PAGE,
        contradicts=("streaming", "request_payload_bytes", "processing_time_s"),
        when=lambda case: (
            case.needs.streaming is True
            and (
                over_real_time(case)
                or (case.needs.processing_time_s or 0) > case.limit("realtime_stream_timeout")
            )
        ),
        says=lambda _: (
            "Only a real-time endpoint streams, with requests of at most 25 MB and at most 8 min."
        ),
    ),
    Rule(
        id="REC-917",
        title="JumpStart for a model that is not in it",
        source_url=JUMPSTART_PAGE,
        contradicts=("deployment_preference", "model_source"),
        when=not_in_catalogue,
        says=lambda case: (
            "JumpStart deploys models of its own catalogue; this one comes from "
            f"{case.needs.model_source.kind if case.needs.model_source else 'elsewhere'}."
        ),
    ),
    Rule(
        id="REC-918",
        title="Several models where only one fits",
        source_url=MATRIX_PAGE,
        contradicts=("model_count",),
        when=shared_but_not_real_time,
        says=lambda case: (
            f"Only a real-time endpoint holds {case.needs.model_count} models, and here it is "
            f"excluded: {exclusions(case)[REAL_TIME][0].says(case)}"
        ),
    ),
    Rule(
        id="REC-919",
        title="Stream that nobody reads",
        source_url=ASYNC_PAGE,
        contradicts=("streaming", "interactive"),
        when=lambda case: case.needs.streaming is True and case.needs.interactive is False,
        says=lambda _: "Streaming is wanted, yet nobody waits: an answer in one piece would do.",
    ),
    *ASKED_CONFLICTS,
)

#: Fields named only when they were said; the others are always part of the conflict.
_OPTIONAL = frozenset(
    {
        "request_payload_bytes",
        "processing_time_s",
        "interactive",
        "peak_requests_per_second",
        "model_size_bytes",
        "gpu",
        "region",
    }
)


_FEATURES = frozenset(DeploymentOptions.model_fields)


def conflict_fields(rule: Rule, case: Case) -> tuple[str, ...]:
    """Return the fields that collide, in the rule's order.

    A field that was not said is replaced by the one that stands in for it: the response for the
    request, the average for the peak, the latency for the waiting.
    """
    stand_in = {
        "request_payload_bytes": "response_payload_bytes",
        "peak_requests_per_second": "average_requests_per_second",
        "interactive": "latency_p95_ms",
    }
    if rule.id in ASKED_IDS:
        said = tuple(name for name in rule.contradicts if getattr(case.needs, name) is not None)
        return tuple(dict.fromkeys((*said, *behind(rule, case)))) or rule.contradicts
    found: list[str] = []
    names = rule.contradicts
    if rule.id == "REC-906":
        names += tuple(BEHIND[found.id] for found in exclusions(case)[SERVERLESS])
    for name in names:
        if name == "request_payload_bytes" and payload_field(case) == "response":
            found.append("response_payload_bytes")
        elif getattr(case.needs, name) is not None or name not in {*_OPTIONAL, *_FEATURES}:
            found.append(name)
        elif (other := stand_in.get(name)) and getattr(case.needs, other) is not None:
            found.append(other)
    return tuple(dict.fromkeys(found))
