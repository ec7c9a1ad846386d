"""A script makes exactly the plan's requests; any property less is a difference."""

import ast
import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.renderings.conftest import plan_by_calls, plan_by_stack
from tests.unit.renderers.scripts import Recorder, Upload, answer, functions, made_by
from tests.unit.renderers.sharing_specs import (
    component_specs,
    multi_model_specs,
    sharing_specs,
)
from tests.unit.renderers.specs import ACCOUNT, ARCHIVE, SHA, one, specs
from tools.calls import concrete
from tools.endpoint import ENDPOINT_OPTIONS, AlarmSpec, EndpointSpec, InferenceOption
from tools.plan import DeploymentPlan
from tools.planners.inverse import undo_for
from tools.planners.rendering import script_for, script_of

ARCHIVES = {SHA: Upload(ARCHIVE)}
NONCE = "0123456789abcdef"
#: Functions that make requests.
STAGES = {"upload", "make_role", "make_endpoint", "watch"}


def wanted(plan: DeploymentPlan) -> list[tuple[str, dict[str, Any]]]:
    """The plan's own requests, as `tools.carrying` sends them."""
    answers: dict[int, dict[str, Any]] = {}
    sent = []
    for number, step in enumerate(plan.steps):
        request = concrete(step, answers, plan.digest)
        answers[number] = answer(step.operation, request)
        if "Body" in request:
            request = {**request, "Body": ARCHIVE}
        sent.append((step.operation, request))
    return sent


@settings(max_examples=150, deadline=None)
@given(specs() | sharing_specs())
def test_a_script_makes_the_plans_requests(spec: EndpointSpec) -> None:
    plan = plan_by_calls(spec, NONCE)
    assert made_by(script_of(plan), ARCHIVES) == wanted(plan)


@settings(max_examples=60, deadline=None)
@given(specs() | sharing_specs())
def test_what_is_taken_back_is_what_was_made_in_reverse(spec: EndpointSpec) -> None:
    plan, recorder = plan_by_calls(spec, NONCE), Recorder()
    functions(script_of(plan))["delete"](recorder, poll_s=1)
    calls = [(call.operation, call.parameters) for call in reversed(undo_for(plan.steps))]
    assert recorder.requests == calls
    assert recorder.waited == ["endpoint_deleted"]


@settings(max_examples=40, deadline=None)
@given(specs())
def test_a_plan_by_a_stack_is_a_script_of_plain_calls(spec: EndpointSpec) -> None:
    by_stack = made_by(script_of(plan_by_stack(spec, NONCE)), ARCHIVES)
    by_calls = made_by(script_of(plan_by_calls(spec, NONCE)), ARCHIVES)
    assert [operation for operation, _ in by_stack] == [operation for operation, _ in by_calls]


def mutants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """The script, each time without one argument, key or member."""
    places = [
        (number, field, index)
        for number, node in enumerate(_values(tree))
        for field in ("keywords", "keys", "elts")
        for index in range(len(getattr(node, field, ())))
    ]
    for number, field, index in places:
        changed = copy.deepcopy(tree)
        node: Any = list(_values(changed))[number]
        name = ast.unparse(getattr(node, field)[index])
        del getattr(node, field)[index]
        if field == "keys":
            del node.values[index]
        yield f"{name} of {ast.unparse(node)[:80]}", changed


def _values(tree: ast.Module) -> Iterator[ast.AST]:
    for statement in tree.body:
        stage = isinstance(statement, ast.FunctionDef) and statement.name in STAGES
        tags = isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "TAGS"
        if stage or tags:
            yield from (
                n for n in ast.walk(statement) if isinstance(n, ast.Call | ast.Dict | ast.List)
            )


@pytest.mark.parametrize(
    "drawn",
    [*map(specs, ENDPOINT_OPTIONS), component_specs(), multi_model_specs()],
    ids=[*ENDPOINT_OPTIONS, "components", "multi-model"],
)
def test_one_property_less_is_a_difference(drawn: st.SearchStrategy[EndpointSpec]) -> None:
    @settings(max_examples=5, deadline=None)
    @given(drawn)
    def noticed(spec: EndpointSpec) -> None:
        plan = plan_by_calls(spec, NONCE)
        requests = wanted(plan)
        for what, tree in mutants(ast.parse(script_of(plan))):
            try:
                made = made_by(tree, ARCHIVES)
            except (KeyError, TypeError, AttributeError):
                continue  # it does not run any more
            assert made != requests, what

    noticed()


@settings(max_examples=40, deadline=None)
@given(specs())
def test_a_specification_alone_is_a_script_without_a_plans_tag(spec: EndpointSpec) -> None:
    source = script_for(spec, ACCOUNT)
    requests = made_by(source, ARCHIVES)
    assert "sagepilot:plan" not in str(requests)
    assert "Rendered by Sagepilot from a specification." in source
    assert 'dependencies = ["boto3==' in source


@pytest.mark.parametrize("hostile", ['a"""; print(1) #', "a\nprint(1)", "a' \\ {x}"])
def test_text_of_a_specification_stays_text(hostile: str) -> None:
    spec = one(specs(InferenceOption.REAL_TIME), lambda found: found.alarms is None)
    named = spec.model_copy(update={"name": hostile, "tags": {"owner": hostile}})
    tree = ast.parse(script_for(named, ACCOUNT))
    calls = [ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Call)]
    assert "print(1)" not in calls


@settings(max_examples=20, deadline=None)
@given(specs())
def test_alarms_of_a_production_endpoint_are_in_it(spec: EndpointSpec) -> None:
    topic = f"arn:aws:sns:us-east-1:{ACCOUNT}:told"
    watched = spec.model_copy(update={"alarms": AlarmSpec(latency_p95_ms=50, topic_arn=topic)})
    plan = plan_by_calls(watched, NONCE)
    assert made_by(script_of(plan), ARCHIVES) == wanted(plan)
