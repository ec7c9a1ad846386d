"""The chat model that needs no key and no network: a real `BaseChatModel` without a language model.

It speaks the standard tool-calling protocol and calls only tools that were bound. What it does next
is decided in `assistant.offline.policy`.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from assistant.offline.history import NOTES_KEY, text_of
from assistant.offline.policy import Decision, decide
from assistant.offline.side_requests import answer_side_request
from assistant.offline.talk import Understand

_CHARACTERS_PER_TOKEN = 4


def _default_understand() -> Understand:
    from assistant.offline.understanding import understand  # loads word lists

    return understand


class OfflineChatModel(BaseChatModel):
    """Converses by rules; deterministic, so the same history gets the same answer.

    Attributes:
        understand_text: Reads what the person wrote; by default
            `assistant.offline.understanding.understand`.
    """

    understand_text: Callable[..., Any] | None = Field(default=None, exclude=True)

    @property
    def _llm_type(self) -> str:
        return "sagepilot-offline"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": "sagepilot-offline"}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Bind tools by the standard protocol; `tool_choice` as OpenAI spells it."""
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        return self.bind(tools=schemas, tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        decision = self._decide(messages, kwargs)
        calls = []
        if decision.tool is not None:
            call = {
                "name": decision.tool,
                "args": decision.arguments,
                "id": _call_id(messages, decision),
            }
            calls = [{**call, "type": "tool_call"}]
        message = AIMessage(
            content=decision.text,
            tool_calls=calls,
            additional_kwargs={NOTES_KEY: decision.notes} if decision.notes else {},
            usage_metadata=_usage(messages, decision),
            response_metadata={"finish_reason": "tool_calls" if calls else "stop"},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        decision = self._decide(messages, kwargs)
        for message in _pieces(messages, decision):
            chunk = ChatGenerationChunk(message=message)
            if run_manager is not None:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk

    def _decide(self, messages: list[BaseMessage], bound: dict[str, Any]) -> Decision:
        schemas = {t["function"]["name"]: t["function"] for t in bound.get("tools") or ()}
        choice = bound.get("tool_choice")
        if (side := answer_side_request(messages, schemas, choice)) is not None:
            return side
        understand = self.understand_text or _default_understand()
        return decide(messages, () if choice == "none" else schemas, understand)


def _pieces(messages: list[BaseMessage], decision: Decision) -> Iterator[AIMessageChunk]:
    """Cut a decision into what a provider would stream: words, or a call's arguments."""
    if decision.tool is not None:
        identifier = _call_id(messages, decision)
        arguments = json.dumps(decision.arguments, ensure_ascii=False)
        yield AIMessageChunk(
            content="",
            tool_call_chunks=[tool_call_chunk(name=decision.tool, args="", id=identifier, index=0)],
        )
        for start in range(0, len(arguments), 64):
            piece = tool_call_chunk(args=arguments[start : start + 64], index=0)
            yield AIMessageChunk(content="", tool_call_chunks=[piece])
    for word in re.findall(r"\S+\s*|\s+", decision.text):
        yield AIMessageChunk(content=word)
    yield AIMessageChunk(
        content="",
        additional_kwargs={NOTES_KEY: decision.notes} if decision.notes else {},
        usage_metadata=_usage(messages, decision),
        response_metadata={"finish_reason": "tool_calls" if decision.tool else "stop"},
        chunk_position="last",
    )


def _call_id(messages: list[BaseMessage], decision: Decision) -> str:
    """An id that the same history always gets, and no other call of the thread has."""
    parts = [decision.last_call_id, len(messages), text_of(messages[-1]) if messages else ""]
    parts += [decision.tool, json.dumps(decision.arguments, sort_keys=True, default=str)]
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"call_{digest[:24]}"


def _usage(messages: list[BaseMessage], decision: Decision) -> UsageMetadata:
    """Tokens as a rough count of characters; no provider bills them."""
    read = sum(len(text_of(message)) for message in messages) // _CHARACTERS_PER_TOKEN
    written = (len(decision.text) + len(str(decision.arguments))) // _CHARACTERS_PER_TOKEN
    return UsageMetadata(input_tokens=read, output_tokens=written, total_tokens=read + written)
