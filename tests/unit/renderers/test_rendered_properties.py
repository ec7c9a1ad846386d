"""A template, worked out, is the requests of plain calls; any property less is a difference."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from tests.unit.renderers.maximal import MAXIMAL
from tests.unit.renderers.sharing_specs import (
    sharing_specs,
)
from tests.unit.renderers.specs import ACCOUNT, REGION, specs
from tools.endpoint import EndpointSpec
from tools.planners.api import hosting_steps, role_steps, scaling_steps
from tools.planners.cloudformation import template_for
from tools.renderers.template import Template

PSEUDO = {"AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws"}
#: Only updates of a stack look at these.
FOR_UPDATES = {"RetainAllVariantProperties", "ExcludeRetainedVariantProperties"}


class Worked:
    """Works a template's functions out: a resource's attributes are its place, `<id.Name>`."""

    def __init__(self, template: Template) -> None:
        rows = template.document["Parameters"].items()
        self.known = {**PSEUDO, **{key: row["Default"] for key, row in rows}}
        self.known["Endpoint.EndpointName"] = self.known["EndpointName"]
        for logical_id, row in template.resources.items():
            if row["Type"] == "AWS::SageMaker::InferenceComponent":
                named = self.value(row["Properties"].get("InferenceComponentName"))
                self.known[logical_id] = f"arn:aws:sagemaker:r:a:inference-component/{named}"

    def value(self, part: Any) -> Any:
        match part:
            case {"Ref": name}:
                return self.known.get(name, f"<{name}>")
            case {"Fn::GetAtt": [name, attribute]}:
                return self.known.get(f"{name}.{attribute}", f"<{name}.{attribute}>")
            case {"Fn::Sub": [str(pattern), dict(given)]}:
                return self.filled(pattern, {k: self.value(v) for k, v in given.items()})
            case {"Fn::Sub": str(pattern)}:
                return self.filled(pattern, {})
            case {"Fn::Select": [int(index), source]}:
                return self.value(source)[index]
            case {"Fn::Split": [str(delimiter), source]}:
                return self.value(source).split(delimiter)
            case dict():
                return {key: self.value(member) for key, member in part.items()}
            case list():
                return [self.value(member) for member in part]
            case _:
                return part

    def filled(self, pattern: str, given: dict[str, Any]) -> str:
        known = {**self.known, **given}
        return re.sub(r"\$\{([^}]+)\}", lambda found: str(known[found[1]]), pattern)


def by_stack(template: Template) -> list[Any]:
    """Every resource, worked out, without what only updates look at."""
    worked = Worked(template)
    return [
        {
            "type": row["Type"],
            **{k: worked.value(v) for k, v in row["Properties"].items() if k not in FOR_UPDATES},
        }
        for row in template.resources.values()
    ]


def by_calls(spec: EndpointSpec, template: Template) -> list[Any]:
    """The requests, in the words of resources: what CloudFormation names is its place."""
    first = [*role_steps(spec, ACCOUNT), *hosting_steps(spec, ACCOUNT)]
    steps = [*first, *scaling_steps(spec, first=len(first))]
    ids = iter(template.resources)
    names: dict[tuple[str, str], str] = {}
    made: list[Any] = []
    numbers: dict[int, int] = {}
    for number, step in enumerate(steps):
        given = copy.deepcopy(step.parameters)
        match step.operation.partition(".")[2]:
            case "put_role_policy":
                document = json.loads(given["PolicyDocument"])
                policy = {"PolicyName": given["PolicyName"], "PolicyDocument": document}
                made[-1].setdefault("Policies", []).append(policy)
                continue
            case "put_scheduled_action":
                key = {k: given.pop(k) for k in ("ResourceId", "ScalableDimension")}
                del given["ServiceNamespace"]
                (target,) = (m for m in made if key.items() <= m.items())
                target.setdefault("ScheduledActions", []).append(given)
                continue
        logical_id = next(ids)
        numbers[number] = len(made)
        made.append({"type": template.resources[logical_id]["Type"]} | _as_resource(
            step.operation, given, logical_id, names, template, numbers
        ))  # fmt: skip
    return made


def _as_resource(
    operation: str,
    given: dict[str, Any],
    logical_id: str,
    names: dict[tuple[str, str], str],
    template: Template,
    numbers: dict[int, int],
) -> dict[str, Any]:
    match operation.partition(".")[2]:
        case "create_role":
            names["role", given.pop("RoleName")] = f"<{logical_id}.Arn>"
            given["AssumeRolePolicyDocument"] = json.loads(given["AssumeRolePolicyDocument"])
        case "create_model":
            names["model", given.pop("ModelName")] = f"<{logical_id}.ModelName>"
            role = given["ExecutionRoleArn"]
            given["ExecutionRoleArn"] = names.get(("role", role.rpartition("/")[2]), role)
        case "create_endpoint_config":
            names["config", given.pop("EndpointConfigName")] = f"<{logical_id}.EndpointConfigName>"
            _point_at_models(given, names)
        case "create_inference_component":
            served = given["Specification"]
            served["ModelName"] = names["model", served["ModelName"]]
        case "create_endpoint":
            given["EndpointConfigName"] = names["config", given["EndpointConfigName"]]
        case "register_scalable_target":
            names["target", given["ResourceId"]] = f"<{logical_id}>"
        case "put_scaling_policy":
            given["ScalingTargetId"] = names["target", given["ResourceId"]]
            for key in ("ServiceNamespace", "ResourceId", "ScalableDimension"):
                del given[key]
        case "put_metric_alarm":
            _point_actions_at_resources(given, list(template.resources), numbers)
    return given


def _point_at_models(given: dict[str, Any], names: dict[tuple[str, str], str]) -> None:
    for variant in (*given["ProductionVariants"], *given.get("ShadowProductionVariants", ())):
        if "ModelName" in variant:
            variant["ModelName"] = names["model", variant["ModelName"]]
    if "ExecutionRoleArn" in given:
        role = given["ExecutionRoleArn"]
        given["ExecutionRoleArn"] = names.get(("role", role.rpartition("/")[2]), role)


def _point_actions_at_resources(
    given: dict[str, Any], ids: list[str], numbers: dict[int, int]
) -> None:
    if "AlarmActions" in given:
        given["AlarmActions"] = [
            f"<{ids[numbers[a['$output']['step']]]}>" if isinstance(a, dict) else a
            for a in given["AlarmActions"]
        ]


@settings(max_examples=200, deadline=None)
@given(specs() | sharing_specs())
def test_a_template_worked_out_is_the_requests_of_plain_calls(spec: EndpointSpec) -> None:
    template = template_for(spec, ACCOUNT)
    assert by_stack(template) == by_calls(spec, template)


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every member, functions taken as one."""
    match part:
        case dict() if len(part) == 1 and next(iter(part)).startswith(("Ref", "Fn::")):
            return
        case dict():
            for key, member in part.items():
                yield (*path, key)
                yield from places(member, (*path, key))
        case list():
            for index, member in enumerate(part):
                yield (*path, index)
                yield from places(member, (*path, index))
        case _:
            return


@pytest.mark.parametrize("name", MAXIMAL)
def test_one_property_less_is_a_difference(name: str) -> None:
    spec = MAXIMAL[name]
    template = template_for(spec, ACCOUNT)
    document = copy.deepcopy(template.document)
    wanted = by_calls(spec, template)
    assert by_stack(template._replace(document=document)) == wanted
    for logical_id, resource in template.resources.items():
        for path in places(resource["Properties"]):
            if path[0] in FOR_UPDATES:
                continue
            kept = copy.deepcopy(document["Resources"][logical_id])
            part = document["Resources"][logical_id]["Properties"]
            for key in path[:-1]:
                part = part[key]
            del part[path[-1]]
            assert by_stack(template._replace(document=document)) != wanted, (logical_id, path)
            document["Resources"][logical_id] = kept
