"""One quick sandbox for this folder; each test has a policy of its own."""

import pytest

from assistant.bootstrap import bootstrap
from tests.integration.conversations.conftest import Talk
from tests.integration.deployment.conftest import (
    home,  # noqa: F401 - a fixture
    onnx_model,  # noqa: F401 - a fixture
    settings,
)
from tests.integration.faces.command_line import CommandLine

NEEDS = {
    "model_source": {"kind": "local", "uri": "sample"},
    "latency_p95_ms": 50,
    "peak_requests_per_second": 20,
    "request_payload_bytes": 2000,
}


@pytest.fixture
def policy(tmp_path):
    """Where this test's policy lies; it begins empty."""
    path = tmp_path / "policy.toml"
    path.write_text("", encoding="utf-8")
    return path


@pytest.fixture
def command(home, policy):
    """`sagepilot` under the policy, as anybody."""

    def as_user(name="ana"):
        return CommandLine(home, SAGEPILOT_POLICY=str(policy), SAGEPILOT_USER=name)

    return as_user


@pytest.fixture
def talk(home, policy, request):
    """A conversation under the policy."""
    app = bootstrap(settings(home, policy=policy))
    return Talk(app, request.node.name[:90].replace("[", " ").replace("]", " "))
