"""The conversation's main path, whole: converse, use tools that only read, converse again, done.

    START → converse ⇄ use_tools → END

A plan is proposed here and its outcome is told here; approving it happens elsewhere
(`assistant/conversation.py`), where a person's answer is a row that is claimed once. No tool of the
chat model can change anything.
"""

import json
import logging
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Literal, NamedTuple

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from assistant import events, toolset
from assistant.answers import read_answer, read_own_answer, with_text
from assistant.messages import translator
from assistant.redaction import redact_json
from assistant.shown_history import for_provider, shown_history
from assistant.state import ConversationState
from assistant.system_message import system_message
from assistant.verifying import Verified, sources_of
from assistant.workplace import Workplace
from tools.errors import SagepilotError

logger = logging.getLogger(__name__)

MOST_CALLS = 10  # chat model calls in one turn


class Minds(NamedTuple):
    """Who talks: the chosen chat model, and the offline one that takes over when it fails.

    Attributes:
        chosen: An error when it could not even be made; each turn then tells it.
    """

    chosen: BaseChatModel | SagepilotError
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
    @cache
    def bound(which: Literal["chosen", "offline"]) -> Any:  # noqa: ANN401 - a runnable
        mind = minds.chosen if which == "chosen" else minds.offline
        if isinstance(mind, SagepilotError):
            raise mind
        return mind.bind_tools(toolset.schemas())

    def converse(state: ConversationState) -> dict[str, Any]:
        calls = state.get("calls", 0)
        if calls >= MOST_CALLS:
            return _stop(state, calls)
        say = get_stream_writer()
        history = [system_message(state, place), *shown_history(state["messages"])]
        notice = state.get("notice") if calls else None  # the turn was taken over before
        if minds.chosen is not minds.offline and not notice:
            try:
                pieces = bound("chosen").stream(for_provider(history))
                answer = _verified_answer(pieces, say, state, history[0].text)
                return _said(answer, calls, _language(state), None)
            except Exception as error:  # any way it can fail: we go on
                logger.warning("provider.failed", exc_info=True)
                notice, calls = _notice(error, state), 0
                say(events.TextDelta(text=f"\n\n{notice}\n\n"))
        answer = read_own_answer(bound("offline").stream(history), say)
        language = answer.additional_kwargs.get("sagepilot", {}).get("language")
        return _said(_with_notice(answer, notice), calls, language or state.get("language"), notice)

    return converse


def _verified_answer(
    pieces: Iterable[BaseMessage],
    say: Callable[[Any], None],
    state: ConversationState,
    instructions: str,
) -> AIMessage:
    """A provider's answer with its numbers and citations held to what was retrieved."""
    translate = _translator(state)
    mark = translate("(not in my notes)")
    verified = Verified(say, sources_of(state["messages"], instructions), mark)
    try:
        answer = read_answer(pieces, verified, _used_ids(state))
    finally:
        verified.finish()
    if verified.text == answer.text:
        return answer
    return answer.model_copy(update={"content": with_text(answer.content, verified.text)})


def _said(
    answer: AIMessage, calls: int, language: str | None, notice: str | None
) -> dict[str, Any]:
    return {"messages": [answer], "calls": calls + 1, "language": language, "notice": notice}


def _used_ids(state: ConversationState) -> set[str]:
    return {m.tool_call_id for m in state["messages"] if isinstance(m, ToolMessage)}


def _notice(error: Exception, state: ConversationState) -> str:
    reason = error.message if isinstance(error, SagepilotError) else type(error).__name__
    translate = _translator(state)
    text = translate(
        "The chat model could not be reached ({error}); the built-in one answers instead."
    )
    return text.format(error=reason.rstrip("."))


def _with_notice(answer: AIMessage, notice: str | None) -> AIMessage:
    """The turn's last answer says that it was taken over; the steps before need not."""
    if notice is None or answer.tool_calls:
        return answer
    return answer.model_copy(update={"content": f"{notice}\n\n{answer.text}"})


def _stop(state: ConversationState, calls: int) -> dict[str, Any]:
    translate = _translator(state)
    text = translate(
        "I stopped after {count} steps without an answer. Please ask again in other words."
    ).format(count=calls)
    get_stream_writer()(events.TextDelta(text=text))
    return {"messages": [AIMessage(content=text)], "calls": calls + 1}


def _translator(state: ConversationState) -> Callable[[str], str]:
    return translator("vi" if _language(state) == "vi" else "en")


def _language(state: ConversationState) -> str | None:
    """The language of the person's last words, or of the last answer where they do not tell."""
    from assistant.offline.language import detect  # loads word lists

    words = next((m.text for m in reversed(state["messages"]) if isinstance(m, HumanMessage)), "")
    return detect(words)[0] or state.get("language")


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
    shown: tuple[events.Event, ...] = ()
    ok = False
    try:
        made = toolset.use(name, arguments, state, place)
        result, ok, updates = redact_json(made.result), True, dict(made.updates)
        shown = made.shown
    except SagepilotError as error:
        result = _refusal(error, error.message, error.remedy)
    except Exception as error:  # a chat model's arguments must not end the turn
        logger.exception("tool.failed", extra={"tool": name})
        result = _refusal(error, f"{name} failed unexpectedly.", "Go on without it.")
    say(events.ToolFinished(call_id=call_id, name=name, ok=ok, result=result))
    for event in shown:
        say(event)
    content = json.dumps(result, ensure_ascii=False, default=str)
    status = "success" if ok else "error"
    return ToolMessage(content=content, tool_call_id=call_id, name=name, status=status), updates


def _refusal(error: Exception, message: str, remedy: str) -> dict[str, Any]:
    told = {"type": type(error).__name__, "message": message, "remedy": remedy}
    return {"error": redact_json(told)}
