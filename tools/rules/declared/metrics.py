"""CloudWatch's metrics of SageMaker endpoints: where they are, by what, and in which unit.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html (2026);
asynchronous: async-inference-monitor.html; serverless: serverless-endpoints-monitoring.html.
"""

from typing import NamedTuple

REQUESTS = "AWS/SageMaker"
RESOURCES = "/aws/sagemaker/Endpoints"
COMPONENTS = "/aws/sagemaker/InferenceComponents"
NAMESPACES = (REQUESTS, RESOURCES, COMPONENTS)
_VARIANT = frozenset({"EndpointName", "VariantName"})
_ENDPOINT = frozenset({"EndpointName"})
_COMPONENT = frozenset({"InferenceComponentName"})
_ANY = ("Average", "Sum", "Minimum", "Maximum", "SampleCount")


class Metric(NamedTuple):
    """One metric.

    Attributes:
        by: Sets of dimensions that it is published by.
        statistics: Those that mean something.
    """

    namespace: str
    by: tuple[frozenset[str], ...]
    unit: str
    statistics: tuple[str, ...]
    high_resolution: bool = False


def _requests(unit: str, *statistics: str, fast: bool = False) -> Metric:
    return Metric(REQUESTS, (_VARIANT, _COMPONENT), unit, statistics, fast)


_LATENCY = _requests("Microseconds", *_ANY)
_BACKLOG = Metric(REQUESTS, (_ENDPOINT,), "Count", ("Average", "Maximum", "Minimum"))
_COUNTED = Metric(REQUESTS, (_VARIANT,), "Count", ("Sum", "SampleCount", "Average"))
_MILLISECONDS = Metric(REQUESTS, (_VARIANT,), "Milliseconds", _ANY)
_MANY_MODELS = Metric(REQUESTS, (_VARIANT,), "Microseconds", _ANY)
_UTILIZATION = Metric(
    RESOURCES, (_VARIANT,), "Percent", ("Average", "Minimum", "Maximum", "SampleCount")
)
_NORMALIZED = Metric("", (_VARIANT, _COMPONENT), "Percent", _UTILIZATION.statistics)
_SERVERLESS = Metric(REQUESTS, (_VARIANT,), "None", ("Average", "Maximum", "Minimum"))

METRICS: dict[str, Metric] = {
    "Invocations": _requests("None", "Sum", "SampleCount"),
    "InvocationsPerInstance": Metric(REQUESTS, (_VARIANT,), "None", ("Sum",)),
    "InvocationsPerCopy": Metric(REQUESTS, (_COMPONENT,), "None", ("Sum",)),
    "Invocation4XXErrors": _requests("None", "Average", "Sum"),
    "Invocation5XXErrors": _requests("None", "Average", "Sum"),
    "InvocationModelErrors": _requests("None", "Average", "Sum"),
    "MidStreamErrors": _requests("None", "Average", "Sum"),
    "ConcurrentRequestsPerModel": Metric(
        REQUESTS, (_VARIANT,), "Count", ("Minimum", "Maximum", "Average"), True),
    "ConcurrentRequestsPerCopy": Metric(
        REQUESTS, (_COMPONENT,), "Count", ("Minimum", "Maximum", "Average"), True),
    "ModelLatency": _LATENCY,
    "OverheadLatency": _LATENCY,
    "ModelSetupTime": _LATENCY,
    "FirstChunkLatency": _LATENCY,
    "FirstChunkModelLatency": _LATENCY,
    "FirstChunkOverheadLatency": _LATENCY,
    "ModelLoadingWaitTime": _MANY_MODELS,
    "ModelDownloadingTime": _MANY_MODELS,
    "ModelLoadingTime": _MANY_MODELS,
    "ModelUnloadingTime": _MANY_MODELS,
    "ModelCacheHit": Metric(REQUESTS, (_VARIANT,), "None", ("Average", "Sum", "SampleCount")),
    "NoCapacityInvocationFailures": Metric(REQUESTS, (_COMPONENT,), "Count", ("Sum",)),
    "ExplanationsPerInstance": Metric(REQUESTS, (_VARIANT,), "None", ("Sum",)),
    "ServerlessConcurrentExecutionsUtilization": _SERVERLESS,
    "ServerlessProvisionedConcurrencyUtilization": _SERVERLESS,
    "ServerlessProvisionedConcurrencyExecutions": _SERVERLESS._replace(unit="Count"),
    "ServerlessProvisionedConcurrencyInvocations": _SERVERLESS._replace(unit="Count"),
    "ServerlessProvisionedConcurrencySpilloverInvocations": _SERVERLESS._replace(unit="Count"),
    "ApproximateBacklogSize": _BACKLOG,
    "ApproximateBacklogSizePerInstance": _BACKLOG,
    "ApproximateAgeOfOldestRequest": _BACKLOG._replace(unit="Seconds"),
    "HasBacklogWithoutCapacity": _BACKLOG,
    "RequestDownloadFailures": _COUNTED,
    "ResponseUploadFailures": _COUNTED,
    "NotificationFailures": _COUNTED,
    "ExpiredRequests": _COUNTED,
    "InvocationFailures": _COUNTED,
    "InvocationsProcesssed": _COUNTED,
    "RequestDownloadLatency": _MANY_MODELS,
    "ResponseUploadLatency": _MANY_MODELS,
    "TimeInBacklog": _MILLISECONDS,
    "TotalProcessingTime": _MILLISECONDS,
    **dict.fromkeys(
        ("CPUUtilization", "MemoryUtilization", "DiskUtilization", "GPUUtilization",
         "GPUMemoryUtilization", "CPUReservation", "MemoryReservation", "GPUReservation"),
        _UTILIZATION),
    **dict.fromkeys(
        ("CPUUtilizationNormalized", "GPUUtilizationNormalized", "GPUMemoryUtilizationNormalized",
         "MemoryUtilizationNormalized"), _NORMALIZED),
}  # fmt: skip
#: Of resource metrics the namespace belongs to many services: only these are surely ours.
OURS_BY_NAME = frozenset(name for name, row in METRICS.items() if row.namespace == REQUESTS)
BACKLOG_METRICS = frozenset(
    name for name, row in METRICS.items() if row.namespace == REQUESTS and row.by == (_ENDPOINT,)
)
#: Asynchronous endpoints publish none of these (async-inference-monitor).
NOT_ASYNCHRONOUS = frozenset(
    {"Invocations", "InvocationsPerInstance", "OverheadLatency", "ConcurrentRequestsPerModel"}
)
MICROSECONDS = frozenset(name for name, row in METRICS.items() if row.unit == "Microseconds")
ERRORS = frozenset(
    {"Invocation4XXErrors", "Invocation5XXErrors", "InvocationModelErrors", "MidStreamErrors"}
)


def namespace_of(name: str, dimensions: frozenset[str]) -> str:
    """Return a metric's namespace; the normalised ones have two, by what they are about."""
    metric = METRICS[name]
    return metric.namespace or (COMPONENTS if dimensions == _COMPONENT else RESOURCES)
