"""Every package is served by the sandbox's worker and answers as the local model does."""

import base64
import json
import tarfile
import textwrap

import joblib
import numpy as np
import pandas as pd
import pytest
import xgboost
from skl2onnx import to_onnx
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tools.endpoint import Framework
from tools.errors import SagepilotError
from tools.sample import make_sample


def split(load, seed=0):
    features, target = load(return_X_y=True)
    return train_test_split(features, target, test_size=0.3, random_state=seed)


def rows_json(rows) -> bytes:
    return json.dumps(np.asarray(rows).tolist()).encode()


def rows_csv(rows) -> bytes:
    return "\n".join(",".join(map(repr, row)) for row in np.asarray(rows).tolist()).encode()


def tried(packed, invoke):
    """The sample request of the package itself is answered."""
    sample = packed.sample
    assert sample is not None
    return invoke(base64.b64decode(sample.body_base64), sample.content_type, sample.accept)


def test_the_sample_model_is_served_with_its_own_predictions(tmp_path, pack, serve):
    files = make_sample(tmp_path / "sample")
    packed = pack(files.archive, instance_type=None)
    invoke = serve(packed)
    expected = json.loads(files.expected_json.read_text())["predictions"]

    assert json.loads(invoke(files.rows_json.read_bytes(), "application/json").body) == expected
    assert json.loads(invoke(files.rows_csv.read_bytes(), "text/csv").body) == expected
    answer = invoke(files.sample_json.read_bytes(), "application/json", "text/csv")
    assert answer.body.decode().split() == [str(expected[0])]
    assert len(json.loads(tried(packed, invoke).body)) == 1


def test_a_regressor_keeps_its_numbers(tmp_path, pack, serve):
    train_x, test_x, train_y, _ = split(load_diabetes)
    regressor = RandomForestRegressor(20, random_state=0).fit(train_x, train_y)
    joblib.dump(regressor, tmp_path / "regressor.joblib", compress=3)
    invoke = serve(pack(tmp_path / "regressor.joblib"))

    got = np.array(json.loads(invoke(rows_json(test_x), "application/json").body))

    np.testing.assert_allclose(got, regressor.predict(test_x), rtol=1e-12)
    one = json.loads(invoke(rows_csv(test_x[:1]), "text/csv").body)
    np.testing.assert_allclose(one, got[:1], rtol=1e-12)


def test_a_boosted_classifier_with_text_labels_gives_the_labels(tmp_path, pack, serve):
    train_x, test_x, train_y, _ = split(load_iris)
    names = load_iris().target_names
    classifier = GradientBoostingClassifier(n_estimators=10).fit(train_x, names[train_y])
    joblib.dump(classifier, tmp_path / "iris.pkl")
    invoke = serve(pack(tmp_path / "iris.pkl"))

    got = json.loads(invoke(rows_json(test_x), "application/json").body)

    assert got == classifier.predict(test_x).tolist()
    assert set(got) == set(names)


def test_a_pipeline_with_named_columns_and_text_takes_records(tmp_path, pack, serve):
    frame = pd.DataFrame({"country": ["vn", "de", "vn", "us"] * 10, "amount": np.arange(40) * 1.5})
    target = (frame["country"] == "vn").astype(int)
    columns = make_column_transformer(
        (OneHotEncoder(), ["country"]), (StandardScaler(), ["amount"])
    )
    pipeline = make_pipeline(columns, LogisticRegression()).fit(frame, target)
    joblib.dump(pipeline, tmp_path / "columns.joblib")
    packed = pack(tmp_path / "columns.joblib")
    invoke = serve(packed)

    records = json.dumps({"instances": frame.to_dict("records")}).encode()
    with_header = frame.to_csv(index=False).encode()

    expected = pipeline.predict(frame).tolist()
    assert json.loads(invoke(records, "application/json").body) == expected
    assert json.loads(invoke(with_header, "text/csv").body) == expected
    assert packed.sample is None
    assert any("sample" in warning for warning in packed.warnings)


def test_a_text_pipeline_takes_strings(tmp_path, pack, serve):
    texts = ["cheap pills now", "meeting at noon", "win money now", "lunch tomorrow?"]
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, [1, 0, 1, 0])
    joblib.dump(pipeline, tmp_path / "spam.joblib")
    packed = pack(tmp_path / "spam.joblib")
    invoke = serve(packed)

    got = json.loads(invoke(json.dumps(texts).encode(), "application/json").body)

    assert got == pipeline.predict(texts).tolist()
    assert len(json.loads(tried(packed, invoke).body)) == 1


