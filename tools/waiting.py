"""Waiting for what a call began: one row for each thing that takes time in AWS."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from tools.aws import AwsClients
from tools.errors import AwsUnavailableError, DeploymentFailedError, NotFoundError

#: botocore's own waiter for endpoints gives up after 30 s x 120.
LIMIT_S = 3600.0
GONE = "gone"
#: In service, but not with the configuration that was asked for.
ROLLED_BACK = "RolledBack"

Waiter = Literal[
    "endpoint_in_service", "endpoint_updated", "endpoint_deleted", "change_set_created",
    "stack_complete", "stack_deleted", "component_in_service", "component_deleted",
    "compilation_completed", "transform_completed",
]  # fmt: skip


class Seen(NamedTuple):
    """A status as AWS spells it (or `gone`), and the reason it gives."""

    status: str
    reason: str = ""


class _Row(NamedTuple):
    """How a waiter looks and what ends it; `key` names the parameter it takes from the call."""

    describe: str
    keys: tuple[str, ...]
    answer: tuple[str | int, ...]
    status: str
    reason: str
    good: tuple[str, ...]
    bad: tuple[str, ...]


_ENDPOINT = ("sagemaker.describe_endpoint", ("EndpointName",), (), "EndpointStatus",
             "FailureReason")  # fmt: skip
_COMPONENT = ("sagemaker.describe_inference_component", ("InferenceComponentName",), (),
              "InferenceComponentStatus", "FailureReason")  # fmt: skip
_STACK = ("cloudformation.describe_stacks", ("StackName",), ("Stacks", 0), "StackStatus",
          "StackStatusReason")  # fmt: skip
_ROWS: dict[str, _Row] = {
    "endpoint_in_service": _Row(*_ENDPOINT, ("InService",), ("Failed", "OutOfService", GONE)),
    "endpoint_updated": _Row(
        *_ENDPOINT,
        ("InService",),
        ("Failed", "UpdateRollbackFailed", "OutOfService", ROLLED_BACK, GONE),
    ),
    "endpoint_deleted": _Row(*_ENDPOINT, (GONE,), ()),
    "component_in_service": _Row(*_COMPONENT, ("InService",), ("Failed", GONE)),
    "component_deleted": _Row(*_COMPONENT, (GONE,), ()),
    "change_set_created": _Row(
        "cloudformation.describe_change_set", ("ChangeSetName", "StackName"), (), "Status",
        "StatusReason", ("CREATE_COMPLETE",), ("FAILED", GONE),
    ),
    "stack_complete": _Row(
        *_STACK,
        ("CREATE_COMPLETE", "UPDATE_COMPLETE"),
        (
            "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "UPDATE_ROLLBACK_COMPLETE",
            "UPDATE_ROLLBACK_FAILED", "DELETE_COMPLETE", "DELETE_FAILED", GONE,
        ),
    ),
    "stack_deleted": _Row(*_STACK, (GONE, "DELETE_COMPLETE"), ("DELETE_FAILED",)),
    "compilation_completed": _Row(
        "sagemaker.describe_compilation_job", ("CompilationJobName",), (), "CompilationJobStatus",
        "FailureReason", ("COMPLETED",), ("FAILED", "STOPPED", GONE),
    ),
    "transform_completed": _Row(
        "sagemaker.describe_transform_job", ("TransformJobName",), (), "TransformJobStatus",
        "FailureReason", ("Completed",), ("Failed", "Stopped", GONE),
    ),
}  # fmt: skip


def seen(waiter: Waiter, parameters: dict[str, Any], clients: AwsClients) -> Seen:
    """Look once.

    Args:
        waiter: What is waited for.
        parameters: Of the call that began it.
        clients: For reading.
    """
    row = _ROWS[waiter]
    try:
        answer: Any = clients.call(
            row.describe, {key: parameters[key] for key in row.keys if key in parameters}
        )
        for part in row.answer:
            answer = answer[part]
    except (NotFoundError, IndexError):
        return Seen(GONE)
    now = Seen(answer[row.status], answer.get(row.reason) or "")
    if waiter == "endpoint_updated" and now.status == "InService":
        return _in_service_with(parameters, answer, now)
    return now


def _in_service_with(parameters: dict[str, Any], answer: Any, now: Seen) -> Seen:  # noqa: ANN401
    """An update that failed ends in service too: only the configuration's name tells."""
    wanted, present = parameters["EndpointConfigName"], answer["EndpointConfigName"]
    if wanted == present:
        return now
    why = now.reason or "the update was rolled back"
    return Seen(ROLLED_BACK, f"{why} (still serving configuration {present})")


def wait(
    waiter: Waiter,
    parameters: dict[str, Any],
    clients: AwsClients,
    *,
    sleep: Callable[[float], None],
    poll_s: float,
) -> Iterator[str]:
    """Yield each new status until the good end.

    Raises:
        DeploymentFailedError: It ended badly; the message quotes AWS's reason.
        AwsUnavailableError: It did not end within an hour, or no answer came.
    """
    row = _ROWS[waiter]
    deadline = time.monotonic() + LIMIT_S
    last = ""
    while True:
        now = seen(waiter, parameters, clients)
        if now.status != last:
            yield now.status
            last = now.status
        if now.status in row.good:
            return
        if now.status in row.bad:
            raise DeploymentFailedError(_told(waiter, parameters, now), remedy=_remedy(parameters))
        if time.monotonic() > deadline:
            raise AwsUnavailableError(f"Still {now.status} after an hour.")
        sleep(poll_s)


def _told(waiter: Waiter, parameters: dict[str, Any], now: Seen) -> str:
    row = _ROWS[waiter]
    what = row.describe.split(".describe_")[1].replace("_", " ").removesuffix("s")
    return (
        f"{what.capitalize()} {parameters.get(row.keys[0])} is {now.status}: "
        f"{now.reason or 'no reason given'}"
    )


def _remedy(parameters: dict[str, Any]) -> str:
    name = parameters.get("EndpointName")
    log = f"Read the log group /aws/sagemaker/Endpoints/{name}, mend" if name else "Mend"
    return f"{log} the cause that the message names and plan again."
