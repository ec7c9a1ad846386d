"""Scaling policies: what makes one valid, and the alarms that target tracking brings."""

import math
import uuid
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from tools.sandbox.hosting_state import ScalableTarget
from tools.sandbox.moto_bridge import MotoBridge
from tools.sandbox.wire import AwsError, validation_exception

_TRACKING = "TargetTrackingScalingPolicyConfiguration"
_STEP = "StepScalingPolicyConfiguration"
_CONFIGURATIONS = {"TargetTrackingScaling": _TRACKING, "StepScaling": _STEP}
#: Predefined metrics by dimension, with the CloudWatch metric and statistic behind each (developer
#: guide, endpoint-auto-scaling-policy and serverless-endpoints-autoscale).
_METRICS = {
    "sagemaker:variant:DesiredInstanceCount": {
        "SageMakerVariantInvocationsPerInstance": ("InvocationsPerInstance", "Sum", 60),
        "SageMakerVariantConcurrentRequestsPerModelHighResolution": (
            "ConcurrentRequestsPerModel", "Maximum", 10,
        ),
    },
    "sagemaker:variant:DesiredProvisionedConcurrency": {
        "SageMakerVariantProvisionedConcurrencyUtilization": (
            "ServerlessProvisionedConcurrencyUtilization", "Maximum", 60,
        ),
    },
    "sagemaker:inference-component:DesiredCopyCount": {
        "SageMakerInferenceComponentInvocationsPerCopy": ("InvocationsPerCopy", "Sum", 60),
        "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution": (
            "ConcurrentRequestsPerCopy", "Maximum", 10,
        ),
    },
}  # fmt: skip
_MAX_STEPS = 20
#: The alarm for scaling in stands this far below the target, and both wait for this many points.
_LOW_SHARE, _HIGH_POINTS, _LOW_POINTS = 0.9, 3, 15


def check_configuration(
    params: Mapping[str, Any], present_type: str | None
) -> tuple[str, dict[str, Any]]:
    """The type and configuration of a PutScalingPolicy call.

    Raises:
        AwsError: The configuration is missing, contradicts itself or names a metric that the
            dimension does not have.
    """
    kind = str(params.get("PolicyType", present_type or "StepScaling"))
    member = _CONFIGURATIONS.get(kind)
    if member is None:
        raise validation_exception(f"{kind} is not supported for service namespace sagemaker.")
    if present_type not in (None, kind):
        raise validation_exception(
            f"The policy exists with PolicyType {present_type}, which cannot be changed to {kind}."
        )
    if member not in params:
        raise validation_exception(f"{member} must be specified for PolicyType {kind}.")
    if set(_CONFIGURATIONS.values()) - {member} & params.keys():
        raise validation_exception(f"Only {member} may be specified for PolicyType {kind}.")
    configuration = dict(params[member])
    if kind == "StepScaling":
        _check_steps(configuration)
    else:
        _check_tracking(str(params["ScalableDimension"]), configuration)
    return kind, configuration


def _check_steps(configuration: Mapping[str, Any]) -> None:
    if "AdjustmentType" not in configuration or not configuration.get("StepAdjustments"):
        raise validation_exception(
            "AdjustmentType and StepAdjustments must be specified for a step scaling policy."
        )
    steps = configuration["StepAdjustments"]
    if len(steps) > _MAX_STEPS:
        raise validation_exception(f"A step scaling policy has at most {_MAX_STEPS} steps.")
    spans = sorted(
        (step.get("MetricIntervalLowerBound", -math.inf),
         step.get("MetricIntervalUpperBound", math.inf))
        for step in steps
    )  # fmt: skip
    if any(low >= high for low, high in spans):
        raise validation_exception(
            "A step adjustment's upper bound must be greater than its lower bound."
        )
    for (_, end), (begin, _) in pairwise(spans):
        if begin < end:
            raise validation_exception("Step adjustment intervals can't overlap.")
        if begin > end:
            raise validation_exception("There can't be a gap between step adjustment intervals.")


