"""Scalable targets, policies, alarms and schedules as request parameters; pure."""

from typing import Any

from tools.endpoint import (
    EndpointSpec,
    ProductionVariant,
    ScalingPolicy,
    ScalingSpec,
    ScheduledScaling,
)
from tools.recommendation import Recommendation

NAMESPACE = "sagemaker"
#: SageMaker's own default for target tracking, in and out (docs: endpoint-auto-scaling).
COOLDOWN_S = 300


def scaling_spec(chosen: Recommendation) -> ScalingSpec | None:
    """Return the scaling that a recommendation calls for, or None."""
    scaling = chosen.auto_scaling
    if scaling is None:
        return None
    return ScalingSpec(
        scalable_dimension=scaling.scalable_dimension,
        min_capacity=scaling.min_capacity,
        max_capacity=scaling.max_capacity,
        policies=tuple(
            ScalingPolicy(
                policy_type=policy.policy_type,
                metric=policy.metric,
                target_value=policy.target_value,
                scale_in_cooldown_s=policy.scale_in_cooldown or COOLDOWN_S,
                scale_out_cooldown_s=policy.scale_out_cooldown or policy.cooldown or COOLDOWN_S,
            )
            for policy in scaling.policies
        ),
    )


def target_key(spec: EndpointSpec, variant: ProductionVariant) -> dict[str, str]:
    """Return what names a scalable target."""
    assert variant.scaling is not None  # noqa: S101 - the callers looked
    return {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": f"endpoint/{spec.name}/variant/{variant.name}",
        "ScalableDimension": variant.scaling.scalable_dimension,
    }


def target_parameters(spec: EndpointSpec, variant: ProductionVariant) -> dict[str, Any]:
    """Return RegisterScalableTarget's parameters."""
    assert variant.scaling is not None  # noqa: S101 - the callers looked
    return {
        **target_key(spec, variant),
        "MinCapacity": variant.scaling.min_capacity,
        "MaxCapacity": variant.scaling.max_capacity,
    }


def policy_name(spec: EndpointSpec, variant: ProductionVariant, policy: ScalingPolicy) -> str:
    """Return a policy's name, one of its kind in the account."""
    part = "" if variant == spec.first else f"-{variant.name}"
    return f"{spec.name}{part}-{policy.metric}"


def policy_parameters(
    spec: EndpointSpec, variant: ProductionVariant, policy: ScalingPolicy
) -> dict[str, Any]:
    """Return PutScalingPolicy's parameters."""
    body = (
        {"TargetTrackingScalingPolicyConfiguration": _target_tracking(spec, policy)}
        if policy.policy_type == "TargetTrackingScaling"
        else {"StepScalingPolicyConfiguration": _one_more(policy)}
    )
    return {
        "PolicyName": policy_name(spec, variant, policy),
        **target_key(spec, variant),
        "PolicyType": policy.policy_type,
        **body,
    }


def _target_tracking(spec: EndpointSpec, policy: ScalingPolicy) -> dict[str, Any]:
    measured = (
        {"PredefinedMetricSpecification": {"PredefinedMetricType": policy.metric}}
        if policy.metric.startswith("SageMaker")
        else {"CustomizedMetricSpecification": {**_metric(spec, policy.metric),
                                                "Statistic": "Average"}}
    )  # fmt: skip
    return {
        "TargetValue": policy.target_value,
        **measured,
        "ScaleInCooldown": policy.scale_in_cooldown_s,
        "ScaleOutCooldown": policy.scale_out_cooldown_s,
    }


def _one_more(policy: ScalingPolicy) -> dict[str, Any]:
    return {
        "AdjustmentType": "ChangeInCapacity",
        "MetricAggregationType": "Average",
        "Cooldown": policy.scale_out_cooldown_s,
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
    }


def _metric(spec: EndpointSpec, name: str) -> dict[str, Any]:
    return {
        "MetricName": name,
        "Namespace": "AWS/SageMaker",
        "Dimensions": [{"Name": "EndpointName", "Value": spec.name}],
    }


def alarm_parameters(
    spec: EndpointSpec,
    variant: ProductionVariant,
    policy: ScalingPolicy,
    action: Any,  # noqa: ANN401 - an ARN, or what stands for one
) -> dict[str, Any]:
    """Return the alarm that wakes a sleeping endpoint (values: async-inference-autoscale, 2026)."""
    return {
        "AlarmName": policy_name(spec, variant, policy),
        "AlarmDescription": f"Wakes endpoint {spec.name} from zero instances",
        **_metric(spec, policy.metric),
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 2,
        "DatapointsToAlarm": 2,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [action],
    }


def schedule_parameters(
    spec: EndpointSpec, variant: ProductionVariant, schedule: ScheduledScaling
) -> dict[str, Any]:
    """Return PutScheduledAction's parameters."""
    bounds = {"MinCapacity": schedule.min_capacity, "MaxCapacity": schedule.max_capacity}
    parameters: dict[str, Any] = {
        **target_key(spec, variant),
        "ScheduledActionName": schedule.name,
        "Schedule": schedule.schedule,
        "ScalableTargetAction": {k: v for k, v in bounds.items() if v is not None},
    }
    if schedule.timezone:
        parameters["Timezone"] = schedule.timezone
    return parameters
