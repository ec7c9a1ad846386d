"""{JumpStart, SDK, CloudFormation} x {real-time, serverless, asynchronous} x {no scaling, scaling}.

Each cell goes from a conversation to predictions, then through update, undo, park, unpark and
delete; at the end nothing of it is left in any service. Which cells AWS itself does not allow
depends on the model (JumpStart with serverless); both answers are here.
"""

import pytest

from tests.integration.lifecycle.leftovers import assert_nothing_left, plans_of
from tools.endpoint import InferenceOption

OPTIONS = {
    "real-time": "as a real-time endpoint",
    "serverless": "as a serverless endpoint",
    "asynchronous": "as an asynchronous endpoint",
}
SCALING = {
    ("real-time", True): "with auto scaling between 1 and 2 instances",
    ("serverless", True): "keep 1 environment warm and scale it between 1 and 2",
    ("asynchronous", True): "with auto scaling between 0 and 2 instances",
}
WAYS = {
    "jumpstart": "Deploy {model} from JumpStart",
    "sdk": "Deploy my model {model} with the SageMaker Python SDK",
    "cloudformation": "Deploy my model {model} with CloudFormation",
}
#: Listed models that every option can serve, or those that it can.
LISTED = {
    "real-time": "onnx-classification-iris",
    "serverless": "xgboost-regression-model",
    "asynchronous": "sklearn-classification-linear",
}
REFUSED = {
    "onnx-classification-iris": "uncompressed",
    "huggingface-llm-bigram-gpu": "GPU",
}


def first_words(way, option, scaled, model):
    scaling = SCALING.get((option, scaled), "without auto scaling")
    wanted = f"{WAYS[way].format(model=model)} {OPTIONS[option]}, {scaling}"
    return f"{wanted}. 2 KB requests, 1 per second."


@pytest.mark.parametrize("scaled", [False, True], ids=["fixed", "scaling"])
@pytest.mark.parametrize("option", list(OPTIONS))
@pytest.mark.parametrize("way", list(WAYS))
def test_a_cell_from_a_sentence_to_nothing_left(
    life, onnx_model, second_model, iris, way, option, scaled
):
    rows, expected = iris if way != "jumpstart" else (None, None)
    model = LISTED[option] if way == "jumpstart" else str(onnx_model)
    plan = life.carried_out(first_words(way, option, scaled, model), "deploy")
    name = plan.endpoint_name
    made = plans_of(life.app, name)[0]
    assert (made.method, made.inference_option) == (way, option)
    assert (made.spec.first.scaling is not None) is scaled
    first = life.answers(name, rows)
    assert expected in (None, first)

    life.at_rest(name)
    life.carried_out(f"update {name} to the new model at {second_model}", "update")
    changed = life.answers(name, iris[0])
    assert set(changed) == {10, 11, 12}
    life.at_rest(name)
    life.carried_out("undo that", "undo")
    assert life.answers(name, rows) == first

    life.at_rest(name)
    life.carried_out(f"park {name} over the weekend", "park")
    life.at_rest(name)
    life.carried_out(f"wake {name} up", "unpark")
    assert life.answers(name, rows) == first

    life.at_rest(name)
    life.carried_out(f"delete the endpoint {name}", "delete")
    assert_nothing_left(life.app, name)


@pytest.mark.parametrize("model", list(REFUSED))
@pytest.mark.parametrize("scaled", [False, True], ids=["fixed", "scaling"])
def test_a_listed_model_that_serverless_cannot_serve_is_refused_with_the_reason(
    life, model, scaled
):
    life.say(first_words("jumpstart", InferenceOption.SERVERLESS.value, scaled, model))
    if REFUSED[model] not in life.text():
        life.say("go ahead with the defaults")
    assert REFUSED[model] in life.text()
    assert life.conversation.pending_plan() is None
