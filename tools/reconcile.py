"""Did a call that was begun take effect? Asked after a kill, a lost answer or a name in use.

A resource counts as ours only when it carries the plan's tag (or, for an upload, its checksum);
what is somebody else's is never touched.
"""

from typing import Any

from tools.aws import AwsClients
from tools.errors import NotFoundError
from tools.plan import PLAN_TAG

_SAGEMAKER = {
    "sagemaker.create_model": ("sagemaker.describe_model", "ModelName", "ModelArn"),
    "sagemaker.create_endpoint_config": (
        "sagemaker.describe_endpoint_config", "EndpointConfigName", "EndpointConfigArn",
    ),
    "sagemaker.create_endpoint": ("sagemaker.describe_endpoint", "EndpointName", "EndpointArn"),
}  # fmt: skip

#: Calls that may simply be made again: the second changes nothing.
IDEMPOTENT = frozenset(
    {
        "s3.put_object", "sagemaker.add_tags", "iam.put_role_policy", "cloudwatch.put_metric_alarm",
        "application-autoscaling.register_scalable_target",
        "application-autoscaling.put_scaling_policy",
        "application-autoscaling.put_scheduled_action",
    }
)  # fmt: skip


def effect_of(
    operation: str, parameters: dict[str, Any], digest: str, clients: AwsClients
) -> dict[str, Any] | None:
    """Return what the call answered, as far as it can be read back, if it is ours; else None.

    Args:
        operation: "service.boto3_method" of a step.
        parameters: Its parameters, resolved.
        digest: The plan's, which the resource's tag must hold.
        clients: For reading.

    Raises:
        AwsUnavailableError: It cannot be known now.
    """
    try:
        if operation in _SAGEMAKER:
            return _sagemaker_effect(operation, parameters, digest, clients)
        if operation == "sagemaker.update_endpoint":
            return _update_effect(parameters, clients)
        match operation:
            case "scheduler.create_schedule":  # its name ends with the plan's own nonce
                found = clients.call("scheduler.get_schedule", {"Name": parameters["Name"]})
                return {"ScheduleArn": found["Arn"]}
            case "s3.create_bucket":
                clients.call("s3.head_bucket", {"Bucket": parameters["Bucket"]})
                return {}
            case "iam.create_role":
                role = clients.call("iam.get_role", {"RoleName": parameters["RoleName"]})["Role"]
                tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", ())}
                return {"Role": {"Arn": role["Arn"]}} if tags.get(PLAN_TAG) == digest else None
            case _:
                return None
    except NotFoundError:
        return None


def _sagemaker_effect(
    operation: str, parameters: dict[str, Any], digest: str, clients: AwsClients
) -> dict[str, Any] | None:
    describe, name, arn = _SAGEMAKER[operation]
    answer = clients.call(describe, {name: parameters[name]})
    return {arn: answer[arn]} if plan_tag(answer[arn], clients) == digest else None


def _update_effect(parameters: dict[str, Any], clients: AwsClients) -> dict[str, Any] | None:
    """An update has no tag: the configuration in service, or on its way there, tells."""
    now = clients.call("sagemaker.describe_endpoint", {"EndpointName": parameters["EndpointName"]})
    wanted = parameters["EndpointConfigName"]
    pending = now.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
    under_way = now["EndpointStatus"] in {"Updating", "RollingBack"} and pending in {None, wanted}
    if under_way or now["EndpointConfigName"] == wanted:
        return {"EndpointArn": now["EndpointArn"]}
    return None


def plan_tag(arn: str, clients: AwsClients) -> str | None:
    """Return the digest that a SageMaker resource's tag holds, or None."""
    tags = clients.call("sagemaker.list_tags", {"ResourceArn": arn}).get("Tags", ())
    return next((tag["Value"] for tag in tags if tag["Key"] == PLAN_TAG), None)
