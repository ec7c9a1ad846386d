"""Small models that starters are tried with, made on this machine when they are first needed."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from tools.errors import NotFoundError
from tools.sample import SampleFiles

#: Raised when what is made changes, so that old folders are made anew.
_RECIPE = "1"
_STAMP = ".made"
_SEED, _PIXELS, _CLASSES = 20261122, 32, 10
_CITIES = ("berlin", "hanoi", "lima")

#: What the streaming stand-in learns to continue; two words are its memory.
_LESSON = (
    "an endpoint is a place where a model answers requests . a model answers a request with a "
    "prediction . an endpoint that streams answers word by word . a word that is ready is sent at "
    "once . a request that waits for the whole answer waits longer . a model on two instances "
    "answers when one of them fails ."
)
_HANDLER = '''"""Continues a prompt word by word and sends every word as soon as it is chosen."""

import json
import os

from ts.handler_utils.utils import send_intermediate_predict_response

WORDS = 24


def model_fn(model_dir):
    with open(os.path.join(model_dir, "chain.json"), encoding="utf-8") as file:
        return json.load(file)


def input_fn(body, content_type):
    given = json.loads(body)
    return given["inputs"] if isinstance(given, dict) else str(given)


def predict_fn(prompt, chain, context):
    words = prompt.lower().split()[-1:] or ["an"]
    for number in range(WORDS):
        following = chain.get(words[-1]) or chain["an"]
        words.append(following[number % len(following)])
        send_intermediate_predict_response(
            [words[-1] + " "], context.request_ids, "Intermediate", 200, context
        )
    return "\\n"


def output_fn(prediction, accept):
    return prediction
'''


class Made(NamedTuple):
    """A model on this machine, and a request to try it with."""

    path: Path
    sample: Path | None


def made(name: str, folder: Path, sample: Callable[[], SampleFiles]) -> Made:
    """Return a starter's model, made unless the folder holds it already.

    Args:
        name: One of `MATERIALS`.
        folder: Made when absent.
        sample: Returns the sample model's files.

    Raises:
        NotFoundError: There is no such model.
    """
    if name not in MATERIALS:
        raise NotFoundError(
            f"No starter has a model {name[:40]!r}.", remedy=f"Choose {', '.join(MATERIALS)}."
        )
    place = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{name}.lock"):
        stamp = place / _STAMP
        if not stamp.exists() or stamp.read_text() != _RECIPE:
            (place / "model").mkdir(parents=True, exist_ok=True)
            MATERIALS[name](place, sample)
            stamp.write_text(_RECIPE)
    request = place / "sample.json"
    return Made(_model_of(place), request if request.exists() else None)


def _model_of(place: Path) -> Path:
    """The folder, or the one file that is in it when that is a model by itself."""
    found = [path for path in (place / "model").iterdir() if path.suffix == ".onnx"]
    return found[0] if found else place / "model"


def _streaming(place: Path, _sample: Callable[[], SampleFiles]) -> None:
    """A chain of words, learnt from a few sentences, behind a handler that streams."""
    words = _LESSON.split()
    chain: dict[str, list[str]] = {}
    for word, following in pairwise(words):
        if following not in chain.setdefault(word, []):
            chain[word].append(following)
    model = place / "model"
    (model / "code").mkdir(exist_ok=True)
    (model / "code" / "inference.py").write_text(_HANDLER, encoding="utf-8")
    (model / "chain.json").write_text(json.dumps(chain), encoding="utf-8")
    (place / "sample.json").write_text(json.dumps({"inputs": "a model"}), encoding="utf-8")


def _several(place: Path, sample: Callable[[], SampleFiles]) -> None:
    """A tree for each of three cities, each a little deeper than the one before."""
    import joblib
    from sklearn.datasets import load_breast_cancer
    from sklearn.tree import DecisionTreeClassifier

    rows, labels = load_breast_cancer(return_X_y=True)
    for depth, city in enumerate(_CITIES, 1):
        fitted = DecisionTreeClassifier(max_depth=depth, random_state=depth).fit(rows, labels)
        joblib.dump(fitted, place / "model" / f"{city}.joblib")
    (place / "sample.json").write_bytes(sample().sample_json.read_bytes())


def _vision(place: Path, _sample: Callable[[], SampleFiles]) -> None:
    """A convolutional network for pictures of 32 by 32 pixels; its weights are drawn, not learnt.

    What it sees in a picture means nothing: it is there to be compiled and timed.
    """
    import numpy as np
    from onnx import TensorProto, checker, helper, numpy_helper, save

    rng = np.random.default_rng(_SEED)
    sizes = {"k1": (16, 3, 3, 3), "k2": (32, 16, 3, 3), "w": (_CLASSES, 32), "b": (_CLASSES,)}
    weights = [
        numpy_helper.from_array((0.1 * rng.standard_normal(size)).astype("float32"), name)
        for name, size in sizes.items()
    ]
    nodes = [
        helper.make_node("Conv", ["image", "k1"], ["c1"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("Conv", ["r1", "k2"], ["c2"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c2"], ["r2"]),
        helper.make_node("GlobalAveragePool", ["r2"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w", "b"], ["logits"], transB=1),
        helper.make_node("Softmax", ["logits"], ["classes"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "vision",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, _PIXELS, _PIXELS])],
        [helper.make_tensor_value_info("classes", TensorProto.FLOAT, [1, _CLASSES])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    checker.check_model(model)
    save(model, str(place / "model" / "vision.onnx"))
    pixels = rng.random(3 * _PIXELS * _PIXELS).round(3).tolist()
    tensor = {"name": "image", "shape": [1, 3, _PIXELS, _PIXELS], "datatype": "FP32"}
    (place / "sample.json").write_text(json.dumps({"inputs": [{**tensor, "data": pixels}]}))


MATERIALS: dict[str, Callable[[Path, Callable[[], SampleFiles]], None]] = {
    "streaming": _streaming,
    "several": _several,
    "vision": _vision,
}
