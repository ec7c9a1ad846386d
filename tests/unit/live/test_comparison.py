"""What counts as a difference between the sandbox's answers and AWS's."""

from datetime import UTC, datetime

import pytest

from tests.live.comparison import differences

SANDBOX = {
    "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/sample-0a1b2c3d",
    "EndpointStatus": "InService",
    "CreationTime": datetime(2026, 1, 1, tzinfo=UTC),
    "ProductionVariants": [{"VariantName": "AllTraffic", "CurrentInstanceCount": 1}],
}
AWS = {
    "EndpointArn": "arn:aws:sagemaker:eu-west-1:999988887777:endpoint/sample-ffffffff",
    "EndpointStatus": "InService",
    "CreationTime": datetime(2026, 2, 2, tzinfo=UTC),
    "ProductionVariants": [{"VariantName": "AllTraffic", "CurrentInstanceCount": 2}],
}


def test_other_accounts_names_times_and_counts_are_no_difference():
    assert list(differences(SANDBOX, AWS)) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"EndpointStatus": "Creating"},
         "EndpointStatus: 'InService' in the sandbox, 'Creating' on AWS"),
        ({"FailureReason": "x"}, "FailureReason: only on AWS"),
        ({"CreationTime": "2026-02-02"}, "CreationTime: datetime in the sandbox, str on AWS"),
        ({"ProductionVariants": []}, "ProductionVariants: 1 in the sandbox, 0 on AWS"),
        ({"ProductionVariants": [{"VariantName": "AllTraffic"}]},
         "ProductionVariants[0].CurrentInstanceCount: only in the sandbox"),
        ({"ProductionVariants": [{"VariantName": "Other", "CurrentInstanceCount": 1}]},
         "ProductionVariants[0].VariantName: 'AllTraffic' in the sandbox, 'Other' on AWS"),
    ],
)  # fmt: skip
def test_keys_types_lengths_and_statuses_are(changes, line):
    assert list(differences(SANDBOX, {**AWS, **changes})) == [line]


def test_wordings_are_compared_without_names_and_request_ids():
    def error(account, request, verb):
        arn = f"arn:aws:sagemaker:us-east-1:{account}:endpoint/sample-0a1b2c3d"
        return {
            "Code": "ValidationException",
            "Message": f'{verb} find endpoint "{arn}". {request}',
        }

    one = "11111111-2222-3333-4444-555555555555"
    other = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    here = error("123456789012", one, "Could not")
    assert list(differences(here, error("999988887777", other, "Could not"))) == []
    assert len(list(differences(here, error("999988887777", other, "Cannot")))) == 1


def test_the_statuses_an_endpoint_goes_through_are_compared():
    here = {"statuses": ["Creating", "InService"]}
    assert list(differences(here, {"statuses": ["Creating", "InService"]})) == []
    assert len(list(differences(here, {"statuses": ["Creating", "Failed"]}))) == 1
