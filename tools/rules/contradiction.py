"""When needs that were said collide. Nothing here looks at an assumption alone."""

from tools.endpoint import ENDPOINT_OPTIONS
from tools.requirements import (
    DeploymentPreference,
    GpuNeed,
    ModelSourceKind,
    TrafficPattern,
)
from tools.rules.case import Case
from tools.rules.exclusion import exclusions, only_budget_excludes
from tools.rules.rule import REAL_TIME, SERVERLESS

#: Above this rate of data no single endpoint is sensible (assumed), bits per second.
DATA_RATE_BITS_PER_S = 25e9


def said_payload(case: Case) -> int:
    """Return the larger of the payloads that were said, bytes."""
    return max(case.needs.request_payload_bytes or 0, case.needs.response_payload_bytes or 0)


def payload_field(case: Case) -> str:
    """Say which of the two payloads is the larger one."""
    request = case.needs.request_payload_bytes or 0
    return "request" if request >= (case.needs.response_payload_bytes or 0) else "response"


def data_rate_bits(case: Case) -> float:
    """Return the data rate at the peak, bits per second."""
    rate = case.needs.peak_requests_per_second or case.needs.average_requests_per_second or 0.0
    size = (case.needs.request_payload_bytes or 0) + (case.needs.response_payload_bytes or 0)
    return rate * size * 8


def over_real_time(case: Case) -> bool:
    """The payload is over the real-time limit."""
    return said_payload(case) > case.limit_bytes("realtime_payload_max_documented")


def large_and_quick(case: Case) -> bool:
    """Too large for real-time, and wanted sooner than a queue answers."""
    target = case.needs.latency_p95_ms
    return over_real_time(case) and target is not None and target < case.asynchronous_p95_ms


def slower_than_wanted(case: Case) -> bool:
    """The model alone takes as long as the whole answer may."""
    target, seconds = case.needs.latency_p95_ms, case.needs.processing_time_s
    return target is not None and seconds is not None and seconds * 1000 >= target


def long_and_waited_for(case: Case) -> bool:
    """Somebody waits for more than a synchronous call may take."""
    seconds = case.needs.processing_time_s or 0
    return (
        case.needs.interactive is True
        and not case.needs.streaming
        and seconds > case.limit("realtime_invocation_timeout")
    )


def cheapest_over_budget(case: Case) -> bool:
    """Every option that would fit costs more than the budget."""
    if case.needs.budget_usd_per_month is None:
        return False
    excluded = exclusions(case)
    by_budget = [only_budget_excludes(excluded, option) for option in ENDPOINT_OPTIONS]
    return all(excluded[option] for option in ENDPOINT_OPTIONS) and any(by_budget)


def cheapest(case: Case) -> str:
    """Name the cheapest option that only its price excludes."""
    excluded = exclusions(case)
    totals = [
        (total, option)
        for option in ENDPOINT_OPTIONS
        if only_budget_excludes(excluded, option)
        and (total := case.costs[option].total_usd_per_month) is not None
    ]
    total, option = min(totals)
    return f"The cheapest that fits is {option} at about {total} USD a month"


def serverless_price_wanted(case: Case) -> bool:
    """Serverless would be within the budget, but a limit other than its price excludes it."""
    if not cheapest_over_budget(case):
        return False
    excluded = exclusions(case)[SERVERLESS]
    return bool(excluded) and not case.exceeds_budget(SERVERLESS) and not gpu_required(case)


def serverless_obstacle(case: Case) -> str:
    """Say what excludes serverless."""
    return exclusions(case)[SERVERLESS][0].says(case)


def gpu_required(case: Case) -> bool:
    """A GPU was asked for."""
    return case.needs.gpu is GpuNeed.REQUIRED


def mean_over_active_peak(case: Case) -> bool:
    """The mean needs more than the peak rate in the active time."""
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


def not_in_catalogue(case: Case) -> bool:
    """JumpStart was wished for a model from elsewhere."""
    source = case.needs.model_source
    return (
        case.needs.deployment_preference is DeploymentPreference.JUMPSTART
        and source is not None
        and source.kind is not ModelSourceKind.JUMPSTART
    )


def shared_but_not_real_time(case: Case) -> bool:
    """Several models share what only real-time can hold, and it is excluded."""
    if (case.needs.model_count or 1) <= 1:
        return False
    excluded = exclusions(case)[REAL_TIME]
    return bool(excluded) and not only_budget_excludes(exclusions(case), REAL_TIME)


def waited_for_batch(case: Case) -> bool:
    """Traffic is a batch, yet single answers are waited for."""
    target = case.needs.latency_p95_ms
    return case.needs.traffic_pattern is TrafficPattern.BATCH and (
        case.needs.interactive is True or (target is not None and target <= 60_000)
    )


def batch_fields(case: Case) -> str:
    """Say how the waiting was expressed."""
    if case.needs.interactive is True:
        return "somebody waits for each answer"
    return f"an answer is wanted within {case.needs.latency_p95_ms:g} ms"
