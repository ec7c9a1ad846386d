# ruff: noqa: ANN401
# XGBoost ships no types: matrices and boosters are Any.
"""The XGBoost image without SAGEMAKER_PROGRAM: every file at the archive's root is a model.

Source: github.com/aws/sagemaker-xgboost-container `algorithm_mode/serve.py`, `serve_utils.py`.
"""

import json
import os
import pickle
import sys
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.sandbox.images import script_codecs, xgboost_output
from tools.sandbox.images.flask_pages import flask_content_type, flask_page
from tools.sandbox.images.serving import Invocation, Place, Reply
from tools.sandbox.images.xgboost_formats import (
    Kind,
    UnsupportedMediaTypeError,
    media_type,
    parse_body,
)

_ACCEPTS = [
    "application/json",
    "application/jsonlines",
    "application/x-recordio-protobuf",
    "text/csv",
]
_DEFAULT_MAX_BYTES = 6_291_456
_VOTING = ("multi:softmax", "binary:hinge")


@dataclass(frozen=True)
class Loaded:
    """The boosters of an archive; `pickled` tells how the first one was read."""

    boosters: tuple[Any, ...]
    pickled: bool
    objective: str
    class_count: str


class _RefusedError(Exception):
    """Answered with this status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class AlgorithmContainer:
    """Boosters behind the built-in algorithm's own server."""

    def __init__(self, place: Place, environment: Mapping[str, str]) -> None:
        self._place = place
        self._environment = environment
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None
        self.max_body_bytes: int | None = int(
            environment.get("MAX_CONTENT_LENGTH", _DEFAULT_MAX_BYTES)
        )

    def start(self) -> None:
        """Do nothing: the first ping loads the model."""

    def ping(self) -> Reply:
        """Load the model; answer 200, or Flask's 500 page when it cannot be loaded."""
        try:
            self._models()
        except Exception:  # noqa: BLE001 - the process edge: the user's file failed
            traceback.print_exc()
            return flask_page(500)
        return Reply(200, b"", "text/html; charset=utf-8")

    def too_large(self) -> Reply:
        """Answer a body over MAX_CONTENT_LENGTH."""
        return flask_page(413)

    def invoke(self, request: Invocation) -> Reply:
        """Answer as the image does: 204, 415, 500, 400, 406 and 200, checked in this order."""
        try:
            return self._scored(request)
        except _RefusedError as refusal:
            if refusal.__cause__ is not None:
                traceback.print_exception(refusal.__cause__)
            return _text(refusal.status, str(refusal))
        except Exception:  # noqa: BLE001 - the process edge: no encoder for this type
            traceback.print_exc()
            return flask_page(500)

    def _scored(self, request: Invocation) -> Reply:
        if not request.body:
            raise _RefusedError(204, "")
        try:
            matrix, kind = parse_body(request.body, request.content_type)
        except UnsupportedMediaTypeError as error:
            raise _RefusedError(415, str(error)) from error
        try:
            loaded = self._models()
        except Exception as error:
            raise _RefusedError(500, f"Unable to load model: {error}") from error
        try:
            predictions = _predict(loaded, matrix, kind)
        except Exception as error:
            raise _RefusedError(400, f"Unable to evaluate payload provided: {error}") from error
        return self._answer(predictions, self._accept(request.accept), loaded)

    def _accept(self, header: str | None) -> str:
        accept, _ = media_type(header or "")
        if not accept or accept == "*/*":
            return self._environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", "text/csv")
        if accept.lower() not in _ACCEPTS:
            supported = f"Please use supported accept types: {_ACCEPTS}."
            raise _RefusedError(406, f"Accept type {accept} is not supported. {supported}")
        return accept.lower()

    def _answer(self, predictions: Any, accept: str, loaded: Loaded) -> Reply:
        wanted = self._environment.get("SAGEMAKER_INFERENCE_OUTPUT")
        if wanted is not None:
            keys = wanted.replace(" ", "").lower().split(",")
            try:
                body = xgboost_output.selected(
                    predictions, keys, loaded.objective, loaded.class_count, accept
                )
            except Exception as error:
                raise _RefusedError(500, str(error)) from error
            return Reply(200, body, flask_content_type(accept))
        rows = predictions.tolist()
        if self._environment.get("SAGEMAKER_BATCH"):
            text: str | bytes = "\n".join(map(str, rows)) + "\n"
        elif accept == "application/json":
            text = json.dumps({"predictions": [{"score": row} for row in rows]})
        else:
            text = script_codecs.encode(rows, accept)
        body = text.encode() if isinstance(text, str) else text
        return Reply(200, body, flask_content_type(accept))

    def _models(self) -> Loaded:
        with self._lock:
            if self._loaded is None:
                ensemble = self._environment.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") == "true"
                self._loaded = _load_all(self._place, ensemble)
            return self._loaded


def _text(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), "text/html; charset=utf-8")


def _load_all(place: Place, ensemble: bool) -> Loaded:
    files = [
        place.model_dir / name
        for name in os.listdir(place.model_dir)  # noqa: PTH208 - its order decides, as there
        if (place.model_dir / name).is_file() and not _ignored(place, name)
    ]
    boosters, pickled = [], []
    for file in files if ensemble else files[:1]:
        booster, was_pickle = _load(file, place)
        booster.set_param("nthread", 1)
        boosters.append(booster)
        pickled.append(was_pickle)
    learner = json.loads(boosters[0].save_config())["learner"]
    class_count = learner["learner_model_param"].get("num_class", "")
    objective = str(learner["objective"]["name"])
    return Loaded(tuple(boosters), pickled[0], objective, str(class_count))


def _ignored(place: Place, name: str) -> bool:
    if not name.startswith("."):
        return False
    path = place.shown(str(place.model_dir / name))
    print(  # noqa: T201 - the worker's log
        f"Ignoring dotfile '{path}' found in model directory - please exclude dotfiles from model"
        " archives",
        file=sys.stderr,
    )
    return True


def _load(file: Path, place: Place) -> tuple[Any, bool]:
    import xgboost

    try:
        return pickle.loads(file.read_bytes()), True  # noqa: S301 - the image does; we are confined
    except Exception as pickle_error:  # noqa: BLE001 - anything may be in the file
        try:
            booster = xgboost.Booster()
            booster.load_model(str(file))
        except Exception as error:
            raise RuntimeError(
                f"Model {place.shown(str(file))} cannot be loaded:"
                f"\nPickle load error={pickle_error}"
                f"\nXGB load model error={place.shown(str(error))}"
            ) from error
        return booster, False


def _predict(loaded: Loaded, matrix: Any, kind: Kind) -> Any:
    import numpy as np

    if loaded.pickled:
        _check_columns(loaded.boosters[0].num_features(), matrix, kind)
    outputs = [booster.predict(matrix, validate_features=False) for booster in loaded.boosters]
    if len(outputs) == 1:
        return outputs[0]
    if loaded.objective in _VOTING:
        from scipy import stats

        return stats.mode(outputs).mode
    return np.mean(outputs, axis=0)


def _check_columns(trained: int, matrix: Any, kind: Kind) -> None:
    names = matrix.feature_names
    given = len(names) if names is not None else matrix.num_col()
    if kind == "libsvm" and given > trained + 1:
        raise ValueError(
            f"Feature size of libsvm inference data {given} is larger than feature size of trained"
            f" model {trained}."
        )
    if kind != "libsvm" and trained not in (given, given - 1):
        raise ValueError(
            f"Feature size of {kind} inference data {given} is not consistent with feature size of"
            f" trained model {trained}."
        )
