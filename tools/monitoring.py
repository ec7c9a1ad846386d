"""Stage 7: how an endpoint does, from CloudWatch: latency, errors, backlog, instances, cost so far.

Metrics, units and dimensions: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
and, for asynchronous endpoints, .../async-inference-monitor.html. Reads only.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from tools.aws import AwsClients
from tools.catalog import Catalog
from tools.observation import endpoint_row
from tools.planners.observed import Observed, observe_endpoint

_REQUESTS, _HOSTS = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
#: GetMetricData's longest period of one value is a day; a window is one value where it can be.
LONGEST_MINUTES = 1440


class VariantMetrics(BaseModel):
    """How one variant did; None where CloudWatch has no data.

    Attributes:
        invocations: Requests; for an asynchronous endpoint those that the model answered.
        model_latency_p50_ms: Median of the container's own time.
        overhead_latency_p50_ms: Median of all other time; none for asynchronous endpoints.
        cold_start_p95_ms: For serverless, of the requests that started an environment.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variant_name: str
    instance_count: int | None
    desired_instance_count: int | None
    invocations: int
    errors_4xx: int
    errors_5xx: int
    model_latency_p50_ms: float | None
    model_latency_p95_ms: float | None
    overhead_latency_p50_ms: float | None
    cold_start_p95_ms: float | None
    cpu_utilization_percent: float | None
    memory_utilization_percent: float | None


class AlarmStatus(BaseModel):
    """An alarm on the endpoint: its name, and `OK`, `ALARM` or `INSUFFICIENT_DATA`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alarm_name: str
    state: str


class EndpointMetrics(BaseModel):
    """How an endpoint did in a window that ends now.

    Attributes:
        backlog: Requests that wait or are being processed; None unless asynchronous.
        cost_so_far_usd: Since it was made, at its present capacity (estimate).
        cost_usd_per_month: Standing cost; also what it costs if forgotten.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint_name: str
    status: str
    region: str
    window_minutes: int
    variants: tuple[VariantMetrics, ...]
    backlog: float | None
    oldest_request_age_s: float | None
    alarms: tuple[AlarmStatus, ...]
    cost_so_far_usd: float | None
    cost_usd_per_month: float | None
    expires_at: str | None


class _Query(NamedTuple):
    """One number: a metric with its statistic and, in microseconds, a divisor to milliseconds."""

    field: str
    namespace: str
    metric: str
    statistic: str
    divisor: float = 1.0


_OF_VARIANT = (
    _Query("invocations", _REQUESTS, "Invocations", "Sum"),
    _Query("answered", _REQUESTS, "ModelLatency", "SampleCount"),
    _Query("errors_4xx", _REQUESTS, "Invocation4XXErrors", "Sum"),
    _Query("errors_5xx", _REQUESTS, "Invocation5XXErrors", "Sum"),
    _Query("model_latency_p50_ms", _REQUESTS, "ModelLatency", "p50", 1000),
    _Query("model_latency_p95_ms", _REQUESTS, "ModelLatency", "p95", 1000),
    _Query("overhead_latency_p50_ms", _REQUESTS, "OverheadLatency", "p50", 1000),
    _Query("cold_start_p95_ms", _REQUESTS, "ModelSetupTime", "p95", 1000),
    _Query("cpu_utilization_percent", _HOSTS, "CPUUtilization", "Average"),
    _Query("memory_utilization_percent", _HOSTS, "MemoryUtilization", "Average"),
)
_OF_ENDPOINT = (
    _Query("backlog", _REQUESTS, "ApproximateBacklogSize", "Maximum"),
    _Query("oldest_request_age_s", _REQUESTS, "ApproximateAgeOfOldestRequest", "Maximum"),
)


