"""One quick sandbox, and conversations on it that go from a sentence to nothing left."""

import json
import os
import time
from pathlib import Path

import numpy
import pytest

from assistant import events
from tests.integration.conversations.conftest import Talk
from tests.integration.deployment.conftest import QUICK, app, onnx_model  # noqa: F401 - fixtures
from tests.integration.lifecycle.conftest import second_model  # noqa: F401 - fixtures
from tools.sandbox import control

DEFAULT_TURNS = 3
REST_S = 60.0


class Life(Talk):
    """A conversation that owns one endpoint."""

    def planned(self, words: str) -> events.PlanProposed:
        """Say something, go on with the defaults while asked, and return the plan."""
        before = len(self._plans())
        self.say(words)
        for _ in range(DEFAULT_TURNS):
            if len(self._plans()) > before:
                return self._plans()[-1]
            self.say("go ahead with the defaults")
        raise AssertionError(f"no plan: {self.text()}")

    def _plans(self) -> list[events.PlanProposed]:
        return [event for event in self.events if isinstance(event, events.PlanProposed)]

    def carried_out(self, words: str, kind: str) -> events.PlanProposed:
        """Plan and approve; what was approved did not fail."""
        plan = self.planned(words)
        assert plan.kind == kind, self.text()
        seen = self.approve()
        failed = [event for event in seen if isinstance(event, events.Failed)]
        assert failed == []
        return plan

    def at_rest(self, endpoint_name: str) -> None:
        """Wait while the endpoint scales by itself: nothing is planned on one that changes."""
        end = time.monotonic() + REST_S
        while time.monotonic() < end:
            rows = [r for r in self.app.endpoints() if r["endpoint_name"] == endpoint_name]
            if rows and rows[0]["status"] in {"InService", "Parked"}:
                return
            time.sleep(0.1)
        raise AssertionError(f"{endpoint_name} does not come to rest")

    def answers(self, endpoint_name: str, rows: numpy.ndarray | None) -> object:
        """Return predictions: of `rows`, or of the endpoint's own sample."""
        body, content_type = self.app.sample_for(endpoint_name)
        if rows is not None:
            request = json.loads(body)
            tensor = request["inputs"][0]
            tensor |= {"shape": list(rows.shape), "data": rows.astype("float32").ravel().tolist()}
            body = json.dumps(request).encode()
        answer = self.app.invoke(endpoint_name, body, content_type=content_type)
        assert answer.ok, answer
        told = json.loads(answer.body)
        if rows is None:
            return told
        return next(o for o in told["outputs"] if o["datatype"].startswith("INT"))["data"]


@pytest.fixture(scope="session")
def home(tmp_path_factory) -> Path:
    """A state folder whose sandbox runs for the whole session; its minutes are short.

    A model may take its time to start: many sandboxes may share the machine's cores.
    """
    folder = tmp_path_factory.mktemp("home")
    timing = {**QUICK, "aws_minute_s": 0.3, "ping_window_s": 60.0}
    control.ensure_running(folder, timing=timing, parent_pid=os.getpid())
    yield folder
    control.down(folder)


@pytest.fixture
def life(app, request):
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)
    return Life(app, f"life-{name[-90:].strip('-')}")


@pytest.fixture(scope="session")
def iris():
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    rows, labels = load_iris(return_X_y=True)
    fitted = LogisticRegression(max_iter=500).fit(rows, labels)
    return rows, fitted.predict(rows).tolist()
