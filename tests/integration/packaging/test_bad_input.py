import json
import pickle
import tarfile
import zipfile

import joblib
import numpy as np
import pytest
import xgboost
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from tools.endpoint import Framework
from tools.errors import InvalidInputError, ModelArtifactError, UserError

ROWS, LABELS = np.arange(12.0).reshape(6, 2), np.array([0, 0, 0, 1, 1, 1])


@pytest.fixture
def linear():
    return LogisticRegression().fit(ROWS, LABELS)


def refused(pack, source, error=UserError, **changes):
    with pytest.raises(error) as caught:
        pack(source, **changes)
    assert caught.value.remedy
    return caught.value.message


def edited_version(estimator, version: bytes) -> bytes:
    """The pickle as another scikit-learn would have written it."""
    return pickle.dumps(estimator).replace(b"1.9.1", version)


def test_a_missing_file(tmp_path, pack):
    assert "no file or folder" in refused(pack, tmp_path / "nothing.joblib", InvalidInputError)


def test_an_empty_folder(tmp_path, pack):
    (tmp_path / "empty").mkdir()
    assert "holds no files" in refused(pack, tmp_path / "empty", ModelArtifactError)


def test_a_folder_without_a_model(tmp_path, pack):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes.txt").write_text("hello")
    assert "no model that is known" in refused(pack, tmp_path / "folder", ModelArtifactError)


def test_an_archive_without_a_model(tmp_path, pack):
    (tmp_path / "data.csv").write_text("1,2\n")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "data.csv", arcname="data.csv")
    assert "data.csv" in refused(pack, tmp_path / "model.tar.gz", ModelArtifactError)


@pytest.mark.parametrize("name", ["model.joblib", "model.onnx", "model.pt", "model.h5"])
def test_a_file_with_the_wrong_name(tmp_path, pack, name):
    (tmp_path / name).write_text("just text, no model")
    assert name in refused(pack, tmp_path / name, ModelArtifactError)


def test_a_cut_off_joblib(tmp_path, pack, linear):
    joblib.dump(linear, tmp_path / "whole.joblib", compress=3)
    data = (tmp_path / "whole.joblib").read_bytes()
    (tmp_path / "model.joblib").write_bytes(data[: len(data) // 2])
    assert "cut off" in refused(pack, tmp_path / "model.joblib", ModelArtifactError)


def test_several_models_and_the_framework_decides(tmp_path, pack, linear):
    folder = tmp_path / "folder"
    folder.mkdir()
    joblib.dump(linear, folder / "a.joblib")
    joblib.dump(linear, folder / "b.joblib")
    assert "a.joblib, b.joblib" in refused(pack, folder, InvalidInputError)
    (folder / "b.joblib").unlink()
    booster = xgboost.XGBClassifier(n_estimators=1).fit(ROWS, LABELS).get_booster()
    booster.save_model(folder / "c.json")

    packed = pack(folder, framework=Framework.XGBOOST)

    assert packed.files == ("c.json",)
    assert any(step.action == "leave-out" and "a.joblib" in step.text for step in packed.steps)


def test_a_dictionary_of_objects(tmp_path, pack, linear):
    joblib.dump({"model": linear}, tmp_path / "model.joblib")
    assert "dictionary" in refused(pack, tmp_path / "model.joblib", ModelArtifactError)


def test_a_class_of_the_training_script(tmp_path, pack, linear):
    data = pickle.dumps(linear, protocol=2).replace(
        b"csklearn.linear_model._logistic\nLogisticRegression\n", b"c__main__\nMyModel\n"
    )
    (tmp_path / "model.pkl").write_bytes(data + b"csklearn.base\nBaseEstimator\n.")
    assert "MyModel" in refused(pack, tmp_path / "model.pkl", ModelArtifactError)


def test_a_package_that_the_image_lacks_needs_requirements(tmp_path, pack, linear):
    data = pickle.dumps(linear, protocol=2) + b"ccategory_encoders\nTargetEncoder\n."
    (tmp_path / "model.pkl").write_bytes(data)
    assert "category_encoders" in refused(pack, tmp_path / "model.pkl", ModelArtifactError)
    (tmp_path / "folder").mkdir()
    (tmp_path / "model.pkl").rename(tmp_path / "folder" / "model.pkl")
    (tmp_path / "folder" / "requirements.txt").write_text("category_encoders==2.8.1\n")

    packed = pack(tmp_path / "folder")

    assert "code/requirements.txt" in packed.files
    assert any("network isolation" in warning for warning in packed.warnings)


@pytest.mark.parametrize(
    ("version", "image"), [(b"1.2.2", "1.2-1"), (b"1.4.2", "1.4-2-py312"), (b"1.9.0", "1.9-0")]
)
def test_trees_go_to_the_image_of_their_version(tmp_path, pack, version, image):
    tree = DecisionTreeClassifier().fit(ROWS, LABELS)
    (tmp_path / "tree.pkl").write_bytes(edited_version(tree, version))

    packed = pack(tmp_path / "tree.pkl")

    assert packed.image_version == image
    assert any("2026-10-30" in warning for warning in packed.warnings) is (version == b"1.4.2")


def test_trees_of_another_version_are_refused_and_linear_models_warned_of(tmp_path, pack, linear):
    tree = DecisionTreeClassifier().fit(ROWS, LABELS)
    (tmp_path / "tree.pkl").write_bytes(edited_version(tree, b"1.5.2"))
    (tmp_path / "linear.pkl").write_bytes(edited_version(linear, b"1.5.2"))

    message = refused(pack, tmp_path / "tree.pkl", ModelArtifactError)
    packed = pack(tmp_path / "linear.pkl")

    assert "1.5.2" in message
    assert "DecisionTreeClassifier" in message
    assert packed.image_version == "1.9-0"
    assert any("1.5.2" in warning for warning in packed.warnings)


def test_an_old_binary_booster_and_a_dump_are_refused(tmp_path, pack):
    binary = bytes(136) + b"\x0f" + bytes(7) + b"binary:logistic" + b"\x06" + bytes(7) + b"gbtree"
    (tmp_path / "xgboost-model").write_bytes(b"binf" + binary)
    (tmp_path / "dump.json").write_text('[{"nodeid": 0, "leaf": 1}]')

    assert "3.1 removed" in refused(pack, tmp_path / "xgboost-model", ModelArtifactError)
    assert "dump" in refused(pack, tmp_path / "dump.json", ModelArtifactError)


def test_json_that_is_no_model(tmp_path, pack):
    (tmp_path / "metrics.json").write_text('{"version": [1, 2, 3], "auc": 0.9}')
    assert "no model" in refused(pack, tmp_path / "metrics.json", ModelArtifactError)


def test_frameworks_without_an_image_name_a_way_out(tmp_path, pack):
    (tmp_path / "model.txt").write_text("tree\nversion=v4\n")
    (tmp_path / "model.cbm").write_bytes(b"CBM1" + bytes(20))
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))

    assert "lightgbm" in refused(pack, tmp_path / "model.txt", ModelArtifactError)
    assert "catboost" in refused(pack, tmp_path / "model.cbm", ModelArtifactError)
    assert "SavedModels only" in refused(pack, tmp_path / "model.h5", ModelArtifactError)


