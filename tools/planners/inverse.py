"""The inverse of every call that a plan may make: a table, so that nothing is forgotten."""

from typing import Any

from tools.plan import Step, UndoCall
from tools.planners.compiling import compilation_undone
from tools.waiting import Waiter

_TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_INVERSE: dict[str, tuple[str, tuple[str, ...]]] = {
    "s3.create_bucket": ("s3.delete_bucket", ("Bucket",)),
    "s3.put_object": ("s3.delete_object", ("Bucket", "Key")),
    "iam.create_role": ("iam.delete_role", ("RoleName",)),
    "iam.put_role_policy": ("iam.delete_role_policy", ("RoleName", "PolicyName")),
    "sagemaker.create_model": ("sagemaker.delete_model", ("ModelName",)),
    "sagemaker.create_endpoint_config": (
        "sagemaker.delete_endpoint_config",
        ("EndpointConfigName",),
    ),
    "sagemaker.create_endpoint": ("sagemaker.delete_endpoint", ("EndpointName",)),
    "sagemaker.create_inference_component": (
        "sagemaker.delete_inference_component",
        ("InferenceComponentName",),
    ),
    "sagemaker.create_transform_job": ("sagemaker.stop_transform_job", ("TransformJobName",)),
    "scheduler.create_schedule": ("scheduler.delete_schedule", ("Name",)),
    "application-autoscaling.register_scalable_target": (
        "application-autoscaling.deregister_scalable_target",
        _TARGET,
    ),
    "application-autoscaling.put_scaling_policy": (
        "application-autoscaling.delete_scaling_policy",
        ("PolicyName", *_TARGET),
    ),
    "application-autoscaling.put_scheduled_action": (
        "application-autoscaling.delete_scheduled_action",
        ("ScheduledActionName", *_TARGET),
    ),
}


#: What takes time to go, and is in the way of what was made before it.
GONE_WHEN: dict[str, Waiter] = {
    "sagemaker.delete_endpoint": "endpoint_deleted",
    "sagemaker.delete_inference_component": "component_deleted",
    "sagemaker.stop_transform_job": "transform_stopped",
}
#: Carrying a change set out is taken back with the stack that the change set made.
_WITH_ANOTHER = frozenset({"cloudformation.execute_change_set"})


def undo_for(steps: tuple[Step, ...]) -> tuple[UndoCall, ...]:
    """Return the inverse of every step, in the order of the steps (they are made last first).

    Raises:
        KeyError: A step has no known inverse; a planner must not use such a call.
    """
    return tuple(
        call
        for number, step in enumerate(steps)
        if step.operation not in _WITH_ANOTHER
        for call in _inverses(number, step)
    )


def _inverses(number: int, step: Step) -> tuple[UndoCall, ...]:
    """The calls that take one step back: one, but for a job, whose result is an object besides."""
    if step.operation == "sagemaker.create_compilation_job":
        return compilation_undone(number, step.parameters)
    return (_inverse(number, step),)


def _inverse(number: int, step: Step) -> UndoCall:
    if step.operation == "cloudwatch.put_metric_alarm":
        names: dict[str, Any] = {"AlarmNames": [step.parameters["AlarmName"]]}
        return UndoCall(operation="cloudwatch.delete_alarms", parameters=names, for_step=number)
    if step.operation == "cloudformation.create_change_set":
        return _stack_gone(number, step.parameters)
    operation, keys = _INVERSE[step.operation]
    return UndoCall(
        operation=operation,
        parameters={key: step.parameters[key] for key in keys},
        for_step=number,
        wait_for=GONE_WHEN.get(operation),
    )


def _stack_gone(number: int, made: dict[str, Any]) -> UndoCall:
    """A new stack goes with its change set, whether or not that was carried out."""
    return UndoCall(
        operation="cloudformation.delete_stack",
        parameters={
            "StackName": made["StackName"],
            "ClientRequestToken": f"{made['ClientToken']}-undone",
        },
        for_step=number,
        wait_for="stack_deleted",
    )
