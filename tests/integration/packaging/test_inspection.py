import contextlib
import gzip
import io
import json
import pickle
import zipfile
from pathlib import Path

import joblib
import numpy as np
import pytest
import xgboost
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tools.endpoint import Framework
from tools.errors import ModelArtifactError, UserError
from tools.packing.artifact import ModelFormat, inspect, inspect_file

ROWS, LABELS = np.arange(12.0).reshape(6, 2), np.array([0, 0, 0, 1, 1, 1])
COMPRESSION = [0, 3, ("gzip", 3), ("bz2", 3), ("lzma", 3), ("xz", 3)]
HEADS = (
    b"PK\x03\x04", b"\x80\x04", b"\x80\x02csklearn.base\nX\n", b"\x78\x9c", b"\x1f\x8b\x08",
    b"BZh9", b"\xfd7zXZ\x00", b"]\x00\x00", b"\x08\x08\x12", b"\x08\x09\x3a", b'{"learner":',
    b"binf", b"CBM1",
    b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner", b"\x10\x00\x00\x00\x00\x00\x00\x00{", b"",
)  # fmt: skip


def found_in(tmp_path, data: bytes, name="model.bin"):
    (tmp_path / name).write_bytes(data)
    return inspect_file(tmp_path / name, name)


def dumped(value, compress) -> bytes:
    buffer = io.BytesIO()
    joblib.dump(value, buffer, compress=compress)
    return buffer.getvalue()


def known_or_refused(tmp_path, data, name="model.bin"):
    with contextlib.suppress(UserError):
        return found_in(tmp_path, data, name)


class Trap:
    """Unpickling it leaves a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("protocol", range(6))
def test_nothing_is_unpickled(tmp_path, protocol):
    data = pickle.dumps([Trap(tmp_path / "sprung"), LogisticRegression()], protocol)

    for packed in (data, gzip.compress(data)):
        found_in(tmp_path, packed)

    assert not (tmp_path / "sprung").exists()
    pickle.loads(data)
    assert (tmp_path / "sprung").exists()


@pytest.mark.parametrize("compress", COMPRESSION)
def test_joblib_tells_class_version_and_columns(tmp_path, compress):
    pipeline = make_pipeline(StandardScaler(), RandomForestClassifier(3)).fit(ROWS, LABELS)

    artifact = found_in(tmp_path, dumped(pipeline, compress))

    assert artifact.framework is Framework.SKLEARN
    assert artifact.framework_version == "1.9.1"
    assert artifact.root_class == "sklearn.pipeline.Pipeline"
    assert "sklearn.ensemble._forest.RandomForestClassifier" in artifact.classes
    assert artifact.feature_count == 2


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_of_every_protocol_tell_their_class(tmp_path, protocol):
    artifact = found_in(tmp_path, pickle.dumps(LogisticRegression().fit(ROWS, LABELS), protocol))

    assert artifact.format is ModelFormat.SKLEARN_PICKLE
    assert artifact.root_class == "sklearn.linear_model._logistic.LogisticRegression"
    assert artifact.framework_version == "1.9.1"


@pytest.mark.parametrize("data", [b"x = 1\n", b"x\x9cnot zlib", gzip.compress(b"1,2\n" * 99)[:40]])
def test_other_files_that_look_compressed_are_no_models(tmp_path, data):
    assert found_in(tmp_path, data, "data.csv.gz") is None


def test_wide_models_tell_their_columns(tmp_path):
    for width in (255, 256, 300, 70_000):
        scaler = StandardScaler().fit(np.eye(4, width))
        assert found_in(tmp_path, dumped(scaler, 3)).feature_count == width


@pytest.mark.parametrize("compress", [0, 3])
def test_xgboost_inside_pickles_is_seen(tmp_path, compress):
    classifier = xgboost.XGBClassifier(n_estimators=2).fit(ROWS, LABELS)
    regressor = xgboost.XGBRegressor(n_estimators=2).fit(ROWS, LABELS)

    for value, kind in (
        (classifier, ModelFormat.XGBOOST_PICKLE),
        (make_pipeline(StandardScaler(), regressor).fit(ROWS, LABELS), ModelFormat.XGBOOST_PICKLE),
        (classifier.get_booster(), ModelFormat.XGBOOST_BOOSTER_PICKLE),
    ):
        artifact = found_in(tmp_path, dumped(value, compress))
        assert artifact.format is kind
        assert artifact.framework_version == "3.2.0"
        assert artifact.feature_count == 2


@pytest.mark.parametrize(
    ("suffix", "kind"), [("json", ModelFormat.XGBOOST_JSON), ("ubj", ModelFormat.XGBOOST_UBJ)]
)
@pytest.mark.parametrize("objective", ["binary:logistic", "reg:squarederror", "count:poisson"])
def test_boosters_tell_objective_version_and_columns(tmp_path, suffix, kind, objective):
    booster = xgboost.train({"objective": objective}, xgboost.DMatrix(ROWS, LABELS), 3)
    booster.save_model(tmp_path / f"m.{suffix}")

    # The name does not matter, as with a built-in job's "xgboost-model".
    artifact = found_in(tmp_path, (tmp_path / f"m.{suffix}").read_bytes(), "xgboost-model")

    assert artifact.format is kind
    assert (artifact.objective, artifact.framework_version) == (objective, "3.2.0")
    assert artifact.feature_count == 2


def test_torch_files_are_told_apart(tmp_path):
    def torch_zip(pickled: bytes, *more: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in (("m/data.pkl", pickled), *((n, b"") for n in more)):
                archive.writestr(name, content)
        return buffer.getvalue()

    weights = (
        b"\x80\x02ccollections\nOrderedDict\nctorch._utils\n_rebuild_tensor_v2\n"
        b"ctorch\nFloatStorage\n"
    )
    module = b"\x80\x02cmynet\nNet\n" + weights[2:]
    legacy = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."

    kinds = [
        found_in(tmp_path, data).format
        for data in (torch_zip(weights, "m/version"), torch_zip(module), legacy,
                     torch_zip(b"x", "m/constants.pkl"))
    ]  # fmt: skip

    assert kinds == [
        ModelFormat.TORCH_STATE_DICT,
        ModelFormat.TORCH_PICKLED_MODULE,
        ModelFormat.TORCH_STATE_DICT,
        ModelFormat.TORCHSCRIPT,
    ]


def test_keras_and_safetensors_are_known(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("config.json", "metadata.json", "model.weights.h5"):
            archive.writestr(name, "{}")
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()

    keras = found_in(tmp_path, buffer.getvalue(), "m.keras")
    weights = found_in(tmp_path, len(header).to_bytes(8, "little") + header + bytes(4))

    assert keras.format is ModelFormat.KERAS_FILE
    assert weights.format is ModelFormat.SAFETENSORS


@pytest.mark.parametrize(
    ("architecture", "task"),
    [
        ("BertForTokenClassification", "token-classification"),
        ("GPT2LMHeadModel", "text-generation"),
        ("T5ForConditionalGeneration", "text2text-generation"),
        ("BertModel", "feature-extraction"),
        ("NobodyKnows", None),
    ],
)
def test_hugging_face_architectures_tell_the_task(tmp_path, architecture, task):
    tree = {}
    for name, content in (
        (
            "config.json",
            json.dumps({"architectures": [architecture], "transformers_version": "5.1"}),
        ),
        ("model.safetensors", ""),
        ("vocab.txt", ""),
    ):
        (tmp_path / name).write_text(content)
        tree[name] = tmp_path / name

    (artifact,) = inspect(tree)

    assert (artifact.path, artifact.task, artifact.framework_version) == (".", task, "5.1")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelArtifactError, match="not valid JSON"):
        inspect(tree)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    head=st.sampled_from(HEADS), rest=st.binary(max_size=300), name=st.sampled_from(["m", "m.onnx"])
)
def test_any_bytes_are_known_unknown_or_refused(tmp_path, head, rest, name):
    artifact = known_or_refused(tmp_path, head + rest, name)

    assert artifact is None or artifact.path == name


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.floats(0, 1), at=st.floats(0, 1), byte=st.integers(0, 255), kind=st.integers(0, 4))
def test_damaged_models_are_known_unknown_or_refused(tmp_path, cut, at, byte, kind):
    data = bytearray(_whole()[kind])
    data[int(at * (len(data) - 1))] = byte
    artifact = known_or_refused(tmp_path, bytes(data[: max(1, int(cut * len(data)))]))

    assert artifact is None or artifact.path == "model.bin"


_WHOLE: list[bytes] = []


def _whole() -> list[bytes]:
    """One file of each kind, made once."""
    if not _WHOLE:
        model = LogisticRegression().fit(ROWS, LABELS)
        booster = xgboost.train({}, xgboost.DMatrix(ROWS, LABELS), 1)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("m/data.pkl", b"x" * 100)
        _WHOLE.extend(
            [dumped(model, 0), dumped(model, 3), bytes(booster.save_raw("json")),
             bytes(booster.save_raw("ubj")), buffer.getvalue()]
        )  # fmt: skip
    return _WHOLE
