"""The Triton image with ONNX models (containers.md, section 11)."""

import json
import struct

import numpy as np
import pytest

from tools.sandbox.images.serving import ContainerExitError, Invocation, Place
from tools.sandbox.images.triton import TritonContainer

CONFIG = """
name: "iris"
platform: "onnxruntime_onnx"
max_batch_size: 8
input [ { name: "X" data_type: TYPE_FP32 dims: [ 4 ] } ]
output [ { name: "label" data_type: TYPE_INT64 dims: [] },
         { name: "probabilities" data_type: TYPE_FP32 dims: [ 3 ] } ]
"""
BINARY = "application/vnd.sagemaker-triton.binary+json;json-header-size="


@pytest.fixture
def make(tmp_path):
    def _make(files, environment=None):
        place = Place(tmp_path / "model", tmp_path / "code")
        place.model_dir.mkdir()
        for name, content in files.items():
            file = place.model_dir / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        return TritonContainer(place, environment or {})

    return _make


@pytest.fixture
def repository(onnx_bytes):
    return {"iris/config.pbtxt": CONFIG, "iris/1/model.onnx": onnx_bytes}


@pytest.fixture
def served(make, repository):
    container = make(repository)
    container.start()
    return container


def request(rows, **more):
    rows = [list(map(float, row)) for row in rows]
    tensor = {"name": "X", "datatype": "FP32", "shape": [len(rows), len(rows[0])], "data": rows}
    return {"inputs": [tensor | more]}


