"""Waiting for what a call began: one row for each thing that takes time in AWS."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from tools.aws import AwsClients
from tools.errors import AwsUnavailableError, DeploymentFailedError, NotFoundError
from tools.job_log import TRANSFORM_LOGS, last_endpoint_error, transform_failure
from tools.neo import remedy_for

#: botocore's own waiter for endpoints gives up after 30 s x 120.
LIMIT_S = 3600.0
GONE = "gone"
#: In service, but not with the configuration that was asked for.
ROLLED_BACK = "RolledBack"

Waiter = Literal[
    "endpoint_in_service", "endpoint_updated", "endpoint_deleted", "change_set_created",
    "stack_complete", "stack_updated", "stack_deleted", "component_in_service", "component_deleted",
    "compilation_completed", "transform_completed",
    "transform_stopped",
]  # fmt: skip


class Seen(NamedTuple):
    """A status as AWS spells it (or `gone`), and the reason it gives."""

    status: str
    reason: str = ""


class Event(NamedTuple):
    """One thing that happened to a resource of a stack."""

    event_id: str
    logical_id: str
    physical_id: str
    resource_type: str
    status: str
    reason: str
    token: str

    def __str__(self) -> str:
        """As one line of progress."""
        told = f"{self.resource_type} {self.logical_id} {self.status}"
        return f"{told}: {self.reason}" if self.reason else told


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
    "stack_updated": _Row(
        *_STACK,
        ("UPDATE_COMPLETE",),
        ("UPDATE_FAILED", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED", GONE),
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
    "transform_stopped": _Row(
        "sagemaker.describe_transform_job", ("TransformJobName",), (), "TransformJobStatus",
        "FailureReason", ("Stopped", "Completed", "Failed", GONE), (),
    ),
}  # fmt: skip


_STACK_WAITERS = ("stack_complete", "stack_updated", "stack_deleted")
#: What was asked for has not begun: the status that a stack shows is from before.
NOT_BEGUN = "UPDATE_REQUESTED"
#: CloudFormation refuses to delete a stack that is at work, but for these.
_INTERRUPTIBLE = frozenset({"CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS", "DELETE_IN_PROGRESS"})


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
    if waiter == "stack_updated":
        return _of_this_update(parameters, now, clients)
    return now


def _of_this_update(parameters: Mapping[str, Any], now: Seen, clients: AwsClients) -> Seen:
    """A stack that was updated before is complete already: only the update's own events tell."""
    name, token = parameters["StackName"], parameters["ClientRequestToken"]
    try:
        for event in _events(name, clients):
            is_stack = event.resource_type == "AWS::CloudFormation::Stack"
            if event.token == token and is_stack and event.logical_id == name:
                return Seen(event.status, event.reason)
    except NotFoundError:
        return Seen(GONE)
    return now if now.status.endswith("_IN_PROGRESS") else Seen(NOT_BEGUN)


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
    """Yield each new status until the good end; of a stack, each thing that happens to it.

    Raises:
        DeploymentFailedError: It ended badly; the message quotes AWS's reason.
        AwsUnavailableError: It did not end within an hour, or no answer came.
    """
    row = _ROWS[waiter]
    deadline = time.monotonic() + LIMIT_S
    last = ""
    happened: set[str] = set()
    while True:
        now = seen(waiter, parameters, clients)
        if waiter in _STACK_WAITERS:
            yield from map(str, news(parameters, happened, clients))
        if now.status != last:
            if waiter not in _STACK_WAITERS or now.status == GONE:
                yield now.status
            last = now.status
        if now.status in row.good:
            return
        if now.status in row.bad:
            raise _failure(waiter, parameters, now, clients)
        if time.monotonic() > deadline:
            raise AwsUnavailableError(f"Still {now.status} after an hour.")
        sleep(poll_s)


