"""Chat models in this process that answer with a script."""

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

ENDED = {"finish_reason": "stop"}


class ScriptedChatModel(BaseChatModel):
    """Answers with what it was given: messages, or exceptions to raise; the last one again."""

    script: list
    seen: list = Field(default_factory=list)

    @property
    def _llm_type(self):
        return "scripted"

    def bind_tools(self, tools, **kwargs):
        return self.bind(tools=tools)

    def _next(self, messages):
        self.seen.append(messages)
        answer = self.script[min(len(self.seen), len(self.script)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])


class StreamingChatModel(ScriptedChatModel):
    """The same with lists of chunks."""

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        for chunk in self._next(messages):
            if isinstance(chunk, Exception):
                raise chunk
            yield ChatGenerationChunk(message=chunk)


def message(text="", calls=(), **more):
    made = [{"name": n, "args": a, "id": i, "type": "tool_call"} for n, a, i in calls]
    return AIMessage(content=text, tool_calls=made, response_metadata=ENDED, **more)
