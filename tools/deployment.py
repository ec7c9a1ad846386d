"""Stage 5: an approved plan is carried out, exactly once, every step journaled around its call.

`apply` is the only function that changes AWS; chat, browser, command line and MCP all call it. It
streams `StepProgress` and ends with a `Deployment`. A run that died is continued by the next call
with the same plan; one that AWS refuses is taken back before the error is raised.
"""

import logging
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from tools.approval import Approval, Claim, check_approval, claim, owner_alive, release
from tools.aws import AwsClients
from tools.carrying import Run, StepProgress, Workshop
from tools.errors import (
    AwsUnavailableError,
    DeploymentFailedError,
    PlanOutdatedError,
    SagepilotError,
    UserError,
)
from tools.journal import Journal
from tools.plan import SERVING_KINDS, DeploymentPlan, Precondition
from tools.transform_result import TransformResult, collect
from tools.verification import Verification, verify

logger = logging.getLogger(__name__)

Status = Literal["running", "undoing", "deployed", "failed", "undone", "stuck"]
FOLLOW_EVERY_S = 0.2
_REMOVED = "Everything that had been made was removed again."
_TAKEN_BACK: dict[str, str] = {
    "deploy": _REMOVED,
    "unpark": _REMOVED + " The endpoint is parked as before.",
    "update": "The version before serves on; everything that had been made was removed again.",
    "park": "Everything that had been taken away was given back.",
    "transform": _REMOVED + " Results that were written are kept.",
    "undo": "What had been done was taken back.",
    "delete": "What had been done was taken back.",
}


class Deployment(BaseModel):
    """What became of an approved plan.

    Attributes:
        deployment_id: Stable name of this deployment.
        digest: The plan's.
        status: `deployed` or `undone` when all went well.
        outputs: Of a batch transform: its results.
        verification: What real invocations showed; None for an undo or a deletion.
        failure: Message and remedy when it did not.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    deployment_id: str
    digest: str
    status: Status
    endpoint_name: str
    endpoint_arn: str = ""
    verification: Verification | None = None
    outputs: TransformResult | None = None
    failure: dict[str, str] | None = None


def apply(
    plan: DeploymentPlan, approval: Approval, clients: AwsClients, workshop: Workshop
) -> Iterator[StepProgress | Deployment]:
    """Carry out an approved plan and verify the endpoint; the last item is a `Deployment`.

    The same approval again, from wherever, yields the same deployment; one in progress elsewhere is
    followed to its end.

    Raises:
        PlanNotApprovedError: The approval is for another plan, or its author's own where somebody
            else must approve; nothing was called.
        PolicyRefusedError: A rule of the organisation forbids it; nothing was called.
        PlanOutdatedError: What the plan was made on has changed; nothing was called.
        UserError: AWS refused a call or the endpoint failed; what had been made was removed again.
        AwsUnavailableError: No answer; what was made stands, and the next call continues.
    """
    check_approval(plan, approval)
    if workshop.check_allowed and workshop.journal.approval_json(plan.digest) is None:
        workshop.check_allowed(plan, approval)  # what was begun is ended, whatever is allowed now
    claimed = claim(plan, approval, workshop.journal, workshop.now())
    if not claimed.mine:
        yield from _follow(claimed, workshop)
        return
    try:
        yield from _carry_out(plan, claimed, clients, workshop)
    finally:
        release(workshop.journal, claimed)


def outcome(journal: Journal, deployment_id: str) -> Deployment | None:
    """Return a deployment as the journal has it, or None."""
    row = journal.deployment(deployment_id)
    return None if row is None else _deployment(row)


def unfinished(journal: Journal) -> tuple[str, ...]:
    """Return the digests of deployments that nobody alive is carrying out."""
    return tuple(
        row["digest"]
        for row in journal.deployments()
        if row["status"] in {"running", "undoing"} and not owner_alive(row["owner"])
    )


def _deployment(row: dict[str, Any]) -> Deployment:
    keys = ("deployment_id", "digest", "status", "endpoint_name", "endpoint_arn")
    return Deployment(**{key: row[key] for key in keys}, **row["outcome"])


def _follow(claimed: Claim, workshop: Workshop) -> Iterator[StepProgress | Deployment]:
    deployment_id = claimed.deployment["deployment_id"]
    while True:
        row = workshop.journal.deployment(deployment_id) or claimed.deployment
        if row["status"] not in {"running", "undoing"}:
            yield _finished(row)
            return
        if not owner_alive(row["owner"]):
            raise AwsUnavailableError(
                f"Deployment {deployment_id} was interrupted.",
                remedy="Approve the same plan again to continue it.",
            )
        workshop.sleep(FOLLOW_EVERY_S)


def _finished(row: dict[str, Any]) -> Deployment:
    deployment = _deployment(row)
    if deployment.failure is not None:
        raise DeploymentFailedError(
            deployment.failure["message"], remedy=deployment.failure["remedy"]
        )
    return deployment


def _carry_out(
    plan: DeploymentPlan, claimed: Claim, clients: AwsClients, workshop: Workshop
) -> Iterator[StepProgress | Deployment]:
    row = claimed.deployment
    run = Run(plan, row["deployment_id"], clients, workshop)
    if row["status"] == "undoing":
        yield from _take_back(run, row["outcome"].get("failure") or {})
        return
    try:
        if not run.begun():
            _check_preconditions(plan, clients)
        yield from run.forward()
        ended = _finish(run)
    except AwsUnavailableError as error:
        raise AwsUnavailableError(
            f"{error.message} The deployment is interrupted; nothing is lost.",
            remedy="Approve the same plan again to continue it.",
        ) from error
    except SagepilotError as error:
        yield from _fail(run, error)
        return
    yield ended


def _finish(run: Run) -> Deployment:
    """Verify what was made, or note that it is gone."""
    if run.plan.kind in SERVING_KINDS:
        return _verified(run)
    return _collected(run) if run.plan.kind == "transform" else _ended(run)


def _collected(run: Run) -> Deployment:
    """Look at a job's results."""
    outputs, checked = collect(run.plan, run.clients)
    run.journal.set_status(
        run.deployment_id,
        "deployed",
        run.workshop.now(),
        outcome={
            "verification": checked.model_dump(mode="json"),
            "outputs": outputs.model_dump(mode="json"),
        },
    )
    return _deployment(run.journal.deployment(run.deployment_id) or {})


