"""The execution role: who may take it on, and the least it needs (docs: sagemaker-roles)."""

import json
from typing import Any

from tools.endpoint import EndpointSpec, InferenceOption

_LOGS = ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogStreams")
_IMAGE = ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage")


def role_name(endpoint_name: str, suffix: str) -> str:
    """Return the role's name, at most 64 characters (IAM's limit)."""
    stem = endpoint_name.removesuffix(suffix)[: 52 - len(suffix)].rstrip("-")
    return f"sagepilot-{stem}-{suffix}"


def role_arn(account: str, name: str) -> str:
    """Return the ARN that IAM will give the role."""
    return f"arn:aws:iam::{account}:role/{name}"


def trust_policy() -> str:
    """Return the trust policy, as JSON: SageMaker hosting may take the role on."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def execution_policy(spec: EndpointSpec, account: str) -> str:
    """Return the role's policy, as JSON: this model, this image, its logs and metrics."""
    bucket, _, key = spec.sagemaker_model.model_data_uri.removeprefix("s3://").partition("/")
    registry, _, rest = spec.sagemaker_model.image_uri.partition(".dkr.ecr.")
    repository = rest.partition("/")[2].partition(":")[0]
    logs = f"arn:aws:logs:{spec.region}:{account}:log-group:/aws/sagemaker/*"
    image = f"arn:aws:ecr:{spec.region}:{registry}:repository/{repository}"
    statements = [
        _allow(["s3:GetObject"], f"arn:aws:s3:::{bucket}/{key}"),
        _allow(["s3:ListBucket"], f"arn:aws:s3:::{bucket}"),
        _allow(["ecr:GetAuthorizationToken"], "*"),
        _allow([f"ecr:{action}" for action in _IMAGE], image),
        _allow([f"logs:{action}" for action in _LOGS], logs),
        {
            **_allow(["cloudwatch:PutMetricData"], "*"),
            "Condition": {
                "StringEquals": {
                    "cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/Endpoints"]
                }
            },
        },
    ]
    if spec.inference_option is InferenceOption.ASYNCHRONOUS and spec.output_uri:
        results = spec.output_uri.removeprefix("s3://").partition("/")[2]
        statements.append(
            _allow(
                ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
                f"arn:aws:s3:::{bucket}/{results}*",
            )
        )
    return _document(*statements)


def _allow(actions: list[str], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)