def post(container, body, content_type="application/json", headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return container.invoke(Invocation(data, content_type, None, headers or {}))


def refusal(container, body):
    answer = post(container, body)
    assert (answer.status, answer.content_type) == (400, "application/json")
    return json.loads(answer.body)["error"]


def test_ping_is_400_before_the_model_is_ready(make, repository):
    container = make(repository)
    assert container.ping().status == 400
    container.start()
    assert container.ping().status == 200


def test_v2_json_predicts_as_the_local_estimator(served, iris, classifier):
    rows = iris.rows[:8].astype(np.float32)
    answer = json.loads(post(served, request(rows) | {"id": "7"}).body)
    outputs = {output["name"]: output for output in answer["outputs"]}
    assert (answer["id"], answer["model_name"], answer["model_version"]) == ("7", "iris", "1")
    assert outputs["label"]["data"] == classifier.predict(rows).tolist()
    assert outputs["probabilities"]["shape"] == [8, 3]
    expected = classifier.predict_proba(rows).ravel().tolist()
    assert outputs["probabilities"]["data"] == pytest.approx(expected, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("content_type", ["text/csv", None, "image/png"])
def test_the_content_type_does_not_matter(served, content_type):
    assert post(served, request([[5.1, 3.5, 1.4, 0.2]]), content_type).status == 200


def test_flat_data_fills_the_shape(served):
    flat = request([[5.1, 3.5, 1.4, 0.2]], data=[5.1, 3.5, 1.4, 0.2])
    assert post(served, flat).body == post(served, request([[5.1, 3.5, 1.4, 0.2]])).body


def test_the_binary_extension_takes_and_gives_raw_tensors(served):
    raw = struct.pack("<4f", 5.1, 3.5, 1.4, 0.2)
    head = {
        "inputs": [
            {
                "name": "X",
                "datatype": "FP32",
                "shape": [1, 4],
                "parameters": {"binary_data_size": len(raw)},
            }
        ],
        "outputs": [{"name": "probabilities", "parameters": {"binary_data": True}}],
    }
    text = json.dumps(head).encode()
    answer = post(served, text + raw, f"{BINARY}{len(text)}")
    assert answer.content_type.startswith(BINARY)
    size = int(answer.content_type[len(BINARY) :])
    [output] = json.loads(answer.body[:size])["outputs"]
    assert output["parameters"] == {"binary_data_size": 12}
    assert sum(struct.unpack("<3f", answer.body[size:])) == pytest.approx(1.0)


def test_a_wrong_binary_size_is_400(served):
    head = request([[1, 2, 3, 4]])
    del head["inputs"][0]["data"]
    head["inputs"][0]["parameters"] = {"binary_data_size": 8}
    text = json.dumps(head).encode()
    answer = post(served, text + b"12345678", f"{BINARY}{len(text)}")
    assert json.loads(answer.body)["error"] == (
        "unexpected total byte size 8 for input 'X', expecting 16"
    )


def test_broken_json_is_400(served):
    assert refusal(served, b"{").startswith("failed to parse the request JSON buffer:")


@pytest.mark.parametrize("body", [{}, [1], {"instances": [[1, 2, 3, 4]]}, {"inputs": "text"}])
def test_a_body_without_inputs_is_400(served, body):
    assert "Unable to parse 'inputs'" in refusal(served, body)


def test_an_unknown_input_is_400(served):
    message = refusal(served, request([[1, 2, 3, 4]], name="Z"))
    assert message == ("[request id: <id_unknown>] unexpected inference input 'Z' for model 'iris'")


def test_a_missing_input_is_400(served):
    assert refusal(served, {"inputs": []}) == (
        "[request id: <id_unknown>] expected 1 inputs but got 0 inputs for model 'iris'. Got"
        " input(s) [], but missing required input(s) ['X']. Please provide all required input(s)."
    )


def test_a_wrong_datatype_is_400(served):
    assert refusal(served, request([[1, 2, 3, 4]], datatype="FP64")) == (
        "[request id: <id_unknown>] inference input 'X' data-type is 'FP64', but model 'iris'"
        " expects 'FP32'"
    )


def test_a_wrong_shape_is_400(served):
    assert refusal(served, request([[1, 2, 3]])) == (
        "[request id: <id_unknown>] unexpected shape for input 'X' for model 'iris'. Expected"
        " [-1,4], got [1,3]."
    )


def test_a_batch_over_the_maximum_is_400(served):
    assert "batch-size must be <= 8 for 'iris'" in refusal(served, request([[1, 2, 3, 4]] * 9))


def test_data_that_does_not_fill_the_shape_is_400(served):
    assert "Shape does not match" in refusal(served, request([[1, 2, 3, 4]], data=[1.0, 2.0]))


def test_strings_are_no_numbers(served):
    assert "FP32" in refusal(served, request([[1, 2, 3, 4]], data=["a", "b", "c", "d"]))


def test_an_unknown_output_is_400(served):
    body = request([[1, 2, 3, 4]]) | {"outputs": [{"name": "nothing"}]}
    assert "unexpected inference output 'nothing' for model 'iris'" in refusal(served, body)


def test_an_unknown_content_encoding_is_415(served):
    headers = {"Content-Encoding": "br"}
    assert post(served, request([[1, 2, 3, 4]]), headers=headers).status == 415


def test_the_body_limit_is_64_mib(served):
    assert served.max_body_bytes == 64 * 1024 * 1024
    assert served.too_large().status == 413


def exits(container):
    with pytest.raises(ContainerExitError) as ended:
        container.start()
    return str(ended.value)


def test_a_config_at_the_root_is_a_wrong_structure(make, repository):
    assert "ERROR: Incorrect directory structure." in exits(
        make({"config.pbtxt": "", **repository})
    )


@pytest.mark.parametrize("files", [{}, {"model.onnx": b"x"}, {"iris/1/model.onnx": b"x"}])
def test_without_a_config_there_is_no_model(make, files):
    assert exits(make(files)) == "ERROR: No model found in model repository"


def test_two_models_need_a_default_name(make, repository):
    two = repository | {"other/config.pbtxt": CONFIG.replace("iris", "other")}
    assert "ERROR: More than 1 model directory found in model repository." in exits(make(two))


def test_the_default_name_chooses_a_model(make, repository):
    two = repository | {"other/config.pbtxt": "x"}
    container = make(two, {"SAGEMAKER_TRITON_DEFAULT_MODEL_NAME": "iris"})
    container.start()
    assert container.ping().status == 200


def test_a_default_name_that_does_not_exist_ends_the_server(make, repository):
    container = make(repository, {"SAGEMAKER_TRITON_DEFAULT_MODEL_NAME": "nope"})
    assert exits(container) == (
        "ERROR: Directory with provided SAGEMAKER_TRITON_DEFAULT_MODEL_NAME nope does not exist"
    )


def test_an_unknown_inference_type_ends_the_server(make, repository):
    container = make(repository, {"SAGEMAKER_TRITON_INFERENCE_TYPE": "predict"})
    assert exits(container) == "ERROR: Invalid SAGEMAKER_TRITON_INFERENCE_TYPE"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("TYPE_FP32 dims: [ 4 ]", "TYPE_FP64 dims: [ 4 ]"), "datatype TYPE_FP32"),
        (("dims: [ 4 ]", "dims: [ 5 ]"), "making complete shape [-1,5]"),
        (("max_batch_size: 8", "max_batch_size: 0"), "the model expects 2 dimensions"),
        (('name: "X"', 'name: "Y"'), "unexpected inference input 'Y', allowed inputs are: X"),
        (('name: "iris"', 'name: "rose"'), "directory name must equal model name"),
        (("input [", "input ] ["), "failed to read text proto"),
    ],
)
def test_a_config_that_contradicts_the_model_ends_the_server(make, repository, change, complaint):
    files = repository | {"iris/config.pbtxt": CONFIG.replace(*change)}
    message = exits(make(files))
    assert complaint in message
    assert message.endswith("error: creating server: Internal - failed to load all models")


