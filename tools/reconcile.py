"""Did a call that was begun take effect? Asked after a kill, a lost answer or a name in use.

A resource counts as ours only when it carries the plan's tag (or, for an upload, its checksum);
what is somebody else's is never touched. And: does a change set hold what was approved?
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tools.aws import AwsClients
from tools.errors import NotFoundError
from tools.plan import PLAN_TAG
from tools.waiting import has_begun

_SAGEMAKER = {
    "sagemaker.create_transform_job": (
        "sagemaker.describe_transform_job", "TransformJobName", "TransformJobArn",
    ),
    "sagemaker.create_compilation_job": (
        "sagemaker.describe_compilation_job", "CompilationJobName", "CompilationJobArn",
    ),
    "sagemaker.create_model": ("sagemaker.describe_model", "ModelName", "ModelArn"),
    "sagemaker.create_endpoint_config": (
        "sagemaker.describe_endpoint_config", "EndpointConfigName", "EndpointConfigArn",
    ),
    "sagemaker.create_endpoint": ("sagemaker.describe_endpoint", "EndpointName", "EndpointArn"),
    "sagemaker.create_inference_component": (
        "sagemaker.describe_inference_component", "InferenceComponentName",
        "InferenceComponentArn",
    ),
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

#: Statuses of a change set that was set to work, whatever came of it.
_EXECUTED = frozenset({"EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED"})
#: A dynamic reference may turn out to replace a resource, or not.
_SEEN_FOR = {"Conditional": {"Conditional", "True"}}


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
        effect = _EFFECTS.get(operation)
        return None if effect is None else effect(parameters, digest, clients)
    except NotFoundError:
        return None


def _sagemaker_effect(
    operation: str, parameters: dict[str, Any], digest: str, clients: AwsClients
) -> dict[str, Any] | None:
    describe, name, arn = _SAGEMAKER[operation]
    answer = clients.call(describe, {name: parameters[name]})
    return {arn: answer[arn]} if plan_tag(answer[arn], clients) == digest else None


def _bucket_effect(
    parameters: dict[str, Any], _digest: str, clients: AwsClients
) -> dict[str, Any] | None:
    clients.call("s3.head_bucket", {"Bucket": parameters["Bucket"]})
    return {}


def _role_effect(
    parameters: dict[str, Any], digest: str, clients: AwsClients
) -> dict[str, Any] | None:
    role = clients.call("iam.get_role", {"RoleName": parameters["RoleName"]})["Role"]
    tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", ())}
    return {"Role": {"Arn": role["Arn"]}} if tags.get(PLAN_TAG) == digest else None


def _schedule_effect(
    parameters: dict[str, Any], _digest: str, clients: AwsClients
) -> dict[str, Any] | None:
    """Its name ends with the plan's own nonce: a schedule of that name is ours."""
    found = clients.call("scheduler.get_schedule", {"Name": parameters["Name"]})
    return {"ScheduleArn": found["Arn"]}


def _update_effect(
    parameters: dict[str, Any], _digest: str, clients: AwsClients
) -> dict[str, Any] | None:
    """An update has no tag: the configuration in service, or on its way there, tells."""
    now = clients.call("sagemaker.describe_endpoint", {"EndpointName": parameters["EndpointName"]})
    wanted = parameters["EndpointConfigName"]
    pending = now.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
    under_way = now["EndpointStatus"] in {"Updating", "RollingBack"} and pending in {None, wanted}
    if under_way or now["EndpointConfigName"] == wanted:
        return {"EndpointArn": now["EndpointArn"]}
    return None


def _change_set_effect(
    parameters: dict[str, Any], digest: str, clients: AwsClients
) -> dict[str, Any] | None:
    """Of a stack that stands, the name tells: it holds the plan's whole nonce."""
    found = _change_set(parameters, clients)
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", ())}
    if parameters.get("ChangeSetType") != "UPDATE" and tags.get(PLAN_TAG) != digest:
        return None
    return {"Id": found["ChangeSetId"], "StackId": found["StackId"]}


