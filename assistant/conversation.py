"""One thread, as every face sees it: say something, approve or reject a plan, look back.

A turn is a stream of events that ends with `TurnFinished`, whatever happens: this is one of the
process edges where errors become `Failed` events.
"""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout
from langchain_core.messages import BaseMessage, HumanMessage
from langgraph.graph.state import CompiledStateGraph

from assistant import events
from assistant.checkpoints import prune
from assistant.presenting import plan_event
from assistant.redaction import redact
from assistant.state import ConversationState
from assistant.system_message import outcome_note
from assistant.toolset import known, understood
from assistant.transcript import Entry, Transcript
from assistant.workplace import Workplace
from tools.approval import Approval, check_approval
from tools.carrying import StepProgress
from tools.deployment import Deployment, apply
from tools.errors import InvalidInputError, PlanNotApprovedError, SagepilotError
from tools.plan import SERVING_KINDS, DeploymentPlan, parse_plan

logger = logging.getLogger(__name__)

LONGEST_INPUT = 20_000  # characters of one message
MOST_UNHEARD = 2  # more would let one deadly message stop a thread for good
Role = Literal["user", "assistant", "event"]
Turn = Callable[[], Iterator[events.Event]]


class Conversation:
    """A thread. Two faces may hold the same one; turns are taken one at a time."""

    def __init__(
        self,
        thread: str,
        graph: Callable[[], CompiledStateGraph[Any, Any, Any, Any]],
        place: Workplace,
        transcript: Transcript,
        user: str,
    ) -> None:
        self.thread = thread
        self._graph = graph
        self._place = place
        self._transcript = transcript
        self._user = user
        self._config: Any = {"configurable": {"thread_id": thread}, "recursion_limit": 60}

    def say(self, text: str) -> Iterator[events.Event]:
        """Take a turn."""
        words = redact(text[: 2 * LONGEST_INPUT])[:LONGEST_INPUT].strip()

        def turn() -> Iterator[events.Event]:
            said = "\n".join([*self._unheard(), words])
            self._note(Entry(role="user", text=words, at=self._place.now()))
            yield from self._recorded("assistant", self._talk([HumanMessage(content=said)]))

        yield from self._guarded(turn)

    def approve(
        self, digest: str, *, typed_name: str | None = None, accept_eula: bool = False
    ) -> Iterator[events.Event]:
        """Carry out the plan with this digest; the same approval again is the same deployment."""

        def turn() -> Iterator[events.Event]:
            plan = self._answerable(digest)
            approval = Approval(
                digest=digest,
                user=self._user,
                caller_arn=self._place.clients(plan.region).caller_arn,
                approved_at=self._place.now(),
                why=plan.summary,
                typed_name=typed_name,
                accept_eula=accept_eula,
                policy_digest=self._place.policy_digest(plan),
            )
            check_approval(plan, approval)
            yield from self._recorded("event", self._carry_out(plan, approval))

        yield from self._guarded(turn)

    def reject(self, digest: str, reason: str = "") -> Iterator[events.Event]:
        """Turn a plan down; nothing was or will be called."""

        def turn() -> Iterator[events.Event]:
            plan = self._answerable(digest)
            told = {
                "status": "rejected",
                "digest": plan.digest,
                "endpoint_name": plan.endpoint_name,
                "reason": redact(reason),
            }
            state = {"pending_digest": None}
            yield from self._recorded("event", self._talk([outcome_note(told)], state))

        yield from self._guarded(turn)

    def transcript(self) -> tuple[Entry, ...]:
        """Return what to redraw, oldest first."""
        return self._transcript.entries(self.thread)

    def pending_plan(self) -> events.PlanProposed | None:
        """Return the plan that waits for an answer, or None."""
        digest = self._state().get("pending_digest")
        return plan_event(self._plan(digest)) if digest else None

    def requirements(self) -> events.RequirementsUpdated | None:
        """Return what is understood so far, or None when nothing was said."""
        state = self._state()
        if not state.get("requirements"):
            return None
        return events.RequirementsUpdated(**understood(known(state), self._place))

    def _plan(self, digest: str) -> DeploymentPlan:
        text = self._place.journal.plan_json(digest) if len(digest) == 64 else None
        if text is None:
            raise InvalidInputError(
                f"There is no plan {digest[:12]}.",
                remedy="Approve the full digest that the plan shows.",
            )
        return parse_plan(text)

    def _answerable(self, digest: str) -> DeploymentPlan:
        """The plan that waits here, or one that was approved before (again is the same)."""
        plan = self._plan(digest)
        waits = digest == self._state().get("pending_digest")
        if waits or self._place.journal.approval_json(digest) is not None:
            return plan
        raise PlanNotApprovedError(
            f"The plan {digest[:12]} no longer waits for an answer in this conversation.",
            remedy="Answer the plan that is shown last, or ask for a new one.",
        )

    def _unheard(self) -> list[str]:
        """What was said in the turns just before that were stopped or killed, not ones that failed.

        Their state was never kept, so the words are said again with the next ones.
        """
        words: list[str] = []
        for entry in self._transcript.newest(self.thread, 3 * MOST_UNHEARD):
            if entry.role == "user":
                words.insert(0, entry.text)
            elif entry.text or any(event.event == "failed" for event in entry.events):
                break
        return words[-MOST_UNHEARD:]

    def _state(self) -> ConversationState:
        state: ConversationState = self._graph().get_state(self._config).values  # type: ignore[assignment]
        return state

    def _note(self, entry: Entry) -> None:
        self._transcript.append(self.thread, entry)

    def _guarded(self, turn: Turn) -> Iterator[events.Event]:
        """Take a turn under the thread's lock; errors become events, the end is always told."""
        try:
            # A face may take the events in one thread and stop the turn in another.
            with FileLock(self._lock_path(), timeout=0, thread_local=False):
                yield from turn()
        except Timeout:
            yield events.Failed(
                type="TurnInProgress",
                message="Another turn of this conversation is still running.",
                remedy="Wait until it has finished.",
            )
        except SagepilotError as error:
            yield from self._failed(type(error).__name__, error.message, error.remedy)
        except Exception:
            logger.exception("turn.failed")
            yield from self._failed(
                "InternalError",
                "Something unexpected went wrong; nothing that was approved is lost.",
                "Say it again; if it happens again, send the log in the state folder.",
            )
        yield events.TurnFinished()

    def _failed(self, kind: str, message: str, remedy: str) -> Iterator[events.Event]:
        failed = events.Failed(type=kind, message=redact(message), remedy=remedy)
        self._note(Entry(role="event", events=(failed,), at=self._place.now()))
        yield failed

    def _lock_path(self) -> Path:
        folder = self._place.home / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self.thread}.lock"

    def _recorded(
        self,
        role: Role,
        stream: Iterator[events.Event],
    ) -> Iterator[events.Event]:
        """Pass events on and keep them, the pieces of text as one message."""
        kept: list[events.Event] = []
        text = ""
        try:
            for event in stream:
                if isinstance(event, events.Message):
                    text = event.text
                if not isinstance(event, events.TextDelta):
                    kept.append(event)
                yield event
        finally:
            self._note(Entry(role=role, text=text, events=tuple(kept), at=self._place.now()))

    def _talk(
        self, messages: list[BaseMessage], state: dict[str, Any] | None = None
    ) -> Iterator[events.Event]:
        graph = self._graph()
        begin = {**(state or {}), "messages": messages, "calls": 0}
        citations: list[dict[str, str]] = []
        for event in graph.stream(begin, self._config, stream_mode="custom", durability="exit"):
            if isinstance(event, events.ToolFinished) and isinstance(event.result, dict):
                citations += event.result.get("citations") or []
            yield event  # type: ignore[misc]  # the graph writes events only
        prune(graph.checkpointer, self.thread)
        last = graph.get_state(self._config).values["messages"][-1]
        yield events.Message(text=redact(last.text), citations=tuple(citations))

    def _carry_out(self, plan: DeploymentPlan, approval: Approval) -> Iterator[events.Event]:
        told: dict[str, Any] = {}
        try:
            for item in apply(
                plan, approval, self._place.clients(plan.region), self._place.workshop()
            ):
                if isinstance(item, StepProgress):
                    yield events.Progress(**item.model_dump())
                else:
                    told = _outcome(plan, item)
                    yield _finished(item)
        except SagepilotError as error:
            told = {
                "status": "failed",
                "endpoint_name": plan.endpoint_name,
                "message": error.message,
                "remedy": error.remedy,
            }
            yield events.Failed(
                type=type(error).__name__, message=redact(error.message), remedy=error.remedy
            )
        state: dict[str, Any] = {"pending_digest": None}
        if plan.kind in {*SERVING_KINDS, "transform"} and told.get("deployment_id"):
            state["last_deployment"] = told["deployment_id"]
        yield from self._talk([outcome_note(told)], state)


def _outcome(plan: DeploymentPlan, made: Deployment) -> dict[str, Any]:
    return {
        **made.model_dump(mode="json", exclude_none=True),
        "region": plan.region,
        "target": plan.target,
        "inference_option": plan.inference_option,
    }


def _finished(made: Deployment) -> events.Event:
    told = {
        "deployment_id": made.deployment_id,
        "endpoint_name": made.endpoint_name,
        "endpoint_arn": made.endpoint_arn,
    }
    if made.status == "deployed" and made.verification is not None:
        return events.Deployed(
            **told,
            verification=made.verification.model_dump(mode="json"),
            outputs=None if made.outputs is None else made.outputs.model_dump(mode="json"),
        )
    return events.Undone(**told)
