"""Needs that cannot all be had. A conflict looks at what was said, never at an assumption."""

from tools.endpoint import ENDPOINT_OPTIONS
from tools.requirements import (
    DeploymentPreference,
    GpuNeed,
    ModelSourceKind,
    TrafficPattern,
)
from tools.rules.case import Case
from tools.rules.exclusion import exclusions, only_budget_excludes
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
#: Above this rate of data no single endpoint is sensible (assumed), bits per second.
DATA_RATE_BITS_PER_S = 100e9


def _said_payload(case: Case) -> int:
    return max(case.needs.request_payload_bytes or 0, case.needs.response_payload_bytes or 0)


def _payload_field(case: Case) -> str:
    request = case.needs.request_payload_bytes or 0
    return "request" if request >= (case.needs.response_payload_bytes or 0) else "response"


def _data_rate_bits(case: Case) -> float:
    rate = case.needs.peak_requests_per_second or case.needs.average_requests_per_second or 0.0
    size = (case.needs.request_payload_bytes or 0) + (case.needs.response_payload_bytes or 0)
    return rate * size * 8


def _over_real_time(case: Case) -> bool:
    return _said_payload(case) > case.limit_bytes("realtime_payload_max_documented")


def _large_and_quick(case: Case) -> bool:
    target = case.needs.latency_p95_ms
    return _over_real_time(case) and target is not None and target < case.asynchronous_p95_ms


def _slower_than_wanted(case: Case) -> bool:
    target, seconds = case.needs.latency_p95_ms, case.needs.processing_time_s
    return target is not None and seconds is not None and seconds * 1000 >= target


def _long_and_waited_for(case: Case) -> bool:
    seconds = case.needs.processing_time_s or 0
    return (
        case.needs.interactive is True
        and not case.needs.streaming
        and seconds > case.limit("realtime_invocation_timeout")
    )


def _cheapest_over_budget(case: Case) -> bool:
    """Every option that would fit costs more than the budget."""
    if case.needs.budget_usd_per_month is None:
        return False
    excluded = exclusions(case)
    by_budget = [only_budget_excludes(excluded, option) for option in ENDPOINT_OPTIONS]
    return all(excluded[option] for option in ENDPOINT_OPTIONS) and any(by_budget)


def _cheapest(case: Case) -> str:
    excluded = exclusions(case)
    totals = [
        (total, option)
        for option in ENDPOINT_OPTIONS
        if only_budget_excludes(excluded, option)
        and (total := case.costs[option].total_usd_per_month) is not None
    ]
    total, option = min(totals)
    return f"The cheapest that fits is {option} at about {total} USD a month"


def _serverless_price_wanted(case: Case) -> bool:
    """Serverless would be within the budget, but a limit other than its price excludes it."""
    if not _cheapest_over_budget(case):
        return False
    excluded = exclusions(case)[SERVERLESS]
    return bool(excluded) and not case.exceeds_budget(SERVERLESS) and not _gpu(case)


def _serverless_obstacle(case: Case) -> str:
    return exclusions(case)[SERVERLESS][0].says(case)


def _gpu(case: Case) -> bool:
    return case.needs.gpu is GpuNeed.REQUIRED


def _mean_over_active_peak(case: Case) -> bool:
    needs = case.needs
    average, peak, idle = (
        needs.average_requests_per_second,
        needs.peak_requests_per_second,
        needs.idle_share,
    )
    if average is None or idle is None or idle == 0:
        return False
    if idle == 1:
        return average > 0
    return peak is not None and peak >= average > peak * (1 - idle) * (1 + 1e-9)


def _not_in_catalogue(case: Case) -> bool:
    source = case.needs.model_source
    return (
        case.needs.deployment_preference is DeploymentPreference.JUMPSTART
        and source is not None
        and source.kind is not ModelSourceKind.JUMPSTART
    )


def _shared_but_not_real_time(case: Case) -> bool:
    if (case.needs.model_count or 1) <= 1:
        return False
    excluded = exclusions(case)[REAL_TIME]
    return bool(excluded) and not only_budget_excludes(exclusions(case), REAL_TIME)


