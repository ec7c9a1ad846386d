"""The history as the policy sees it: what is known, what was asked, this turn's tool results.

Everything here reads text that others wrote, so nothing is taken for well-formed.
"""

import json
from collections.abc import Sequence
from typing import Any, Literal

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from pydantic import BaseModel, ConfigDict, Field

#: Where our own messages keep what they asked: `{"asked", "round", "language", "state"}`.
NOTES_KEY = "sagepilot"
_LONGEST_TEXT = 20_000  # characters of a person's message that are read


class State(BaseModel):
    """What the app told about the thread, in the system message's STATE line.

    Attributes:
        requirements: `values`, `assumed`, `missing`, `conflicts`.
        asked: Fields asked for in the last turn.
        pending_plan: `digest`, `endpoint_name`, `summary` of the plan that waits for a person.
        last_deployment: `deployment_id`, `endpoint_name`, `status`.
        practice: The exam practice question: `options`, `kind`, whether it was `answered`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    requirements: dict[str, Any] = Field(default_factory=dict)
    asked: tuple[str, ...] = ()
    pending_plan: dict[str, Any] | None = None
    last_deployment: dict[str, Any] | None = None
    target: str = ""
    region: str = ""
    language: Literal["en", "vi"] | None = None
    practice: dict[str, Any] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What was said: field to value."""
        return dictionary(self.requirements.get("values"))


class ToolResult(BaseModel):
    """One answer of a tool; `value` is `{}` and `error` is set when it refused or made no sense."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    value: dict[str, Any] = Field(default_factory=dict)
    error: dict[str, str] | None = None


class Turn(BaseModel):
    """The turn to be answered.

    Attributes:
        text: The person's words; empty when the turn reports an outcome.
        outcome: What became of an approval, when that is to be told.
        results: This turn's tool results, in order.
        calls_made: Tool calls of this turn, answered or not.
        asked: Fields asked for in the last answer.
        asked_before: Fields asked for in any answer since the last restart.
        rounds: How many answers asked for something, likewise.
        language: The language of the last answer.
        last_call_id: The newest tool call's id in the whole history.
        practising: The last answer was about exam practice.
        asking: The last answer came out of the notes alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = ""
    outcome: dict[str, Any] | None = None
    state: State = State()
    results: tuple[ToolResult, ...] = ()
    calls_made: int = 0
    asked: tuple[str, ...] = ()
    asked_before: frozenset[str] = frozenset()
    rounds: int = 0
    language: Literal["en", "vi"] | None = None
    last_call_id: str = ""
    has_state: bool = False
    practising: bool = False
    asking: bool = False


def read_turn(messages: Sequence[BaseMessage]) -> Turn:
    """Read a history; it may be trimmed, dangling or empty."""
    start = _turn_start(messages)
    before, during = messages[:start], messages[start + 1 :]
    trigger = messages[start] if start < len(messages) else None
    outcome = outcome_of(trigger) if trigger is not None else None
    state, has_state = _state(messages)
    calls = [m for m in during if isinstance(m, AIMessage) and m.tool_calls]
    if calls and (snapshot := notes_of(calls[0]).get("state")):
        state = _parse_state(snapshot) or state
    asked_before, rounds, asked = _questions(before)
    said = text_of(trigger)[:_LONGEST_TEXT] if trigger is not None and outcome is None else ""
    return Turn(
        text=said,
        outcome=outcome,
        state=state,
        has_state=has_state,
        results=_results(during),
        calls_made=sum(len(m.tool_calls) for m in calls),
        asked=state.asked if asked is None else asked,
        asked_before=asked_before | frozenset(state.asked),
        rounds=max(rounds, 1 if state.asked else 0),
        language=_last_language(before) or state.language,
        last_call_id=_last_call_id(messages),
        practising=_practising(before),
        asking=_asking(before),
    )


def text_of(message: BaseMessage) -> str:
    """Return a message's text, whatever its content blocks are."""
    content = message.content
    if isinstance(content, str):
        return content
    pieces = [b if isinstance(b, str) else b.get("text", "") for b in content]
    return "\n".join(p for p in pieces if isinstance(p, str) and p)


def notes_of(message: BaseMessage) -> dict[str, Any]:
    """Return what one of our own messages noted for later turns."""
    return dictionary(message.additional_kwargs.get(NOTES_KEY))


def outcome_of(message: BaseMessage) -> dict[str, Any] | None:
    """Return the outcome that the app noted in a system message, if it is one."""
    text = text_of(message).strip() if isinstance(message, SystemMessage) else ""
    if not text.startswith("OUTCOME:"):
        return None
    return parse_object(text.removeprefix("OUTCOME:")) or {}


