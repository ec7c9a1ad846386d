"""What the rules read in a message may be recorded; a changed value may not."""

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from assistant.grounding import said_by_user
from assistant.offline.understanding import understand
from tools.errors import InvalidInputError

MESSAGES = (
    "I have a scikit-learn model in ./iris.joblib, 50 ms, 20 requests a second, 60 at peak, 2 KB",
    "s3://models/fraud/model.tar.gz with xgboost, 1.5 GB, 70 requests a minute, dev, no GPU",
    "2 million requests a day, payload 20 MB, processing takes 18 minutes, at most 300 dollars "
    "a month",
    "mô hình ONNX ở ./m.onnx, độ trễ dưới 200 ms, 30 yêu cầu mỗi giây, môi trường production",
    "idle 80% of the time, grows 10% a month, in eu-west-1, call it fraud-scores",
)


def state(*words, asked=()):
    question = AIMessage("?", additional_kwargs={"sagepilot": {"asked": list(asked)}})
    return {"messages": [question, *(HumanMessage(w) for w in words)]}


@pytest.mark.parametrize("text", MESSAGES)
def test_what_the_rules_read_is_said(text):
    facts = understand(text).facts
    assert len(facts) >= 3
    for fact in facts:
        said_by_user(fact.field, fact.value, fact.quote, state(text))


@pytest.mark.parametrize("text", MESSAGES)
@pytest.mark.parametrize("factor", [0.5, 3, 7])
def test_another_number_is_not_said(text, factor):
    numbers = [f for f in understand(text).facts if isinstance(f.value, int | float)]
    for fact in numbers:
        with pytest.raises(InvalidInputError):
            said_by_user(fact.field, type(fact.value)(fact.value * factor), text, state(text))


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("latency_p95_ms", "fifty ms", "no idea"),
        ("latency_p95_ms", "20 s", "20 ms"),
        ("latency_p95_ms", "50 ms", "150 ms"),
        ("processing_time_s", "5 s", "0.5 s"),
        ("environment", "production", "hello"),
        ("framework", "pytorch", "it is an xgboost model"),
        ("model_source", {"kind": "local", "uri": "iris"}, "it is in ./iris.joblib"),
        ("model_source", "./Iris.joblib", "it is in ./iris.joblib"),
        ("endpoint_name", "fraud", "call it fraud-scores"),
        ("interactive", True, "hello"),
        ("region", "us-west-2", "in Frankfurt"),
    ],
)
def test_what_the_words_do_not_carry_is_refused(field, value, text):
    with pytest.raises(InvalidInputError) as caught:
        said_by_user(field, value, text, state(text))
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("field", "value", "quote", "text"),
    [
        ("latency_p95_ms", "50 ms", "under 50 ms", "it must stay under 50 ms, please"),
        ("latency_p95_ms", 50, "50 ms", "it must stay under 50 ms, please"),
        ("average_requests_per_second", 23.148, "2 million a day", "about 2 million a day"),
        ("model_source", "/a b/m.onnx", "/a b/m.onnx", "it lies in '/a b/m.onnx'."),
        ("endpoint_name", "fraud-scores", "call it fraud-scores", "call it fraud-scores."),
        ("region", "eu-central-1", "Frankfurt", "deploy it in Frankfurt"),
    ],
)
def test_the_users_way_of_putting_it_is_accepted(field, value, quote, text):
    said_by_user(field, value, quote, state(text))


def test_only_what_is_taken_back_is_forgotten():
    forgetting = state("under 50 ms and 300 dollars a month", "forget the budget")
    said_by_user("budget_usd_per_month", None, "forget the budget", forgetting)
    with pytest.raises(InvalidInputError):
        said_by_user("latency_p95_ms", None, "forget the budget", forgetting)
    said_by_user("latency_p95_ms", None, "start over", state("under 50 ms", "start over"))


def test_an_older_value_does_not_come_back():
    corrected = state("payload 2 MB", "actually the payload is 3 MB")
    with pytest.raises(InvalidInputError, match="since"):
        said_by_user("request_payload_bytes", "2 MB", "payload 2 MB", corrected)
    said_by_user("request_payload_bytes", "3 MB", "payload is 3 MB", corrected)
