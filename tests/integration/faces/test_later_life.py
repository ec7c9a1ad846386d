"""update, park, unpark, undo, delete and delete --at on the command line, with `--json`."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.deployment.conftest import onnx_model  # noqa: F401 - a fixture
from tests.integration.faces.command_line import refused
from tests.integration.faces.conftest import NEEDS


@pytest.fixture(params=["api", "cloudformation"])
def endpoint(request, sagepilot, onnx_model):
    """The name of an endpoint of a test's own, made by plain calls or by a stack."""
    needs = {**NEEDS, "model_source": {"kind": "local", "uri": str(onnx_model)}}
    plan = sagepilot("plan", "--method", request.param, "--json", stdin=json.dumps(needs)).json()
    made = sagepilot("deploy", plan["digest"], "--approve", plan["digest"], "--json").json()
    name = made["endpoint_name"]
    yield name
    if row_of(sagepilot, name) is not None:
        carried_out(sagepilot, ["delete", name], "--typed-name", name)


def carried_out(sagepilot, command, *more):
    """Plan by a command, approve the whole digest, and return plan and outcome."""
    shown = sagepilot(*command, "--json")
    assert shown.status == 0, shown.err
    plan = shown.json()
    ended = sagepilot(*command[:2], "--approve", plan["digest"], "--json", *more)
    assert ended.status == 0, ended.err
    return plan, ended.json()


def row_of(sagepilot, name):
    rows = sagepilot("endpoints", "--json").json()["endpoints"]
    return next((row for row in rows if row["endpoint_name"] == name), None)


def test_the_later_life_of_an_endpoint_by_commands(sagepilot, endpoint):
    before = row_of(sagepilot, endpoint)["instance_count"]
    more = ["update", endpoint, "--initial-instance-count", str(before + 1)]
    plan, made = carried_out(sagepilot, more)
    assert (plan["kind"], made["status"]) == ("update", "deployed")
    assert made["verification"]["ok"] is True
    assert row_of(sagepilot, endpoint)["instance_count"] == before + 1
    refused(sagepilot(*more, "--json"), "InvalidInputError")  # nothing would change

    plan, made = carried_out(sagepilot, ["undo", made["deployment_id"]])
    assert (plan["kind"], made["status"]) == ("undo", "undone")

    carried_out(sagepilot, ["update", endpoint, "--instance-type", "ml.m5.xlarge"])
    plan, made = carried_out(sagepilot, ["park", endpoint])
    assert (plan["kind"], made["status"]) == ("park", "undone")
    row = row_of(sagepilot, endpoint)
    assert (row["status"], row["cost_usd_per_month"]) == ("Parked", 0)
    assert row["instance_type"] == "ml.m5.xlarge"
    assert row["restored_by"] == f"sagepilot unpark {endpoint}"
    assert "Parked" in sagepilot("endpoints").out
    for turn in (["park"], ["update", "--initial-instance-count", "3"]):
        answer = sagepilot(turn[0], endpoint, *turn[1:], "--json")
        refused(answer, "NotFoundError")
        assert f"sagepilot unpark {endpoint}" in answer.json()["error"]["remedy"]
    sent = sagepilot("invoke", endpoint, "-", stdin="[[1, 2, 3, 4]]")
    assert f"Endpoint {endpoint} is parked." in sent.err

    plan, made = carried_out(sagepilot, ["unpark", endpoint])
    assert (plan["kind"], made["status"]) == ("unpark", "deployed")
    assert row_of(sagepilot, endpoint)["status"] == "InService"
    refused(sagepilot("unpark", endpoint, "--json"), "NotFoundError")

    plan, made = carried_out(sagepilot, ["delete", endpoint], "--typed-name", endpoint)
    assert (plan["kind"], made["status"]) == ("delete", "undone")
    assert row_of(sagepilot, endpoint) is None


def test_a_deletion_at_a_moment_is_shown_with_the_endpoint(sagepilot, endpoint):
    later = (datetime.now(UTC) + timedelta(hours=5)).isoformat()
    plan = sagepilot("delete", endpoint, "--at", later, "--json").json()
    assert "scheduler.create_schedule" in [step["operation"] for step in plan["steps"]]
    approved = ["--approve", plan["digest"], "--json"]
    assert sagepilot("delete", endpoint, "--at", later, *approved).json()["status"] == "deployed"
    row = row_of(sagepilot, endpoint)
    assert row["expires_at"][:15] == later[:15]
    assert row["expires_soon"] is True
    assert "(soon)" in sagepilot("endpoints").out
    past = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
    refused(sagepilot("delete", endpoint, "--at", past, "--json"), "InvalidInputError")


@pytest.mark.parametrize("command", ["update", "park", "unpark", "delete"])
def test_an_endpoint_that_is_not_there_is_said_to_be_none(sagepilot, command):
    refused(sagepilot(command, "no-such-endpoint", "--json"), "NotFoundError")
