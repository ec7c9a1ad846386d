"""What an execution role may do."""

import json

from tests.unit.plan import builders
from tools.planners.roles import execution_policy

ACCOUNT = "123456789012"


def test_an_image_by_digest_is_of_the_repository_that_the_role_may_read() -> None:
    registry = "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost"
    for image in (f"{registry}:3.2-0", f"{registry}@sha256:{'0' * 64}", f"{registry}:1@sha256:ab"):
        made = builders.spec(variant_changes={"sagemaker_model": builders.model(image_uri=image)})
        allowed = {
            resource
            for statement in json.loads(execution_policy(made, ACCOUNT))["Statement"]
            if "ecr:BatchGetImage" in statement["Action"]
            for resource in [statement["Resource"]]
        }
        assert allowed == {"arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker-xgboost"}, image
