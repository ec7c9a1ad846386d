"""What a script finds in its container: the image's paths and the toolkit's own modules."""

import json
from pathlib import Path

import joblib
import pytest

from tools.sandbox.process import isolation


def echo(expression, imports=""):
    return (
        f"import json, os\n{imports}\n"
        f"def model_fn(model_dir): return model_dir\n"
        f"def transform_fn(m, d, c, a): return json.dumps({expression}), 'application/json'\n"
    )


def settle(served):
    while served.worker.ping() != 200:
        assert served.worker.exit_reason() is None
    return served


def test_the_images_own_paths_are_there_where_the_machine_allows(start, images):
    code = echo("[m, os.path.exists('/opt/ml/model/code/inference.py'), os.getcwd()]")
    served = settle(start(images.pytorch, {"code/inference.py": code}))
    model_dir, literal, folder = json.loads(served.post("x").body)
    assert literal == isolation()["image_paths"]
    assert (model_dir == "/opt/ml/model") == isolation()["image_paths"]
    assert Path(folder).name == "model"
    assert not Path("/opt/ml/model/code/inference.py").exists()


def test_the_script_toolkits_code_folder_holds_the_submitted_code(start, images, script):
    code = echo("sorted(os.listdir(os.path.dirname(__file__)))")
    files = {"code/inference.py": code, "code/data.txt": "x", "model.bin": "y"}
    answer = start(images.sklearn, files, script).post([1])
    assert json.loads(answer.body) == ["data.txt", "inference.py"]


def test_a_script_may_use_the_script_toolkits_modules(start, images, script):
    code = """
from sagemaker_containers.beta.framework import content_types, encoders, worker
def model_fn(model_dir): return 1
def input_fn(data, content_type): return encoders.decode(data, content_type)
def predict_fn(data, model): return data * 2
def output_fn(prediction, accept):
    if accept == content_types.CSV:
        return worker.Response(encoders.array_to_csv(prediction), mimetype=accept)
    return worker.Response(encoders.encode(prediction, accept), mimetype=accept)
"""
    served = start(images.sklearn, {"code/inference.py": code}, script)
    assert served.post([[1, 2]]).body == b"[[2, 4]]"
    answer = served.post([[1, 2]], accept="text/csv")
    assert (answer.body, answer.content_type) == (b"2,4\n", "text/csv; charset=utf-8")


def test_a_script_may_use_the_inference_toolkits_modules(start, images):
    code = """
from sagemaker_inference import content_types, decoder, encoder, errors
def model_fn(model_dir): return 1
def input_fn(data, content_type):
    if content_type == content_types.CSV:
        raise errors.BaseInferenceToolkitError(422, "no csv here", "no csv")
    return decoder.decode(data, content_type)
def predict_fn(data, model): return data + 1
def output_fn(prediction, accept): return encoder.encode(prediction, accept)
"""
    served = settle(start(images.pytorch, {"code/inference.py": code}))
    assert served.post([[1, 2]]).body == b"[[2, 3]]"
    refused = served.post("1,2", "text/csv")
    assert refused.status == 422
    assert refused.body.startswith(b"no csv here\n")


@pytest.mark.parametrize(
    ("image", "module"), [("sklearn", "sagemaker_inference"), ("pytorch", "sagemaker_containers")]
)
def test_each_image_has_its_own_toolkit(start, images, script, image, module):
    served = start(getattr(images, image), {"code/inference.py": f"import {module}\n"}, script)
    while served.worker.exit_reason() is None and "No module named" not in served.log:
        served.worker.ping()
    assert f"No module named '{module}'" in served.log


def test_a_process_that_a_script_starts_has_no_capability(start, images):
    code = echo(
        "[line.split()[1] for line in subprocess.run(['cat', '/proc/self/status'],"
        " capture_output=True, text=True).stdout.splitlines() if line.startswith('CapEff')]",
        "import subprocess",
    )
    served = settle(start(images.pytorch, {"code/inference.py": code}))
    dropped = json.loads(served.post("x").body) == ["0000000000000000"]
    assert dropped == isolation()["capabilities_dropped"]


def dumped(tmp_path, estimator):
    joblib.dump(estimator, tmp_path / "e.joblib")
    return (tmp_path / "e.joblib").read_bytes()


LOAD = "import joblib\ndef model_fn(d): return joblib.load(d + '/e.joblib')\n"


def test_trees_of_another_minor_version_fail_as_in_the_image(start, images, script, iris, tmp_path):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    forest = make_pipeline(StandardScaler(), RandomForestClassifier(2)).fit(iris.rows, iris.labels)
    files = {"e.joblib": dumped(tmp_path, forest), "code/inference.py": LOAD}
    older = images.sklearn.replace("1.9-0-cpu-py3", "1.4-2-py312-cpu-py3")
    assert start(images.sklearn, files, script).first_ping == 200
    served = start(older, files, script)
    assert served.first_ping == 500
    served.worker.stop()
    assert "RandomForestClassifier was saved with scikit-learn 1.9" in served.log


def test_linear_models_of_another_minor_version_load_and_are_not_proven(
    start, images, script, classifier_bytes
):
    files = {"e.joblib": classifier_bytes, "code/inference.py": LOAD}
    older = images.sklearn.replace("1.9-0-cpu-py3", "1.2-1-cpu-py3")
    served = start(older, files, script)
    assert served.first_ping == 200
    served.worker.stop()
    assert "[sandbox] Not proven: the estimator was saved with scikit-learn 1.9" in served.log
