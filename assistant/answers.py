"""What a chat model answered, made fit to keep: whole, well formed, of bounded size.

A provider's answer is foreign input. What is kept is sent back with every later request, possibly
to another provider, so each tool call has an id of its own, and the content no second copy of it.
"""

import json
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCall

from assistant import events
from assistant.redaction import printable
from tools.errors import SagepilotError

LONGEST_ANSWER = 100_000  # characters, text and arguments together
MOST_TOOLS = 8  # tool calls in one answer
DEEPEST_ARGUMENTS = 20  # levels of JSON
#: The one argument of a call whose arguments were no JSON object.
UNREADABLE = "unreadable_arguments"

#: What OpenAI, Anthropic, Bedrock and Ollama name the reason for which an answer ended.
_ENDED = ("finish_reason", "stop_reason", "stopReason", "done_reason")
_CALL_BLOCKS = frozenset(
    {"tool_use", "tool_call", "tool_call_chunk", "invalid_tool_call", "input_json_delta",
     "function_call"}
)  # fmt: skip
_NOT_KEPT = frozenset({"tool_calls", "function_call", "sagepilot"})
_USABLE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what every provider accepts


class AnswerError(SagepilotError):
    """A chat model's answer cannot be used: it is empty, cut or without an end."""


def read_answer(
    pieces: Iterable[BaseMessage], say: Callable[[Any], None], used_ids: Collection[str]
) -> AIMessage:
    """Tell a provider's answer as it comes and return what is kept of it.

    Args:
        pieces: As the chat model streams them; one whole message when it does not stream.
        say: Takes the text's events.
        used_ids: Ids of tool calls that the conversation already has.

    Raises:
        AnswerError: The answer is empty, breaks off or does not end.
    """
    whole = _whole(_bounded(pieces, say))
    calls = _with_own_ids(_calls(whole)[:MOST_TOOLS], used_ids)
    if not any(whole.response_metadata.get(key) for key in _ENDED):
        raise AnswerError("The chat model's answer broke off.")
    content = _content(whole.content)
    if not calls and not whole.text.strip():
        raise AnswerError("The chat model gave an empty answer.")
    kept = {k: v for k, v in whole.additional_kwargs.items() if k not in _NOT_KEPT}
    return AIMessage(content=content, tool_calls=calls, additional_kwargs=kept)


def read_own_answer(pieces: Iterable[BaseMessage], say: Callable[[Any], None]) -> AIMessage:
    """Do the same for the built-in chat model, whose notes are kept."""
    whole = _whole(_bounded(pieces, say))
    return AIMessage(
        content=whole.content,
        tool_calls=list(whole.tool_calls),
        additional_kwargs=whole.additional_kwargs,
    )


def _bounded(pieces: Iterable[BaseMessage], say: Callable[[Any], None]) -> Iterator[AIMessage]:
    length = 0
    for piece in pieces:
        if not isinstance(piece, AIMessage):
            raise AnswerError("The chat model's answer is no answer.")
        text = printable(piece.text)
        length += len(text) + sum(len(c["args"] or "") for c in _chunks(piece))
        if length > LONGEST_ANSWER:
            raise AnswerError("The chat model's answer does not end.")
        if text:
            say(events.TextDelta(text=text))
        yield piece


def _whole(pieces: Iterable[AIMessage]) -> AIMessage:
    collected = list(pieces)
    if not collected:
        raise AnswerError("The chat model gave no answer.")
    first, *rest = collected
    return first + rest if rest and isinstance(first, AIMessageChunk) else first  # type: ignore[return-value]


def _chunks(message: AIMessage) -> list[Any]:
    return list(message.tool_call_chunks) if isinstance(message, AIMessageChunk) else []


def _calls(whole: AIMessage) -> list[ToolCall]:
    """The calls; arguments are read strictly, since LangChain completes those that were cut."""
    if chunks := _chunks(whole):
        return [_call(c["name"], c["args"], c["id"]) for c in chunks]
    return [
        *(_call(c["name"], c["args"], c["id"]) for c in whole.tool_calls),
        *(_call(c["name"], c["args"], c["id"]) for c in whole.invalid_tool_calls),
    ]


def _call(name: str | None, arguments: Any, identifier: str | None) -> ToolCall:  # noqa: ANN401
    return ToolCall(
        name=_name(name), args=_arguments(arguments), id=identifier or "", type="tool_call"
    )


def _name(name: str | None) -> str:
    """What providers accept for a name; they refuse a history with another one."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name or "")[:64] or "unnamed"


def _arguments(given: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the provider sent
    try:
        value = json.loads(given or "{}") if isinstance(given, str | None) else given
        text = json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        value, text = None, str(given)
    if not isinstance(value, dict) or _depth(value) > DEEPEST_ARGUMENTS:
        return {UNREADABLE: printable(text[:300])}
    clean: dict[str, Any] = json.loads(printable(json.dumps(value, ensure_ascii=False)))
    return clean


def _depth(value: Any) -> int:  # noqa: ANN401 - a JSON value that json.dumps could walk
    members = value.values() if isinstance(value, dict) else value if _is_list(value) else ()
    return 1 + max((_depth(member) for member in members), default=0)


def _is_list(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list)


def _with_own_ids(calls: list[ToolCall], used_ids: Collection[str]) -> list[ToolCall]:
    """Keep the provider's ids where they are usable and new."""
    used = set(used_ids)
    for call in calls:
        if call["id"] in used or not _USABLE_ID.fullmatch(call["id"] or ""):
            call["id"] = f"call_{uuid.uuid4().hex[:24]}"
        used.add(str(call["id"]))
    return calls


def _content(content: str | list[Any]) -> str | list[Any]:
    """The content without calls and empty text; plain text when there is nothing else."""
    if isinstance(content, str):
        return printable(content)
    blocks = [{"type": "text", "text": b} if isinstance(b, str) else b for b in content]
    kept = [b for b in blocks if b.get("type") not in _CALL_BLOCKS]
    texts = [printable(str(b.get("text", ""))) for b in kept if b.get("type") == "text"]
    others = [b for b in kept if b.get("type") != "text"]
    if not others:
        return "".join(texts)
    return [*others, *({"type": "text", "text": t} for t in texts if t)]


def with_text(content: str | list[Any], text: str) -> str | list[Any]:
    """Return the content with other text; blocks that are no text stay before it."""
    if isinstance(content, str):
        return text
    others = [b for b in content if isinstance(b, dict) and b.get("type") != "text"]
    return [*others, {"type": "text", "text": text}] if others else text