def _waited_for_batch(case: Case) -> bool:
    target = case.needs.latency_p95_ms
    return case.needs.traffic_pattern is TrafficPattern.BATCH and (
        case.needs.interactive is True or (target is not None and target <= 60_000)
    )


def _batch_fields(case: Case) -> str:
    if case.needs.interactive is True:
        return "somebody waits for each answer"
    return f"an answer is wanted within {case.needs.latency_p95_ms:g} ms"


RULES = (
    Rule(
        id="REC-901",
        title="Large payload and quick answer",
        source_url=FAQ_PAGE,
        contradicts=("request_payload_bytes", "latency_p95_ms"),
        when=_large_and_quick,
        says=lambda case: (
            f"A {_payload_field(case)} of {megabytes(_said_payload(case))} and an answer within "
            f"{case.needs.latency_p95_ms:g} ms cannot both be had: above 25 MB only an "
            "asynchronous endpoint takes it, through S3 and a queue."
        ),
    ),
    Rule(
        id="REC-902",
        title="Latency below the processing time",
        source_url=METRICS_PAGE,
        contradicts=("latency_p95_ms", "processing_time_s"),
        when=_slower_than_wanted,
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
        when=_long_and_waited_for,
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
        when=lambda case: _gpu(case) and _cheapest_over_budget(case),
        says=lambda case: (
            f"{_cheapest(case)}, because a GPU is required; the budget is "
            f"{case.needs.budget_usd_per_month} USD."
        ),
    ),
    Rule(
        id="REC-905",
        title="Budget below every option",
        source_url=PRICING_PAGE,
        contradicts=("budget_usd_per_month",),
        when=lambda case: (
            _cheapest_over_budget(case) and not _gpu(case) and not _serverless_price_wanted(case)
        ),
        says=lambda case: (
            f"{_cheapest(case)}; the budget is {case.needs.budget_usd_per_month} USD."
        ),
    ),
    Rule(
        id="REC-906",
        title="Budget for serverless, needs for instances",
        source_url=PRICING_PAGE,
        contradicts=("budget_usd_per_month",),
        when=_serverless_price_wanted,
        says=lambda case: (
            f"{_cheapest(case)}; within the budget of {case.needs.budget_usd_per_month} USD there "
            f"is only serverless, but: {_serverless_obstacle(case)}"
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
        when=_mean_over_active_peak,
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
        when=lambda case: _data_rate_bits(case) > DATA_RATE_BITS_PER_S,
        says=lambda case: (
            f"These payloads at this rate are {_data_rate_bits(case) / 1e9:,.0f} Gbit/s, more than "
            "100 Gbit/s: send references to S3 instead of the data."
        ),
    ),
    Rule(
        id="REC-912",
        title="Batch with somebody waiting",
        source_url=BATCH_PAGE,
        contradicts=("traffic_pattern", "interactive"),
        when=_waited_for_batch,
        says=lambda case: (
            f"Traffic is a batch, yet {_batch_fields(case)}: a batch job answers at its end."
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
                _over_real_time(case)
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
        when=_not_in_catalogue,
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
        when=_shared_but_not_real_time,
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


#: The need behind each rule that excludes serverless.
_OBSTACLES = {
    "REC-101": "request_payload_bytes",
    "REC-102": "processing_time_s",
    "REC-103": "streaming",
    "REC-104": "gpu",
    "REC-105": "model_size_bytes",
    "REC-106": "model_size_bytes",
    "REC-107": "model_count",
    "REC-108": "peak_requests_per_second",
    "REC-109": "data_sensitivity",
    "REC-110": "region",
}


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
    found: list[str] = []
    names = rule.contradicts
    if rule.id == "REC-906":
        names += tuple(_OBSTACLES[found.id] for found in exclusions(case)[SERVERLESS])
    for name in names:
        if name == "request_payload_bytes" and _payload_field(case) == "response":
            found.append("response_payload_bytes")
        elif getattr(case.needs, name) is not None or name not in _OPTIONAL:
            found.append(name)
        elif (other := stand_in.get(name)) and getattr(case.needs, other) is not None:
            found.append(other)
    return tuple(dict.fromkeys(found))
