"""Stage 4: an approval is a row that says who, when, what and why, and is claimed once."""

import os
import re
import threading
import uuid
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.errors import InvalidInputError, PlanNotApprovedError
from tools.journal import Journal
from tools.plan import DeploymentPlan

_alive_here: set[str] = set()
_lock = threading.Lock()


class Approval(BaseModel):
    """A person's yes to one exact plan.

    Attributes:
        digest: Of the plan that was seen.
        user: Who, as the face knows them.
        caller_arn: Who, as AWS knows them.
        approved_at: Aware UTC.
        why: In their words; may be empty.
        typed_name: The endpoint's name, typed, where the plan asks for it.
        accept_eula: An explicit acceptance, where the plan asks for it.
        policy_digest: Of the organisation's rules that held then; None when there were none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    user: str
    caller_arn: str
    approved_at: datetime
    why: str = ""
    typed_name: str | None = None
    accept_eula: bool = False
    policy_digest: str | None = None


def check_approval(plan: DeploymentPlan, approval: Approval) -> None:
    """Refuse an approval that is not for exactly this plan.

    Raises:
        PlanNotApprovedError: Another digest, a missing or wrong typed name, no licence; nothing
            was called and nothing was recorded.
    """
    if approval.digest != plan.digest:
        raise PlanNotApprovedError(
            f"The approval is for plan {approval.digest[:12]}, this plan is {plan.digest[:12]}.",
            remedy="Look at the plan again and approve the digest that it shows.",
        )
    if plan.typed_name_required and approval.typed_name != plan.typed_name_required:
        raise PlanNotApprovedError(
            "This plan needs the endpoint's name, typed.",
            remedy=f"Approve again and type {plan.typed_name_required}.",
        )
    licensed = plan.eula_required or any(accepts_licence(s.parameters) for s in plan.steps)
    if licensed and approval.accept_eula is not True:
        raise PlanNotApprovedError(
            "This model has a licence that nobody has accepted yet.",
            remedy="Read the licence and approve again with its acceptance.",
        )


def accepts_licence(value: Any) -> bool:  # noqa: ANN401 - nested JSON
    """Say whether a call accepts a model's licence, in its parameters or in a template's text."""
    match value:
        case dict():
            return value.get("AcceptEula") is True or any(map(accepts_licence, value.values()))
        case list() | tuple():
            return any(map(accepts_licence, value))
        case str():
            return re.search(r"AcceptEula[\"']?\s*:\s*[\"']?true", value, re.IGNORECASE) is not None
        case _:
            return False


class Claim(BaseModel):
    """A deployment's row, and whether the caller is to carry it out."""

    model_config = ConfigDict(frozen=True)

    deployment: dict[str, Any]
    owner: str
    mine: bool


def claim(plan: DeploymentPlan, approval: Approval, journal: Journal, now: datetime) -> Claim:
    """Record the approval and claim the plan's one deployment.

    Two browsers, a double click or a restart reach the same row; exactly one of them owns it. A
    deployment whose owner is dead, or that was given up, is taken over.

    Raises:
        PlanNotApprovedError: As `check_approval`.
    """
    check_approval(plan, approval)
    owner = _new_owner()
    deployment, made = journal.claim(
        plan.digest,
        approval.model_dump_json(),
        {"deployment_id": f"dep-{plan.digest[:12]}", "endpoint_name": plan.endpoint_name},
        owner,
        now,
    )
    mine = made or (
        deployment["status"] in {"running", "undoing"}
        and not owner_alive(deployment["owner"])
        and journal.take_over(deployment["deployment_id"], deployment["owner"], owner)
    )
    if not mine:
        _forget(owner)
    return Claim(deployment=deployment, owner=owner, mine=mine)


def release(journal: Journal, claimed: Claim) -> None:
    """Give a claim up (finished or interrupted)."""
    journal.release(claimed.deployment["deployment_id"], claimed.owner)
    _forget(claimed.owner)


def recorded_approval(journal: Journal, digest: str) -> Approval:
    """Return the approval that a deployment was made on.

    Raises:
        InvalidInputError: There is none.
    """
    text = journal.approval_json(digest)
    if text is None:
        raise InvalidInputError("Nobody approved this plan.", remedy="Approve the plan first.")
    return Approval.model_validate_json(text)


def owner_alive(owner: str | None) -> bool:
    """Say whether the process (and, in our own process, the run) that owns a deployment lives."""
    if owner is None:
        return False
    pid, started, _ = owner.split(":")
    if int(pid) == os.getpid() and started == _started(os.getpid()):
        with _lock:
            return owner in _alive_here
    return _started(int(pid)) == started


def _new_owner() -> str:
    owner = f"{os.getpid()}:{_started(os.getpid())}:{uuid.uuid4().hex}"
    with _lock:
        _alive_here.add(owner)
    return owner


def _forget(owner: str) -> None:
    with _lock:
        _alive_here.discard(owner)


def _started(pid: int) -> str:
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return "gone"
        return str(round(process.create_time() * 100))
    except psutil.Error:
        return "gone"
