"""From a sentence to an endpoint whose predictions are the local model's, on every row."""

import json

import numpy
import pytest

from assistant import events
from tests.integration.conversations.conftest import as_csv, as_json

MOST_TURNS = 6


def deployed(talk):
    assert talk.turns <= MOST_TURNS
    made = talk.last(events.Deployed)
    assert made.verification["ok"], made.verification
    return made


@pytest.mark.parametrize(
    ("needs", "option"),
    [
        ("p95 under 50 ms, 20 requests a second, 2 KB each", "real-time"),
        ("about 400 requests a day, the first call may take 20 s, 2 KB each", "serverless"),
        ("each request takes 12 minutes, 300 MB payloads, nobody waits for it", "asynchronous"),
    ],
)
def test_a_scikit_learn_model_reaches_each_kind_of_endpoint(talk, sklearn_model, needs, option):
    talk.say(f"I have a scikit-learn model at {sklearn_model.path}")
    talk.say(needs)
    talk.approve()
    deployed(talk)
    assert talk.last(events.RecommendationMade).inference_option == option
    answer = talk.predictions(as_json(sklearn_model.rows), "application/json")
    assert json.loads(answer) == sklearn_model.expected.tolist()


def test_numbers_agree_to_a_millionth(talk, regressor):
    talk.say(f"Please deploy the sklearn model {regressor.path}. 5 rps, answers within 100 ms.")
    talk.approve()
    deployed(talk)
    answer = json.loads(talk.predictions(as_json(regressor.rows), "application/json"))
    assert numpy.allclose(answer, regressor.expected, rtol=1e-6, atol=0)


def test_an_xgboost_model_by_its_algorithm_mode(talk, xgboost_model):
    talk.say(f"XGBoost model in {xgboost_model.path}, 30 requests per second, p95 80 ms")
    talk.approve()
    deployed(talk)
    answer = talk.predictions(as_csv(xgboost_model.rows), "text/csv")
    values = [float(line) for line in answer.decode().split()]
    assert numpy.allclose(values, xgboost_model.expected, rtol=1e-6)


def test_an_onnx_model_on_triton(talk, onnx_file):
    talk.say(f"onnx model, {onnx_file.path}, needs 30ms latency, 100 qps")
    talk.approve()
    made = deployed(talk)
    sample, content_type = talk.app.sample_for(made.endpoint_name)
    request = json.loads(sample)
    tensor = request["inputs"][0]
    tensor |= {"shape": list(onnx_file.rows.shape), "data": onnx_file.rows.ravel().tolist()}
    answer = json.loads(talk.predictions(json.dumps(request).encode(), content_type))
    labels = next(o for o in answer["outputs"] if o["datatype"].startswith("INT"))
    assert labels["data"] == onnx_file.expected.tolist()


def test_a_pytorch_style_archive_with_its_own_handlers(talk, pytorch_archive):
    talk.say(f"my PyTorch model with inference.py is at {pytorch_archive.path}")
    talk.say("10 rps, 100 ms, 1 KB")
    talk.approve()
    assert talk.turns <= MOST_TURNS
    talk.last(events.Deployed)
    answer = json.loads(talk.predictions(as_json(pytorch_archive.rows), "application/json"))
    assert numpy.allclose(answer, pytorch_archive.expected, rtol=1e-6)


def test_a_conversation_in_vietnamese(talk, sklearn_model):
    talk.say(f"Tôi có mô hình scikit-learn ở {sklearn_model.path}")
    talk.say("độ trễ p95 dưới 50 ms, 20 yêu cầu mỗi giây, mỗi yêu cầu 2 KB")
    recommended = talk.text()
    talk.approve()
    deployed(talk)
    assert any(letter in recommended for letter in "ếộạủữđ")
    answer = talk.predictions(as_json(sklearn_model.rows), "application/json")
    assert json.loads(answer) == sklearn_model.expected.tolist()
