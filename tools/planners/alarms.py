"""Alarms on an endpoint's answers: part of every production plan, and what turns an update back.

Metrics and units: https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
(ModelLatency in microseconds; the mean of Invocation5XXErrors is the share of failed requests).
CloudWatch needs both dimensions: a metric by the endpoint's name alone is empty.
"""

from collections.abc import Iterator
from typing import Any

from tools.plan import Step

PERIOD_S = 60
#: Two bad minutes of three: one slow minute is no incident.
_PERIODS, _TO_ALARM = 3, 2
ERROR_SHARE = 0.01
#: Half of the 60 s that InvokeEndpoint waits, when nothing is known about the wanted latency.
LATENCY_UNKNOWN_MS = 30_000.0


def alarm_steps(
    endpoint_name: str,
    variant_name: str,
    *,
    latency_ms: float | None,
    topic_arn: str | None = None,
) -> Iterator[Step]:
    """Yield the alarms on a variant's latency and errors.

    Args:
        endpoint_name: The endpoint's.
        variant_name: The variant's.
        latency_ms: The 95th percentile that is still good; None when nothing was said.
        topic_arn: SNS topic that is told; None for an alarm that is only looked at.
    """
    slow_ms = latency_ms or LATENCY_UNKNOWN_MS
    common = {
        "Namespace": "AWS/SageMaker",
        "Dimensions": [
            {"Name": "EndpointName", "Value": endpoint_name},
            {"Name": "VariantName", "Value": variant_name},
        ],
        "Period": PERIOD_S,
        "EvaluationPeriods": _PERIODS,
        "DatapointsToAlarm": _TO_ALARM,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        **({"AlarmActions": [topic_arn], "OKActions": [topic_arn]} if topic_arn else {}),
    }
    latency, errors = alarm_names(endpoint_name, variant_name)
    yield _alarm(
        {
            "AlarmName": latency,
            "AlarmDescription": f"p95 of the model's time at {endpoint_name} above {slow_ms:g} ms",
            "MetricName": "ModelLatency",
            "ExtendedStatistic": "p95",
            "Threshold": slow_ms * 1000,
            **common,
        },
        f"Ring when the model's p95 passes {slow_ms:g} ms in two of three minutes.",
    )
    yield _alarm(
        {
            "AlarmName": errors,
            "AlarmDescription": f"Share of 5XX answers at {endpoint_name} above {ERROR_SHARE:.0%}",
            "MetricName": "Invocation5XXErrors",
            "Statistic": "Average",
            "Threshold": ERROR_SHARE,
            **common,
        },
        f"Ring when more than {ERROR_SHARE:.0%} of answers are 5XX in two of three minutes.",
    )


def alarm_names(endpoint_name: str, variant_name: str) -> tuple[str, str]:
    """Return the names of the alarms on latency and on errors."""
    stem = f"{endpoint_name}-{variant_name}"
    return f"{stem}-model-latency", f"{stem}-5xx-errors"


def _alarm(parameters: dict[str, Any], why: str) -> Step:
    return Step(operation="cloudwatch.put_metric_alarm", parameters=parameters, why=why)
