"""The sandbox dies in mid-deployment; the chat model's provider gives no answer."""

import json
import os
import signal

import psutil
import pytest

from assistant.bootstrap import bootstrap
from tests.integration.deployment.conftest import (
    QUICK,
    Standing,
    approval_of,
    onnx_model,
    settings,
)
from tests.integration.faces.command_line import CommandLine
from tools.deployment import apply
from tools.errors import AwsUnavailableError
from tools.requirements import Requirements, merge
from tools.sandbox import control

__all__ = ["onnx_model"]


def start(home):
    control.ensure_running(home, timing=QUICK, parent_pid=os.getpid())


@pytest.fixture
def fragile(tmp_path):
    """A home whose sandbox a test may kill."""
    start(tmp_path)
    yield tmp_path
    control.down(tmp_path)


@pytest.fixture
def needs(onnx_model) -> Requirements:
    source = {"kind": "local", "uri": str(onnx_model)}
    return merge(
        Requirements(),
        {"model_source": source, "latency_p95_ms": 50, "peak_requests_per_second": 60},
    )


def kill_sandbox(home) -> None:
    process = psutil.Process(control.status(home).pid)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)


def interrupted(app, needs, operation: str, detail: str = ""):
    """Kill the sandbox when a new plan comes to `operation`; return the plan and the error."""
    plan = app.place.plan(needs)
    app.place.keep(plan)
    run = apply(plan, approval_of(plan), app.place.clients(plan.region), app.place.workshop())
    for progress in run:
        if progress.operation == operation and detail in progress.detail:
            break
    kill_sandbox(app.settings.home)
    with pytest.raises(AwsUnavailableError) as caught:
        list(run)
    return plan, caught.value


@pytest.mark.parametrize(
    ("operation", "detail"),
    [
        ("s3.put_object", ""),
        ("sagemaker.create_endpoint", "Creating"),
        ("application-autoscaling.put_scaling_policy", ""),
    ],
)
def test_a_sandbox_that_dies_in_mid_deployment_loses_nothing(fragile, needs, operation, detail):
    app = bootstrap(settings(fragile))
    plan, error = interrupted(app, needs, operation, detail)
    assert "nothing is lost" in error.message
    assert "again" in error.remedy
    start(fragile)
    again = CommandLine(fragile)("deploy", plan.digest, "--approve", plan.digest, "--json")
    assert again.json()["verification"]["ok"] is True
    stands = Standing(bootstrap(settings(fragile)), plan).everything()
    assert sum(name.startswith("Endpoints:") for name in stands) == 1
    assert len(stands) == len(set(stands))


def test_a_plan_that_was_interrupted_is_finished_by_the_next_command(fragile, needs):
    app = bootstrap(settings(fragile))
    plan, _ = interrupted(app, needs, "sagemaker.create_model")
    ran = CommandLine(fragile)("endpoints", "--json")  # starts the sandbox, continues the plan
    assert "Continued an interrupted deployment" in ran.err
    [row] = ran.json()["endpoints"]
    assert row["endpoint_name"] == plan.endpoint_name
    assert row["status"] == "InService"


def test_a_provider_that_cannot_be_reached_is_replaced_and_it_is_said(sagepilot):
    there = CommandLine(
        sagepilot.home,
        SAGEPILOT_CHAT_MODEL="openai:some-model",
        SAGEPILOT_CHAT_MODEL_BASE_URL="http://127.0.0.1:9/v1",
        OPENAI_API_KEY="none",
    )
    said = "Deploy the sample model, p95 under 50 ms, 20 requests a second, 2 KB."
    ran = there("chat", "--jsonl", "--thread", "far", stdin=json.dumps({"say": said}) + "\n")
    events = ran.lines()
    assert ran.status == 0
    assert any(event["event"] == "plan" for event in events)
    told = " ".join(e.get("text", "") + e.get("message", "") for e in events)
    assert "built-in" in told or "offline" in told
