"""The XGBoost image in a real worker, and its script mode (containers.md, section 4)."""

import json

import numpy as np
import pytest
import xgboost

LOAD = """
import os, xgboost
def model_fn(model_dir):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(model_dir, "model.ubj"))
    return booster
"""
ROW = "5.1,3.5,1.4"


@pytest.fixture(scope="module")
def scripted(start_shared, images, script, booster):
    files = {"model.ubj": bytes(booster.save_raw("ubj")), "code/inference.py": LOAD}
    return start_shared(images.xgboost, files, script)


def test_algorithm_mode_serves_a_model_at_the_root(start, images, booster):
    served = start(images.xgboost, {"xgboost-model": bytes(booster.save_raw("ubj"))})
    assert served.first_ping == 200
    answer = served.post(ROW, "text/csv", "application/json")
    expected = float(booster.predict(xgboost.DMatrix(np.array([[5.1, 3.5, 1.4]])))[0])
    assert json.loads(answer.body) == {"predictions": [{"score": pytest.approx(expected)}]}
    assert served.post([[1, 2, 3]]).status == 415
    assert served.post(b"").status == 204


def test_algorithm_mode_refuses_a_body_over_the_limit(start, images, booster):
    files = {"xgboost-model": bytes(booster.save_raw("ubj"))}
    served = start(images.xgboost, files, {"MAX_CONTENT_LENGTH": "10"})
    answer = served.post(ROW, "text/csv")
    assert (answer.status, answer.content_type) == (413, "text/html; charset=utf-8")
    assert served.post("1;2;3", "text/csv").status == 200


def test_script_mode_answers_json_by_default(scripted, booster):
    answer = scripted.post(ROW, "text/csv")
    expected = float(booster.predict(xgboost.DMatrix(np.array([[5.1, 3.5, 1.4]])))[0])
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == [pytest.approx(expected)]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (ROW, "text/csv", 200),
        ("1 1:5.1 2:3.5 3:1.4", "text/libsvm", 200),
        ("1 1:5.1 2:3.5 3:1.4", "text/x-libsvm;charset=utf-8", 200),
        (ROW + "\n", "text/csv", 500),
        ("a,b,c\n" + ROW, "text/csv", 500),
        ("[[5.1,3.5,1.4]]", "application/json", 500),
        ("[[5.1,3.5,1.4]]", None, 500),
    ],
)
def test_script_mode_takes_csv_without_a_newline_and_libsvm(scripted, body, content_type, status):
    assert scripted.post(body, content_type).status == status


def test_script_mode_answers_500_to_an_unknown_accept(scripted):
    assert scripted.post(ROW, "text/csv", "image/png").status == 500


def test_script_mode_needs_a_model_fn(start, images, script):
    served = start(images.xgboost, {"code/inference.py": "x = 1\n"}, script)
    assert served.first_ping == 500


def test_a_model_fn_that_returns_a_classifier_cannot_predict_a_matrix(start, images, script, iris):
    fitted = xgboost.XGBClassifier(n_estimators=2).fit(iris.rows, iris.labels)
    code = """
import os, xgboost
def model_fn(model_dir):
    fitted = xgboost.XGBClassifier()
    fitted.load_model(os.path.join(model_dir, "model.json"))
    return fitted
"""
    files = {"model.json": bytes(fitted.get_booster().save_raw("json")), "code/inference.py": code}
    served = start(images.xgboost, files, script)
    assert served.first_ping == 200
    assert served.post("5.1,3.5,1.4,0.2", "text/csv").status == 500
