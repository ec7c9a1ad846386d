"""One home with a running, quick sandbox; the sample's plan made and deployed once."""

import os
from pathlib import Path

import pytest

from tests.integration.deployment.conftest import QUICK
from tests.integration.faces.command_line import CommandLine
from tools.sandbox import control

SAMPLE = {"kind": "local", "uri": "sample"}
NEEDS = {
    "model_source": SAMPLE,
    "latency_p95_ms": 50,
    "peak_requests_per_second": 20,
    "request_payload_bytes": 2000,
}


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    patient = {**QUICK, "ping_window_s": 20.0}  # nothing here is meant to fail its ping
    control.ensure_running(folder, timing=patient, parent_pid=os.getpid())
    yield folder
    control.down(folder)


@pytest.fixture(scope="session")
def sagepilot(home) -> CommandLine:
    return CommandLine(home)


@pytest.fixture(scope="session")
def planned(sagepilot, tmp_path_factory):
    """A plan's file and its content."""
    import json

    made = sagepilot("plan", "--json", stdin=json.dumps(NEEDS))
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    path.write_text(made.out, encoding="utf-8")
    return path, made.json()


@pytest.fixture(scope="session")
def deployed(sagepilot, planned):
    """The deployment of `planned`, as `deploy --json` told it."""
    path, plan = planned
    return sagepilot("deploy", str(path), "--approve", plan["digest"], "--json").json()