def _check_tracking(dimension: str, configuration: Mapping[str, Any]) -> None:
    predefined = configuration.get("PredefinedMetricSpecification")
    customized = configuration.get("CustomizedMetricSpecification")
    if (predefined is None) == (customized is None):
        raise validation_exception(
            "Exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification must "
            "be specified."
        )
    if predefined is not None and predefined["PredefinedMetricType"] not in _METRICS[dimension]:
        raise validation_exception(
            f"Scalable dimension {dimension} only supports the following predefined metric types: "
            f"{', '.join(_METRICS[dimension])}"
        )
    if customized is not None and "Metrics" in customized:
        raise AwsError(
            "UnsupportedOperation", "The sandbox does not evaluate metric math in policies.", 501
        )
    if configuration["TargetValue"] <= 0:
        raise validation_exception("TargetValue must be greater than 0.")


class Alarms:
    """The CloudWatch alarms of target-tracking policies."""

    def __init__(self, bridge: MotoBridge) -> None:
        self._bridge = bridge

    def put(
        self,
        region: str,
        target: ScalableTarget,
        policy_arn: str,
        kind: str,
        configuration: Mapping[str, Any],
    ) -> tuple[dict[str, str], ...]:
        """Make the two alarms of a target-tracking policy; a step policy has none.

        Returns:
            `({"AlarmName", "AlarmARN"}, ..)`, the one for scaling out first.
        """
        if kind != "TargetTrackingScaling":
            return ()
        sides = ["High"] if configuration.get("DisableScaleIn") else ["High", "Low"]
        named = [
            {"AlarmName": f"TargetTracking-{target.resource_id}-Alarm{side}-{uuid.uuid4()}"}
            for side in sides
        ]
        arns = self.restore(region, target, policy_arn, configuration, named)
        return tuple(one | {"AlarmARN": arn} for one, arn in zip(named, arns, strict=True))

    def delete(self, region: str, alarms: Iterable[Mapping[str, str]]) -> None:
        """Delete the alarms of a policy that goes or is replaced."""
        names = [alarm["AlarmName"] for alarm in alarms]
        if names:
            self._bridge.delete_alarms(region, names)

    def restore(
        self,
        region: str,
        target: ScalableTarget,
        policy_arn: str,
        configuration: Mapping[str, Any],
        alarms: Iterable[Mapping[str, str]],
    ) -> list[str]:
        """Make alarms under given names, and return their ARNs."""
        metric = _metric(target, configuration)
        value, arns = float(configuration["TargetValue"]), []
        for alarm in alarms:
            high = "-AlarmHigh-" in alarm["AlarmName"]
            threshold = value if high else value * _LOW_SHARE
            name = alarm["AlarmName"]
            made = _alarm(name, high, policy_arn, threshold, metric)
            arns.append(self._bridge.put_alarm(region, made))
        return arns


def _alarm(
    name: str, high: bool, policy_arn: str, threshold: float, metric: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": metric["namespace"],
        "metric_name": metric["name"],
        "comparison_operator": "GreaterThanThreshold" if high else "LessThanThreshold",
        "evaluation_periods": _HIGH_POINTS if high else _LOW_POINTS,
        "period": metric["period"],
        "threshold": threshold,
        "statistic": metric["statistic"],
        "description": f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy_arn}.",
        "dimensions": list(metric["dimensions"]),
        "alarm_actions": [policy_arn],
    }


def _metric(target: ScalableTarget, configuration: Mapping[str, Any]) -> dict[str, Any]:
    """Namespace, name, statistic, period and dimensions of the metric a policy follows."""
    customized = configuration.get("CustomizedMetricSpecification")
    if customized is not None:
        return {
            "namespace": customized.get("Namespace", ""),
            "name": customized.get("MetricName", ""),
            "statistic": customized.get("Statistic", "Average"),
            "period": 60,
            "dimensions": customized.get("Dimensions", []),
        }
    kind = configuration["PredefinedMetricSpecification"]["PredefinedMetricType"]
    name, statistic, period = _METRICS[target.dimension][kind]
    return {
        "namespace": "AWS/SageMaker",
        "name": name,
        "statistic": statistic,
        "period": period,
        "dimensions": _dimensions(target.resource_id),
    }


def _dimensions(resource_id: str) -> list[dict[str, str]]:
    """The dimensions of a resource's own metrics."""
    kind, *names = resource_id.split("/")
    if kind == "inference-component":
        return [{"Name": "InferenceComponentName", "Value": names[0]}]
    return [
        {"Name": "EndpointName", "Value": names[0]},
        {"Name": "VariantName", "Value": names[2]},
    ]