def endpoint_metrics(
    endpoint_name: str,
    clients: AwsClients,
    catalog: Catalog,
    now: datetime,
    *,
    window_minutes: int = 60,
) -> EndpointMetrics:
    """Return how an endpoint did.

    Args:
        endpoint_name: The endpoint's.
        clients: For reading.
        catalog: For prices.
        now: Aware.
        window_minutes: 1 to 1440.

    Raises:
        NotFoundError: There is no such endpoint.
        UserError: AWS refused.
        AwsUnavailableError: No answer.
    """
    seen = observe_endpoint(endpoint_name, clients)
    row = endpoint_row(endpoint_name, clients, catalog, now)
    window = _Window(clients, now, min(max(window_minutes, 1), LONGEST_MINUTES))
    ends = window.numbers(_OF_ENDPOINT, {"EndpointName": endpoint_name}, latest=True)
    return EndpointMetrics(
        endpoint_name=endpoint_name,
        status=seen.status,
        region=clients.target.region_name,
        window_minutes=window.minutes,
        variants=tuple(_variant(seen, one, window) for one in _running(seen)),
        backlog=ends["backlog"],
        oldest_request_age_s=ends["oldest_request_age_s"],
        alarms=tuple(_alarms(seen, clients)),
        cost_so_far_usd=row["cost_so_far_usd"],
        cost_usd_per_month=row["cost_usd_per_month"],
        expires_at=row["expires_at"],
    )


def _running(seen: Observed) -> list[dict[str, Any]]:
    return list(seen.endpoint.get("ProductionVariants") or seen.variants)


def _variant(seen: Observed, running: dict[str, Any], window: "_Window") -> VariantMetrics:
    name = running["VariantName"]
    found = window.numbers(_OF_VARIANT, {"EndpointName": seen.name, "VariantName": name})
    answered = found.pop("answered")
    serverless = "CurrentServerlessConfig" in running
    counts = {
        field: round(found[field] or 0) for field in ("invocations", "errors_4xx", "errors_5xx")
    }
    if found["invocations"] is None:  # asynchronous endpoints do not publish it
        counts["invocations"] = round(answered or 0)
    return VariantMetrics.model_validate(
        {
            **found,
            **counts,
            "variant_name": name,
            "instance_count": None if serverless else running.get("CurrentInstanceCount"),
            "desired_instance_count": None if serverless else running.get("DesiredInstanceCount"),
        }
    )


def _alarms(seen: Observed, clients: AwsClients) -> Iterator[AlarmStatus]:
    names = [alarm["AlarmName"] for alarm in seen.scaling.alarms]
    if not names:
        return
    answer = clients.call("cloudwatch.describe_alarms", {"AlarmNames": names[:100]})
    for alarm in answer.get("MetricAlarms", ()):
        yield AlarmStatus(alarm_name=alarm["AlarmName"], state=alarm["StateValue"])


class _Window:
    """Minutes that end now, asked for in one GetMetricData call a set of numbers."""

    def __init__(self, clients: AwsClients, now: datetime, minutes: int) -> None:
        self.clients, self.minutes = clients, minutes
        self._begin = (now - timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        self._end = now + timedelta(minutes=1)

    def numbers(
        self, queries: tuple[_Query, ...], dimensions: dict[str, str], *, latest: bool = False
    ) -> dict[str, float | None]:
        """Return each query's number by its field, None without data.

        Args:
            queries: What is asked.
            dimensions: Of the metrics: CloudWatch wants exactly theirs.
            latest: The newest minute's value instead of the whole window's.
        """
        period = 60 if latest else (self.minutes + 2) * 60
        answer = self.clients.call(
            "cloudwatch.get_metric_data",
            {
                "MetricDataQueries": [
                    _as_query(number, query, dimensions, period)
                    for number, query in enumerate(queries)
                ],
                "StartTime": self._begin,
                "EndTime": self._end,
                "ScanBy": "TimestampDescending",
            },
        )
        values = {result["Id"]: result["Values"] for result in answer["MetricDataResults"]}
        return {
            query.field: _one(values.get(f"q{number}", []), query, latest=latest)
            for number, query in enumerate(queries)
        }


def _as_query(
    number: int, query: _Query, dimensions: dict[str, str], period: int
) -> dict[str, Any]:
    listed = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    return {
        "Id": f"q{number}",
        "MetricStat": {
            "Metric": {
                "Namespace": query.namespace,
                "MetricName": query.metric,
                "Dimensions": listed,
            },
            "Period": period,
            "Stat": query.statistic,
        },
    }


def _one(values: list[float], query: _Query, *, latest: bool) -> float | None:
    """One number of what came: AWS may cut a window into two periods; the worse one is told."""
    if not values:
        return None
    if latest:
        return values[0]
    whole = sum(values) if query.statistic in {"Sum", "SampleCount"} else max(values)
    return round(whole / query.divisor, 3)