def test_torch_weights_without_code_are_refused(tmp_path, pack):
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("model/data.pkl", b"\x80\x02ccollections\nOrderedDict\n.")
        archive.writestr("model/version", "3")

    assert "state dict" in refused(pack, tmp_path / "model.pt", ModelArtifactError)


def test_scripts_are_checked_without_running(tmp_path, pack):
    code = tmp_path / "mine" / "code"
    code.mkdir(parents=True)
    for text, named in (
        ("def model_fn(:\n", "not valid Python"),
        ("import sklearn\ndef predict_fn(a, b): pass\n", "no model_fn"),
        ("import tensorflow\ndef model_fn(d): pass\n", "input_handler"),
        (
            "import torch\ndef transform_fn(m,d,c,a): pass\ndef input_fn(d, c): pass\n",
            "transform_fn together",
        ),
    ):
        (code / "inference.py").write_text(text + "raise SystemExit('was run')\n")
        assert named in refused(pack, tmp_path / "mine", ModelArtifactError)


def test_a_bad_region_or_instance_type(tmp_path, pack, linear):
    joblib.dump(linear, tmp_path / "model.joblib")
    for changes, named in (
        ({"region": "eu-nowhere-1"}, "eu-nowhere-1"),
        ({"instance_type": "m5.large"}, "no instance type"),
        ({"instance_type": "ml.g5.xlarge"}, "gpu"),
        ({"instance_type": "ml.m7g.large"}, "of version 1.9-0 for ml.m7g.large"),
    ):
        message = refused(pack, tmp_path / "model.joblib", InvalidInputError, **changes)
        assert named in message


def test_samples_that_cannot_be_used(tmp_path, pack, linear):
    joblib.dump(linear, tmp_path / "model.joblib")
    (tmp_path / "broken.json").write_text("[1, 2")
    (tmp_path / "empty.csv").write_text("")
    for name, named in (("no.json", "no sample"), ("broken.json", "JSON"), ("empty.csv", "empty")):
        message = refused(
            pack, tmp_path / "model.joblib", InvalidInputError, sample_path=tmp_path / name
        )
        assert named in message


def test_the_users_sample_comes_before_the_archives(tmp_path, pack, linear):
    folder = tmp_path / "folder"
    folder.mkdir()
    joblib.dump(linear, folder / "model.joblib")
    (folder / "sample.json").write_text(json.dumps([[1, 2]]))
    (tmp_path / "mine.csv").write_text("1,2\n")

    found = pack(folder)
    given = pack(folder, sample_path=tmp_path / "mine.csv")

    assert found.sample.origin == "archive"
    assert found.files == ("code/inference.py", "model.joblib")
    assert (given.sample.origin, given.sample.content_type) == ("user", "text/csv")
