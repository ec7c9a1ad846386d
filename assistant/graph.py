"""The conversation's main path, whole: converse, use tools that only read, converse again, done.

    START → converse ⇄ use_tools → END

A plan is proposed here and its outcome is told here; approving it happens elsewhere
(`assistant/conversation.py`), where a person's answer is a row that is claimed once. No tool of the
chat model can change anything.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from assistant import events, toolset
from assistant.messages import translator
from assistant.redaction import redact_json
from assistant.state import ConversationState
from assistant.system_message import OUTCOME, system_message
from assistant.workplace import Workplace
from tools.errors import SagepilotError

logger = logging.getLogger(__name__)

MOST_CALLS = 10  # chat model calls in one turn
MOST_TOOLS = 8  # tool calls in one answer
MOST_MESSAGES = 60  # of the history that the chat model is shown


class Minds(NamedTuple):
    """Who talks: the chosen chat model, and the offline one that takes over when it fails."""

    chosen: BaseChatModel
    offline: BaseChatModel


def build_graph(
    minds: Minds, place: Workplace, saver: BaseCheckpointSaver[Any]
) -> CompiledStateGraph[Any, Any, Any, Any]:
    """Return the compiled graph; threads live in `saver`."""
    graph = StateGraph(ConversationState)
    graph.add_node("converse", _converse(minds, place))
    graph.add_node("use_tools", _use_tools(place))
    graph.add_edge(START, "converse")
    graph.add_conditional_edges("converse", _next, {"use_tools": "use_tools", END: END})
    graph.add_edge("use_tools", "converse")
    return graph.compile(checkpointer=saver)


def _next(state: ConversationState) -> str:
    last = state["messages"][-1]
    return "use_tools" if isinstance(last, AIMessage) and last.tool_calls else END


def _converse(minds: Minds, place: Workplace) -> Any:  # noqa: ANN401 - a LangGraph node
    bound = [model.bind_tools(toolset.schemas()) for model in minds]

    def converse(state: ConversationState) -> dict[str, Any]:
        calls = state.get("calls", 0)
        if calls >= MOST_CALLS:
            return _stop(state, calls)
        history = [system_message(state, place), *_recent(state["messages"])]
        say = get_stream_writer()
        offline = minds.chosen is minds.offline
        try:
            asked = history if offline else [_for_provider(m) for m in history]
            answer = _answer(bound[0].stream(asked), say)
        except Exception as error:  # any way a provider can fail: we go on without it
            if offline:
                raise
            logger.warning("provider.failed", extra={"error": type(error).__name__})
            answer = _taken_over(bound[1], history, error, state)
        return {"messages": [answer], "calls": calls + 1, "language": _language(answer, state)}

    return converse


def _answer(chunks: Iterator[Any], say: Callable[[Any], None]) -> AIMessage:
    whole: Any = None
    for chunk in chunks:
        if isinstance(chunk, AIMessageChunk) and chunk.text:
            say(events.TextDelta(text=chunk.text))
        whole = chunk if whole is None else whole + chunk
    if whole is None:
        raise SagepilotError("The chat model gave no answer.")
    return AIMessage(
        content=whole.content,
        tool_calls=list(whole.tool_calls)[:MOST_TOOLS],
        invalid_tool_calls=whole.invalid_tool_calls,
        additional_kwargs=whole.additional_kwargs,
        id=whole.id,
    )


def _taken_over(
    model: Any,  # noqa: ANN401 - a bound runnable
    history: Sequence[BaseMessage],
    error: Exception,
    state: ConversationState,
) -> AIMessage:
    say = get_stream_writer()
    translate = translator("vi" if state.get("language") == "vi" else "en")
    name = type(error).__name__
    notice = translate(
        "The chat model could not be reached ({error}); the built-in one answers instead."
    ).format(error=name)
    say(events.TextDelta(text=f"{notice}\n\n"))
    answer = _answer(model.stream(history), say)
    return answer.model_copy(update={"content": f"{notice}\n\n{answer.text}"})


def _stop(state: ConversationState, calls: int) -> dict[str, Any]:
    translate = translator("vi" if state.get("language") == "vi" else "en")
    text = translate("I stopped after {count} steps without an answer. Please ask again in other "
                     "words.").format(count=calls)  # fmt: skip
    get_stream_writer()(events.TextDelta(text=text))
    return {"messages": [AIMessage(content=text)], "calls": calls + 1}


def _recent(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The newest messages, beginning with a person's, every tool call with its answer."""
    recent = list(messages[-MOST_MESSAGES:])
    while recent and not isinstance(recent[0], HumanMessage | SystemMessage):
        recent.pop(0)
    answered = {m.tool_call_id for m in recent if isinstance(m, ToolMessage)}
    return [
        m
        for m in recent
        if not (isinstance(m, AIMessage) and any(c["id"] not in answered for c in m.tool_calls))
    ]


def _for_provider(message: BaseMessage) -> BaseMessage:
    """Providers take one system message, at the start; an outcome becomes a marked note."""
    text = str(message.content)
    if isinstance(message, SystemMessage) and text.startswith(OUTCOME):
        return HumanMessage(content=f"[A note from the application, not from the user]\n{text}")
    return message


def _language(answer: AIMessage, state: ConversationState) -> str | None:
    noted = answer.additional_kwargs.get("sagepilot")
    language = noted.get("language") if isinstance(noted, dict) else None
    return language or state.get("language")


def _use_tools(place: Workplace) -> Any:  # noqa: ANN401 - a LangGraph node
    def use_tools(state: ConversationState) -> dict[str, Any]:
        say = get_stream_writer()
        updates: dict[str, Any] = {}
        answers: list[ToolMessage] = []
        for call in state["messages"][-1].tool_calls:  # type: ignore[union-attr]  # _next looked
            seen = {**state, **updates}
            message, more = _use_one(call, seen, place, say)
            answers.append(message)
            updates |= more
        return {**updates, "messages": answers}

    return use_tools


def _use_one(
    call: Any,  # noqa: ANN401 - LangChain's ToolCall
    state: dict[str, Any],
    place: Workplace,
    say: Callable[[Any], None],
) -> tuple[ToolMessage, dict[str, Any]]:
    call_id, name = str(call["id"]), str(call["name"])
    arguments = redact_json(call["args"])
    say(events.ToolStarted(call_id=call_id, name=name, arguments=arguments))
    updates: dict[str, Any] = {}
    try:
        made = toolset.use(name, arguments, state, place)
        result, ok, updates = redact_json(made.result), True, dict(made.updates)
        shown: tuple[events.Event, ...] = made.shown
    except SagepilotError as error:
        kind = type(error).__name__
        result = {"error": {"type": kind, "message": error.message, "remedy": error.remedy}}
        ok, shown = False, ()
    say(events.ToolFinished(call_id=call_id, name=name, ok=ok, result=result))
    for event in shown:
        say(event)
    content = json.dumps(result, ensure_ascii=False, default=str)
    status = "success" if ok else "error"
    return ToolMessage(content=content, tool_call_id=call_id, name=name, status=status), updates
