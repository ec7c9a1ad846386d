"""A scalable target has tags, and they go with it."""

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Client, Hosting
from tests.integration.sandbox_scaling.test_other_ways import target_of


def test_tags_of_a_target_are_kept_listed_and_taken_away(client: Client, hosting: Hosting) -> None:
    scaling = client("application-autoscaling")
    target = target_of(hosting.endpoint(hosting.config(hosting.model())))
    limits = {"MinCapacity": 1, "MaxCapacity": 2}
    made = scaling.register_scalable_target(**target, **limits, Tags={"team": "a", "cost": "b"})
    arn = made["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"team": "c"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["cost", "another"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"team": "c"}
    scaling.deregister_scalable_target(**target)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        scaling.list_tags_for_resource(ResourceARN=arn)
    again = scaling.register_scalable_target(**target, **limits)["ScalableTargetARN"]
    assert scaling.list_tags_for_resource(ResourceARN=again)["Tags"] == {}
