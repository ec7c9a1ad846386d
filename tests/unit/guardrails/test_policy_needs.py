"""What an organisation does not allow is told before there is a plan."""

import pytest

from tools.policy import conflicts_with
from tools.policy.file import parse_policy
from tools.requirements import Requirements

RULES = """
[regions]
allowed = ["eu-*"]
message = "Customer data stays in the EU."
[instance_types]
allowed = ["m5"]
[inference_options]
allowed = ["serverless"]
[methods]
allowed = ["cloudformation"]
[instances]
max = 2
environments = ["development"]
"""


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"region": "eu-west-1"}, {"region": "us-east-1"}),
        ({"instance_type": "ml.m5.large"}, {"instance_type": "ml.m6i.large"}),
        ({"inference_option": "serverless"}, {"inference_option": "real-time"}),
        ({"deployment_preference": "cloudformation"}, {"deployment_preference": "sdk"}),
        ({"initial_instance_count": 2}, {"initial_instance_count": 3}),
        ({"max_capacity": 2}, {"max_capacity": 3}),
    ],
)
def test_what_is_asked_for_by_name_is_held_against_the_rules(good, bad):
    policy = parse_policy(RULES)
    assert conflicts_with(policy, Requirements.model_validate(good)) == ()
    (found,) = conflicts_with(policy, Requirements.model_validate(bad))
    assert found.fields == tuple(bad)


def test_the_rules_own_words_come_first_and_only_where_it_holds():
    policy = parse_policy(RULES)
    (found,) = conflicts_with(policy, Requirements(region="us-east-1"))
    assert found.text.startswith("Customer data stays in the EU. us-east-1 ")
    elsewhere = {"max_capacity": 3, "environment": "production"}
    assert conflicts_with(policy, Requirements.model_validate(elsewhere)) == ()
