"""The system message: the prompt, and the thread's state as one line of JSON."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from langchain_core.messages import AIMessage, SystemMessage

from assistant.state import ConversationState
from assistant.toolset import known, understood
from assistant.workplace import Workplace
from tools.deployment import outcome
from tools.plan import parse_plan

#: Begins a note that the application puts into the history after an approval.
OUTCOME = "OUTCOME: "


def system_message(state: ConversationState, place: Workplace) -> SystemMessage:
    """Return the prompt with the line `STATE: {json}` at its end."""
    told = {
        "requirements": understood(known(state), place),
        "asked": _asked(state),
        "pending_plan": pending_plan(state.get("pending_digest"), place),
        "last_deployment": _deployment(state.get("last_deployment"), place),
        "target": place.target,
        "region": place.region,
        "language": state.get("language"),
        "practice": state.get("practice") or None,
    }
    line = json.dumps(told, ensure_ascii=False, default=str)
    return SystemMessage(content=f"{_prompt()}\nSTATE: {line}")


def outcome_note(result: dict[str, Any]) -> SystemMessage:
    """Return the note that tells the chat model what became of an approval."""
    return SystemMessage(content=OUTCOME + json.dumps(result, ensure_ascii=False, default=str))


def pending_plan(digest: str | None, place: Workplace) -> dict[str, Any] | None:
    """Return digest, endpoint name and summary of the plan that waits, or None."""
    text = place.journal.plan_json(digest) if digest else None
    if text is None:
        return None
    plan = parse_plan(text)
    return {
        "digest": plan.digest,
        "endpoint_name": plan.endpoint_name,
        "summary": plan.summary,
        "kind": plan.kind,
    }


def _deployment(deployment_id: str | None, place: Workplace) -> dict[str, Any] | None:
    found = outcome(place.journal, deployment_id) if deployment_id else None
    keys = {"deployment_id", "endpoint_name", "status"}
    return None if found is None else found.model_dump(mode="json", include=keys)


def _asked(state: ConversationState) -> list[str]:
    for message in reversed(state.get("messages", [])):
        if isinstance(message, AIMessage) and not message.tool_calls:
            noted = message.additional_kwargs.get("sagepilot")
            return list(noted.get("asked", ())) if isinstance(noted, dict) else []
    return []


@cache
def _prompt() -> str:
    return files("assistant").joinpath("prompts/system.md").read_text(encoding="utf-8")