def test_a_silent_config_is_completed_from_the_model(make, onnx_bytes):
    container = make({"m/config.pbtxt": 'name: "m"', "m/1/model.onnx": onnx_bytes})
    container.start()
    assert post(container, request([[5.1, 3.5, 1.4, 0.2]])).status == 200


def test_the_highest_version_is_served(make, repository, onnx_bytes):
    container = make(repository | {"iris/12/model.onnx": onnx_bytes, "iris/9/model.onnx": b"bad"})
    container.start()
    answer = json.loads(post(container, request([[5.1, 3.5, 1.4, 0.2]])).body)
    assert answer["model_version"] == "12"


def test_sequence_outputs_are_no_tensors(make, classifier, iris):
    from skl2onnx import to_onnx

    model = to_onnx(classifier, iris.rows[:1].astype(np.float32))
    files = {"m/config.pbtxt": 'name: "m"', "m/1/model.onnx": model.SerializeToString()}
    assert "Unsupported ONNX Type 'ONNX_TYPE_SEQUENCE' for I/O 'output_probability'" in exits(
        make(files)
    )


@pytest.mark.parametrize("backend", ["python", "pytorch", "tensorrt"])
def test_other_backends_are_not_executed(make, backend):
    config = f'name: "m"\nbackend: "{backend}"'
    message = exits(make({"m/config.pbtxt": config, "m/1/model.py": "x"}))
    assert "not executed in the sandbox" in message


def test_a_file_that_is_no_onnx_model_ends_the_server(make):
    files = {"m/config.pbtxt": 'backend: "onnxruntime"', "m/1/model.onnx": b"nonsense"}
    assert "onnx runtime error" in exits(make(files))


def test_a_worker_serves_onnx(start, images, repository, iris):
    served = start(images.triton, repository)
    assert served.first_ping == 200
    assert served.post(request(iris.rows[:1])).status == 200


def test_a_worker_whose_repository_is_wrong_ends_with_the_reason(start, images, onnx_bytes):
    served = start(images.triton, {"model.onnx": onnx_bytes})
    assert "ERROR: No model found in model repository" in served.wait_for_exit()