@pytest.mark.parametrize("suffix", ["json", "ubj"])
def test_an_xgboost_booster_is_served_in_algorithm_mode(tmp_path, pack, serve, suffix):
    train_x, test_x, train_y, _ = split(load_breast_cancer)
    booster = xgboost.train(
        {"objective": "binary:logistic"}, xgboost.DMatrix(train_x, train_y), num_boost_round=10
    )
    booster.save_model(tmp_path / f"model.{suffix}")
    packed = pack(tmp_path / f"model.{suffix}")
    invoke = serve(packed)

    body = invoke(rows_csv(test_x), "text/csv", "text/csv").body.decode()

    np.testing.assert_allclose(
        [float(line) for line in body.split()],
        booster.predict(xgboost.DMatrix(test_x)),
        rtol=1e-6,
    )
    assert packed.files == (f"model.{suffix}",)
    assert "SAGEMAKER_PROGRAM" not in packed.environment
    assert 0 < float(tried(packed, invoke).body) < 1


def test_a_compressed_booster_pickle_is_served_in_algorithm_mode(tmp_path, pack, serve):
    train_x, test_x, train_y, _ = split(load_breast_cancer)
    booster = xgboost.XGBClassifier(n_estimators=5).fit(train_x, train_y).get_booster()
    joblib.dump(booster, tmp_path / "booster.joblib", compress=3)
    invoke = serve(pack(tmp_path / "booster.joblib"))

    body = invoke(rows_csv(test_x), "text/csv").body.decode()

    expected = booster.predict(xgboost.DMatrix(test_x))
    np.testing.assert_allclose([float(v) for v in body.split()], expected, rtol=1e-6)


def test_an_xgb_classifier_pickle_is_served_in_script_mode_with_labels(tmp_path, pack, serve):
    train_x, test_x, train_y, _ = split(load_breast_cancer)
    classifier = xgboost.XGBClassifier(n_estimators=10).fit(train_x, train_y)
    joblib.dump(classifier, tmp_path / "classifier.joblib")
    packed = pack(tmp_path / "classifier.joblib")
    invoke = serve(packed)

    expected = classifier.predict(test_x).tolist()

    assert "/sagemaker-xgboost:3.2-0" in packed.image_uri
    assert json.loads(invoke(rows_json(test_x), "application/json").body) == expected
    assert json.loads(invoke(rows_csv(test_x), "text/csv").body) == expected
    assert json.loads(tried(packed, invoke).body)[0] in (0, 1)


@pytest.mark.parametrize("zipmap", [True, False])
def test_an_onnx_classifier_is_served_by_triton(tmp_path, pack, serve, zipmap):
    train_x, test_x, train_y, _ = split(load_breast_cancer)
    classifier = make_pipeline(StandardScaler(), LogisticRegression()).fit(train_x, train_y)
    graph = to_onnx(classifier, train_x[:1].astype(np.float32), options={"zipmap": zipmap})
    (tmp_path / "model.onnx").write_bytes(graph.SerializeToString())
    packed = pack(tmp_path / "model.onnx")
    invoke = serve(packed)

    rows = test_x.astype(np.float32)
    tensor = {"name": "X", "shape": list(rows.shape), "datatype": "FP32", "data": rows.tolist()}
    answer = json.loads(invoke(json.dumps({"inputs": [tensor]}).encode(), "application/json").body)

    outputs = {output["name"]: output for output in answer["outputs"]}
    label = outputs.get("label") or outputs["output_label"]
    assert label["data"] == classifier.predict(rows).tolist()
    assert packed.image_uri.endswith("sagemaker-tritonserver:26.05-py3-cpu")
    assert any("zipmap" in warning for warning in packed.warnings) is zipmap
    assert json.loads(tried(packed, invoke).body)["outputs"]


def test_a_pytorch_style_archive_is_served_by_its_own_script(tmp_path, pack, serve):
    source = tmp_path / "source"
    (source / "code").mkdir(parents=True)
    weights = np.random.default_rng(0).normal(size=(4, 2))
    np.save(source / "weights.npy", weights)
    (source / "code" / "inference.py").write_text(
        textwrap.dedent("""
        import json
        import os
        import numpy as np

        def model_fn(model_dir):
            return np.load(os.path.join(model_dir, "weights.npy"))

        def input_fn(body, content_type):
            return np.array(json.loads(body), dtype=np.float64)

        def predict_fn(rows, weights):
            return rows @ weights

        def output_fn(prediction, accept):
            return json.dumps(prediction.tolist())
        """)
    )
    with tarfile.open(tmp_path / "mine.tar.gz", "w:gz") as tar:
        tar.add(source, arcname=".")
    packed = pack(tmp_path / "mine.tar.gz", framework=Framework.PYTORCH)
    invoke = serve(packed)
    rows = np.random.default_rng(1).normal(size=(50, 4))

    got = np.array(json.loads(invoke(rows_json(rows), "application/json").body))

    np.testing.assert_allclose(got, rows @ weights, rtol=1e-12)
    assert packed.framework is Framework.PYTORCH
    assert packed.files == ("code/inference.py", "weights.npy")
    with pytest.raises(SagepilotError, match="does not tell which framework"):
        pack(tmp_path / "mine.tar.gz")
