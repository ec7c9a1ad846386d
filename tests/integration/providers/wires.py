"""Loopback servers that speak two providers' protocols, as strict about a history as they are."""

import json
import re
import struct
import threading
import zlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass
class Call:
    """A tool call; `arguments` may be a string that is no JSON."""

    name: str
    arguments: Any = field(default_factory=dict)
    identifier: str | None = "auto"

    @property
    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass
class Answer:
    """What the provider sends.

    Attributes:
        cut: The connection ends before the answer does.
        status: Another one than 200 sends an error instead.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    cut: bool = False
    status: int = 200
    reasoning: str = ""


def say(text: str) -> Answer:
    return Answer(text=text)


def call(name: str, **arguments: Any) -> Answer:
    return Answer(calls=(Call(name, arguments),))


class Provider:
    """A server that answers with a script; the last answer is repeated.

    Attributes:
        requests: The bodies that came.
        faults: What a real provider would have refused about them.
    """

    handler: ClassVar[type[BaseHTTPRequestHandler]]

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.faults: list[str] = []
        self._served = 0
        self._server = _Server(("127.0.0.1", 0), self.handler)
        self._server.provider = self  # type: ignore[attr-defined]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def next_answer(self) -> Answer:
        self._served += 1
        return self.script[min(self._served, len(self.script)) - 1]

    def identifier(self, call: Call, index: int) -> str | None:
        return f"call_{self._served}_{index}" if call.identifier == "auto" else call.identifier

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def sent_text(self) -> str:
        """Everything that reached the provider."""
        return json.dumps(self.requests, ensure_ascii=False)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in mid-answer is expected here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    @property
    def provider(self) -> Provider:
        return self.server.provider  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.provider.requests.append(body)
        self.provider.headers.append(dict(self.headers))
        faults = list(self.faults(body))
        self.provider.faults += faults
        answer = self.provider.next_answer()
        if faults or answer.status != 200:
            self._refuse(400 if faults else answer.status, "; ".join(faults) or "no")
            return
        if not self.streams:
            self._send(200, self.whole(answer))
            return
        self.send_response(200)
        self.send_header("Content-Type", self.content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pieces = list(self.pieces(answer, body))
        for piece in pieces[: len(pieces) // 2] if answer.cut else pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if answer.cut:
            self.close_connection = True
        self.wfile.write(b"0\r\n\r\n")

    streams = True

    def _refuse(self, status: int, message: str) -> None:
        self._send(status, {"error": {"message": message, "type": "x"}, "message": message})

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _OpenAIHandler(_Handler):
    content_type = "text/event-stream"

    def pieces(self, answer: Answer, body: dict[str, Any]):
        def event(delta: dict[str, Any], reason: str | None = None) -> bytes:
            choice = {"index": 0, "delta": delta, "finish_reason": reason}
            chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1,
                     "model": body["model"], "choices": [choice]}  # fmt: skip
            return f"data: {json.dumps(chunk)}\n\n".encode()

        yield event({"role": "assistant", "content": ""})
        step = 4000 if len(answer.text) > 4000 else 7
        for start in range(0, len(answer.text), step):
            yield event({"content": answer.text[start : start + step]})
        for index, made in enumerate(answer.calls):
            function = {"name": made.name, "arguments": ""}
            opened = {"index": index, "id": self.provider.identifier(made, index),
                      "type": "function", "function": function}  # fmt: skip
            yield event({"tool_calls": [opened]})
            for start in range(0, len(made.text), 16):
                piece = {"index": index, "function": {"arguments": made.text[start : start + 16]}}
                yield event({"tool_calls": [piece]})
        yield event({}, "tool_calls" if answer.calls else "stop")
        yield b"data: [DONE]\n\n"

    def faults(self, body: dict[str, Any]):
        if self.path != "/v1/chat/completions" or not body.get("stream"):
            yield f"unexpected request {self.path}"
        first, *others = body["messages"]
        if first["role"] != "system" or {"system", "developer"} & {m["role"] for m in others}:
            yield "not one system message, at the start"
        if any(not m.get("content") and not m.get("tool_calls") for m in others):
            yield "an empty message"
        yield from _openai_pairing(others)
        calls = [made for m in others for made in m.get("tool_calls") or ()]
        if len({made["id"] for made in calls}) != len(calls):
            yield "a call id again"
        yield from (f"a malformed call {made}" for made in calls if not _well_formed(made))


def _openai_pairing(messages: list[dict[str, Any]]):
    waiting: list[str] = []
    for message in [*messages, {"role": "end"}]:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                yield f"an answer to no call {message['tool_call_id']}"
            waiting = [i for i in waiting if i != message["tool_call_id"]]
            continue
        if waiting:
            yield f"calls without an answer {waiting}"
        waiting = [made["id"] for made in message.get("tool_calls") or ()]


def _well_formed(made: dict[str, Any]) -> bool:
    function = made["function"]
    arguments = json.loads(function["arguments"])
    named = ID.fullmatch(made["id"] or "") and ID.fullmatch(function["name"])
    return bool(named) and isinstance(arguments, dict)


class OpenAIServer(Provider):
    """Chat completions, streamed."""

    handler = _OpenAIHandler

    def tool_answers(self, index: int = -1) -> dict[str, dict[str, Any]]:
        """Call id to what the tool answered, of one request."""
        messages = self.requests[index]["messages"]
        return {m["tool_call_id"]: json.loads(m["content"]) for m in messages
                if m["role"] == "tool" and m["content"].endswith("}")}  # fmt: skip

    def system(self, index: int = -1) -> str:
        return self.requests[index]["messages"][0]["content"]

    def last_user_text(self) -> str:
        content = self.requests[-1]["messages"][-1]["content"]
        return content if isinstance(content, str) else content[0]["text"]


class _BedrockHandler(_Handler):
    content_type = "application/vnd.amazon.eventstream"

    def pieces(self, answer: Answer, body: dict[str, Any]):
        yield _frame("messageStart", {"role": "assistant"})
        block = 0
        if answer.reasoning:
            delta = {"reasoningContent": {"text": answer.reasoning}}
            yield _frame("contentBlockDelta", {"delta": delta, "contentBlockIndex": block})
            signed = {"reasoningContent": {"signature": "c2lnbmVk"}}
            yield _frame("contentBlockDelta", {"delta": signed, "contentBlockIndex": block})
            yield _frame("contentBlockStop", {"contentBlockIndex": block})
            block += 1
        for start in range(0, len(answer.text), 7):
            delta = {"text": answer.text[start : start + 7]}
            yield _frame("contentBlockDelta", {"delta": delta, "contentBlockIndex": block})
        if answer.text:
            yield _frame("contentBlockStop", {"contentBlockIndex": block})
            block += 1
        for index, made in enumerate(answer.calls):
            use = {"toolUseId": self.provider.identifier(made, index), "name": made.name}
            start = {"start": {"toolUse": use}, "contentBlockIndex": block}
            yield _frame("contentBlockStart", start)
            for at in range(0, len(made.text), 16):
                delta = {"toolUse": {"input": made.text[at : at + 16]}}
                yield _frame("contentBlockDelta", {"delta": delta, "contentBlockIndex": block})
            yield _frame("contentBlockStop", {"contentBlockIndex": block})
            block += 1
        reason = "tool_use" if answer.calls else "end_turn"
        yield _frame("messageStop", {"stopReason": reason})
        usage = {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}
        yield _frame("metadata", {"usage": usage, "metrics": {"latencyMs": 1}})

    @property
    def streams(self) -> bool:
        return self.path.endswith("/converse-stream")

    def whole(self, answer: Answer) -> dict[str, Any]:
        uses = [
            {"toolUse": {"toolUseId": self.provider.identifier(made, index), "name": made.name,
                         "input": made.arguments}}
            for index, made in enumerate(answer.calls)
        ]  # fmt: skip
        content = [*([{"text": answer.text}] if answer.text else []), *uses]
        return {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": "tool_use" if uses else "end_turn",
            "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
            "metrics": {"latencyMs": 1},
        }

    def faults(self, body: dict[str, Any]):
        if not self.path.endswith(("/converse-stream", "/converse")):
            yield f"unexpected request {self.path}"
        if len(body["system"]) != 1:
            yield "not one system message"
        waiting: set[str] = set()
        seen: set[str] = set()
        role = "assistant"
        for message in body["messages"]:
            if message["role"] == role:
                yield f"two messages of {role}"
            role = message["role"]
            results = {b["toolResult"]["toolUseId"] for b in message["content"]
                       if "toolResult" in b}  # fmt: skip
            if results != waiting:
                yield f"results {results} for calls {waiting}"
            uses = [b["toolUse"] for b in message["content"] if "toolUse" in b]
            waiting = {u["toolUseId"] for u in uses}
            if len(waiting) != len(uses) or waiting & seen:
                yield f"a call id again in {waiting}"
            seen |= waiting
            if any(not ID.fullmatch(u["toolUseId"]) or not ID.fullmatch(u["name"]) or
                   not isinstance(u["input"], dict) for u in uses):  # fmt: skip
                yield "a malformed call"
            if not message["content"] or any(b.get("text") == "" for b in message["content"]):
                yield f"an empty message of {role}"
        if role != "user":
            yield "the last message is not the user's"


def _frame(kind: str, payload: dict[str, Any]) -> bytes:
    """One message of AWS's event stream encoding."""
    values = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(
        struct.pack("!B", len(k)) + k.encode() + struct.pack("!BH", 7, len(v)) + v.encode()
        for k, v in values.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack("!II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack("!I", zlib.crc32(prelude)) + headers + body
    return message + struct.pack("!I", zlib.crc32(message))


class BedrockServer(Provider):
    """The Converse API, streamed or whole."""

    handler = _BedrockHandler

    def tool_answers(self, index: int = -1) -> dict[str, dict[str, Any]]:
        """Call id to what the tool answered, of one request."""
        blocks = [b["toolResult"] for m in self.requests[index]["messages"] for b in m["content"]
                  if "toolResult" in b]  # fmt: skip
        texts = {b["toolUseId"]: b["content"][0]["text"] for b in blocks}
        return {i: json.loads(t) for i, t in texts.items() if t.endswith("}")}

    def system(self, index: int = -1) -> str:
        return self.requests[index]["system"][0]["text"]

    def last_user_text(self) -> str:
        return self.requests[-1]["messages"][-1]["content"][-1]["text"]


class _AnthropicHandler(_Handler):
    content_type = "text/event-stream"

    def pieces(self, answer: Answer, body: dict[str, Any]):
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [],
                   "model": body["model"], "stop_reason": None, "usage": usage}  # fmt: skip
        yield _event("message_start", message=message)
        blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
        if answer.reasoning:
            deltas = [{"type": "thinking_delta", "thinking": answer.reasoning},
                      {"type": "signature_delta", "signature": "c2lnbmVk"}]  # fmt: skip
            blocks.append(({"type": "thinking", "thinking": "", "signature": ""}, deltas))
        if answer.text:
            deltas = [{"type": "text_delta", "text": piece} for piece in re.findall(
                r"(?s).{1,7}", answer.text)]  # fmt: skip
            blocks.append(({"type": "text", "text": ""}, deltas))
        for index, made in enumerate(answer.calls):
            identifier = self.provider.identifier(made, index)
            use = {"type": "tool_use", "id": identifier, "name": made.name, "input": {}}
            deltas = [{"type": "input_json_delta", "partial_json": p}
                      for p in re.findall(r"(?s).{1,16}", made.text)]  # fmt: skip
            blocks.append((use, deltas))
        for index, (start, deltas) in enumerate(blocks):
            yield _event("content_block_start", index=index, content_block=start)
            for delta in deltas:
                yield _event("content_block_delta", index=index, delta=delta)
            yield _event("content_block_stop", index=index)
        reason = {"stop_reason": "tool_use" if answer.calls else "end_turn", "stop_sequence": None}
        yield _event("message_delta", delta=reason, usage={"output_tokens": 2})
        yield _event("message_stop")

    def faults(self, body: dict[str, Any]):
        if self.path != "/v1/messages" or not body.get("stream") or not body.get("system"):
            yield f"unexpected request {self.path}"
        waiting: set[str] = set()
        seen: set[str] = set()
        for message in body["messages"]:
            blocks = message["content"]
            if isinstance(blocks, str):
                blocks = [{"type": "text", "text": blocks}]
            if message["role"] not in {"user", "assistant"}:
                yield f"a message of {message['role']}"
            results = {b["tool_use_id"] for b in blocks if b["type"] == "tool_result"}
            if results != waiting:
                yield f"results {results} for calls {waiting}"
            uses = [b for b in blocks if b["type"] == "tool_use"]
            waiting = {u["id"] for u in uses}
            if len(waiting) != len(uses) or waiting & seen:
                yield f"a call id again in {waiting}"
            seen |= waiting
            if not blocks or any(b["type"] == "text" and not b["text"].strip() for b in blocks):
                yield "an empty message"
            if any(not ID.fullmatch(u["id"]) or not ID.fullmatch(u["name"]) for u in uses):
                yield "a malformed call"


def _event(kind: str, **values: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **values})}\n\n".encode()


class AnthropicServer(Provider):
    """The Messages API, streamed."""

    handler = _AnthropicHandler

    def tool_answers(self, index: int = -1) -> dict[str, dict[str, Any]]:
        """Call id to what the tool answered, of one request."""
        blocks = [b for m in self.requests[index]["messages"] if isinstance(m["content"], list)
                  for b in m["content"] if b["type"] == "tool_result"]  # fmt: skip
        texts = {b["tool_use_id"]: _text(b["content"]) for b in blocks}
        return {i: json.loads(t) for i, t in texts.items() if t.endswith("}")}

    def system(self, index: int = -1) -> str:
        return _text(self.requests[index]["system"])

    def last_user_text(self) -> str:
        return _text(self.requests[-1]["messages"][-1]["content"])


def _text(content: str | list[dict[str, Any]]) -> str:
    return content if isinstance(content, str) else str(content[-1]["text"])
