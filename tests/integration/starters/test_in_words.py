"""Starters in a conversation: listed, planned, changed and deployed, in both languages."""

import uuid

import pytest

from assistant import events
from tests.integration.conversations.conftest import Talk


def fresh(app, name):
    return Talk(app, name)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("show me the starters", "Two models, A/B"),
        ("What templates do you have?", "Tabular model, in real time"),
        ("Cho tôi xem các mẫu có sẵn", "Hai mô hình, A/B"),
    ],
)
def test_they_are_listed_in_the_users_language(app, said, shown):
    talk = fresh(app, uuid.uuid4().hex)
    talk.say(said)
    assert shown in talk.text()
    assert "`a-b`" in talk.text()


def test_one_is_planned_changed_and_deployed(app, gone_afterwards):
    talk = fresh(app, "a-b in words")
    talk.say("start from the A/B template")
    plan = talk.last(events.PlanProposed)
    assert "Two models, A/B" in talk.text()
    assert "challenger_source" in talk.text()
    configs = [s for s in plan.steps if s["operation"] == "sagemaker.create_endpoint_config"]
    weights = [v["InitialVariantWeight"] for v in configs[0]["parameters"]["ProductionVariants"]]
    assert weights == [0.9, 0.1]
    gone_afterwards(plan)
    talk.approve()
    assert talk.last(events.Deployed).verification["ok"]


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("use the serverless starter", "serverless"),
        ("Bắt đầu từ mẫu có sẵn bất đồng bộ", "asynchronous"),
        ("begin with the scale-to-zero template", "real-time"),
    ],
)
def test_the_one_that_is_named_is_planned(app, said, option):
    talk = fresh(app, uuid.uuid4().hex)
    seen = talk.say(said)
    called = [e for e in seen if isinstance(e, events.ToolFinished) and e.name == "start_from"]
    assert called[-1].result["plan"]["inference_option"] == option


@pytest.mark.parametrize(
    "said",
    [
        "deploy the sample model in real time",
        "Triển khai mô hình mẫu theo thời gian thực",
        "Give me the CloudFormation template",
        "deploy it with a Terraform template for production",
    ],
)
def test_other_wishes_are_no_starters(app, said):
    talk = fresh(app, uuid.uuid4().hex)
    seen = talk.say(said)
    names = {e.name for e in seen if isinstance(e, events.ToolFinished)}
    assert not names & {"start_from", "list_starters"}


def test_the_language_model_says_what_stands_in_for_it(app):
    talk = fresh(app, "llm in words")
    talk.say("start from the LLM template")
    assert "stands in for it" in talk.text()
