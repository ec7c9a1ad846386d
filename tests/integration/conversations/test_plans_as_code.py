"""A plan is shown as code in the conversation, in the language that is asked for."""

import json
from typing import Any

import hcl2
import pytest
import yaml

from assistant import events

NEEDS = "p95 under 50 ms, 20 requests a second, 2 KB each"


def shown(seen: list[Any]) -> events.Rendered:
    (found,) = [event for event in seen if isinstance(event, events.Rendered)]
    return found


@pytest.fixture
def planned(talk, sklearn_model):  # type: ignore[no-untyped-def]
    talk.say(f"I have a scikit-learn model at {sklearn_model.path}")
    talk.say(NEEDS)
    return talk


def test_each_language_is_given_for_the_plan_that_waits(planned) -> None:  # type: ignore[no-untyped-def]
    digest = planned.last(events.PlanProposed).digest
    terraform = shown(planned.say("give me the Terraform"))
    assert (terraform.digest, terraform.file_name) == (digest, "main.tf")
    assert "aws_sagemaker_endpoint" in str(hcl2.loads(terraform.text)["resource"])
    assert "main.tf" in planned.text()
    template = shown(planned.say("show me the CloudFormation template"))
    assert yaml.load(template.text, yaml.BaseLoader)["Outputs"]["EndpointName"]
    script = shown(planned.say("as a Python script"))
    compile(script.text, script.file_name, "exec")
    assert digest in script.text
    notebook = shown(planned.say("and the notebook please"))
    assert json.loads(notebook.text)["nbformat"] == 4
    assert planned.last(events.PlanProposed).digest == digest


def test_it_is_told_in_vietnamese(planned) -> None:  # type: ignore[no-untyped-def]
    found = shown(planned.say("cho tôi mã Terraform của kế hoạch này"))
    assert found.language == "terraform"
    assert "Đây là kế hoạch cho endpoint" in planned.text()


def test_what_is_deployed_can_still_be_had_as_code(planned) -> None:  # type: ignore[no-untyped-def]
    planned.approve()
    assert planned.last(events.Deployed).verification["ok"]
    plan = planned.last(events.PlanProposed)
    assert shown(planned.say("give me the boto3 script")).digest == plan.digest


def test_without_a_plan_it_says_what_to_do(talk) -> None:  # type: ignore[no-untyped-def]
    seen = talk.say("give me the Terraform")
    assert not [event for event in seen if isinstance(event, events.Rendered)]
    assert "Say what you want to deploy" in talk.text()
