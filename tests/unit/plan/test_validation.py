"""Requests are judged by botocore's model, worded as the services word it."""

import pytest

from tools.operations import read_only
from tools.validation import violations

GOOD = {"ModelName": "m", "ExecutionRoleArn": "arn:aws:iam::123456789012:role/r"}


def test_a_good_request_has_no_violations():
    assert violations("sagemaker.create_model", GOOD) == ()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({**GOOD, "ModelName": "a_b"}, "regular expression pattern"),
        ({**GOOD, "Nonsense": 1}, "Nonsense"),
        ({"ExecutionRoleArn": GOOD["ExecutionRoleArn"]}, "ModelName"),
        ({**GOOD, "ExecutionRoleArn": "short"}, "greater than or equal to 20"),
        ({**GOOD, "ModelName": 3}, "type"),
    ],
)
def test_a_bad_request_is_told_why(parameters, words):
    assert any(words in text for text in violations("sagemaker.create_model", parameters))


@pytest.mark.parametrize("size", [1500, 1024])
def test_numbers_are_held_against_their_bounds(size):
    variant = {"VariantName": "A", "ServerlessConfig": {"MemorySizeInMB": size,
                                                        "MaxConcurrency": size}}  # fmt: skip
    parameters = {"EndpointConfigName": "c", "ProductionVariants": [variant]}
    found = violations("sagemaker.create_endpoint_config", parameters)
    assert any("maxConcurrency" in text and "200" in text for text in found)


@pytest.mark.parametrize(
    ("service", "operation", "reads"),
    [
        ("sagemaker", "DescribeEndpoint", True),
        ("sagemaker", "DeleteEndpoint", False),
        ("sagemaker-runtime", "InvokeEndpoint", False),
        ("sts", "GetCallerIdentity", True),
        ("sts", "GetSessionToken", False),
        ("ecr", "GetAuthorizationToken", False),
        ("iam", "SimulatePrincipalPolicy", True),
        ("s3", "GetObject", True),
        ("s3", "CreateSession", False),
        ("lambda", "GetFunction", False),
    ],
)
def test_operations_are_mutating_unless_known_to_read(service, operation, reads):
    assert read_only(service, operation) is reads
