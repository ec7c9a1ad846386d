"""What AWS answered about an endpoint, as declared resources; pure but for `snapshot_of`.

A snapshot holds answers by boto3 method; what is absent was not looked at and is no finding.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.auditing.document import as_mapping
from tools.aws import AwsClients
from tools.errors import InvalidInputError
from tools.planners.observed import observe_endpoint
from tools.rules.declared.node import Node
from tools.rules.declared.resources import Declared, Kind, Resource

Snapshot = Mapping[str, Any]
#: Method, key of its rows, kind, and the member that names and that refers to a row.
_LISTS: tuple[tuple[str, str, Kind, str, str], ...] = (
    ("describe_scalable_targets", "ScalableTargets", "target", "ResourceId", "ResourceId"),
    ("describe_scaling_policies", "ScalingPolicies", "policy", "PolicyName", "PolicyARN"),
    ("describe_scheduled_actions", "ScheduledActions", "schedule", "ScheduledActionName", ""),
    ("describe_alarms", "MetricAlarms", "alarm", "AlarmName", "AlarmName"),
)
_SINGLE: tuple[tuple[str, Kind, str], ...] = (
    ("describe_endpoint", "endpoint", "EndpointName"),
    ("describe_endpoint_config", "config", "EndpointConfigName"),
)
_BY_NAME: tuple[tuple[str, Kind], ...] = (
    ("describe_model", "model"),
    ("describe_inference_component", "component"),
)
_ARN = re.compile(r"arn:aws[a-z-]*:sagemaker:(?P<region>[a-z0-9-]+):")
#: Application Auto Scaling keeps these itself.
_OF_TARGET_TRACKING = "TargetTracking-"


def declared_by_snapshot(snapshot: Snapshot, region: str) -> Declared:
    """Return what AWS holds for one endpoint.

    Args:
        snapshot: Answers by boto3 method.
        region: Where it is, when no ARN in it says so.

    Raises:
        InvalidInputError: It holds nothing about an endpoint.
    """
    rows = tuple(_resources(snapshot))
    if not any(row.kind in {"endpoint", "config", "model"} for row in rows):
        raise InvalidInputError(
            "This is no snapshot: it holds no answer about an endpoint.",
            remedy="Give describe_endpoint, describe_endpoint_config and describe_model.",
        )
    looked_at = {kind for method, _, kind, *_ in _LISTS if method in snapshot}
    return Declared(_region(snapshot) or region, rows, frozenset(looked_at))


def _resources(snapshot: Snapshot) -> Iterator[Resource]:
    for method, kind, key in _SINGLE:
        answer = snapshot.get(method)
        if isinstance(answer, dict):
            name = str(answer.get(key, ""))
            yield Resource(kind, name, Node(answer, method), name, name)
    for method, kind in _BY_NAME:
        for name, answer in as_mapping(snapshot.get(method)).items():
            yield Resource(kind, name, Node(answer, f"{method}.{name}"), name, name)
    own = str(as_mapping(snapshot.get("describe_endpoint")).get("EndpointName", ""))
    components = as_mapping(snapshot.get("describe_inference_component"))
    for method, key, kind, naming, referring in _LISTS:
        for row in Node(snapshot, "").at(method, key).rows():
            node = Node(row.value, row.path.removeprefix("."))
            if _belongs(node, kind, own, components):
                name = node.at(naming).raw
                yield Resource(kind, name, node, name, node.at(referring).raw)


def _belongs(row: Node, kind: Kind, endpoint: str, components: Mapping[str, Any]) -> bool:
    """Lists of an account hold other endpoints' rows too."""
    if kind == "alarm":
        if row.at("AlarmName").raw.startswith(_OF_TARGET_TRACKING):
            return False
        values = {d.at("Value").raw for d in row.at("Dimensions").rows()}
        return bool(values & {endpoint, *components})
    resource = row.at("ResourceId").raw
    return resource.startswith(f"endpoint/{endpoint}/") or resource.rpartition("/")[2] in components


def _region(snapshot: Snapshot) -> str | None:
    for method, key in (("describe_endpoint", "EndpointArn"),
                        ("describe_endpoint_config", "EndpointConfigArn")):  # fmt: skip
        found = _ARN.match(str(as_mapping(snapshot.get(method)).get(key, "")))
        if found:
            return found["region"]
    return None


def snapshot_of(name: str, clients: AwsClients) -> dict[str, Any]:
    """Read an endpoint, its models, scaling and alarms. AWS is only read.

    Raises:
        NotFoundError: There is no such endpoint.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    seen = observe_endpoint(name, clients)
    policies = [{**row, "PolicyARN": arn} for arn, row in seen.scaling.policies.items()]
    return {
        "describe_endpoint": {"EndpointName": name, "EndpointConfigName": seen.config_name,
                              "EndpointArn": seen.endpoint["EndpointArn"],
                              "Tags": [{"Key": k, "Value": v} for k, v in seen.tags.items()
                                       if not k.startswith("aws:")]},
        "describe_endpoint_config": seen.config,
        "describe_model": seen.models,
        "describe_scalable_targets": {"ScalableTargets": list(seen.scaling.targets)},
        "describe_scaling_policies": {"ScalingPolicies": policies},
        "describe_scheduled_actions": {"ScheduledActions": list(seen.scaling.actions)},
        "describe_alarms": {"MetricAlarms": list(seen.scaling.alarms)},
    }  # fmt: skip
