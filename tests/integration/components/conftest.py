"""One quick sandbox whose minutes are short, and a folder of several small models."""

import os
from pathlib import Path

import pytest

from tests.integration.deployment.conftest import QUICK
from tests.integration.lifecycle.conftest import app, deleted, onnx_model
from tools.errors import NotFoundError
from tools.planners.removal import plan_deletion
from tools.sandbox import control

__all__ = ["app", "gone_afterwards", "home", "onnx_model", "three_models"]


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A state folder whose sandbox runs for the whole session; three models stay loaded."""
    folder = tmp_path_factory.mktemp("home")
    timing = {**QUICK, "ping_window_s": 20.0, "aws_minute_s": 0.3, "max_processes": 3}
    control.ensure_running(folder, timing=timing, parent_pid=os.getpid())
    yield folder
    control.down(folder)


@pytest.fixture(scope="session")
def three_models(tmp_path_factory) -> Path:
    """A folder with three trees that answer differently: 0 to 2, 10 to 12, 20 to 22."""
    import joblib
    from sklearn.datasets import load_iris
    from sklearn.tree import DecisionTreeClassifier

    rows, labels = load_iris(return_X_y=True)
    folder = tmp_path_factory.mktemp("models")
    for number, city in enumerate(("berlin", "hanoi", "lima")):
        fitted = DecisionTreeClassifier(max_depth=3).fit(rows, labels + 10 * number)
        joblib.dump(fitted, folder / f"{city}.joblib")
    return folder


@pytest.fixture
def gone_afterwards(app):
    """Takes endpoints away, by the plans that made them, whatever is left of them."""
    plans: list = []
    yield plans.append
    for plan in plans:
        try:
            removal = plan_deletion(plan.endpoint_name, app.place.removal(plan.region))
        except NotFoundError:
            continue
        deleted(app, removal)
