"""What mends a fault: an edit of what is written, or the AWS calls for what is there; pure."""

import re
from typing import Any

from tools.rules.declared.node import Node, shown
from tools.rules.declared.resources import Declared, Resource
from tools.rules.declared.rule import NO_VALUE, REMOVE, Fault

Call = tuple[str, dict[str, Any]]
#: Of what is put again under its own name: the call, and what names it.
_PUT: dict[str, tuple[str, tuple[str, ...]]] = {
    "target": ("application-autoscaling.register_scalable_target",
               ("ServiceNamespace", "ResourceId", "ScalableDimension")),
    "policy": ("application-autoscaling.put_scaling_policy",
               ("PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension")),
    "schedule": ("application-autoscaling.put_scheduled_action",
                 ("ScheduledActionName", "ServiceNamespace", "ResourceId", "ScalableDimension")),
    "alarm": ("cloudwatch.put_metric_alarm", ("AlarmName",)),
}  # fmt: skip


def mended(declared: Declared, fault: Fault, how: str) -> tuple[Call, ...]:
    """Return operations with their parameters, in order.

    Args:
        declared: Where the fault is.
        fault: What is wrong.
        how: The rule's remedy, where no value is better than another.
    """
    place = fault.at[0]
    if not place.path.startswith("describe_"):
        return (_edit(place, fault, how),)
    owner = next(
        (row for row in declared.resources if _inside(place.path, row.body.path)),
        declared.resources[0],
    )
    change = {} if fault.better in (NO_VALUE, REMOVE) else _nested(place, owner, fault.better)
    if owner.kind in _PUT:
        operation, naming = _PUT[owner.kind]
        named = {key: owner.body.at(key).value for key in naming if owner.body.at(key).given}
        return ((operation, {**named, **change}),)
    return _replaced(declared, owner, change)


def _edit(place: Node, fault: Fault, how: str) -> Call:
    change: dict[str, Any] = {"path": place.path}
    if fault.better is REMOVE:
        change["remove"] = True
    elif fault.better is NO_VALUE:
        change["how"] = how
    else:
        change["value"] = shown(fault.better)
    return f"build.edit_{'plan' if place.path.startswith('steps[') else 'template'}", change


def _inside(path: str, whole: str) -> bool:
    return path == whole or path.startswith((f"{whole}.", f"{whole}["))


def _nested(place: Node, owner: Resource, value: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a value where it belongs in a call: `A[0].B` as `{"A": [{"B": value}]}`."""
    made = value
    rest = place.path[len(owner.body.path) :]
    for key, number in reversed(re.findall(r"\.([^.\[]+)(\[\d+\])?", rest)):
        made = {key: [made] if number else made}
    return made if isinstance(made, dict) else {}


def _replaced(declared: Declared, owner: Resource, change: dict[str, Any]) -> tuple[Call, ...]:
    """Models and configurations cannot be changed: new ones are made, and the endpoint updated."""
    config = next(declared.of("config"), None)
    endpoint = next(declared.of("endpoint"), None)
    new = f"{(config or owner).name}-2"[-63:].lstrip("-")
    calls: list[Call] = []
    if owner.kind == "model":
        calls.append(("sagemaker.create_model", {"ModelName": f"{owner.name}-2", **change}))
    settled = change if owner.kind == "config" else {}
    calls.append(("sagemaker.create_endpoint_config", {"EndpointConfigName": new, **settled}))
    if endpoint is not None:
        scaled = any(True for _ in declared.of("target"))
        kept = {"RetainAllVariantProperties": True} if scaled else {}
        calls.append(
            (
                "sagemaker.update_endpoint",
                {"EndpointName": endpoint.name, "EndpointConfigName": new, **kept},
            )
        )
    return tuple(calls)
