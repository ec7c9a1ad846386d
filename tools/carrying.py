"""A plan's steps, made forward and taken back, under the guard and with the journal around them."""

import time
from collections.abc import Callable, Generator, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.approval import Approval
from tools.aws import AwsClients, new_session
from tools.calls import api_name, concrete, with_body
from tools.errors import (
    AccessDeniedError,
    NameInUseError,
    NotFoundError,
    PlanOutdatedError,
    RequestRefusedError,
)
from tools.guard import Expected, Guard
from tools.journal import Journal
from tools.operations import is_removal
from tools.plan import DeploymentPlan, Step, UndoCall
from tools.reconcile import IDEMPOTENT, differences, effect_of
from tools.waiting import GONE, Waiter, is_busy, seen, wait

#: IAM is eventually consistent: a new role may be unknown for some seconds (failures.md, C07).
ROLE_PATIENCE_S = 30.0
_COMPILING = {"STARTING", "INPROGRESS", "STOPPING"}
#: A bucket with somebody's objects stays, and so does a change set that was carried out.
_STAYS = ("BucketNotEmpty", "InvalidChangeSetStatus")
_BUSY = {"Creating", "Updating", "RollingBack", "SystemUpdating"}


class StepProgress(BaseModel):
    """One step of a plan, as it happens; `step` counts from 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: int
    of: int
    operation: str
    detail: str


class Workshop(BaseModel):
    """What carrying out needs beside plan and approval.

    Attributes:
        journal: Where every step is recorded.
        blobs: Folder of uploads by SHA-256.
        now: The clock, aware UTC.
        sleep: Waits so many seconds.
        poll_s: Seconds between two looks at an endpoint's status.
        check_allowed: Raises when the organisation forbids the plan, or this approval of it; asked
            once, before anything is begun. None where there is no organisation to ask.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    journal: Journal
    blobs: Path
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    poll_s: float = 0.25
    check_allowed: Callable[[DeploymentPlan, Approval], None] | None = None


