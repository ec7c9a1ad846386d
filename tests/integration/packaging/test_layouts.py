import base64
import json
import tarfile
import zipfile

import joblib
import numpy as np
import onnx
import pytest
import xgboost
from onnx import TensorProto, helper, numpy_helper
from sklearn.linear_model import LinearRegression, LogisticRegression

from tools.endpoint import Framework
from tools.errors import ModelArtifactError

ROWS, LABELS = np.arange(12.0).reshape(6, 2), np.array([0, 0, 0, 1, 1, 1])


def put(folder, **files):
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def body_of(packed):
    return base64.b64decode(packed.sample.body_base64)


def member(packed, name):
    with tarfile.open(packed.archive.path) as tar:
        return tar.extractfile(name).read()


def test_torchscript_becomes_model_pt_and_warns_of_ended_support(tmp_path, pack):
    with zipfile.ZipFile(tmp_path / "net.pth", "w") as archive:
        for name in ("net/data.pkl", "net/constants.pkl", "net/code/__torch__.py", "net/version"):
            archive.writestr(name, "x")

    packed = pack(tmp_path / "net.pth")

    assert packed.files == ("model.pt",)
    assert packed.image_uri.endswith("/pytorch-inference:2.6.0-cpu-py312")
    assert any("2026-06-30" in warning for warning in packed.warnings)
    assert packed.sample is None


def test_a_gpu_instance_gets_the_gpu_image(tmp_path, pack):
    put(tmp_path / "m", code__inference_dot_py="import torch\n", model_dot_pth=b"weights")

    packed = pack(tmp_path / "m", instance_type="ml.g5.xlarge")

    assert packed.image_uri.endswith("/pytorch-inference:2.6.0-gpu-py312")
    assert packed.files == ("code/inference.py", "model.pth")


@pytest.mark.parametrize("folder", ["", "export/", "7/", "export/3/"])
def test_a_saved_model_gets_a_numbered_folder(tmp_path, pack, folder):
    source = tmp_path / "source"
    for name in ("saved_model.pb", "variables/variables.index"):
        path = source / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")

    packed = pack(source)

    number = {"7/": "7", "export/3/": "3"}.get(folder, "1")
    assert packed.files == (f"{number}/saved_model.pb", f"{number}/variables/variables.index")
    assert packed.image_uri.endswith("/tensorflow-inference:2.20.0-cpu-py312")
    assert packed.framework is Framework.TENSORFLOW


def test_a_hugging_face_folder_gets_its_task(tmp_path, pack):
    config = {"architectures": ["DistilBertForSequenceClassification"], "model_type": "distilbert"}
    put(
        tmp_path / "hf",
        config_dot_json=json.dumps(config),
        model_dot_safetensors=b"\x02" + bytes(7) + b"{}",
        tokenizer_dot_json="{}",
    )

    packed = pack(tmp_path / "hf", instance_type=None)

    assert packed.environment["HF_TASK"] == "text-classification"
    assert "transformers5.5.3-cpu" in packed.image_uri
    assert packed.files == ("config.json", "model.safetensors", "tokenizer.json")
    assert set(json.loads(body_of(packed))) == {"inputs"}
    assert any("10 GB" in warning for warning in packed.warnings)


def test_a_triton_repository_stays_as_it_is(tmp_path, pack):
    put(tmp_path / "repo", net__config_dot_pbtxt='backend: "onnxruntime"')
    with pytest.raises(ModelArtifactError, match="no version folder"):
        pack(tmp_path / "repo")
    (tmp_path / "repo" / "net" / "1").mkdir()
    (tmp_path / "repo" / "net" / "1" / "model.onnx").write_bytes(b"x")

    packed = pack(tmp_path / "repo")

    assert packed.files == ("net/1/model.onnx", "net/config.pbtxt")
    assert packed.environment == {"SAGEMAKER_TRITON_DEFAULT_MODEL_NAME": "net"}
    put(tmp_path / "flat", config_dot_pbtxt="x")
    with pytest.raises(ModelArtifactError, match="root"):
        pack(tmp_path / "flat")


def test_onnx_weights_beside_the_graph_are_packed_or_missed(tmp_path, pack):
    weight = numpy_helper.from_array(np.ones((3, 2), np.float32), "w")
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
        [weight],
    )
    folder = tmp_path / "onnx"
    folder.mkdir()
    onnx.save_model(
        helper.make_model(graph),
        folder / "net.onnx",
        save_as_external_data=True,
        location="net.data",
        size_threshold=0,
    )

    packed = pack(folder)

    assert packed.files == ("model/1/model.onnx", "model/1/net.data", "model/config.pbtxt")
    assert b"dims: [ -1, 3 ]" in member(packed, "model/config.pbtxt")
    with pytest.raises(ModelArtifactError, match=r"net\.data"):
        pack(folder / "net.onnx")


