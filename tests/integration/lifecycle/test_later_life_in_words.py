"""The later life of an endpoint in conversation: plans in words, English and Vietnamese."""

import uuid

import pytest

from tests.integration.lifecycle.conftest import deleted, deployed
from tools.planners.lifecycle import is_parked, plan_park
from tools.planners.removal import plan_deletion


def planned(conversation, words):
    """Say something; return the plan event that came of it."""
    found = [e for e in conversation.say(words) if e.event == "plan"]
    assert len(found) == 1, words
    return found[0]


@pytest.fixture
def conversation(app):
    return app.conversation(f"later-{uuid.uuid4().hex}")


@pytest.mark.parametrize(
    "words",
    ["park {name} over the weekend", "please put {name} to sleep", "tạm dừng endpoint {name}"],
)
def test_park_is_understood(conversation, served, words):
    plan, _ = served
    found = planned(conversation, words.format(name=plan.endpoint_name))
    assert (found.kind, found.endpoint_name) == ("park", plan.endpoint_name)


@pytest.mark.parametrize(
    "words", ["wake {name} up", "wake up {name}", "unpark {name}", "đánh thức {name}"]
)
def test_wake_up_is_understood(app, conversation, served, words):
    plan, _ = served
    deployed(app, plan_park(plan.endpoint_name, app.place.removal(plan.region)))
    found = planned(conversation, words.format(name=plan.endpoint_name))
    assert (found.kind, found.endpoint_name) == ("unpark", plan.endpoint_name)


@pytest.mark.parametrize(
    "words",
    [
        "update {name} to the new model at {path}",
        "please update the endpoint {name} with my new model {path}",
        "cập nhật {name} lên mô hình mới ở {path}",
    ],
)
def test_an_update_is_understood(conversation, served, second_model, words):
    plan, _ = served
    said = words.format(name=plan.endpoint_name, path=second_model)
    found = planned(conversation, said)
    assert (found.kind, found.endpoint_name) == ("update", plan.endpoint_name)
    assert any(step["operation"] == "sagemaker.update_endpoint" for step in found.steps)


@pytest.mark.parametrize(
    "words", ["delete {name} tonight at 20:00", "remove {name} at 8 pm", "xóa {name} lúc 20h"]
)
def test_a_moment_to_go_is_understood(conversation, served, words):
    plan, _ = served
    found = planned(conversation, words.format(name=plan.endpoint_name))
    made = next(s for s in found.steps if s["operation"] == "scheduler.create_schedule")
    assert "T20:00:00" in made["parameters"]["ScheduleExpression"]


def test_it_is_the_endpoint_of_this_conversation_and_goes_through_to_the_end(
    app, conversation, onnx_model
):
    said = f"Deploy {onnx_model} for 20 requests per second, 50 ms, payload 2 KB"
    list(conversation.say(said))
    if conversation.pending_plan() is None:
        list(conversation.say("go ahead"))
    list(conversation.approve(conversation.pending_plan().digest))
    try:
        park = planned(conversation, "park it over the weekend")
        list(conversation.approve(park.digest))
        assert is_parked(park.endpoint_name, app.place.removal(park.region))
        back = planned(conversation, "wake it up")
        events = list(conversation.approve(back.digest))
        assert any(e.event == "deployed" and e.verification["ok"] for e in events)
    finally:
        removal = app.place.removal(app.region)
        deleted(app, plan_deletion(park.endpoint_name, removal))


@pytest.mark.parametrize("words", ["how do I park an endpoint?", "what does it mean to unpark?"])
def test_a_question_plans_nothing(conversation, words):
    assert [e for e in conversation.say(words) if e.event == "plan"] == []