def _failure(
    waiter: Waiter, parameters: dict[str, Any], now: Seen, clients: AwsClients
) -> DeploymentFailedError:
    """Explain a bad end: a stack's by the first resource that failed, a job's by its log."""
    if waiter == "transform_completed":
        return _job_failure(parameters, now, clients)
    cause = first_failure(parameters, clients) if waiter in _STACK_WAITERS else None
    if cause is None:
        compiling = waiter == "compilation_completed"
        known = remedy_for(now.reason) if compiling else None
        name = parameters.get("EndpointName")
        return DeploymentFailedError(
            _told(waiter, parameters, now) + _logged(name, clients), remedy=known or _remedy(name)
        )
    is_endpoint = cause.resource_type == "AWS::SageMaker::Endpoint"
    name = cause.physical_id.rpartition("/")[2] if is_endpoint else None
    return DeploymentFailedError(
        _told(waiter, parameters, Seen(now.status, str(cause))) + _logged(name, clients),
        remedy=_remedy(name),
    )


def _job_failure(
    parameters: dict[str, Any], now: Seen, clients: AwsClients
) -> DeploymentFailedError:
    name = parameters["TransformJobName"]
    lines = transform_failure(name, clients)
    told = _told("transform_completed", parameters, now)
    return DeploymentFailedError(
        f"{told} Its log says: {' / '.join(lines)}" if lines else told,
        remedy=f"Read the log streams {name}/* in {TRANSFORM_LOGS}, mend the record or the model "
        "that the message names and plan again; results of other objects are kept.",
    )


def _told(waiter: Waiter, parameters: dict[str, Any], now: Seen) -> str:
    row = _ROWS[waiter]
    what = row.describe.split(".describe_")[1].replace("_", " ").removesuffix("s")
    return (
        f"{what.capitalize()} {parameters.get(row.keys[0])} is {now.status}: "
        f"{now.reason or 'no reason given'}"
    )


def _logged(endpoint_name: str | None, clients: AwsClients) -> str:
    said = last_endpoint_error(endpoint_name, clients) if endpoint_name else None
    return f" The last error in its log: {said.rstrip('.')}." if said else ""


def _remedy(name: str | None) -> str:
    log = f"Read the log group /aws/sagemaker/Endpoints/{name}, mend" if name else "Mend"
    return f"{log} the cause that the message names and plan again."


def news(parameters: Mapping[str, Any], told: set[str], clients: AwsClients) -> tuple[Event, ...]:
    """Return what happened to a stack and is not in `told` yet, oldest first, and add it there.

    With a `ClientRequestToken` among the parameters only what that operation did counts. A stack
    that is gone has no news.
    """
    token = parameters.get("ClientRequestToken")
    fresh = [
        event
        for event in _until(told, _events(parameters["StackName"], clients))
        if token is None or event.token in {token, ""}
    ]
    told |= {event.event_id for event in fresh}
    return tuple(reversed(fresh))


def _until(told: set[str], newest_first: Iterator[Event]) -> Iterator[Event]:
    try:
        for event in newest_first:
            if event.event_id in told:
                return
            yield event
    except NotFoundError:
        return


def _events(stack: str, clients: AwsClients) -> Iterator[Event]:
    token: dict[str, str] = {}
    while True:
        answer = clients.call("cloudformation.describe_stack_events", {"StackName": stack, **token})
        for row in answer["StackEvents"]:
            yield Event(
                event_id=row["EventId"],
                logical_id=row["LogicalResourceId"],
                physical_id=row.get("PhysicalResourceId", ""),
                resource_type=row.get("ResourceType", ""),
                status=row.get("ResourceStatus", ""),
                reason=row.get("ResourceStatusReason", ""),
                token=row.get("ClientRequestToken", ""),
            )
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def has_begun(parameters: Mapping[str, Any], clients: AwsClients) -> bool:
    """Say whether a stack has an event of the operation with this `ClientRequestToken`."""
    token = parameters.get("ClientRequestToken")
    return any(e.token == token for e in news(parameters, set(), clients)) if token else False


def first_failure(parameters: Mapping[str, Any], clients: AwsClients) -> Event | None:
    """Return the event that everything else follows from: the first failure that is no echo."""
    failed = [e for e in news(parameters, set(), clients) if e.status.endswith("_FAILED")]
    own = [event for event in failed if "cancelled" not in event.reason.lower()]
    return next(iter(own or failed), None)


def is_busy(status: str) -> bool:
    """Say whether CloudFormation would refuse to delete a stack now; it can stop a creation."""
    return status.endswith("_IN_PROGRESS") and status not in _INTERRUPTIBLE
