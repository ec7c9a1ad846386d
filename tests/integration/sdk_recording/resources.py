"""What a deployed plan made, as AWS describes it, with its own names and times taken out."""

import json
from typing import Any

from tools.aws import AwsClients
from tools.plan import PLAN_TAG, DeploymentPlan

#: Tags that the SDK adds; the one documented difference beside the configuration's name.
SDK_TAGS = ("sagemaker.amazonaws.com/model-source", "aws-jumpstart-inference-model-uri")
#: Application Auto Scaling puts random identifiers into these.
_RANDOM = {"PolicyARN", "ScalableTargetARN", "AlarmARN", "AlarmName"}
_TIMES = {"CreationTime", "LastModifiedTime", "CreatedAt", "ResponseMetadata", "RoleId"}


def made_by(plan: DeploymentPlan, clients: AwsClients) -> dict[str, Any]:
    """Every resource of a plan, comparable with another plan's."""
    endpoint = clients.call("sagemaker.describe_endpoint", {"EndpointName": plan.endpoint_name})
    config = clients.call(
        "sagemaker.describe_endpoint_config",
        {"EndpointConfigName": endpoint["EndpointConfigName"]},
    )
    model_name = config["ProductionVariants"][0]["ModelName"]
    model = clients.call("sagemaker.describe_model", {"ModelName": model_name})
    target = f"endpoint/{plan.endpoint_name}/variant/AllTraffic"
    found = {
        "endpoint": endpoint,
        "config": config,
        "model": model,
        "tags": [_tags(r, clients) for r in (endpoint["EndpointArn"],
                 config["EndpointConfigArn"], model["ModelArn"])],
        "role": _role(model["ExecutionRoleArn"].rpartition("/")[2], clients),
        "targets": clients.call(
            "application-autoscaling.describe_scalable_targets",
            {"ServiceNamespace": "sagemaker", "ResourceIds": [target]},
        )["ScalableTargets"],
        "policies": clients.call(
            "application-autoscaling.describe_scaling_policies",
            {"ServiceNamespace": "sagemaker", "ResourceId": target},
        )["ScalingPolicies"],
    }  # fmt: skip
    return nameless(_timeless(found), plan.endpoint_name, plan.nonce)


def nameless(value: Any, endpoint_name: str, nonce: str) -> Any:
    """The same with the plan's names replaced, the configuration's like the endpoint's."""
    text = json.dumps(value, sort_keys=True, default=str)
    stem = endpoint_name.removesuffix(nonce[:8]).rstrip("-")
    for name in (f"{stem}-{nonce[:8]}", endpoint_name):
        text = text.replace(name, "NAME")
    return json.loads(text.replace(nonce[:8], "SUFFIX"))


def _tags(arn: str, clients: AwsClients) -> list[dict[str, str]]:
    tags = clients.call("sagemaker.list_tags", {"ResourceArn": arn})["Tags"]
    return [tag for tag in tags if tag["Key"] not in (*SDK_TAGS, PLAN_TAG)]


def _role(name: str, clients: AwsClients) -> dict[str, Any]:
    policy = {"RoleName": name, "PolicyName": "least-privilege"}
    role = clients.call("iam.get_role", {"RoleName": name})["Role"]
    return {
        "trust": role["AssumeRolePolicyDocument"],
        "policy": clients.call("iam.get_role_policy", policy)["PolicyDocument"],
    }


def _timeless(value: Any) -> Any:
    match value:
        case dict():
            kept = {k: v for k, v in value.items() if k not in _TIMES | _RANDOM}
            return {key: _timeless(member) for key, member in kept.items()}
        case list():
            return [_timeless(member) for member in value]
        case _:
            return value
