"""A kind of endpoint that is only asked about is not recorded, whatever a chat model says."""

import pytest
from langchain_core.messages import HumanMessage

from assistant.grounding import said_by_user
from tools.errors import InvalidInputError


def _state(text: str) -> dict[str, object]:
    return {"messages": [HumanMessage(text)], "requirements": {}}


@pytest.mark.parametrize(
    ("text", "field", "value", "quote"),
    [
        ("make it async please", "inference_option", "asynchronous", "make it async"),
        ("No auto scaling.", "auto_scaling", False, "No auto scaling"),
        ("two instances of ml.m5.large", "instance_type", "ml.m5.large", "ml.m5.large"),
        ("tag it team=risk", "tags", {"team": "risk"}, "team=risk"),
        ("in subnet-1, subnet-2", "subnets", ["subnet-1", "subnet-2"], "subnet-1, subnet-2"),
    ],
)
def test_what_is_asked_for_is_recorded(text, field, value, quote):
    said_by_user(field, value, quote, _state(text))


@pytest.mark.parametrize(
    ("text", "value", "quote"),
    [
        ("is serverless cheaper?", "serverless", "serverless"),
        ("Why not asynchronous?", "asynchronous", "asynchronous"),
    ],
)
def test_what_is_only_asked_about_is_not(text, value, quote):
    with pytest.raises(InvalidInputError, match="do not say"):
        said_by_user("inference_option", value, quote, _state(text))