def _execution_effect(
    parameters: dict[str, Any], digest: str, clients: AwsClients
) -> dict[str, Any] | None:
    """A change set that is gone was carried out when its stack is more than a draft."""
    try:
        return {} if _is_executed(_change_set(parameters, clients)) else None
    except NotFoundError:
        if has_begun(parameters, clients):
            return {}
        status, tags = _stack_tags(parameters, clients)
        ours = tags.get(PLAN_TAG) == digest
        return {} if ours and status != "REVIEW_IN_PROGRESS" else None


def _change_set(parameters: Mapping[str, Any], clients: AwsClients) -> dict[str, Any]:
    return clients.call("cloudformation.describe_change_set", _names(parameters))


def _stack_tags(parameters: Mapping[str, Any], clients: AwsClients) -> tuple[str, dict[str, str]]:
    """Its status, and its tags."""
    name = {"StackName": parameters["StackName"]}
    (stack,) = clients.call("cloudformation.describe_stacks", name)["Stacks"]
    return stack["StackStatus"], {tag["Key"]: tag["Value"] for tag in stack.get("Tags", ())}


def _is_executed(described: Mapping[str, Any]) -> bool:
    return described.get("ExecutionStatus") in _EXECUTED


_EFFECTS: dict[str, Callable[[dict[str, Any], str, AwsClients], dict[str, Any] | None]] = {
    "s3.create_bucket": _bucket_effect,
    "scheduler.create_schedule": _schedule_effect,
    "iam.create_role": _role_effect,
    "sagemaker.update_endpoint": _update_effect,
    "cloudformation.create_change_set": _change_set_effect,
    "cloudformation.execute_change_set": _execution_effect,
}


def plan_tag(arn: str, clients: AwsClients) -> str | None:
    """Return the digest that a SageMaker resource's tag holds, or None."""
    tags = clients.call("sagemaker.list_tags", {"ResourceArn": arn}).get("Tags", ())
    return next((tag["Value"] for tag in tags if tag["Key"] == PLAN_TAG), None)


def differences(
    expected: Iterable[Mapping[str, Any]], parameters: Mapping[str, Any], clients: AwsClients
) -> tuple[str, ...]:
    """Return how a change set differs from the changes that were approved; empty when it does not.

    Args:
        expected: `logical_id`, `type`, `action` and `replacement` of every change; rows that name
            another `change_set` do not count.
        parameters: With `StackName` and `ChangeSetName`.
        clients: For reading.
    """
    name = parameters["ChangeSetName"]
    wanted = {row["logical_id"]: row for row in expected if row.get("change_set") in {None, name}}
    held = {row["LogicalResourceId"]: row for row in _changes(parameters, clients)}
    found = [f"it leaves {key} as it is" for key in wanted if key not in held]
    for key, row in held.items():
        told = f"{row['Action']} {row['ResourceType']} {key}"
        if key not in wanted:
            found.append(f"it would also {told}")
        elif not _is_as(wanted[key], row):
            replacing = f" (replacement {row['Replacement']})" if row.get("Replacement") else ""
            found.append(f"it would {told}{replacing}, not {wanted[key]['action']}")
    return tuple(found)


def _is_as(wanted: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    replacement = wanted.get("replacement")
    allowed = _SEEN_FOR.get(str(replacement), {replacement})
    return (
        wanted["type"] == held["ResourceType"]
        and wanted["action"] == held["Action"]
        and (held.get("Replacement") or None) in allowed
    )


def _changes(parameters: Mapping[str, Any], clients: AwsClients) -> Iterator[dict[str, Any]]:
    token: dict[str, str] = {}
    while True:
        answer = clients.call("cloudformation.describe_change_set", {**_names(parameters), **token})
        for change in answer.get("Changes", ()):
            if change.get("Type", "Resource") == "Resource":
                yield change["ResourceChange"]
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def _names(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {key: parameters[key] for key in ("StackName", "ChangeSetName")}
