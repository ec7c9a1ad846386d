"""One quick sandbox, an app on it, and the sample model's own predictions."""

import json
import os
from pathlib import Path

import pytest

from assistant.bootstrap import bootstrap
from tests.integration.deployment.conftest import (  # noqa: F401 - fixtures
    QUICK,
    app,
    onnx_model,
    settings,
)
from tools.requirements import Requirements, merge
from tools.sandbox import control


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A state folder whose sandbox runs for the whole session; workers have time to start."""
    folder = tmp_path_factory.mktemp("home")
    timing = {**QUICK, "ping_window_s": 30.0}
    control.ensure_running(folder, timing=timing, parent_pid=os.getpid())
    yield folder
    control.down(folder)


@pytest.fixture(scope="session")
def sample(home):
    """The sample model's files."""
    return bootstrap(settings(home)).place.sample()


@pytest.fixture
def expected(sample) -> list[int]:
    """What the sample model says of each of its rows, asked without a server."""
    return json.loads(sample.expected_json.read_text())["predictions"]


@pytest.fixture
def wanted(sample):
    """Needs of a batch over the sample's rows on this machine."""
    return merge(
        Requirements(),
        {
            "model_source": {"kind": "local", "uri": "sample"},
            "traffic_pattern": "batch",
            "interactive": False,
            "input_uri": str(sample.rows_csv),
        },
    )
