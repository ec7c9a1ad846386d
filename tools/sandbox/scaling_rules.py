"""What makes a scalable target or a scheduled action valid, and how they are described."""

from collections.abc import Mapping
from typing import Any

from tools.sandbox.hosting_state import ScalableTarget, ScalingPolicy, Variant
from tools.sandbox.schedules import ScheduleError, check_schedule
from tools.sandbox.wire import ACCOUNT, validation_exception

INSTANCE_COUNT = "sagemaker:variant:DesiredInstanceCount"
PROVISIONED_CONCURRENCY = "sagemaker:variant:DesiredProvisionedConcurrency"
COPY_COUNT = "sagemaker:inference-component:DesiredCopyCount"
#: What a dimension counts, as scaling activities name it.
COUNTED = {
    INSTANCE_COUNT: "desired instance count",
    PROVISIONED_CONCURRENCY: "desired provisioned concurrency",
    COPY_COUNT: "desired copy count",
}
_SERVICE_ROLE = (
    f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)


def key(params: Mapping[str, Any]) -> str:
    """What tells one target from another: resource id and dimension."""
    return f"{params['ResourceId']}|{params['ScalableDimension']}"


def check_capacity(dimension: str, variant: Variant, low: int, high: int) -> None:
    """Refuse limits that contradict each other or the variant.

    Raises:
        AwsError: `ValidationException`.
    """
    check_order(low, high)
    if dimension == INSTANCE_COUNT:
        if variant.serverless is not None:
            raise validation_exception(
                f"Variant {variant.name} is serverless: {INSTANCE_COUNT} cannot be registered."
            )
        return
    provisioned = (variant.serverless or {}).get("ProvisionedConcurrency")
    if variant.serverless is None or not provisioned:
        raise validation_exception(
            f"Variant {variant.name} has no ProvisionedConcurrency: it cannot be registered for "
            f"{PROVISIONED_CONCURRENCY}."
        )
    if high > variant.serverless["MaxConcurrency"]:
        raise validation_exception(
            f"MaxCapacity {high} is more than the MaxConcurrency of variant {variant.name}, "
            f"{variant.serverless['MaxConcurrency']}."
        )


def check_order(low: int, high: int) -> None:
    """Refuse limits that contradict each other.

    Raises:
        AwsError: `ValidationException`.
    """
    if low > high:
        raise validation_exception(
            f"Maximum capacity cannot be less than minimum capacity: {high} is less than {low}."
        )


def policy_arn(region: str, target: ScalableTarget, params: Mapping[str, Any], suffix: str) -> str:
    """A new ARN for a scaling policy."""
    return (
        f"arn:aws:autoscaling:{region}:{ACCOUNT}:scalingPolicy:{suffix}:resource/sagemaker/"
        f"{target.resource_id}:policyName/{params['PolicyName']}"
    )


def action_definition(params: Mapping[str, Any]) -> dict[str, Any]:
    """What a PutScheduledAction call says about the action itself."""
    members = ("Schedule", "Timezone", "StartTime", "EndTime", "ScalableTargetAction")
    return {member: params[member] for member in members if member in params}


def check_action(definition: Mapping[str, Any]) -> None:
    """Refuse a scheduled action that could never run.

    Raises:
        AwsError: `ValidationException`.
    """
    if "Schedule" not in definition or "ScalableTargetAction" not in definition:
        raise validation_exception(
            "Schedule and ScalableTargetAction must be specified for a new scheduled action."
        )
    try:
        check_schedule(definition["Schedule"], definition.get("Timezone"))
    except ScheduleError as error:
        raise validation_exception(str(error)) from error
    action = definition["ScalableTargetAction"]
    low, high = action.get("MinCapacity"), action.get("MaxCapacity")
    if low is None and high is None:
        raise validation_exception("MinCapacity or MaxCapacity must be specified.")
    if low is not None and high is not None and low > high:
        raise validation_exception("Maximum capacity cannot be less than minimum capacity.")


def describe_target(target: ScalableTarget) -> dict[str, Any]:
    """A target as DescribeScalableTargets shows it."""
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": target.resource_id,
        "ScalableDimension": target.dimension,
        "MinCapacity": target.min_capacity,
        "MaxCapacity": target.max_capacity,
        "RoleARN": _SERVICE_ROLE,
        "CreationTime": target.created_at,
        "SuspendedState": target.suspended,
        "ScalableTargetARN": target.arn,
    }


def describe_policy(policy: ScalingPolicy) -> dict[str, Any]:
    """A policy as DescribeScalingPolicies shows it."""
    member = (
        "TargetTrackingScalingPolicyConfiguration"
        if policy.policy_type == "TargetTrackingScaling"
        else "StepScalingPolicyConfiguration"
    )
    return {
        "PolicyARN": policy.arn,
        "PolicyName": policy.policy_name,
        "ServiceNamespace": "sagemaker",
        "ResourceId": policy.resource_id,
        "ScalableDimension": policy.dimension,
        "PolicyType": policy.policy_type,
        member: policy.configuration,
        "Alarms": list(policy.alarms),
        "CreationTime": policy.created_at,
    }
