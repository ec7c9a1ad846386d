"""What would flip the choice: changes are tried, and only those that do are told."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tools.endpoint import InferenceOption
from tools.recommending.choice import Choice, choose
from tools.recommending.sizing import MIB, SERVERLESS_MODEL_FACTOR, SERVERLESS_RUNTIME_MB
from tools.requirements import DataSensitivity, GpuNeed, TrafficPattern
from tools.rules.cost import break_even_per_day

MOST_FLIPS = 8
HIGHEST_RATE = 1e8  # requests per second, as in Requirements
_PAYLOAD_LIMITS = (
    ("serverless_payload_max", "4 MB"),
    ("realtime_payload_max_documented", "25 MB"),
    ("async_payload_max", "1 GB"),
)


class Flip(BaseModel):
    """`if` this changes, `then` this option is recommended instead."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, serialize_by_alias=True
    )

    condition: str = Field(alias="if")
    then: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the needs in plain words."""

    text: str
    update: dict[str, Any]


def flips(choice: Choice) -> tuple[Flip, ...]:
    """Return the changes that lead to another option, the most telling first."""
    found: list[Flip] = []
    for change in _changes(choice):
        needs = choice.case.needs.model_copy(update=change.update)
        if needs == choice.case.needs:
            continue
        then = choose(needs, choice.case.catalog).option
        if then is not choice.option and then is not InferenceOption.NONE:
            found.append(Flip(condition=change.text, then=then.value))
        if len(found) == MOST_FLIPS:
            break
    return tuple(found)


def _changes(choice: Choice) -> Iterator[Change]:
    if choice.option is InferenceOption.NONE:
        yield from _ways_out(choice)
        return
    yield from _payload_changes(choice)
    yield from _traffic_changes(choice)
    yield from _time_changes(choice)
    yield Change("a GPU is required", {"gpu": GpuNeed.REQUIRED})
    yield Change("regulated data", {"data_sensitivity": DataSensitivity.REGULATED})
    yield Change("several models share the endpoint", {"model_count": 10})
    yield Change("the answer is streamed", {"streaming": True})
    largest = choice.case.catalog.serverless_memory_sizes_mb()[-1]
    fitting = int((largest - SERVERLESS_RUNTIME_MB) / SERVERLESS_MODEL_FACTOR * MIB)
    text = f"model above {fitting / 1e9:.1f} GB"
    yield Change(text, {"model_size_bytes": fitting + 10**6})


def _payload_changes(choice: Choice) -> Iterator[Change]:
    now = choice.case.workload.payload_bytes
    for name, words in _PAYLOAD_LIMITS:
        top = choice.case.limit_bytes(name)
        if now <= top:
            yield Change(f"payload above {words}", {"request_payload_bytes": top + 1})
        else:
            yield _smaller_payload(top, words)


def _smaller_payload(top: int, words: str) -> Change:
    update = {"request_payload_bytes": top, "response_payload_bytes": None}
    return Change(f"payload of at most {words}", update)


def _traffic_changes(choice: Choice) -> Iterator[Change]:
    workload, turning = choice.case.workload, break_even_per_day(choice.case)
    a_day = workload.average_requests_per_second * 86400
    if turning is not None and a_day < turning:
        rate = min(float(turning) / 86400 * 2, HIGHEST_RATE)
        if choice.case.needs.peak_requests_per_second is None:
            yield Change(
                f"well above the break-even of {turning:,.0f} requests a day",
                {"average_requests_per_second": rate},
            )
    uneven = {"traffic_pattern": TrafficPattern.INTERMITTENT, "idle_share": 0.9}
    yield Change(
        "traffic mostly absent and cold starts accepted",
        {**uneven, "cold_start_tolerance_ms": 60_000.0},
    )
    yield Change("steady traffic", {"traffic_pattern": TrafficPattern.STEADY, "idle_share": 0.0})
    yield Change(
        "a whole data set offline, without an endpoint",
        {"traffic_pattern": TrafficPattern.BATCH, "interactive": False, "latency_p95_ms": None},
    )


def _time_changes(choice: Choice) -> Iterator[Change]:
    workload = choice.case.workload
    if workload.interactive:
        yield Change("nobody waits for the answer", {"interactive": False, "latency_p95_ms": None})
    else:
        yield Change("somebody waits for the answer", {"interactive": True})
    if workload.processing_time_s <= 60:
        yield Change("processing above 60 s", {"processing_time_s": 90.0, "latency_p95_ms": None})
    else:
        yield Change("processing of at most 60 s", {"processing_time_s": 20.0})
    yield Change("cold starts not tolerated", {"cold_start_tolerance_ms": 0.0})


def _ways_out(choice: Choice) -> Iterator[Change]:
    """From "none": which need to give up."""
    yield Change(
        "an answer after minutes is good enough",
        {"latency_p95_ms": None, "interactive": False, "streaming": False},
    )
    yield Change("a latency of seconds is good enough", {"latency_p95_ms": 5000.0})
    yield from _affordable(choice)
    yield Change("no GPU is needed", {"gpu": GpuNeed.NOT_NEEDED})
    yield Change("one endpoint for each model", {"model_count": 1})
    yield Change("the Region is us-east-1", {"region": "us-east-1"})
    yield Change("the answer comes in one piece", {"streaming": False})
    for name, words in _PAYLOAD_LIMITS:
        top = choice.case.limit_bytes(name)
        if choice.case.workload.payload_bytes > top:
            yield _smaller_payload(top, words)
    if choice.case.workload.processing_time_s > 60:
        yield Change("processing of at most 60 s", {"processing_time_s": 20.0})
    yield Change("a smaller model of at most 4 GB", {"model_size_bytes": 4_000_000_000})


def _affordable(choice: Choice) -> Iterator[Change]:
    needs = choice.case.needs
    if needs.budget_usd_per_month is None:
        return
    free = choose(needs.model_copy(update={"budget_usd_per_month": None}), choice.case.catalog)
    cost = free.case.costs.get(free.option)
    if cost is not None and cost.total_usd_per_month is not None:
        yield Change(
            f"a budget of at least {cost.total_usd_per_month} USD a month",
            {"budget_usd_per_month": cost.total_usd_per_month},
        )
