"""Scalable targets, scaling policies and alarms as properties of resources; pure.

Each function takes one request's parameters (its own copy) and returns what CloudFormation takes.
"""

from typing import Any

from tools.renderers.hosting_resources import COMPONENT
from tools.renderers.logical_ids import of_resource
from tools.renderers.making import Making
from tools.renderers.outputs import name_of_component

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
_TARGET_KEYS = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_ACTION = ("ScheduledActionName", "Schedule", "Timezone", "StartTime", "EndTime",
           "ScalableTargetAction")  # fmt: skip
_TRACKING = "TargetTrackingScalingPolicyConfiguration"


def scalable_target(making: Making, given: dict[str, Any]) -> dict[str, Any]:
    """AWS::ApplicationAutoScaling::ScalableTarget; its bounds are parameters."""
    label = making.label(of_resource(given["ResourceId"]))
    bounds = {
        key: making.parameters.ref(
            f"{key}{label}", given[key], f"Auto scaling's {word} number.", MinValue=0
        )
        for key, word in (("MinCapacity", "least"), ("MaxCapacity", "largest"))
    }
    return {**given, "ResourceId": _resource_id(making, given["ResourceId"]), **bounds}


def _resource_id(making: Making, resource_id: str) -> Any:  # noqa: ANN401 - a reference
    kind, _, name = resource_id.partition("/")
    component = making.id_of(COMPONENT, name) if kind == "inference-component" else None
    if component:
        return {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": component}]}]}  # of the ARN
    own = f"endpoint/{making.spec.name}/"
    if not resource_id.startswith(own):
        return resource_id
    return {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/" + resource_id.removeprefix(own)}


def scheduled_action(making: Making, given: dict[str, Any]) -> None:
    """Put a scheduled action into its target: CloudFormation has no resource for it."""
    target = making.resources[_target_of(making, given)]["Properties"]
    action = {key: given[key] for key in _ACTION if key in given}
    target.setdefault("ScheduledActions", []).append(action)


def _target_of(making: Making, given: dict[str, Any]) -> str:
    logical_id = making.id_of(TARGET, f"{given['ResourceId']}/{given['ScalableDimension']}")
    assert logical_id is not None  # noqa: S101 - a plan registers the target first
    return logical_id


def scaling_policy(making: Making, given: dict[str, Any]) -> dict[str, Any]:
    """AWS::ApplicationAutoScaling::ScalingPolicy, of its target."""
    made = {key: value for key, value in given.items() if key not in _TARGET_KEYS}
    made["PolicyName"] = making.beginning_with_endpoint(given["PolicyName"])
    body = given.get(_TRACKING, {})
    custom = body.get("CustomizedMetricSpecification")
    if custom:
        measured = _of_endpoint(making, custom)
        made[_TRACKING] = {**body, "CustomizedMetricSpecification": measured}
    return {**made, "ScalingTargetId": {"Ref": _target_of(making, given)}}


def alarm(making: Making, given: dict[str, Any]) -> dict[str, Any]:
    """AWS::CloudWatch::Alarm; what it sets off may be a policy of the template."""
    made = _of_endpoint(making, given)
    made["AlarmName"] = making.beginning_with_endpoint(given["AlarmName"])
    if "AlarmActions" in given:
        made["AlarmActions"] = [making.reference(action) for action in given["AlarmActions"]]
    return made


def _of_endpoint(making: Making, given: dict[str, Any]) -> dict[str, Any]:
    """A metric's dimensions follow the names of the endpoint and of its components."""
    if "Dimensions" not in given:
        return dict(given)
    dimensions = [{**row, "Value": _named(making, row)} for row in given["Dimensions"]]
    return {**given, "Dimensions": dimensions}


def _named(making: Making, row: dict[str, str]) -> Any:  # noqa: ANN401 - a reference
    if row["Name"] == "EndpointName" and row["Value"] == making.spec.name:
        return making.endpoint_name
    if row["Name"] == "InferenceComponentName":
        component = making.id_of(COMPONENT, row["Value"])
        return name_of_component(component) if component else row["Value"]
    return row["Value"]
