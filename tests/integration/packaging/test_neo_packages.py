"""A model laid out for Neo: one file, fixed sizes, and the script that serves the result."""

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, save

from tools.errors import ModelArtifactError
from tools.packaging import package_for_neo


def graph(path: Path, *inputs: tuple[str, list, int], outputs=None) -> Path:
    """A graph that adds its inputs up, or passes one on."""
    made = [helper.make_tensor_value_info(name, kind, shape) for name, shape, kind in inputs]
    names, (_, shape, kind) = [name for name, _, _ in inputs], inputs[0]
    node = helper.make_node("Add" if len(names) == 2 else "Identity", names, ["y"])
    out = helper.make_tensor_value_info("y", kind, shape)
    model = helper.make_model(
        helper.make_graph([node], "g", made, [out]), opset_imports=[helper.make_opsetid("", 12)]
    )
    model.ir_version = 7
    save(model, str(path))
    return path


@pytest.fixture
def pack(tmp_path):
    def packed(source: Path, **changes):
        usual = {"region": "us-east-1", "instance_type": "ml.c5.large", "framework": None,
                 "sample_path": None, "blobs": tmp_path / "blobs"}  # fmt: skip
        return package_for_neo(source, **{**usual, **changes})

    return packed


def script_of(package) -> dict:
    with tarfile.open(package.neo.script.path) as archive:
        text = archive.extractfile("neo_onnx.py").read().decode()
    module: dict = {"__name__": "neo_onnx"}
    exec(compile(text, "neo_onnx.py", "exec"), module)
    return module


FLOAT, TEXT = TensorProto.FLOAT, TensorProto.STRING


def test_the_graph_stands_alone_and_an_open_first_size_is_one_row(pack, tmp_path):
    made = pack(graph(tmp_path / "m.onnx", ("x", ["N", 3], FLOAT)))
    assert made.files == ("model.onnx",)
    assert made.neo.data_input_config == {"x": (1, 3)}
    assert made.neo.target_device == "ml_c5"
    assert made.neo.doubts == ()
    assert made.image_uri.endswith("/sagemaker-neo-onnx:1.5.0-cpu-py3")
    assert any("x [1, 3]" in warning for warning in made.warnings)


def test_a_gpu_type_gets_the_image_for_gpus(pack, tmp_path):
    made = pack(graph(tmp_path / "m.onnx", ("x", [1, 3], FLOAT)), instance_type="ml.g4dn.xlarge")
    assert made.neo.target_device == "ml_g4dn"
    assert made.image_uri.endswith("1.5.0-gpu-py3")


def test_the_script_reads_every_input_and_names_every_output(pack, tmp_path):
    made = pack(graph(tmp_path / "m.onnx", ("a", [1, 2], FLOAT), ("b", [1, 2], FLOAT)))
    script = script_of(made)
    tensors = [
        {"name": name, "shape": [1, 2], "datatype": "FP32", "data": [[1.0, 2.0]]}
        for name in ("a", "b")
    ]
    feed = script["neo_preprocess"](json.dumps({"inputs": tensors}), "application/json")
    assert {name: array.shape for name, array in feed.items()} == {"a": (1, 2), "b": (1, 2)}
    body, kind = script["neo_postprocess"](np.array([[2.0, 4.0]], dtype="float32"))
    assert kind == "application/json"
    (output,) = json.loads(body)["outputs"]
    assert output == {"name": "y", "datatype": "FP32", "shape": [1, 2], "data": [2.0, 4.0]}


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (b"1,2", "text/csv", "not supported"),
        (b"[1]", "application/json", "inputs"),
        (b'{"inputs": []}', "application/json", "missing"),
        (b'{"inputs": [{"name": "x", "datatype": "FP64"}]}', "application/json", "FP32"),
        (b'{"inputs": [{"name": "x", "datatype": "FP32", "shape": [2, 3]}]}',
         "application/json", "compiled for"),
    ],
)  # fmt: skip
def test_the_script_says_what_is_wrong_with_a_request(pack, tmp_path, body, kind, reason):
    script = script_of(pack(graph(tmp_path / "m.onnx", ("x", [1, 3], FLOAT))))
    with pytest.raises((ValueError, TypeError), match=reason):
        script["neo_preprocess"](body, kind)


def test_sizes_that_nothing_tells_are_refused_and_a_sample_tells_them(pack, tmp_path):
    model = graph(tmp_path / "m.onnx", ("x", ["N", "T"], FLOAT))
    with pytest.raises(ModelArtifactError, match="open ones") as error:
        pack(model)
    assert "sample" in error.value.remedy
    sample = tmp_path / "sample.json"
    tensor = {"name": "x", "shape": [1, 5], "datatype": "FP32", "data": [[0.0] * 5]}
    sample.write_text(json.dumps({"inputs": [tensor]}))
    assert pack(model, sample_path=sample).neo.data_input_config == {"x": (1, 5)}


def test_text_is_nothing_for_neo(pack, tmp_path):
    with pytest.raises(ModelArtifactError, match="plain numbers"):
        pack(graph(tmp_path / "m.onnx", ("x", [1, 3], TEXT)))


def test_the_same_model_gives_the_same_archives(pack, tmp_path):
    first, second = (pack(graph(tmp_path / "m.onnx", ("x", [1, 3], FLOAT))) for _ in range(2))
    assert first == second