def test_rows_become_the_form_that_triton_and_xgboost_take(tmp_path, pack):
    graph = helper.make_graph(
        [helper.make_node("Identity", ["x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2])],
    )
    onnx.save_model(helper.make_model(graph), tmp_path / "net.onnx")
    booster = xgboost.XGBClassifier(n_estimators=1).fit(ROWS, LABELS).get_booster()
    booster.save_model(tmp_path / "model.ubj")
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n3,4.5\n")
    (tmp_path / "rows.json").write_text('{"instances": [[1, 2]]}')

    triton = pack(tmp_path / "net.onnx", sample_path=tmp_path / "rows.csv")
    from_json = pack(tmp_path / "model.ubj", sample_path=tmp_path / "rows.json")
    from_csv = pack(tmp_path / "model.ubj", sample_path=tmp_path / "rows.csv")

    assert json.loads(body_of(triton))["inputs"] == [
        {"name": "x", "shape": [2, 2], "datatype": "FP32", "data": [[1.0, 2.0], [3.0, 4.5]]}
    ]
    assert (from_json.sample.content_type, body_of(from_json)) == ("text/csv", b"1.0,2.0")
    assert body_of(from_csv) == b"1.0,2.0\n3.0,4.5"
    assert any("header" in warning for warning in from_csv.warnings)


def test_one_top_folder_means_nothing(tmp_path, pack):
    joblib.dump(LogisticRegression().fit(ROWS, LABELS), tmp_path / "model.joblib")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "model.joblib", arcname="project/model.joblib")
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        archive.write(tmp_path / "model.joblib", "deep/er/model.joblib")

    hashes = {
        pack(tmp_path / name).archive.sha256
        for name in ("model.joblib", "model.tar.gz", "model.zip")
    }

    assert len(hashes) == 1


def test_a_script_at_the_root_moves_to_code_with_its_modules(tmp_path, pack):
    put(
        tmp_path / "m",
        inference_dot_py="import sklearn, own\ndef model_fn(d): ...\n",
        own_dot_py="",
        requirements_dot_txt="own-thing==1\n",
        weights_dot_bin=b"w",
    )

    packed = pack(tmp_path / "m")

    assert packed.files == (
        "code/inference.py",
        "code/own.py",
        "code/requirements.txt",
        "weights.bin",
    )
    assert packed.environment["SAGEMAKER_SUBMIT_DIRECTORY"] == "/opt/ml/model/code"
    assert packed.framework is Framework.SKLEARN


def test_a_command_line_script_named_inference_does_not_serve(tmp_path, pack):
    folder = put(
        tmp_path / "m", inference_dot_py="print('try me')\n", requirements_dot_txt="mlflow"
    )
    joblib.dump(LinearRegression().fit(ROWS, LABELS), folder / "model.pkl")

    packed = pack(folder)

    assert packed.files == ("code/inference.py", "model.pkl")
    assert b"def model_fn" in member(packed, "code/inference.py")
    assert any("inference.py, requirements.txt" in step.text for step in packed.steps)


def test_every_step_says_why_and_where_it_is_written(tmp_path, pack):
    joblib.dump(LinearRegression().fit(ROWS, LABELS), tmp_path / "my model.pkl")

    packed = pack(tmp_path / "my model.pkl")

    assert all(step.text and step.source_url.startswith("https://") for step in packed.steps)
    script = next(step for step in packed.steps if step.path == "code/inference.py")
    assert member(packed, "code/inference.py").decode() == script.content
    assert 'MODEL_FILE = "my model.pkl"' in script.content
    assert "ruff" not in script.content
    assert {step.path for step in packed.steps if step.action == "set"} == set(packed.environment)
    assert packed.steps[-1].action == "pack"


def test_a_wrong_word_about_the_framework_is_corrected_with_a_warning(tmp_path, pack):
    joblib.dump(LinearRegression().fit(ROWS, LABELS), tmp_path / "model.pkl")

    packed = pack(tmp_path / "model.pkl", framework=Framework.PYTORCH)

    assert packed.framework is Framework.SKLEARN
    assert "pytorch" in packed.warnings[0]


def test_early_stopping_is_warned_of(tmp_path, pack):
    data = xgboost.DMatrix(ROWS, LABELS)
    booster = xgboost.train(
        {"objective": "reg:squarederror"},
        data,
        num_boost_round=50,
        evals=[(data, "e")],
        early_stopping_rounds=1,
        verbose_eval=False,
    )
    booster.save_model(tmp_path / "model.json")

    packed = pack(tmp_path / "model.json")

    assert any("best_iteration" in warning for warning in packed.warnings)
    assert body_of(packed) == b"0,0"
