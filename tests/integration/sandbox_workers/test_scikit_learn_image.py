"""The scikit-learn image's contract, through a real worker (containers.md, section 3)."""

import io
from pathlib import Path

import numpy as np
import pytest

from tools.sandbox.process import isolation

LOAD = """
import os, joblib
def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))
"""
HTML = "text/html; charset=utf-8"


@pytest.fixture(scope="module")
def served(start_shared, images, script, classifier_bytes):
    return start_shared(
        images.sklearn, {"model.joblib": classifier_bytes, "code/inference.py": LOAD}, script
    )


def test_predictions_equal_the_local_estimator_on_every_row(served, iris, classifier):
    answer = served.post(iris.rows.tolist())
    assert served.first_ping == 200
    assert (answer.status, answer.content_type) == (200, "application/json")
    expected = classifier.predict(iris.rows.astype(np.float32)).tolist()
    assert np.fromstring(answer.body.decode()[1:-1], sep=",").tolist() == expected


@pytest.mark.parametrize(
    "body",
    [[5.1, 3.5, 1.4, 0.2], {"instances": [[5.1, 3.5, 1.4, 0.2]]}, {"inputs": [[1, 2, 3, 4]]},
     "", "not json", [[1, 2, 3]]],
)  # fmt: skip
def test_json_that_is_no_table_of_the_right_width_is_a_500_page(served, body):
    answer = served.post(body)
    assert (answer.status, answer.content_type) == (500, HTML)
    assert b"<title>500 Internal Server Error</title>" in answer.body
    assert b"The server encountered an internal error" in answer.body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("5.1,3.5,1.4,0.2\n6.2,3.4,5.4,2.3", 200),
        ("5.1,3.5,1.4,0.2", 500),
        ("a,b,c,d\n5.1,3.5,1.4,0.2\n6.2,3.4,5.4,2.3", 500),
        ("5.1,,1.4,0.2\n6.2,3.4,5.4,2.3", 500),
    ],
)
def test_csv_needs_two_rows_no_header_and_no_empty_cell(served, body, status):
    assert served.post(body, "text/csv").status == status


def test_the_reason_of_a_500_stands_in_the_log_alone(start, images, script, classifier_bytes):
    files = {"model.joblib": classifier_bytes, "code/inference.py": LOAD}
    served = start(images.sklearn, files, script)
    assert b"2D" not in served.post("5.1,3.5,1.4,0.2", "text/csv").body
    served.worker.stop()
    assert "sagemaker_containers._errors.ClientError: Expected 2D array, got 1D array" in served.log


@pytest.mark.parametrize(
    "content_type",
    ["application/json; charset=utf-8", "text/csv; charset=utf-8", "image/png", "text/plain"],
)
def test_any_other_content_type_is_500_and_not_415(served, content_type):
    assert served.post([[5.1, 3.5, 1.4, 0.2]], content_type).status == 500


def test_a_missing_content_type_is_json(served):
    assert served.post([[5.1, 3.5, 1.4, 0.2]], None).body == b"[0]"


@pytest.mark.parametrize(
    ("accept", "content_type", "body"),
    [
        (None, "application/json", b"[0]"),
        ("*/*", "application/json", b"[0]"),
        ("text/csv", "text/csv; charset=utf-8", b"0\n"),
    ],
)
def test_accept_chooses_the_encoding(served, accept, content_type, body):
    answer = served.post([[5.1, 3.5, 1.4, 0.2]], accept=accept)
    assert (answer.status, answer.content_type, answer.body) == (200, content_type, body)


@pytest.mark.parametrize("accept", ["application/json, text/csv", "image/png"])
def test_an_accept_list_or_an_unknown_accept_is_500(served, accept):
    assert served.post([[5.1, 3.5, 1.4, 0.2]], accept=accept).status == 500


def test_npy_goes_in_and_out(served, iris):
    buffer = io.BytesIO()
    np.save(buffer, iris.rows[:3])
    answer = served.post(buffer.getvalue(), "application/x-npy", "application/x-npy")
    assert answer.content_type == "application/x-npy"
    assert np.load(io.BytesIO(answer.body)).tolist() == [0, 0, 0]


def test_the_default_accept_comes_from_the_environment(start, images, script, classifier_bytes):
    environment = script | {"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv"}
    files = {"model.joblib": classifier_bytes, "code/inference.py": LOAD}
    answer = start(images.sklearn, files, environment).post([[5.1, 3.5, 1.4, 0.2]])
    assert answer.content_type == "text/csv; charset=utf-8"