def dictionary(value: Any) -> dict[str, Any]:
    """Return `value` when it is a dictionary, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """Return the dictionaries of a list; empty when it is none."""
    return (
        [row for row in value if isinstance(row, dict)] if isinstance(value, list | tuple) else []
    )


def parse_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object in `text`; None when it is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_human(message: BaseMessage) -> bool:
    return isinstance(message, HumanMessage) and not message.additional_kwargs.get("lc_source")


def _turn_start(messages: Sequence[BaseMessage]) -> int:
    """Index of the person's last message, or of the last outcome if that came later."""
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if _is_human(message) or outcome_of(message) is not None:
            return index
    return len(messages)


def _state(messages: Sequence[BaseMessage]) -> tuple[State, bool]:
    for message in reversed(messages):
        if not isinstance(message, SystemMessage):
            continue
        for line in reversed(text_of(message).splitlines()):
            if line.startswith("STATE:"):
                state = _parse_state(parse_object(line.removeprefix("STATE:")))
                return state or State(), True
    return State(), False


def _parse_state(value: Any) -> State | None:
    known = {name: v for name, v in dictionary(value).items() if v is not None}
    try:
        return State.model_validate(known)
    except ValueError:
        good = {n: v for n, v in known.items() if n in ("requirements", "pending_plan")}
        return State.model_validate({n: dictionary(v) for n, v in good.items()})


def _results(during: Sequence[BaseMessage]) -> tuple[ToolResult, ...]:
    calls = {call["id"]: call for m in during if isinstance(m, AIMessage) for call in m.tool_calls}
    answers = [m for m in during if isinstance(m, ToolMessage)]
    return tuple(
        _result(m, calls[m.tool_call_id]["name"], calls[m.tool_call_id]["args"])
        for m in answers
        if m.tool_call_id in calls
    )


def _result(message: ToolMessage, name: str, arguments: dict[str, Any]) -> ToolResult:
    text = text_of(message)
    value = parse_object(text)
    if value is None and isinstance(message.artifact, dict):
        value = message.artifact
    problem = (value or {}).get("error")
    if problem is None and message.status != "error" and value is not None:
        return ToolResult(name=name, arguments=arguments, value=value)
    if not isinstance(problem, dict):
        problem = {"message": str(problem or text or "")[:500]}
    error = {str(key): str(problem.get(key) or "") for key in ("type", "message", "remedy")}
    return ToolResult(name=name, arguments=arguments, error=error)


def _questions(before: Sequence[BaseMessage]) -> tuple[frozenset[str], int, tuple[str, ...] | None]:
    """Fields asked for since the last restart, the rounds, the newest question (None: no note)."""
    asked: set[str] = set()
    rounds = 0
    newest: tuple[str, ...] | None = None
    for message in before:
        notes = notes_of(message) if isinstance(message, AIMessage) else {}
        if notes.get("restart"):
            asked, rounds, newest = set(), 0, ("model_source",)
        elif "asked" in notes:
            newest = tuple(str(field) for field in notes.get("asked") or ())
            asked.update(newest)
            rounds += 1 if notes.get("round") else 0
    return frozenset(asked), rounds, newest


def _last_language(before: Sequence[BaseMessage]) -> Literal["en", "vi"] | None:
    for message in reversed(before):
        language = notes_of(message).get("language") if isinstance(message, AIMessage) else None
        if language in ("en", "vi"):
            return language  # type: ignore[no-any-return]
    return None


def _asking(before: Sequence[BaseMessage]) -> bool:
    answers = (m for m in reversed(before) if isinstance(m, AIMessage) and not m.tool_calls)
    newest = next(answers, None)
    return newest is not None and bool(notes_of(newest).get("answered"))


def _practising(before: Sequence[BaseMessage]) -> bool:
    """Whether the last answer said so; one of another chat model does by its tool calls."""
    for message in reversed(before):
        if isinstance(message, AIMessage) and message.tool_calls:
            return any(call["name"].startswith("practice_") for call in message.tool_calls)
        if isinstance(message, HumanMessage):
            return False
        if "asked" in notes_of(message):
            return bool(notes_of(message).get("practice"))
    return False


def _last_call_id(messages: Sequence[BaseMessage]) -> str:
    for message in reversed(messages):
        if isinstance(message, AIMessage) and message.tool_calls:
            return str(message.tool_calls[-1]["id"])
    return ""
