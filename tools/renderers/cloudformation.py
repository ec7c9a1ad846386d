"""A specification as a CloudFormation template; pure.

It is made from the same requests as plain calls, so that both make the same endpoint: here stands
only which resource a request is, and what it refers to. What CloudFormation must be free to replace
(models, endpoint configuration, role) has no name of its own: the new one is made beside the old
one, the endpoint moves over, and then the old one goes.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tools.endpoint import EndpointSpec
from tools.errors import InvalidInputError
from tools.renderers import hosting_resources as hosting
from tools.renderers import scaling_resources as scaling
from tools.renderers.logical_ids import Call
from tools.renderers.making import Kind, Making
from tools.renderers.outputs import check_expressible, outputs_of
from tools.renderers.role_policy import policy_document
from tools.renderers.template import Template

_KINDS = {
    "iam.create_role": Kind(hosting.ROLE, "ExecutionRole", ("RoleName",)),
    "sagemaker.create_model": Kind(hosting.MODEL, "Model", ("ModelName",)),
    "sagemaker.create_endpoint_config": Kind(
        hosting.CONFIG, "EndpointConfig", ("EndpointConfigName",)
    ),
    "sagemaker.create_endpoint": Kind(hosting.ENDPOINT, "Endpoint", ("EndpointName",)),
    "sagemaker.create_inference_component": Kind(
        hosting.COMPONENT, "InferenceComponent", ("InferenceComponentName",)
    ),
    "application-autoscaling.register_scalable_target": Kind(
        scaling.TARGET, "ScalableTarget", ("ResourceId", "ScalableDimension")
    ),
    "application-autoscaling.put_scaling_policy": Kind(
        "AWS::ApplicationAutoScaling::ScalingPolicy", "ScalingPolicy", ("PolicyName",)
    ),
    "cloudwatch.put_metric_alarm": Kind("AWS::CloudWatch::Alarm", "Alarm", ("AlarmName",)),
}
_PROPERTIES: dict[str, Callable[[Making, dict[str, Any]], dict[str, Any]]] = {
    "iam.create_role": hosting.role,
    "sagemaker.create_model": hosting.sagemaker_model,
    "sagemaker.create_endpoint_config": hosting.endpoint_config,
    "sagemaker.create_endpoint": hosting.endpoint,
    "sagemaker.create_inference_component": hosting.component,
    "application-autoscaling.register_scalable_target": scaling.scalable_target,
    "application-autoscaling.put_scaling_policy": scaling.scaling_policy,
    "cloudwatch.put_metric_alarm": scaling.alarm,
}
#: These become part of a resource that is there already.
_MERGED: dict[str, Callable[[Making, dict[str, Any]], None]] = {
    "iam.put_role_policy": hosting.role_policy,
    "application-autoscaling.put_scheduled_action": scaling.scheduled_action,
}
_COMMENTS = {
    hosting.ROLE: "What the endpoint needs and no more. It is made first, so it goes last: "
    "deleting the endpoint needs it.",
    hosting.MODEL: "No name: every change replaces a model, and a fixed name would be taken.",
    hosting.CONFIG: "No name: every change replaces it. The new one is made first, the endpoint "
    "moves over, then the old one goes.",
    hosting.ENDPOINT: "A new configuration is rolled out beside the old one (UpdateEndpoint), "
    "which serves until then.",
    hosting.COMPONENT: "A model with its share of the instances; requests name it. It goes before "
    "the endpoint that it stands on.",
    scaling.TARGET: "Refers to the endpoint's name (its Ref is the ARN), so it waits until it is "
    "in service.",
}


def render(spec: EndpointSpec, calls: Sequence[Call], reasons: Iterable[str] = ()) -> Template:
    """Return the template that makes what the calls make; uploads stay outside of it.

    Args:
        spec: The endpoint.
        calls: Every call that makes it, in order.
        reasons: Lines for the head: why it is as it is, with sources.

    Raises:
        InvalidInputError: CloudFormation cannot express it; says what.
    """
    making = Making(spec, calls, _KINDS)
    for number, call in enumerate(calls):
        _add(making, number, call)
    _finish_policies(making)
    check_expressible(making.resources)
    document: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Amazon SageMaker endpoint {spec.name} ({spec.inference_option})",
        "Parameters": making.parameters.declared,
        "Resources": making.resources,
        "Outputs": outputs_of(making.resources),
    }
    return Template(document, {"": tuple(reasons), **making.comments})


def _add(making: Making, number: int, call: Call) -> None:
    given = dict(call.parameters)
    if call.operation.startswith("s3."):
        return
    if call.operation in _MERGED:
        _MERGED[call.operation](making, given)
        return
    if call.operation not in _PROPERTIES:
        raise InvalidInputError(
            f"CloudFormation cannot express the call {call.operation}.",
            remedy="Choose the method api.",
        )
    type_name, logical_id = _KINDS[call.operation].type_name, making.id_of_call(number)
    if type_name in _COMMENTS and all(r["Type"] != type_name for r in making.resources.values()):
        making.comments[logical_id] = (_COMMENTS[type_name],)
    properties = _PROPERTIES[call.operation](making, given)
    making.resources[logical_id] = {"Type": type_name, "Properties": properties}


def _finish_policies(making: Making) -> None:
    """Let the role's policies follow the parameters, now that all of them are declared."""
    known = making.parameters.known()
    for resource in making.resources.values():
        if resource["Type"] != hosting.ROLE:
            continue
        for policy in resource["Properties"].get("Policies", ()):
            text = policy["PolicyDocument"]
            policy["PolicyDocument"] = policy_document(text, making.spec.region, known)
