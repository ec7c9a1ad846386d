import pytest

from tools.sandbox.access import decide, trusts_sagemaker


def policy(**statement: object) -> dict[str, object]:
    return {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"} | statement]}


OBJECT = "arn:aws:s3:::bucket/models/a.tar.gz"


@pytest.mark.parametrize(
    ("policies", "decision"),
    [
        ([], "implicitDeny"),
        ([policy()], "allowed"),
        ([policy(Action=["s3:get*"])], "allowed"),
        ([policy(Action="s3:Put*")], "implicitDeny"),
        ([policy(NotAction="s3:*")], "implicitDeny"),
        ([policy(Resource="arn:aws:s3:::bucket/*")], "allowed"),
        ([policy(Resource="arn:aws:s3:::bucket")], "implicitDeny"),
        ([policy(Resource="arn:aws:s3:::BUCKET/*")], "implicitDeny"),
        ([policy(), policy(Effect="Deny", Action="s3:GetObject")], "explicitDeny"),
        ([policy(), policy(Effect="Deny", NotResource="arn:aws:s3:::bucket/*")], "allowed"),
        ([policy(Resource="arn:aws:s3:::bucke?/models/*")], "allowed"),
    ],
)
def test_deny_wins_over_allow_wins_over_nothing(
    policies: list[dict[str, object]], decision: str
) -> None:
    assert decide(policies, "s3:GetObject", OBJECT) == decision


@pytest.mark.parametrize(
    ("condition", "decision"),
    [
        ({"StringEquals": {"s3:ExistingObjectTag/SageMaker": "true"}}, "allowed"),
        ({"StringEqualsIgnoreCase": {"s3:ExistingObjectTag/sagemaker": "TRUE"}}, "allowed"),
        ({"StringLike": {"s3:ExistingObjectTag/SageMaker": ["no", "tr*"]}}, "allowed"),
        ({"StringNotEquals": {"s3:ExistingObjectTag/SageMaker": "true"}}, "implicitDeny"),
        ({"StringEquals": {"aws:PrincipalTag/x": "1"}}, "implicitDeny"),
        ({"StringEqualsIfExists": {"aws:PrincipalTag/x": "1"}}, "allowed"),
        ({"Null": {"aws:PrincipalTag/x": "true"}}, "allowed"),
        ({"Bool": {"aws:SecureTransport": "false"}}, "implicitDeny"),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, "implicitDeny"),
    ],
)
def test_conditions_limit_a_statement(condition: dict[str, object], decision: str) -> None:
    context = {"s3:ExistingObjectTag/SageMaker": "true"}
    assert decide([policy(Condition=condition)], "s3:GetObject", OBJECT, context) == decision


def trust(**statement: object) -> dict[str, object]:
    base = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]},
    }
    return {"Statement": [base | statement]}


@pytest.mark.parametrize(
    ("document", "trusted"),
    [
        (trust(), True),
        (trust(Principal={"Service": "ec2.amazonaws.com"}), False),
        (trust(Principal={"AWS": "arn:aws:iam::123456789012:root"}), False),
        (trust(Action="sts:TagSession"), False),
        (trust(Effect="Deny"), False),
        ({}, False),
    ],
)
def test_a_trust_policy_must_name_sagemaker(document: dict[str, object], trusted: bool) -> None:
    assert trusts_sagemaker(document) is trusted
