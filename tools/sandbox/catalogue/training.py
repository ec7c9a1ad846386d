"""The catalogue's models, trained: what S3 holds of each. The same versions give the same bytes."""

import gzip
import io
import json
import struct
import tarfile
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

_SEED = 20261124
_SCRIPT = '''"""Serves a scikit-learn estimator."""

import json
from pathlib import Path

import joblib
import numpy as np


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body, content_type):
    if content_type == "text/csv":
        text = body.decode() if isinstance(body, bytes) else body
        rows = [line.split(",") for line in text.splitlines() if line.strip()]
    else:
        rows = json.loads(body)
    return np.asarray(rows, dtype="float64")


def predict_fn(rows, model):
    return model.predict(rows)


def output_fn(prediction, accept):
    return json.dumps(prediction.tolist()), "application/json"
'''

#: The SDK sets SAGEMAKER_PROGRAM for every catalogue model, so the image is in script mode.
_BOOSTER_SCRIPT = '''"""Serves a booster; input and output are the image's own."""

from pathlib import Path

import xgboost


def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(str(Path(model_dir) / "xgboost-model"))
    return booster
'''


class Trained(NamedTuple):
    """A model's files and a request that it answers."""

    files: Mapping[str, bytes]
    payload: Mapping[str, str]


def train(model_id: str) -> Trained:
    """Train one model of the catalogue."""
    makers = {
        "sklearn-classification-linear": _linear_classifier,
        "xgboost-regression-model": _boosted_regression,
        "onnx-classification-iris": _iris_graph,
        "sklearn-regression-gated": _ridge,
        "huggingface-llm-bigram-gpu": _bigrams,
    }
    return makers[model_id]()


def _linear_classifier() -> Trained:
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rows, labels = load_breast_cancer(return_X_y=True)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(rows, labels)
    return Trained(_scripted(fitted), _json_rows(rows))


def _ridge() -> Trained:
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import Ridge

    rows, target = load_diabetes(return_X_y=True)
    return Trained(_scripted(Ridge().fit(rows, target)), _json_rows(rows))


def _scripted(estimator: Any) -> dict[str, bytes]:  # noqa: ANN401 - any estimator
    import joblib

    buffer = io.BytesIO()
    joblib.dump(estimator, buffer)
    return {"model.joblib": buffer.getvalue(), "code/inference.py": _SCRIPT.encode()}


def _json_rows(rows: Any) -> dict[str, str]:  # noqa: ANN401 - a table
    return {"content_type": "application/json", "body": json.dumps(rows[:1].tolist())}


def _boosted_regression() -> Trained:
    import xgboost
    from sklearn.datasets import load_diabetes

    rows, target = load_diabetes(return_X_y=True)
    options = {"max_depth": 3, "eta": 0.2, "seed": _SEED, "nthread": 1}
    booster = xgboost.train(options, xgboost.DMatrix(rows, label=target), num_boost_round=20)
    line = ",".join(repr(float(cell)) for cell in rows[0])
    script = _BOOSTER_SCRIPT.encode()
    return Trained(
        {"xgboost-model": bytes(booster.save_raw("json")), "code/inference.py": script},
        {"content_type": "text/csv", "body": line},
    )


def _iris_graph() -> Trained:
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    rows, labels = load_iris(return_X_y=True)
    fitted = LogisticRegression(max_iter=500).fit(rows, labels)
    graph = to_onnx(fitted, rows[:1].astype("float32"), options={"zipmap": False})
    config = (
        'name: "iris"\nbackend: "onnxruntime"\nmax_batch_size: 0\n'
        'input [ { name: "X" data_type: TYPE_FP32 dims: [ -1, 4 ] } ]\n'
        'output [ { name: "label" data_type: TYPE_INT64 dims: [ -1 ] },\n'
        '         { name: "probabilities" data_type: TYPE_FP32 dims: [ -1, 3 ] } ]\n'
    )
    tensor = {"name": "X", "shape": [1, 4], "datatype": "FP32", "data": rows[0].tolist()}
    return Trained(
        {"iris/config.pbtxt": config.encode(), "iris/1/model.onnx": graph.SerializeToString()},
        {"content_type": "application/json", "body": json.dumps({"inputs": [tensor]})},
    )


def _bigrams() -> Trained:
    """How often a letter follows a letter, in the description of a data set: 27 x 27 numbers."""
    from sklearn.datasets import load_iris

    letters = [c for c in str(load_iris()["DESCR"]).lower() if c.isascii() and c.isalpha()]
    counts = np.ones((27, 27), dtype="float32")
    for first, second in pairwise(letters):
        counts[ord(first) - 96, ord(second) - 96] += 1
    table = (counts / counts.sum(axis=1, keepdims=True)).astype("<f4")
    config = {"model_type": "bigram", "vocab_size": 27, "torch_dtype": "float32"}
    files = {
        "config.json": json.dumps(config, sort_keys=True).encode(),
        "model.safetensors": _safetensors("transitions", table),
    }
    return Trained(files, {"content_type": "application/json", "body": '{"inputs": "a"}'})


def _safetensors(name: str, table: Any) -> bytes:  # noqa: ANN401 - an array
    """One tensor in the safetensors format: length of the header, header, bytes."""
    data = bytes(table.tobytes())
    entry = {"dtype": "F32", "shape": list(table.shape), "data_offsets": [0, len(data)]}
    header = json.dumps({name: entry}).encode()
    return struct.pack("<Q", len(header)) + header + data


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files as a gzip'd tar without times and owners."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as made,
    ):
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(files[name]), 0o644
            made.addfile(member, io.BytesIO(files[name]))
    return buffer.getvalue()
