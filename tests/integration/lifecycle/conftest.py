"""One quick sandbox, apps on it, and two versions of a small model."""

import os
import tarfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.deployment.conftest import (  # noqa: F401 - fixtures
    QUICK,
    Standing,
    app,
    approval_of,
    deployed,
    needs,
    onnx_model,
    settings,
)
from tools.deployment import apply
from tools.errors import NotFoundError
from tools.planners.lifecycle import WantedVersion
from tools.planners.removal import plan_deletion
from tools.requirements import Requirements, merge
from tools.sandbox import control


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A state folder whose sandbox runs for the whole session; its minutes are short."""
    folder = tmp_path_factory.mktemp("home")
    timing = {**QUICK, "aws_minute_s": 0.3}
    control.ensure_running(folder, timing=timing, parent_pid=os.getpid())
    yield folder
    control.down(folder)


@pytest.fixture(scope="session")
def second_model(tmp_path_factory) -> Path:
    """The same columns, other labels: 10, 11, 12 in place of 0, 1, 2."""
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    rows, labels = load_iris(return_X_y=True)
    fitted = LogisticRegression(max_iter=500).fit(rows, labels + 10)
    path = tmp_path_factory.mktemp("model") / "iris-2.onnx"
    made = to_onnx(fitted, rows[:1].astype("float32"), options={"zipmap": False})
    path.write_bytes(made.SerializeToString())
    return path


@pytest.fixture
def broken_model(tmp_path) -> Path:
    """An archive whose script raises when the model is loaded."""
    script = tmp_path / "inference.py"
    script.write_text("def model_fn(model_dir):\n    raise RuntimeError('weights are missing')\n")
    (tmp_path / "weights.npy").write_bytes(b"x")
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(script, "code/inference.py")
        tar.add(tmp_path / "weights.npy", "weights.npy")
    return archive


@pytest.fixture
def served(app, needs):
    """A deployed endpoint: its plan and its deployment; whatever is left of it goes afterwards."""
    plan = app.place.plan(needs)
    made, _ = deployed(app, plan)
    yield plan, made
    try:
        removal = plan_deletion(plan.endpoint_name, app.place.removal(plan.region))
    except NotFoundError:
        return
    deleted(app, removal)


def deleted(app, removal):
    """Apply a deletion with the name typed; return the deployment."""
    app.place.keep(removal)
    approval = approval_of(removal).model_copy(update={"typed_name": removal.endpoint_name})
    clients = app.place.clients(removal.region)
    return list(apply(removal, approval, clients, app.place.workshop()))[-1]


def another_model(path: Path, **changes) -> WantedVersion:
    source = {"model_source": {"kind": "local", "uri": str(path)}}
    return WantedVersion(needs=merge(Requirements(), {**source, **changes.pop("needs", {})}),
                         **changes)  # fmt: skip


def config_in_service(app, plan) -> str:
    clients = app.place.clients(plan.region)
    answer = clients.call("sagemaker.describe_endpoint", {"EndpointName": plan.endpoint_name})
    assert answer["EndpointStatus"] == "InService"
    return answer["EndpointConfigName"]


class Caller:
    """Invokes an endpoint again and again, and keeps what it was answered."""

    def __init__(self, app, endpoint_name: str) -> None:
        self.app, self.endpoint_name = app, endpoint_name
        self.answers: list[bytes] = []
        self.failures: list[str] = []
        self._stop = threading.Event()

    def _go_on(self) -> None:
        body, content_type = self.app.sample_for(self.endpoint_name)
        while not self._stop.is_set():
            try:
                answer = self.app.invoke(self.endpoint_name, body, content_type=content_type)
            except Exception as error:  # noqa: BLE001 - whatever fails is the finding
                self.failures.append(repr(error))
                continue
            (self.answers if answer.ok else self.failures).append(answer.body)
            self._stop.wait(0.01)

    @contextmanager
    def calling(self):
        thread = threading.Thread(target=self._go_on)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()


def scaling_of(app, plan) -> dict[str, list]:
    """Everything that moves an endpoint's capacity or rings, without what changes by itself."""
    from tools.planners.observed import observe_endpoint

    seen = observe_endpoint(plan.endpoint_name, app.place.clients(plan.region)).scaling
    arns = list(seen.policies)

    def plain(alarm):
        actions = [a if a not in arns else "policy" for a in alarm.get("AlarmActions", ())]
        return {**alarm, "AlarmActions": actions}

    return {
        "targets": sorted(seen.targets, key=str),
        "policies": sorted(seen.policies.values(), key=str),
        "actions": sorted(seen.actions, key=str),
        "alarms": sorted(map(plain, seen.alarms), key=str),
    }
