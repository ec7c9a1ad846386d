"""What shares instances by calls, by a stack and by a script: equal resources, and nothing left."""

import json
import uuid
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.renderings.conftest import (  # noqa: F401 - fixtures
    Place,
    place,
    plan_by_calls,
    plan_by_stack,
)
from tests.integration.renderings.resources import left_over
from tests.unit.importing.test_template_import import without_uploads
from tests.unit.renderers.scripts import deploy, functions
from tests.unit.renderers.sharing_specs import (
    component_specs,
    multi_model_specs,
    sharing_specs,
)
from tests.unit.renderers.specs import ACCOUNT, REGION, SHA
from tools.aws import AwsClients
from tools.catalog import load_catalog
from tools.endpoint import EndpointSpec
from tools.errors import InvalidInputError
from tools.importing import spec_of_endpoint
from tools.plan import DeploymentPlan
from tools.planners.cloudformation import template_for
from tools.planners.observed import observe_endpoint
from tools.planners.rendering import rendered, script_of
from tools.planners.roles import role_arn, role_name
from tools.renderers.linting import findings as lint
from tools.rules.checks import findings

FEW = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example costs too much to shrink
    suppress_health_check=[HealthCheck.too_slow],
)


def stands(spec: EndpointSpec, clients: AwsClients) -> Any:
    """Everything that AWS says of the endpoint; names that a way gives become what they name."""
    seen = observe_endpoint(spec.name, clients)
    assert seen.status == "InService"
    served = [v.get("ModelName") for v in seen.variants]
    served += [c["Specification"].get("ModelName") for c in seen.components]
    names = {name: f"<model {n}>" for n, name in enumerate(filter(None, served))}
    names |= {arn: f"<{row['PolicyName']}>" for arn, row in seen.scaling.policies.items()}
    if spec.role_arn is None:
        holder = seen.config if spec.components else next(iter(seen.models.values()))
        names[holder["ExecutionRoleArn"]] = "<role>"
    whole = {
        "config": seen.config | {"EndpointConfigName": "<config>"},
        "models": seen.models,
        "components": [_at_the_start(row) for row in seen.components],
        "targets": sorted(seen.scaling.targets, key=str),
        "policies": sorted(seen.scaling.policies.values(), key=lambda p: p["PolicyName"]),
        "actions": sorted(seen.scaling.actions, key=lambda a: a["ScheduledActionName"]),
        "alarms": sorted(seen.scaling.alarms, key=lambda a: a["AlarmName"]),
        "tags": {k: v for k, v in seen.tags.items() if not k.startswith("aws:")},
    }
    return _renamed(json.loads(json.dumps(whole, default=str)), names)


def _at_the_start(row: dict[str, Any]) -> dict[str, Any]:
    """Auto scaling may have moved the copies already; a stack adds tags of its own."""
    own = [t for t in row.get("Tags", ()) if not t["Key"].startswith("aws:")]
    return {k: v for k, v in row.items() if k not in {"RuntimeConfig", "Tags"}} | {"own": own}


def _renamed(part: Any, names: dict[str, str]) -> Any:
    match part:
        case dict():
            return {
                names.get(k, k): _renamed(v, names)
                for k, v in part.items()
                if k != "Tags" or not isinstance(v, list)
            }
        case list():
            return [_renamed(member, names) for member in part]
        case str():
            return names.get(part, part)
        case _:
            return part


def by_plan(place: Place, plan: DeploymentPlan, spec: EndpointSpec) -> Any:
    run = place.run(plan)
    try:
        list(run.forward())
        found = stands(spec, place.clients)
    finally:
        list(run.backward())
    assert left_over(spec, place.clients) == []
    assert components_left(place.clients) == []
    return found


def components_left(clients: AwsClients) -> list[Any]:
    return list(clients.call("sagemaker.list_inference_components", {})["InferenceComponents"])


class Local:
    """A session of boto3's own at the sandbox."""

    def __init__(self, clients: AwsClients) -> None:
        self.session = boto3.Session("local", "local", region_name=REGION)
        self.endpoint_url = clients.target.endpoint_url

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.endpoint_url)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "drawn", [component_specs(), multi_model_specs()], ids=["components", "multi-model"]
)
def test_all_ways_make_the_same(place: Place, drawn: st.SearchStrategy[EndpointSpec]) -> None:
    session = Local(place.clients)

    @FEW
    @given(drawn)
    def equal(spec: EndpointSpec) -> None:
        plan = plan_by_calls(spec, uuid.uuid4().hex)
        by_calls = by_plan(place, plan, spec)
        assert by_plan(place, plan_by_stack(spec, uuid.uuid4().hex), spec) == by_calls
        script = functions(script_of(plan))
        try:
            deploy(script, session, {SHA: place.workshop.blobs / SHA}, 0.02)
            by_script = stands(spec, place.clients)
        finally:
            script["delete"](session, poll_s=0.02)
        assert by_script == by_calls
        assert left_over(spec, place.clients) == []
        assert components_left(place.clients) == []

    equal()


def test_a_deployed_endpoint_is_read_back_as_its_specification(place: Place) -> None:
    @FEW
    @given(sharing_specs())
    def equal(spec: EndpointSpec) -> None:
        run = place.run(plan_by_calls(spec, uuid.uuid4().hex))
        try:
            list(run.forward())
            found = spec_of_endpoint(spec.name, place.clients)
        finally:
            list(run.backward())
        role = spec.role_arn or role_arn(ACCOUNT, role_name(spec.name, spec.suffix))
        wanted = without_uploads(spec).model_copy(
            update={"role_arn": role, "suffix": found.spec.suffix}
        )
        assert _ordered(found.spec) == _ordered(wanted)
        assert found.notes == ()

    equal()


def _ordered(spec: EndpointSpec) -> Any:
    """AWS lists components, policies and actions in an order of its own, and moves copies."""
    whole = spec.model_dump()
    for variant in whole["variants"]:
        variant["components"] = sorted(variant["components"], key=lambda one: one["name"])
        for owner in (variant, *variant["components"]):
            owner.pop("copy_count", None)
            if owner["scaling"]:
                for key in ("policies", "schedules"):
                    owner["scaling"][key] = sorted(owner["scaling"][key], key=str)
    return whole


@settings(max_examples=60, deadline=None)
@given(sharing_specs())
def test_no_check_and_no_linter_has_anything_against_what_is_drawn(spec: EndpointSpec) -> None:
    wrong = [f for f in findings(spec, load_catalog()) if f.severity == "error"]
    assert wrong == []
    assert lint(template_for(spec, ACCOUNT).text(), spec.region) == ()


@settings(max_examples=5, deadline=None)
@given(component_specs())
def test_terraform_refuses_components_with_its_reason(spec: EndpointSpec) -> None:
    with pytest.raises(InvalidInputError, match=r"aws provider .* has no resource for the call"):
        rendered(plan_by_calls(spec, uuid.uuid4().hex), "terraform")


@settings(max_examples=20, deadline=None)
@given(multi_model_specs())
def test_terraform_has_several_models_in_one_container(spec: EndpointSpec) -> None:
    text = rendered(plan_by_calls(spec, uuid.uuid4().hex), "terraform")
    assert '= "MultiModel"' in text
    several = spec.the_model.multi_model
    assert ("multi_model_config {" in text) == bool(several and several.model_cache)