class Run:
    """One owner's go at a plan: knows what is journaled, makes the rest."""

    def __init__(
        self,
        plan: DeploymentPlan,
        deployment_id: str,
        clients: AwsClients,
        workshop: Workshop,
    ) -> None:
        self.plan = plan
        self.deployment_id = deployment_id
        self.clients = clients
        self.journal = workshop.journal
        self.workshop = workshop
        self.answers = {
            number: answer for number, (_, answer) in self.journal.steps(deployment_id).items()
        }
        self._next: Expected | None = None
        self._guarded = self._guarded_clients()

    def _guarded_clients(self) -> AwsClients:
        session = new_session(self.clients.target)
        Guard(lambda: self._next).install(session)
        return AwsClients(self.clients.target, session)

    def begun(self) -> bool:
        """Say whether any step was begun before."""
        return bool(self.journal.steps(self.deployment_id))

    def endpoint_arn(self) -> str:
        """Return the endpoint's ARN from the answers, or an empty string."""
        arns = (str(answer.get("EndpointArn", "")) for answer in self.answers.values())
        return next(filter(None, arns), "") or self._arn_in_stack()

    def _arn_in_stack(self) -> str:
        """A stack's calls are CloudFormation's own, so no answer of ours names the endpoint."""
        if self.plan.method != "cloudformation":
            return ""
        name = {"EndpointName": self.plan.endpoint_name}
        return str(self.clients.call("sagemaker.describe_endpoint", name)["EndpointArn"])

    def forward(self) -> Iterator[StepProgress]:
        """Make every step that is not done, in order, waiting where the plan says so.

        Raises:
            UserError: AWS refused a call, or the endpoint failed.
            AwsUnavailableError: No answer; the step stays `started`.
        """
        states = self.journal.steps(self.deployment_id)
        for number, step in enumerate(self.plan.steps):
            state = states.get(number, ("", {}))[0]
            yield self._progress(number, step.operation, step.why)
            if state != "done":
                self._make(number, step, begun=state == "started")
            ended = max(states, default=-1) > number  # what came after it was begun before
            if step.wait_for and not ended:
                parameters = concrete(step, self.answers, self.plan.digest)
                yield from self._wait(number, step.operation, step.wait_for, parameters)

    def backward(self) -> Iterator[StepProgress]:
        """Take back every step that was made, last first; what is gone already is fine.

        Raises:
            UserError: AWS refused; the rest still stands.
            AwsUnavailableError: No answer; the next run continues.
        """
        for number, calls in groupby(reversed(self.plan.undo), lambda call: call.for_step):
            state = self.journal.steps(self.deployment_id).get(number, ("", {}))[0]
            if state in {"", "undone"}:
                continue
            answer: dict[str, Any] | None = None
            for call in calls:  # most steps have one; a job's result is an object besides
                if self._was_made(call, state):
                    yield self._progress(number, call.operation, "taking back")
                    answer = yield from self._make_undone(call)
            if answer is None:
                continue
            self.answers[number] = answer
            now = self.workshop.now()
            self.journal.set_step(self.deployment_id, number, "undone", now, answer)

    def _make_undone(self, call: UndoCall) -> Generator[StepProgress, None, dict[str, Any]]:
        back = Step(operation=call.operation, parameters=call.parameters)
        parameters = concrete(back, self.answers, self.plan.digest)
        answer = self._take_back(back, parameters)
        if answer is None:
            return {}
        if call.wait_for:
            yield from self._wait(call.for_step, call.operation, call.wait_for, parameters)
        return answer

    def _progress(self, number: int, operation: str, detail: str) -> StepProgress:
        return StepProgress(
            step=number + 1, of=len(self.plan.steps), operation=operation, detail=detail
        )

    def _make(self, number: int, step: Step, *, begun: bool) -> None:
        parameters = concrete(step, self.answers, self.plan.digest)
        answer = self._effect(step, parameters) if begun else None
        if answer is None:
            self.journal.set_step(self.deployment_id, number, "started", self.workshop.now())
            answer = self._sent(step, parameters)
        self.answers[number] = answer
        self.journal.set_step(self.deployment_id, number, "done", self.workshop.now(), answer)

    def _sent(self, step: Step, parameters: dict[str, Any]) -> dict[str, Any]:
        if step.operation == "sagemaker.update_endpoint":
            self._at_rest(parameters)  # a scaling that is under way would refuse it
        if step.operation == "cloudformation.execute_change_set":
            self._check_changes(parameters)
        if not is_removal(step.operation):
            return self._patiently(step, parameters)
        if step.operation == "sagemaker.delete_endpoint" and not self._deletable(parameters):
            return {}
        return self._removing(step.operation, parameters)

    def _check_changes(self, parameters: dict[str, Any]) -> None:
        """Compare a change set with what was approved, before it is carried out.

        Raises:
            PlanOutdatedError: It would do anything else, or less.
        """
        found = differences(self.plan.expected_changes, parameters, self.clients)
        if found:
            raise PlanOutdatedError(
                f"CloudFormation would not do what was approved: {'; '.join(found[:5])}. "
                "The change set was not carried out.",
                remedy="Make a new plan and approve that.",
            )

    def _effect(self, step: Step, parameters: dict[str, Any]) -> dict[str, Any] | None:
        return effect_of(step.operation, parameters, self.plan.digest, self.clients)

    def _patiently(self, step: Step, parameters: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + ROLE_PATIENCE_S
        while True:
            try:
                return self._send(step.operation, parameters)
            except NameInUseError:
                answer = self._effect(step, parameters)  # our own call, whose answer was lost
                if answer is None:
                    raise
                return answer
            except AccessDeniedError as error:
                fresh = any(s.operation == "iam.create_role" for s in self.plan.steps)
                if not (fresh and "assume role" in error.message.lower()):
                    raise
                if time.monotonic() > deadline:
                    raise
                self.workshop.sleep(2.0)

    def _send(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._next = (api_name(operation), parameters)
        try:
            answer = self._guarded.call(operation, with_body(parameters, self.workshop.blobs))
        finally:
            self._next = None
        return {k: v for k, v in answer.items() if k != "ResponseMetadata"}

    def _was_made(self, call: UndoCall, state: str) -> bool:
        """What is given back, not taken away, may be made whether or not it had gone.

        An object's key is the plan's own, so that its removal harms nobody.
        """
        if call.operation == "s3.delete_object":
            return True
        step = self.plan.steps[call.for_step]
        gives_back = not is_removal(call.operation)
        if state == "done" or step.operation in IDEMPOTENT or gives_back:
            return True
        parameters = concrete(step, self.answers, self.plan.digest)
        return self._effect(step, parameters) is not None

    def _take_back(self, back: Step, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer; None when there was nothing to do, so nothing to wait for."""
        if back.operation == "cloudformation.update_stack":
            return self._stack_given_back(back, parameters)
        if not is_removal(back.operation):
            return self._given_back(back, parameters)
        if back.operation == "sagemaker.delete_endpoint" and not self._deletable(parameters):
            return {}
        return self._removing(back.operation, parameters)

    def _given_back(self, back: Step, parameters: dict[str, Any]) -> dict[str, Any]:
        """Make what had been taken away or changed, unless it is as it was already."""
        if back.operation == "sagemaker.update_endpoint":
            self._at_rest(parameters)
            present = self._effect(back, parameters)
            return self._send(back.operation, parameters) if present is None else present
        if back.operation == "sagemaker.create_endpoint":
            while seen("endpoint_deleted", parameters, self.clients).status == "Deleting":
                self.workshop.sleep(self.workshop.poll_s)
            name = {"EndpointName": parameters["EndpointName"]}
            if self.clients.exists("sagemaker.describe_endpoint", name):
                return {}
        return self._patiently(back, parameters)

    def _removing(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Send a removal; what is gone already, and a bucket with other objects in it, is fine."""
        if operation == "cloudformation.delete_stack":
            self._let_stack_settle(parameters)
        if operation == "sagemaker.delete_compilation_job":
            self._let_job_end(parameters)
        try:
            return self._send(operation, parameters)
        except NotFoundError:
            return {}
        except RequestRefusedError as error:
            stays = any(reason in error.message for reason in _STAYS)
            if not stays and not self._over(operation, parameters):
                raise
            return {}

    def _over(self, operation: str, parameters: dict[str, Any]) -> bool:
        """Say whether what was to be stopped has ended by itself."""
        if operation != "sagemaker.stop_transform_job":
            return False
        return seen("transform_stopped", parameters, self.clients).status != "InProgress"

    def _let_job_end(self, parameters: dict[str, Any]) -> None:
        """A job that runs cannot be deleted; it ends by itself in minutes."""
        while seen("compilation_completed", parameters, self.clients).status in _COMPILING:
            self.workshop.sleep(self.workshop.poll_s)

    def _stack_given_back(self, back: Step, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """Bring a stack back, unless it rolled back by itself or was never set to work."""
        self._let_stack_settle(parameters)
        try:
            return self._send(back.operation, parameters)
        except RequestRefusedError as error:
            if "No updates are to be performed" not in error.message:
                raise
            return None

    def _let_stack_settle(self, parameters: dict[str, Any]) -> None:
        while is_busy(seen("stack_deleted", parameters, self.clients).status):
            self.workshop.sleep(self.workshop.poll_s)

    def _deletable(self, parameters: dict[str, Any]) -> bool:
        """Wait until the endpoint is at rest; False when it is being deleted or gone."""
        return self._at_rest(parameters) not in {"Deleting", GONE}

    def _at_rest(self, parameters: dict[str, Any]) -> str:
        """Wait until nothing is under way at an endpoint and return its status."""
        while (status := seen("endpoint_deleted", parameters, self.clients).status) in _BUSY:
            self.workshop.sleep(self.workshop.poll_s)
        return status

    def _wait(
        self, number: int, operation: str, waiter: Waiter, parameters: dict[str, Any]
    ) -> Iterator[StepProgress]:
        for status in wait(
            waiter,
            parameters,
            self.clients,
            sleep=self.workshop.sleep,
            poll_s=self.workshop.poll_s,
        ):
            yield self._progress(number, operation, status)
