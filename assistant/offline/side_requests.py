"""What middleware asks beside the conversation: a summary, or an object of a schema."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import BaseMessage

from assistant.offline.history import read_turn, text_of
from assistant.offline.policy import Decision

#: The tools of a conversation; any other tool is a side request's.
CONVERSATION_TOOLS = frozenset(
    {
        "record_requirements",
        "recommend",
        "make_plan",
        "search_notes",
        "describe_endpoints",
        "describe_deployment",
        "render_plan",
        "plan_deletion",
        "plan_undo",
        "plan_update",
        "plan_park",
        "plan_unpark",
        "plan_expiry",
        "answer_exam_question",
        "practice_question",
        "practice_answer",
        "practice_explain",
        "practice_progress",
    }
)
_SUMMARY = re.compile(r"\b(summari[sz]\w+|summary|extract(ed)? context)\b", re.IGNORECASE)
_LINES_KEPT = 30
_LINE_LENGTH = 200


def answer_side_request(
    messages: Sequence[BaseMessage], schemas: Mapping[str, Mapping[str, Any]], choice: Any
) -> Decision | None:
    """Answer what is no turn of the conversation; None when it is one."""
    if name := _forced(schemas, choice):
        text = text_of(messages[-1]) if messages else ""
        return Decision(tool=name, arguments=_filled(schemas[name].get("parameters"), text))
    last = text_of(messages[-1]) if messages else ""
    if not schemas and not read_turn(messages).has_state and _SUMMARY.search(last):
        return Decision(text=_digest(last))
    return None


def _forced(schemas: Mapping[str, Any], choice: Any) -> str | None:
    """Name the tool that must be called, unless it is one of the conversation's own."""
    if isinstance(choice, Mapping):
        function = choice.get("function")
        choice = function.get("name") if isinstance(function, Mapping) else choice.get("name")
    if isinstance(choice, str) and choice in schemas:
        return choice
    others = [name for name in schemas if name not in CONVERSATION_TOOLS]
    must = choice in ("any", "required", True)
    return others[0] if must and others and len(others) == len(schemas) else None


def _digest(prompt: str) -> str:
    """Keep what people said, word for word, newest last."""
    lines = [line.strip() for line in prompt.splitlines()]
    said = [line for line in lines if re.match(r"(human|user|ai|assistant):", line, re.IGNORECASE)]
    kept = [line[:_LINE_LENGTH] for line in said[-_LINES_KEPT:]]
    return "\n".join(kept) if kept else "None"


def _filled(schema: Any, text: str, depth: int = 0) -> Any:
    """Make the smallest value that a JSON schema allows; texts take the person's words."""
    found = schema if isinstance(schema, Mapping) else {}
    for key in ("default", "const"):
        if key in found:
            return found[key]
    for key in ("enum", "anyOf", "oneOf", "allOf"):
        if options := found.get(key):
            return options[0] if key == "enum" else _filled(options[0], text, depth + 1)
    return _of_type(found, text, depth)


def _of_type(schema: Mapping[str, Any], text: str, depth: int) -> Any:
    kind = schema.get("type")
    if kind == "object":
        return _object(schema, text, depth)
    if kind == "array":
        count = int(schema.get("minItems", 0))
        return [_filled(schema.get("items"), text, depth + 1) for _ in range(count)]
    plain: dict[Any, Any] = {"boolean": False, "null": None}
    number = schema.get("minimum", 0)
    return {**plain, "integer": number, "number": number}.get(kind, text)


def _object(schema: Mapping[str, Any], text: str, depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or depth > 8:
        return {}
    required = schema.get("required") or ()
    return {name: _filled(properties.get(name), text, depth + 1) for name in required}
