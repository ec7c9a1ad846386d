"""Scalable targets, policies, alarms and schedules as request parameters; pure."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.endpoint import (
    COMPONENT_DIMENSION,
    COMPONENT_NAMESPACE,
    HOST_DIMENSIONS,
    HOST_METRICS,
    HOST_NAMESPACE,
    NO_COPY,
    EndpointSpec,
    ScalingPolicy,
    ScalingSpec,
    ScheduledScaling,
)
from tools.recommendation import Recommendation

NAMESPACE = "sagemaker"
#: SageMaker's own default for target tracking, in and out (docs: endpoint-auto-scaling).
COOLDOWN_S = 300


def scaling_spec(
    chosen: Recommendation, schedules: tuple[ScheduledScaling, ...] = ()
) -> ScalingSpec | None:
    """Return the scaling that a recommendation calls for, or None; `schedules` move its bounds."""
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
        schedules=schedules,
    )


class Scaled(NamedTuple):
    """What has its own scaling: a variant's capacity, or an inference component's copies.

    Attributes:
        resource_id: As Application Auto Scaling names it.
        stem: What its policies' names begin with.
        label: What wakes up, in words.
        unit: One of what is counted, in words.
        dimension: By which its waking metric is published.
    """

    resource_id: str
    stem: str
    label: str
    unit: str
    dimension: tuple[str, str]
    spec: ScalingSpec


def all_scaled(spec: EndpointSpec) -> Iterator[Scaled]:
    """Yield everything of an endpoint that has its own scaling."""
    for variant in spec.all_variants:
        if variant.scaling is not None:
            yield Scaled(
                resource_id=f"endpoint/{spec.name}/variant/{variant.name}",
                stem=spec.name if variant == spec.first else f"{spec.name}-{variant.name}",
                label=f"endpoint {spec.name}",
                unit="instance",
                dimension=("EndpointName", spec.name),
                spec=variant.scaling,
            )
    for component in spec.components:
        if component.scaling is not None:
            yield Scaled(
                resource_id=f"inference-component/{component.name}",
                stem=component.name,
                label=f"inference component {component.name}",
                unit="copy",
                dimension=(COMPONENT_DIMENSION, component.name),
                spec=component.scaling,
            )


def target_key(scaled: Scaled) -> dict[str, str]:
    """Return what names a scalable target."""
    return {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": scaled.resource_id,
        "ScalableDimension": scaled.spec.scalable_dimension,
    }


def target_parameters(scaled: Scaled) -> dict[str, Any]:
    """Return RegisterScalableTarget's parameters."""
    return {
        **target_key(scaled),
        "MinCapacity": scaled.spec.min_capacity,
        "MaxCapacity": scaled.spec.max_capacity,
    }


def policy_name(scaled: Scaled, policy: ScalingPolicy) -> str:
    """Return a policy's name, one of its kind in the account."""
    return f"{scaled.stem}-{policy.metric}"


def policy_parameters(scaled: Scaled, policy: ScalingPolicy) -> dict[str, Any]:
    """Return PutScalingPolicy's parameters."""
    body = (
        {"TargetTrackingScalingPolicyConfiguration": _target_tracking(scaled, policy)}
        if policy.policy_type == "TargetTrackingScaling"
        else {"StepScalingPolicyConfiguration": _one_more(policy)}
    )
    return {
        "PolicyName": policy_name(scaled, policy),
        **target_key(scaled),
        "PolicyType": policy.policy_type,
        **body,
    }


def _target_tracking(scaled: Scaled, policy: ScalingPolicy) -> dict[str, Any]:
    measured = (
        {"PredefinedMetricSpecification": {"PredefinedMetricType": policy.metric}}
        if policy.metric.startswith("SageMaker")
        else {"CustomizedMetricSpecification": {**_metric(scaled, policy.metric),
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
        "MetricAggregationType": "Maximum" if policy.metric == NO_COPY else "Average",
        "Cooldown": policy.scale_out_cooldown_s,
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
    }


def _metric(scaled: Scaled, name: str) -> dict[str, Any]:
    if name in HOST_METRICS:
        return {"MetricName": name, **_measured_on_hosts(scaled)}
    what, which = scaled.dimension
    return {
        "MetricName": name,
        "Namespace": "AWS/SageMaker",
        "Dimensions": [{"Name": what, "Value": which}],
    }


def _measured_on_hosts(scaled: Scaled) -> dict[str, Any]:
    """Where the use of cores, memory and GPUs is published (docs: monitoring-cloudwatch)."""
    if scaled.dimension[0] == COMPONENT_DIMENSION:
        return {
            "Namespace": COMPONENT_NAMESPACE,
            "Dimensions": [{"Name": COMPONENT_DIMENSION, "Value": scaled.dimension[1]}],
        }
    _, endpoint, _, variant = scaled.resource_id.split("/")
    named = zip(HOST_DIMENSIONS, (endpoint, variant), strict=True)
    return {
        "Namespace": HOST_NAMESPACE,
        "Dimensions": [{"Name": key, "Value": value} for key, value in named],
    }


def alarm_parameters(
    scaled: Scaled,
    policy: ScalingPolicy,
    action: Any,  # noqa: ANN401 - an ARN, or what stands for one
) -> dict[str, Any]:
    """Return the alarm that wakes what sleeps.

    Values: async-inference-autoscale and endpoint-auto-scaling-zero-instances, 2026. A refused
    request is counted in the one minute in which it was made, so one such minute is enough.
    """
    refused = policy.metric == NO_COPY
    minutes = 1 if refused else 2
    return {
        "AlarmName": policy_name(scaled, policy),
        "AlarmDescription": f"Wakes {scaled.label} from zero",
        **_metric(scaled, policy.metric),
        "Statistic": "Sum" if refused else "Average",
        "Period": 60,
        "EvaluationPeriods": minutes,
        "DatapointsToAlarm": minutes,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [action],
    }


def schedule_parameters(scaled: Scaled, schedule: ScheduledScaling) -> dict[str, Any]:
    """Return PutScheduledAction's parameters."""
    bounds = {"MinCapacity": schedule.min_capacity, "MaxCapacity": schedule.max_capacity}
    parameters: dict[str, Any] = {
        **target_key(scaled),
        "ScheduledActionName": schedule.name,
        "Schedule": schedule.schedule,
        "ScalableTargetAction": {k: v for k, v in bounds.items() if v is not None},
    }
    if schedule.timezone:
        parameters["Timezone"] = schedule.timezone
    return parameters
