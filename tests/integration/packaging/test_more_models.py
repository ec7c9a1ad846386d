import json
import pickle

import numpy as np
import pytest
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tools.endpoint import Framework
from tools.errors import InvalidInputError, ModelArtifactError

ROWS, LABELS = np.arange(12.0).reshape(6, 2), np.array([0, 0, 0, 1, 1, 1])


def scripts(folder, **texts):
    (folder / "code").mkdir(parents=True)
    for name, text in texts.items():
        (folder / "code" / f"{name}.py").write_text(text)
    return folder


def test_the_one_script_with_handlers_is_named_to_the_image(tmp_path, pack):
    source = scripts(
        tmp_path / "m", serve="from sklearn import base\nmodel_fn = print\n", other="x = 1\n"
    )

    packed = pack(source)

    assert packed.environment["SAGEMAKER_PROGRAM"] == "serve.py"
    assert packed.files == ("code/other.py", "code/serve.py")


def test_two_scripts_with_handlers_are_a_question(tmp_path, pack):
    source = scripts(tmp_path / "m", a="def model_fn(d): ...", b="def model_fn(d): ...")

    with pytest.raises(InvalidInputError, match=r"code/a\.py, code/b\.py"):
        pack(source)


def test_a_script_beside_a_known_model_goes_to_that_models_image(tmp_path, pack):
    source = scripts(tmp_path / "m", inference="import numpy\ndef model_fn(d): ...\n")
    tree = RandomForestClassifier(2).fit(ROWS, LABELS)
    (source / "model.pkl").write_bytes(pickle.dumps(tree).replace(b"1.9.1", b"1.2.2"))

    packed = pack(source)

    assert (packed.framework, packed.image_version) == (Framework.SKLEARN, "1.2-1")
    assert "PIP_NO_BUILD_ISOLATION" not in packed.environment


def test_tensorflows_handlers_get_no_sagemaker_program(tmp_path, pack):
    source = scripts(tmp_path / "m", inference="def handler(data, context): ...\n")
    (source / "1").mkdir()
    (source / "1" / "saved_model.pb").write_bytes(b"x")

    packed = pack(source)

    assert packed.framework is Framework.TENSORFLOW
    assert packed.environment == {}


@pytest.mark.parametrize(
    ("architecture", "warned"), [("GPT2LMHeadModel", True), ("BertForQuestionAnswering", False)]
)
def test_hugging_face_tasks_have_their_sample(tmp_path, pack, architecture, warned):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text(json.dumps({"architectures": [architecture]}))
    (tmp_path / "m" / "pytorch_model.bin").write_bytes(b"w")

    packed = pack(tmp_path / "m")

    assert any("LLM image" in warning for warning in packed.warnings) is warned
    assert packed.sample is not None


def test_an_unknown_architecture_needs_a_script(tmp_path, pack):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text('{"model_type": "x"}')
    (tmp_path / "m" / "model.safetensors").write_bytes(b"w")

    with pytest.raises(ModelArtifactError, match="task of x"):
        pack(tmp_path / "m")


def test_a_pipeline_of_xgboost_goes_to_xgboosts_image_unless_its_trees_do_not_fit(tmp_path, pack):
    steps = make_pipeline(StandardScaler(), xgboost.XGBClassifier(n_estimators=1))
    (tmp_path / "fits.pkl").write_bytes(pickle.dumps(steps.fit(ROWS, LABELS)))
    forest = RandomForestClassifier(1).fit(ROWS, LABELS)
    (tmp_path / "not.pkl").write_bytes(pickle.dumps([forest, steps])[:-1] + b"csklearn.x\nY\n.")

    packed = pack(tmp_path / "fits.pkl")

    assert packed.image_version == "3.2-0"
    assert any("the image has 1.8" in warning for warning in packed.warnings)
    with pytest.raises(ModelArtifactError, match="dictionary or list"):
        pack(tmp_path / "not.pkl")


def test_pickles_of_another_xgboost_are_warned_of(tmp_path, pack):
    booster = xgboost.train({}, xgboost.DMatrix(ROWS, LABELS), 1)
    data = bytes(booster.save_raw("json")).replace(b'"version":[3,2,0]', b'"version":[3,9,0]')
    (tmp_path / "model.json").write_bytes(data)

    packed = pack(tmp_path / "model.json")

    assert packed.framework_version == "3.9.0"
    assert any("the older 3.2.0" in warning for warning in packed.warnings)


def test_a_pickle_of_another_library_names_its_classes(tmp_path, pack):
    (tmp_path / "model.pkl").write_bytes(b"\x80\x02cspacy.language\nLanguage\n.")

    with pytest.raises(ModelArtifactError, match=r"spacy\.language\.Language"):
        pack(tmp_path / "model.pkl")
