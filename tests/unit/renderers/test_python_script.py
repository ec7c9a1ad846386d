"""A script makes exactly the plan's requests; any property less is a difference."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from tests.integration.renderings.conftest import plan_by_calls, plan_by_stack
from tests.unit.renderers.maximal import MAXIMAL
from tests.unit.renderers.scripts import Recorder, Upload, answer, functions, made_by
from tests.unit.renderers.sharing_specs import (
    sharing_specs,
)
from tests.unit.renderers.specs import ACCOUNT, ARCHIVE, SHA, one, specs
from tools.calls import concrete
from tools.endpoint import AlarmSpec, EndpointSpec, InferenceOption
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


def mutants(tree: ast.Module) -> Iterator[str]:
    """Take one argument, key or member out of the script at a time, and put it back."""
    for node in list(_values(tree)):
        for field in ("keywords", "keys", "elts"):
            for index in range(len(getattr(node, field, ()))):
                lists = [getattr(node, field), *([node.values] if field == "keys" else [])]
                taken = [rows.pop(index) for rows in lists]
                yield f"{ast.unparse(taken[0])} of {ast.unparse(node)[:80]}"
                for rows, row in zip(lists, taken, strict=True):
                    rows.insert(index, row)


def _values(tree: ast.Module) -> Iterator[Any]:
    for statement in tree.body:
        stage = isinstance(statement, ast.FunctionDef) and statement.name in STAGES
        tags = isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "TAGS"
        if stage or tags:
            yield from (
                n for n in ast.walk(statement) if isinstance(n, ast.Call | ast.Dict | ast.List)
            )


@pytest.mark.parametrize("name", MAXIMAL)
def test_one_property_less_is_a_difference(name: str) -> None:
    plan = plan_by_calls(MAXIMAL[name], NONCE)
    requests, tree = wanted(plan), ast.parse(script_of(plan))
    assert made_by(tree, ARCHIVES) == requests
    for what in mutants(tree):
        try:
            made = made_by(tree, ARCHIVES)
        except (KeyError, TypeError, AttributeError):
            continue  # it does not run any more
        assert made != requests, what


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
