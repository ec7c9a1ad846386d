"""The execution role: who may take it on, and the least it needs (docs: sagemaker-roles)."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tools.endpoint import EndpointSpec, ModelSpec
from tools.transform import TransformSpec

_LOGS = ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "DescribeLogStreams")
POLICY_NAME = "least-privilege"
_NETWORK = (
    "CreateNetworkInterface",
    "CreateNetworkInterfacePermission",
    "DeleteNetworkInterface",
    "DeleteNetworkInterfacePermission",
    "DescribeNetworkInterfaces",
    "DescribeVpcs",
    "DescribeDhcpOptions",
    "DescribeSubnets",
    "DescribeSecurityGroups",
)
#: docs: sagemaker-roles, "API permissions" for a customer's key on volumes and outputs.
_KEY = ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKey")
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
    """Return the role's policy, as JSON: these models, these images, their logs and metrics."""
    models = spec.served
    data = sorted({uri.removeprefix("s3://") for m in models for uri in m.read_uris})
    images = sorted({_repository(m.image_uri, spec.region) for m in models})
    logs = f"arn:aws:logs:{spec.region}:{account}:log-group:/aws/sagemaker/*"
    statements = [
        *(_allow(["s3:GetObject"], f"arn:aws:s3:::{_objects(place)}") for place in data),
        *(
            _allow(["s3:ListBucket"], f"arn:aws:s3:::{bucket}")
            for bucket in sorted({place.partition("/")[0] for place in data})
        ),
        _allow(["ecr:GetAuthorizationToken"], "*"),
        *(_allow([f"ecr:{action}" for action in _IMAGE], image) for image in images),
        _allow([f"logs:{action}" for action in _LOGS], logs),
        {
            **_allow(["cloudwatch:PutMetricData"], "*"),
            "Condition": {
                "StringEquals": {
                    "cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/Endpoints"]
                }
            },
        },
        *_extras(spec, account),
    ]
    return _document(*statements)


def transform_policy(spec: TransformSpec, account: str) -> str:
    """Return the role's policy, as JSON: one model, its image, one job's data, its logs."""
    served = spec.sagemaker_model
    read = spec.input_uri.removeprefix("s3://")
    listed = {uri.removeprefix("s3://").partition("/")[0] for uri in (spec.input_uri,)}
    objects = [f"arn:aws:s3:::{place}" for place in (*_model_objects(served), f"{read}*")]
    if spec.data_type == "ManifestFile":  # what it names lies below the manifest's own bucket
        objects.append(f"arn:aws:s3:::{read.partition('/')[0]}/*")
    written = f"arn:aws:s3:::{spec.output_uri.removeprefix('s3://').rstrip('/')}/*"
    logs = f"arn:aws:logs:{spec.region}:{account}:log-group:/aws/sagemaker/*"
    statements = [
        _allow(["s3:GetObject"], sorted(objects)),
        _allow(["s3:ListBucket"], sorted(f"arn:aws:s3:::{bucket}" for bucket in listed)),
        _allow(["s3:PutObject", "s3:AbortMultipartUpload"], written),
        _allow(["ecr:GetAuthorizationToken"], "*"),
        _allow([f"ecr:{action}" for action in _IMAGE], _repository(served.image_uri, spec.region)),
        _allow([f"logs:{action}" for action in _LOGS], logs),
        {
            **_allow(["cloudwatch:PutMetricData"], "*"),
            "Condition": {
                "StringEquals": {
                    "cloudwatch:namespace": ["AWS/SageMaker", "/aws/sagemaker/TransformJobs"]
                }
            },
        },
    ]
    if spec.vpc:
        statements.append(_allow([f"ec2:{action}" for action in _NETWORK], "*"))
    return _document(*statements)


def _model_objects(served: ModelSpec) -> list[str]:
    return [_objects(uri.removeprefix("s3://")) for uri in served.read_uris]


def _objects(place: str) -> str:
    """One object, or everything under a prefix."""
    return f"{place}*" if place.endswith("/") else place


def _repository(image_uri: str, region: str) -> str:
    registry, _, rest = image_uri.partition(".dkr.ecr.")
    repository = re.split("[:@]", rest.partition("/")[2], maxsplit=1)[0]  # by tag or by digest
    return f"arn:aws:ecr:{region}:{registry}:repository/{repository}"


def _extras(spec: EndpointSpec, account: str) -> Iterator[dict[str, Any]]:
    """What features need on top (docs: async-inference-create-endpoint-prerequisites, roles)."""
    if spec.asynchronous:
        written = (spec.asynchronous.output_uri, spec.asynchronous.failure_uri)
        places = sorted({f"arn:aws:s3:::{uri.removeprefix('s3://')}/*" for uri in written})
        actions = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
        yield _allow(actions, places)
        topics = (spec.asynchronous.success_topic_arn, spec.asynchronous.error_topic_arn)
        if any(topics):
            yield _allow(["sns:Publish"], sorted({arn for arn in topics if arn}))
    if spec.data_capture:
        place = spec.data_capture.destination_uri.removeprefix("s3://").rstrip("/")
        yield _allow(["s3:PutObject"], f"arn:aws:s3:::{place}/*")
    compiled = {m.compilation.output_uri for m in spec.served if m.compilation}
    for place in sorted(uri.removeprefix("s3://") for uri in compiled):
        yield _allow(["s3:PutObject"], f"arn:aws:s3:::{place}/*")  # what Neo makes
    if spec.vpc:
        yield _allow([f"ec2:{action}" for action in _NETWORK], "*")
    for key in _keys(spec):
        yield _use_of_key(key, spec.region, account)


def _keys(spec: EndpointSpec) -> list[str]:
    """Every key, by id, alias or ARN: of volumes, of results, of what is captured."""
    keys = {
        spec.kms_key_id,
        spec.asynchronous.kms_key_id if spec.asynchronous else None,
        spec.data_capture.kms_key_id if spec.data_capture else None,
    }
    return sorted(key for key in keys if key)


def _use_of_key(key: str, region: str, account: str) -> dict[str, Any]:
    """An alias is no resource of a policy: it is a condition on the keys of the account."""
    actions = [f"kms:{action}" for action in _KEY]
    arn, _, alias = key.rpartition("alias/")
    if alias and (arn or key.startswith("alias/")):
        place = arn or f"arn:aws:kms:{region}:{account}:"
        return {
            **_allow(actions, f"{place}key/*"),
            "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{alias}"}},
        }
    named = key.startswith("arn:")
    return _allow(actions, key if named else f"arn:aws:kms:{region}:{account}:key/{key}")


def _allow(actions: list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)
