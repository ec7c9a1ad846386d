"""Whole conversations: words in, events out, real models served, predictions compared."""

import json
import tarfile
from pathlib import Path
from typing import NamedTuple

import numpy
import pytest

from assistant import events
from tests.integration.deployment.conftest import app, home, settings  # noqa: F401 - fixtures
from tools.invocation import Request, invoke


class Talk:
    """One conversation, driven as a user would: say, approve; remembers every event."""

    def __init__(self, app, thread):
        self.app = app
        self.conversation = app.conversation(thread)
        self.events: list[events.Event] = []
        self.turns = 0

    def say(self, text):
        self.turns += 1
        return self._take(self.conversation.say(text))

    def approve(self):
        self.turns += 1
        plan = self.last(events.PlanProposed)
        return self._take(
            self.conversation.approve(plan.digest, typed_name=plan.typed_name_required)
        )

    def _take(self, stream):
        seen = list(stream)
        assert isinstance(seen[-1], events.TurnFinished)
        self.events += seen
        return seen

    def last(self, kind):
        found = [e for e in self.events if isinstance(e, kind)]
        assert found, (
            f"no {kind.__name__}: {[e for e in self.events if isinstance(e, events.Message)]}"
        )
        return found[-1]

    def text(self):
        return self.last(events.Message).text

    def predictions(self, body, content_type, accept=None):
        made = self.last(events.Deployed)
        plan = self.last(events.PlanProposed)
        request = Request(body=body, content_type=content_type, accept=accept)
        answer = invoke(made.endpoint_name, request, self.app.place.clients(plan.region))
        assert answer.ok, answer
        return answer.body


@pytest.fixture
def talk(app, request):
    name = "".join(c if c.isalnum() else "-" for c in request.node.name)
    return Talk(app, name[-100:].strip("-"))


class Trained(NamedTuple):
    """A model file with its test set and what the local model says to it."""

    path: Path
    rows: numpy.ndarray
    expected: numpy.ndarray


def _split():
    from sklearn.datasets import load_breast_cancer
    from sklearn.model_selection import train_test_split

    rows, labels = load_breast_cancer(return_X_y=True)
    return train_test_split(rows, labels, test_size=0.25, random_state=7)


@pytest.fixture(scope="session")
def sklearn_model(tmp_path_factory) -> Trained:
    import joblib
    from sklearn.ensemble import RandomForestClassifier

    train, test, labels, _ = _split()
    fitted = RandomForestClassifier(n_estimators=20, random_state=0).fit(train, labels)
    path = tmp_path_factory.mktemp("sklearn") / "model.joblib"
    joblib.dump(fitted, path)
    return Trained(path, test, fitted.predict(test))


@pytest.fixture(scope="session")
def regressor(tmp_path_factory) -> Trained:
    import joblib
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import Ridge

    rows, values = load_diabetes(return_X_y=True)
    fitted = Ridge().fit(rows[:300], values[:300])
    path = tmp_path_factory.mktemp("ridge") / "ridge.pkl"
    joblib.dump(fitted, path)
    return Trained(path, rows[300:], fitted.predict(rows[300:]))


@pytest.fixture(scope="session")
def xgboost_model(tmp_path_factory) -> Trained:
    import xgboost

    train, test, labels, _ = _split()
    booster = xgboost.train(
        {"objective": "binary:logistic", "max_depth": 3},
        xgboost.DMatrix(train, labels),
        num_boost_round=20,
    )
    path = tmp_path_factory.mktemp("xgboost") / "fraud.json"
    booster.save_model(path)
    return Trained(path, test, booster.predict(xgboost.DMatrix(test)))


@pytest.fixture(scope="session")
def onnx_file(tmp_path_factory) -> Trained:
    import onnxruntime
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train, test, labels, _ = _split()
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(train, labels)
    made = to_onnx(fitted, train[:1].astype("float32"), options={"zipmap": False})
    path = tmp_path_factory.mktemp("onnx") / "scorer.onnx"
    path.write_bytes(made.SerializeToString())
    session = onnxruntime.InferenceSession(path.read_bytes())
    rows = test.astype("float32")
    expected = session.run(None, {session.get_inputs()[0].name: rows})
    return Trained(path, rows, expected[0])


PYTORCH_STYLE = """\
import io
import json
import os

import numpy as np


def model_fn(model_dir):
    with np.load(os.path.join(model_dir, "weights.npz")) as saved:
        return {name: saved[name] for name in saved.files}


def input_fn(body, content_type):
    if content_type == "application/json":
        return np.asarray(json.loads(body), dtype=np.float64)
    if content_type == "application/x-npy":
        return np.load(io.BytesIO(body), allow_pickle=False)
    raise ValueError(f"unsupported content type {content_type}")


def predict_fn(rows, model):
    return np.tanh(rows @ model["w"] + model["b"])


def output_fn(prediction, accept):
    return json.dumps(prediction.tolist())
"""


@pytest.fixture(scope="session")
def pytorch_archive(tmp_path_factory) -> Trained:
    folder = tmp_path_factory.mktemp("pytorch")
    generator = numpy.random.default_rng(3)
    weights, bias = generator.normal(size=4), 0.25
    numpy.savez(folder / "weights.npz", w=weights, b=bias)
    (folder / "inference.py").write_text(PYTORCH_STYLE)
    path = folder / "net.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(folder / "weights.npz", "weights.npz")
        tar.add(folder / "inference.py", "code/inference.py")
    rows = generator.normal(size=(50, 4))
    return Trained(path, rows, numpy.tanh(rows @ weights + bias))


def as_json(rows) -> bytes:
    return json.dumps(numpy.asarray(rows).tolist()).encode()


def as_csv(rows) -> bytes:
    return "\n".join(",".join(repr(float(v)) for v in row) for row in rows).encode()