def _ended(run: Run) -> Deployment:
    run.journal.set_status(run.deployment_id, "undone", run.workshop.now(), outcome={})
    if run.plan.undoes:
        run.journal.set_status(run.plan.undoes, "undone", run.workshop.now())
    return _deployment(run.journal.deployment(run.deployment_id) or {})


def _verified(run: Run) -> Deployment:
    checked = verify(run.plan, run.clients)
    run.journal.set_status(
        run.deployment_id,
        "deployed",
        run.workshop.now(),
        endpoint_arn=run.endpoint_arn(),
        outcome={"verification": checked.model_dump(mode="json")},
    )
    return _deployment(run.journal.deployment(run.deployment_id) or {})


def _check_preconditions(plan: DeploymentPlan, clients: AwsClients) -> None:
    for condition in plan.preconditions:
        if clients.exists(condition.operation, condition.parameters) != condition.found:
            what = ", ".join(str(value) for value in condition.parameters.values())
            was, now = ("existed", "is gone") if condition.found else ("was free", "is taken")
            raise PlanOutdatedError(
                f"When the plan was made, {what} {was}; now it {now}.",
                remedy="Make the plan again.",
            )
        if condition.answered:
            _check_answer(condition, clients)


def _check_answer(condition: Precondition, clients: AwsClients) -> None:
    answer = clients.call(condition.operation, condition.parameters)
    for key, was in condition.answered.items():
        if answer.get(key) != was:
            raise PlanOutdatedError(
                f"When the plan was made, {key} was {was}; now it is {answer.get(key)}.",
                remedy="Make the plan again.",
            )


def _fail(run: Run, error: SagepilotError) -> Iterator[StepProgress | Deployment]:
    failure = {
        "type": type(error).__name__,
        "message": error.message,
        "remedy": error.remedy or "Make a new plan.",
    }
    logger.warning(
        "deployment.failed", extra={"deployment_id": run.deployment_id, "error": failure["type"]}
    )
    if not run.plan.undo or not run.begun():
        ended = "failed" if not run.begun() else "stuck"
        run.journal.set_status(
            run.deployment_id, ended, run.workshop.now(), outcome={"failure": failure}
        )
        raise error
    run.journal.set_status(
        run.deployment_id, "undoing", run.workshop.now(), outcome={"failure": failure}
    )
    yield from _take_back(run, failure, error)


def _take_back(
    run: Run, failure: dict[str, str], error: SagepilotError | None = None
) -> Iterator[StepProgress | Deployment]:
    try:
        yield from run.backward()
    except UserError as second:
        failure = {**failure, "message": f"{failure['message']} Taking it back stopped: "
                   f"{second.message}"}  # fmt: skip
        run.journal.set_status(
            run.deployment_id, "stuck", run.workshop.now(), outcome={"failure": failure}
        )
    else:
        failure = {**failure, "message": f"{failure['message']} {_TAKEN_BACK[run.plan.kind]}"}
        run.journal.set_status(
            run.deployment_id, "failed", run.workshop.now(), outcome={"failure": failure}
        )
    kind = type(error) if isinstance(error, UserError) else DeploymentFailedError
    raise kind(failure["message"], remedy=failure["remedy"]) from error
