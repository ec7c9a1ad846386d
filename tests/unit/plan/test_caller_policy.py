"""Whoever has the policy that `doctor` prints may do all that a plan may hold."""

import pytest

from tools.calls import api_name
from tools.operations import PLANNED
from tools.permissions import caller_policy


@pytest.mark.parametrize("operation", sorted(PLANNED))
def test_every_call_of_a_plan_is_allowed(operation) -> None:
    policy = caller_policy("123456789012", "eu-west-1")
    allowed = {action for row in policy["Statement"] for action in row["Action"]}
    assert api_name(operation).replace(".", ":") in allowed
