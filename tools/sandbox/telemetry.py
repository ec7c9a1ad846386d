"""Metrics and logs of endpoints, as CloudWatch shows them.

Names, units and dimensions: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
and, for asynchronous endpoints, .../async-inference-monitor.html.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tools.sandbox.moto_bridge import MotoBridge

_NAMESPACE = "AWS/SageMaker"
_HOST_NAMESPACE = "/aws/sagemaker/Endpoints"
COMPONENT = "InferenceComponentName"
_UNITS = {
    "ModelLatency": "Microseconds",
    "OverheadLatency": "Microseconds",
    "FirstChunkLatency": "Microseconds",
    "FirstChunkModelLatency": "Microseconds",
    "FirstChunkOverheadLatency": "Microseconds",
    "ModelLoadingWaitTime": "Microseconds",
    "ModelDownloadingTime": "Microseconds",
    "ModelLoadingTime": "Microseconds",
    "ModelSetupTime": "Microseconds",
    "RequestDownloadLatency": "Microseconds",
    "ResponseUploadLatency": "Microseconds",
    "TimeInBacklog": "Milliseconds",
    "TotalProcessingTime": "Milliseconds",
    "ApproximateAgeOfOldestRequest": "Seconds",
    "CPUUtilization": "Percent",
    "MemoryUtilization": "Percent",
    "DiskUtilization": "Percent",
    "ApproximateBacklogSize": "Count",
    "ApproximateBacklogSizePerInstance": "Count",
    "HasBacklogWithoutCapacity": "Count",
    "ConcurrentRequestsPerModel": "Count",
    "ConcurrentRequestsPerCopy": "Count",
    "NoCapacityInvocationFailures": "Count",
}


@dataclass(frozen=True)
class Served:
    """One answered (or failed) request, as metrics count it.

    Attributes:
        status: The model's HTTP status; 0 when it gave none (time-out, death).
        model_latency_us: Time the container took, microseconds.
        overhead_latency_us: All other time, microseconds.
        setup_us: Time to start a serverless environment; None when it was warm.
        instance_count: Instances at the time, for InvocationsPerInstance.
        further: Metrics that only some variants have, by name.
    """

    status: int
    model_latency_us: float
    overhead_latency_us: float
    setup_us: float | None = None
    instance_count: int = 1
    further: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Metered:
    """Under which dimensions requests are counted.

    Attributes:
        config_name: Set while a deployment is under way: metrics then come for the fleet of each
            endpoint config, too, so that an alarm can watch the new one alone.
        component: The inference component that was asked.
    """

    region: str
    endpoint: str
    variant: str
    config_name: str | None = None
    component: str | None = None

    @property
    def dimensions(self) -> tuple[dict[str, str], ...]:
        """Every set of dimensions that a data point is written under."""
        plain = {"EndpointName": self.endpoint, "VariantName": self.variant}
        further: tuple[dict[str, str], ...] = ()
        if self.config_name is not None:
            further += (plain | {"EndpointConfigName": self.config_name},)
        if self.component is not None:
            further += ({COMPONENT: self.component},)
        return (plain, *further)


@dataclass(frozen=True)
class StreamServed:
    """A streamed answer, as metrics count it.

    Attributes:
        served: The whole.
        first_part_us: Time the container took to its first part; 0 when there was none.
        first_overhead_us: All other time before that.
        broken: Whether it broke off after its first part.
    """

    served: Served
    first_part_us: float
    first_overhead_us: float
    broken: bool

    @property
    def values(self) -> dict[str, float]:
        """The metrics that only streams have."""
        if self.first_part_us <= 0:
            return {}
        return {
            "FirstChunkLatency": self.first_part_us + self.first_overhead_us,
            "FirstChunkModelLatency": self.first_part_us,
            "FirstChunkOverheadLatency": self.first_overhead_us,
            "MidStreamErrors": float(self.broken),
        }


class Telemetry:
    """Writes to CloudWatch and Logs of the sandbox."""

    def __init__(
        self, bridge: MotoBridge, now: Callable[[], datetime], minute_s: float = 60.0
    ) -> None:
        """Take `minute_s`: how long a minute of the metrics lasts here."""
        self._bridge = bridge
        self._now = now
        self._minute_s = minute_s
        self._active: set[tuple[int, tuple[str, str, str]]] = set()
        self._lock = threading.Lock()

    def take_active(self, at: datetime) -> set[tuple[str, str, str]]:
        """What was invoked in the minute of `at`: region, endpoint and variant (or component).

        Earlier minutes are forgotten.
        """
        minute = self._minute(at)
        with self._lock:
            found = {who for number, who in self._active if number == minute}
            self._active = {one for one in self._active if one[0] > minute}
        return found

    def _minute(self, at: datetime) -> int:
        return int(at.timestamp() // self._minute_s)

    def _note_active(self, who: tuple[str, str, str], at: datetime) -> None:
        with self._lock:
            self._active.add((self._minute(at), who))

    def put(
        self,
        region: str,
        dimensions: Mapping[str, str],
        values: Mapping[str, float],
        *,
        at: datetime | None = None,
        host: bool = False,
    ) -> None:
        """Write one data point a metric, all with the same dimensions; `at` None is now."""
        at = at or self._now()
        listed = [{"Name": name, "Value": value} for name, value in dimensions.items()]
        data = [
            {
                "MetricName": name,
                "Value": float(value),
                "Unit": _UNITS.get(name, "None"),
                "Timestamp": at,
                "Dimensions": listed,
            }
            for name, value in values.items()
        ]
        self._bridge.put_metrics(region, _HOST_NAMESPACE if host else _NAMESPACE, data)

    def served(self, who: Metered, served: Served, *, asynchronous: bool) -> None:
        """The invocation metrics of one request; asynchronous endpoints lack four of them."""
        values: dict[str, float] = {
            "ModelLatency": served.model_latency_us,
            "Invocation4XXErrors": float(400 <= served.status < 500),
            "Invocation5XXErrors": float(served.status >= 500),
        }
        if not asynchronous:
            values |= {
                "Invocations": 1.0,
                "InvocationsPerInstance": 1.0 / max(served.instance_count, 1),
                "OverheadLatency": max(served.overhead_latency_us, 0.0),
                "InvocationModelErrors": float(not 200 <= served.status < 300),
            }
        if served.setup_us is not None:
            values["ModelSetupTime"] = served.setup_us
        values |= served.further
        at = self._now()
        self._note_active((who.region, who.endpoint, who.variant), at)
        if who.component is not None:
            self._note_active((who.region, COMPONENT, who.component), at)
        for dimensions in who.dimensions:
            per_copy = {"InvocationsPerCopy": values.get("InvocationsPerInstance", 0.0)}
            shown = values | per_copy if COMPONENT in dimensions else values
            self.put(who.region, dimensions, shown, at=at)

    def streamed(self, who: Metered, streamed: StreamServed) -> None:
        """The invocation metrics of one streamed request, at its end."""
        self.served(who, streamed.served, asynchronous=False)
        if streamed.values:
            for dimensions in who.dimensions:
                self.put(who.region, dimensions, streamed.values)

    def log(self, region: str, group: str, stream: str, text: str) -> None:
        """Append to a log group; a line an event, empty ones dropped."""
        lines = [line for line in text.splitlines() if line.strip()]
        at = self._now()
        if lines:
            self._bridge.put_logs(region, group, stream, [(at, line) for line in lines])
