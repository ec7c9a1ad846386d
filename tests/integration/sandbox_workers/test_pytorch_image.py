"""The PyTorch image's contract (containers.md, section 5); torch itself may be absent here."""

import json

import pytest

CODE = """
import json, os
def model_fn(model_dir):
    return json.load(open(os.path.join(model_dir, "weights.json")))
def input_fn(data, content_type):
    if content_type != "application/json":
        raise ValueError("only json")
    return json.loads(data)
def predict_fn(rows, weights):
    return [sum(x * w for x, w in zip(row, weights)) for row in rows]
def output_fn(prediction, accept):
    return json.dumps(prediction)
"""
FILES = {"weights.json": "[1, 2, 3]", "code/inference.py": CODE}


def settled(served, status):
    while served.worker.ping() != status:
        assert served.worker.exit_reason() is None
    return served


def test_own_hooks_serve_without_any_environment(start, images):
    served = settled(start(images.pytorch, FILES), 200)
    answer = served.post([[1, 1, 1]])
    assert (answer.status, answer.body, answer.content_type) == (200, b"[6]", "application/json")


def test_an_error_is_500_with_message_and_traceback_in_plain_text(start, images):
    served = settled(start(images.pytorch, FILES), 200)
    answer = served.post("1,1,1", "text/csv")
    assert (answer.status, answer.content_type) == (500, None)
    assert answer.body.startswith(b"only json\nTraceback (most recent call last):")


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("def transform_fn(m, d, c, a): return d, a", b"x"),
        ("def transform_fn(m, d, c, a, context): return context.model_name, a", b"model"),
        ("def transform_fn(m, d, c, a): return {'k': 1}", b'{\n  "k": 1\n}'),
    ],
)
def test_hooks_take_an_optional_context(start, images, function, expected):
    code = f"def model_fn(model_dir, context): return 1\n{function}\n"
    served = settled(start(images.pytorch, {"code/inference.py": code}), 200)
    assert served.post("x").body == expected


def test_a_context_sets_status_and_type(start, images):
    code = """
def model_fn(d): return 1
def transform_fn(m, d, c, a, context):
    context.set_response_status(418, "teapot", 0)
    context.set_response_header(0, "X-Kind", "pot")
    return "short", "text/plain"
"""
    served = settled(start(images.pytorch, {"code/inference.py": code}), 200)
    answer = served.post("x")
    assert (answer.status, answer.headers["X-Kind"], answer.content_type) == (
        418,
        "pot",
        "text/plain",
    )


def test_a_wrong_number_of_arguments_is_named(start, images):
    code = "def model_fn(a, b, c): return 1\n"
    served = start(images.pytorch, {"code/inference.py": code})
    while "Worker died" not in served.log:
        assert served.worker.ping() == 500
    assert "model_fn takes 3 arguments but 1 were given." in served.log


def test_transform_fn_excludes_the_other_hooks(start, images):
    code = "def transform_fn(m, d, c, a): return d\ndef predict_fn(d, m): return d\n"
    served = start(images.pytorch, {"code/inference.py": code})
    while "Worker died" not in served.log:
        assert served.worker.ping() == 500
    assert "Cannot use transform_fn implementation in conjunction with" in served.log


def test_ping_is_500_and_the_server_lives_while_model_fn_fails(start, images):
    served = start(images.pytorch, {"code/inference.py": "def model_fn(d): raise OSError('gone')"})
    while "Load model failed: model, error: Worker died." not in served.log:
        assert served.worker.ping() == 500
    answer = served.post([1])
    assert answer.status == 503
    assert json.loads(answer.body)["type"] == "ServiceUnavailableException"
    assert (served.worker.ping(), served.worker.exit_reason()) == (500, None)


@pytest.mark.parametrize(
    "files", [{"readme.txt": "x"}, {"a.pt": b"x", "b.pth": b"y"}, {"model.onnx": b"x"}]
)
def test_the_default_model_fn_wants_exactly_one_file(start, images, files):
    served = start(images.pytorch, files)
    while "Worker died" not in served.log:
        assert served.worker.ping() == 500
    assert "Exactly one .pth or .pt file is required for PyTorch models: [" in served.log


def test_a_script_named_by_the_environment_is_used(start, images):
    files = {"code/serve_it.py": "def model_fn(d): return 1\ndef transform_fn(m,d,c,a): return 'y'"}
    served = settled(start(images.pytorch, files, {"SAGEMAKER_PROGRAM": "serve_it.py"}), 200)
    assert served.post("x").body == b"y"


def test_the_working_directory_is_the_models_and_code_is_importable(start, images):
    code = """
import json, os, helpful
def model_fn(d): return sorted(os.listdir("."))
def transform_fn(m, d, c, a): return json.dumps([m, helpful.X])
"""
    files = {"code/inference.py": code, "code/helpful.py": "X = 2", "weights.bin": b"w"}
    served = settled(start(images.pytorch, files), 200)
    assert json.loads(served.post("x").body) == [["code", "weights.bin"], 2]


def test_torch_is_named_as_missing_here(start, images):
    served = start(
        images.pytorch, {"code/inference.py": "import torch\ndef model_fn(d): return 1\n"}
    )
    while served.worker.ping() is not None and "Worker died" not in served.log:
        if served.worker.ping() == 200:
            break
    missing = "[sandbox] The image has the package torch; this machine has not." in served.log
    assert missing == ("No module named 'torch'" in served.log)


def test_the_request_limit_is_torchserves(start, images):
    served = settled(start(images.pytorch, FILES, {"TS_MAX_REQUEST_SIZE": "20"}), 200)
    assert served.post([[1, 1, 1]] * 10).status == 413
    assert served.post([[1, 1, 1]]).status == 200


def test_the_answer_limit_is_torchserves(start, images):
    code = "def model_fn(d): return 1\ndef transform_fn(m, d, c, a): return 'x' * 100\n"
    environment = {"TS_MAX_RESPONSE_SIZE": "50"}
    served = settled(start(images.pytorch, {"code/inference.py": code}, environment), 200)
    answer = served.post("x")
    assert (answer.status, json.loads(answer.body)["message"]) == (500, "Worker died.")


def test_requirements_that_cannot_be_installed_end_the_container(start, images):
    files = FILES | {"code/requirements.txt": "no-such-package-anywhere==1.0\n"}
    served = start(images.pytorch, files)
    assert "failed to install required packages" in served.wait_for_exit()
    assert "ERROR: No matching distribution found for no-such-package-anywhere==1.0" in served.log


def test_old_images_answer_ping_with_200_though_unhealthy(start, images):
    image = images.pytorch.replace("2.6.0-cpu-py312", "1.12.1-cpu-py38")
    served = start(image, {"code/inference.py": "def model_fn(d): raise OSError('gone')"})
    assert served.first_ping == 200
