"""The name that a plan gave an endpoint says nothing: neither a number in it nor a framework."""

import pytest

from assistant.offline.meaning import Intent
from assistant.offline.understanding import understand

NAMES = [
    "xgboost-regression-model-8353653b",
    "iris-1000000b",
    "onnx-demo-00000010",
    "m-12345678",
    "xgboost-churn-v2",
    "pytorch-prod",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("delete {}", Intent.DELETE),
        ("delete the endpoint {}", Intent.DELETE),
        ("xóa endpoint {}", Intent.DELETE),
        ("what is the status of endpoint {}?", Intent.STATUS),
        ("is endpoint {} healthy?", Intent.STATUS),
    ],
)
def test_an_endpoint_is_meant_by_any_name(words, intent, name):
    meant = understand(words.format(name))
    assert meant.intents == (intent,)
    assert meant.endpoint_name == name
    assert meant.facts == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "words", ["park {} over the weekend", "wake {} up", "unpark endpoint {}", "đánh thức {}"]
)
def test_no_fact_is_read_out_of_a_name(words, name):
    assert understand(words.format(name)).facts == ()


def test_what_stands_beside_a_name_is_read():
    facts = understand("update iris-1000000b: p95 80 ms, 7B parameters").facts
    assert {f.field: f.value for f in facts} == {
        "latency_p95_ms": 80.0,
        "model_parameters": 7_000_000_000,
    }
