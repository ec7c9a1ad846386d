"""A quick sandbox, an app on it, and ONNX models to compile."""

import os
from pathlib import Path

import pytest

from tests.integration.deployment.conftest import QUICK, app  # noqa: F401 - fixtures
from tests.integration.deployment.conftest import Standing as Hosted
from tools.requirements import Requirements, merge
from tools.sandbox import control

ROW = [[5.1, 3.5, 1.4, 0.2]]


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A state folder whose sandbox runs for the whole session."""
    folder = tmp_path_factory.mktemp("home")
    control.ensure_running(folder, timing={**QUICK, "compiling_s": 0.05}, parent_pid=os.getpid())
    yield folder
    control.down(folder)


class Standing(Hosted):
    """What stands of a plan, its compilation jobs among it."""

    def everything(self) -> list[str]:
        return [*super().everything(), *self.jobs()]

    def jobs(self) -> list[str]:
        found = self.clients.call(
            "sagemaker.list_compilation_jobs", {"NameContains": self.plan.nonce[:8]}
        )
        return [row["CompilationJobName"] for row in found["CompilationJobSummaries"]]


def graph(folder: Path, *, opset: int = 12, steep: float = 1.0) -> Path:
    """A small classifier of four numbers, as an ONNX file of one operator set."""
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    rows, labels = load_iris(return_X_y=True)
    fitted = LogisticRegression(max_iter=500, C=steep).fit(rows, labels)
    path = folder / f"iris-{opset}.onnx"
    sample = rows[:1].astype("float32")
    made = to_onnx(fitted, sample, options={"zipmap": False}, target_opset=opset)
    path.write_bytes(made.SerializeToString())
    return path


@pytest.fixture(scope="session")
def onnx_model(tmp_path_factory) -> Path:
    return graph(tmp_path_factory.mktemp("model"))


@pytest.fixture
def needs(onnx_model) -> Requirements:
    values = {
        "model_source": {"kind": "local", "uri": str(onnx_model)},
        "latency_p95_ms": 200,
        "average_requests_per_second": 5,
        "environment": "development",
        "compilation": "neo",
    }
    return merge(Requirements(), values)
