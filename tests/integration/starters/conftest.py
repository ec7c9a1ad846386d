"""One quick sandbox for all starters; two models that start at once are given time for it."""

import os
from pathlib import Path

import pytest

from tests.integration.components.conftest import gone_afterwards
from tests.integration.deployment.conftest import QUICK
from tests.integration.lifecycle.conftest import app
from tools.sandbox import control

__all__ = ["app", "gone_afterwards", "home"]


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A state folder whose sandbox runs for the whole session."""
    folder = tmp_path_factory.mktemp("home")
    timing = {**QUICK, "ping_window_s": 20.0, "aws_minute_s": 0.5}
    control.ensure_running(folder, timing=timing, parent_pid=os.getpid())
    yield folder
    control.down(folder)
