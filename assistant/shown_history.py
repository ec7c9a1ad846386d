"""The part of a conversation that a chat model is shown, in a form every provider accepts."""

from collections.abc import Sequence

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from assistant.system_message import OUTCOME

MOST_MESSAGES = 60
LONGEST_EARLIER_RESULT = 2_000  # characters of a tool's answer in a turn that is over


def shown_history(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return the newest messages, from a turn's beginning on, every tool call with its answer."""
    starts = [i for i, m in enumerate(messages) if isinstance(m, HumanMessage | SystemMessage)]
    if not starts:
        return []
    earliest = len(messages) - MOST_MESSAGES
    recent = messages[next((i for i in starts if i >= earliest), starts[-1]) :]
    return list(_paired(recent))


def for_provider(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return a shown history as providers take it.

    They take one system message, at the start: an outcome becomes a marked note. Tool answers of
    earlier turns are shortened, what stands is in the system message.
    """
    newest = max((i for i, m in enumerate(messages) if not _is_reply(m)), default=0)
    return [_plain(m, earlier=i < newest) for i, m in enumerate(messages)]


def _is_reply(message: BaseMessage) -> bool:
    return isinstance(message, AIMessage | ToolMessage)


def _paired(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Drop calls that were never answered (the process died) and answers without a call."""
    answered = {m.tool_call_id for m in messages if isinstance(m, ToolMessage)}
    kept: list[BaseMessage] = []
    called: set[str | None] = set()
    for message in messages:
        if isinstance(message, AIMessage):
            if any(call["id"] not in answered for call in message.tool_calls):
                continue
            called |= {call["id"] for call in message.tool_calls}
        if not isinstance(message, ToolMessage) or message.tool_call_id in called:
            kept.append(message)
    return kept


def _plain(message: BaseMessage, *, earlier: bool) -> BaseMessage:
    if isinstance(message, SystemMessage) and message.text.startswith(OUTCOME):
        note = f"[A note from the application, not from the user]\n{message.text}"
        return HumanMessage(content=note)
    if isinstance(message, ToolMessage) and earlier and len(message.text) > LONGEST_EARLIER_RESULT:
        cut = f"{message.text[:LONGEST_EARLIER_RESULT]}… (shortened)"
        return message.model_copy(update={"content": cut})
    return message