def test_without_sagemaker_program_ping_fails(start, images, classifier_bytes):
    files = {"model.joblib": classifier_bytes, "code/inference.py": LOAD}
    served = start(images.sklearn, files)
    assert served.first_ping == 500
    served.worker.stop()
    assert "AttributeError: 'NoneType' object has no attribute 'startswith'" in served.log


def test_the_code_folder_of_the_archive_is_not_searched_by_itself(start, images, classifier_bytes):
    files = {"model.joblib": classifier_bytes, "code/inference.py": LOAD}
    served = start(images.sklearn, files, {"SAGEMAKER_PROGRAM": "inference.py"})
    assert "ImportModuleError: No module named 'inference'" in served.wait_for_exit()


def test_a_script_without_model_fn_fails_ping_with_the_toolkits_words(start, images, script):
    served = start(images.sklearn, {"code/inference.py": "x = 1\n"}, script)
    assert served.first_ping == 500
    served.worker.stop()
    assert "Please provide a model_fn implementation." in served.log


def test_a_model_fn_that_raises_fails_every_ping(start, images, script):
    code = "def model_fn(model_dir):\n    raise RuntimeError('no such estimator')\n"
    served = start(images.sklearn, {"code/inference.py": code}, script)
    assert (served.first_ping, served.worker.ping()) == (500, 500)
    served.worker.stop()
    assert "no such estimator" in served.log


def test_transform_fn_excludes_the_other_hooks(start, images, script):
    code = (
        "def model_fn(d): return 1\n"
        "def transform_fn(m, d, c, a): return d, a\n"
        "def input_fn(d, c): return d\n"
    )
    served = start(images.sklearn, {"code/inference.py": code}, script)
    assert served.first_ping == 500
    served.worker.stop()
    assert (
        "Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn"
        in served.log
    )


def test_own_hooks_replace_the_defaults(start, images, script):
    code = """
import json
def model_fn(model_dir): return 3
def input_fn(data, content_type): return json.loads(data)["n"]
def predict_fn(data, model): return data * model
def output_fn(prediction, accept): return json.dumps({"result": prediction}), "application/json"
"""
    answer = start(images.sklearn, {"code/inference.py": code}, script).post({"n": 7})
    assert (answer.status, answer.body) == (200, b'{"result": 21}')


def test_a_bare_string_from_a_hook_is_html_to_flask(start, images, script):
    code = "def model_fn(d): return 1\ndef transform_fn(m, d, c, a): return 'hello'\n"
    answer = start(images.sklearn, {"code/inference.py": code}, script).post([1])
    assert (answer.status, answer.body, answer.content_type) == (200, b"hello", HTML)


def test_an_import_that_the_image_lacks_ends_the_container(start, images, script):
    served = start(images.sklearn, {"code/inference.py": "import xgboost\n"}, script)
    assert served.first_ping is None
    assert "No module named 'xgboost'" in served.wait_for_exit()


@pytest.mark.parametrize("module", ["tools", "assistant", "moto", "streamlit", "langchain"])
def test_our_own_packages_are_not_there(start, images, script, module):
    served = start(images.sklearn, {"code/inference.py": f"import {module}\n"}, script)
    assert f"No module named '{module}'" in served.wait_for_exit()


def test_a_users_own_module_called_tools_is_theirs(start, images, script):
    code = "import tools\ndef model_fn(d): return 1\ndef transform_fn(m, d, c, a): return tools.X\n"
    files = {"code/inference.py": code, "code/tools.py": "X = 'mine'\n"}
    assert start(images.sklearn, files, script).post([1]).body == b"mine"


def test_the_environment_is_the_plans_and_paths_are_mapped(start, images, script, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-for-models")
    code = """
import json, os
def model_fn(model_dir): return model_dir
def transform_fn(m, d, c, a):
    aws = [name for name in os.environ if name.startswith("AWS_")]
    listed = os.listdir(os.environ["SAGEMAKER_SUBMIT_DIRECTORY"])
    return json.dumps([aws, os.environ["MY_OWN"], listed]), "application/json"
"""
    served = start(images.sklearn, {"code/inference.py": code}, script | {"MY_OWN": "x"})
    assert served.post([1]).body == b'[[], "x", ["inference.py"]]'


def test_the_process_has_no_network_but_its_own(start, images, script):
    code = """
import os
def model_fn(d): return 1
def transform_fn(m, d, c, a): return os.readlink("/proc/self/ns/net"), "text/plain"
"""
    served = start(images.sklearn, {"code/inference.py": code}, script)
    own = str(Path("/proc/self/ns/net").readlink())
    apart = served.post([1]).body.decode() != own
    assert apart == isolation()["network_namespace"]
