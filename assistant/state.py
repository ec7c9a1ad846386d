"""What one thread remembers between turns (LangGraph's state)."""

from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages


class ConversationState(TypedDict, total=False):
    """The graph's state.

    Attributes:
        messages: The conversation, redacted.
        requirements: What was said: field to JSON value.
        pending_digest: The plan that waits for a person's answer.
        last_deployment: The newest deployment's id.
        language: The language of the last answer.
        calls: Chat model calls of this turn.
        practice: The exam practice of this thread: `session_id`, `question_id`, `kind`,
            `options` (letter to text) and whether it was `answered`; empty without any.
        notice: Why the built-in chat model took this turn over, in words; None: it did not.
    """

    messages: Annotated[list[AnyMessage], add_messages]
    requirements: dict[str, Any]
    pending_digest: str | None
    last_deployment: str | None
    language: str | None
    calls: int
    practice: dict[str, Any]
    notice: str | None
