"""The workload to decide on: the needs, and an assumption for each gap."""

from dataclasses import dataclass
from typing import Any

from tools.endpoint import Framework
from tools.requirements import DataSensitivity, Environment, GpuNeed, TrafficPattern

#: A latency target below this says that a cold start is not welcome, even if nobody asked.
STRICT_LATENCY_MS = 500.0
#: Whoever wants an answer within a second does not accept seconds for the first one either.
SUB_SECOND_MS = 1000.0
#: Assumed speed of a payload on its way, bytes per second.
TRANSFER_BYTES_PER_S = 50_000_000


@dataclass(frozen=True, slots=True)
class Assumption:
    """A value taken for granted, and why, in plain words."""

    field: str
    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Workload:
    """`Requirements` without gaps; same names and units, all known but for the budget."""

    interactive: bool
    latency_p95_ms: float | None
    cold_start_tolerance_ms: float
    request_payload_bytes: int
    response_payload_bytes: int
    processing_time_s: float
    traffic_pattern: TrafficPattern
    average_requests_per_second: float
    peak_requests_per_second: float
    idle_share: float
    growth_per_month: float
    framework: Framework | None
    model_size_bytes: int
    model_count: int
    large_language_model: bool
    gpu: GpuNeed
    streaming: bool
    environment: Environment
    region: str
    data_sensitivity: DataSensitivity
    assumptions: tuple[Assumption, ...] = ()

    @property
    def payload_bytes(self) -> int:
        """The larger of request and response: both count against a synchronous limit."""
        return max(self.request_payload_bytes, self.response_payload_bytes)

    @property
    def uneven(self) -> bool:
        """Traffic comes in bursts or is mostly absent."""
        return self.idle_share >= 0.5 or self.traffic_pattern in (
            TrafficPattern.INTERMITTENT,
            TrafficPattern.SPIKY,
        )
