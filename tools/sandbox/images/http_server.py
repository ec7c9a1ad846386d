"""Serve a container by HTTP/1.1 on a Unix socket, one thread a connection."""

import socket
import socketserver
import sys
import threading
import traceback
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import ClassVar

from tools.sandbox.images.flask_pages import flask_page
from tools.sandbox.images.serving import Container, Invocation, Reply


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A threading server on a Unix socket."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Pass over a caller that hung up, as a ping that timed out does."""
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()


def serve(container: Container, socket_path: str, slots: int) -> UnixServer:
    """Return a bound, listening server; `serve_forever` is the caller's.

    Args:
        container: Answers the requests.
        socket_path: Where to listen, at most 107 bytes long.
        slots: How many invocations run at once; the model server's worker processes.
    """
    gate = threading.BoundedSemaphore(slots)

    class Handler(_Handler):
        served = container
        running = gate

    return UnixServer(socket_path, Handler)


class _ChunkedAnswer:
    """The answer to one request as far as it is streamed (chunked transfer coding)."""

    def __init__(self, handler: "_Handler") -> None:
        self._handler = handler
        self.begun = False

    def write(self, part: bytes, content_type: str | None, headers: Mapping[str, str]) -> None:
        """Send one chunk; an empty one would end the answer and is left out."""
        if not self.begun:
            self.begun = True
            self._handler.begin_stream(content_type, headers)
        if part:
            self._handler.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self._handler.wfile.flush()

    def end(self) -> None:
        """Send the last chunk."""
        self._handler.wfile.write(b"0\r\n\r\n")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = False
    served: ClassVar[Container]
    running: ClassVar[threading.BoundedSemaphore]
    request: socket.socket

    def do_GET(self) -> None:
        self._send(self.served.ping() if self.path == "/ping" else self._no_route())

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        limit = self.served.max_body_bytes
        if limit is not None and length > limit:
            self._discard(length)
            self._send(self.served.too_large())
            return
        body = self.rfile.read(length)
        if self.path != "/invocations":
            self._send(self._no_route())
            return
        headers = dict(self.headers.items())
        content_type, accept = self.headers.get("Content-Type"), self.headers.get("Accept")
        sink = _ChunkedAnswer(self)
        with self.running:
            reply = self.served.invoke(Invocation(body, content_type, accept, headers, sink))
            if sink.begun:
                self._end_stream(sink, reply)
                return
        self._send(reply)

    def _end_stream(self, sink: "_ChunkedAnswer", reply: Reply) -> None:
        if 200 <= reply.status < 300:
            sink.write(reply.body, None, {})
            sink.end()
        else:
            self.close_connection = True  # without the last chunk: the stream is broken

    def begin_stream(self, content_type: str | None, headers: Mapping[str, str]) -> None:
        """Send status 200 and headers of a chunked answer."""
        lines = ["HTTP/1.1 200 OK"]
        if content_type is not None:
            lines.append(f"Content-Type: {content_type}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines.append("Transfer-Encoding: chunked")
        self.wfile.write("\r\n".join(lines).encode("latin-1", errors="replace") + b"\r\n\r\n")

    def _no_route(self) -> Reply:
        return flask_page(405 if self.path in ("/ping", "/invocations") else 404)

    def _discard(self, length: int) -> None:
        while length > 0 and (part := self.rfile.read(min(length, 1 << 20))):
            length -= len(part)

    def _send(self, reply: Reply) -> None:
        lines = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('',))[0]}"]
        if reply.content_type is not None:
            lines.append(f"Content-Type: {reply.content_type}")
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        lines.append(f"Content-Length: {len(reply.body)}")
        head = "\r\n".join(lines).encode("latin-1", errors="replace") + b"\r\n\r\n"
        self.wfile.write(head + reply.body)  # one packet for a small answer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Log nothing: the platform counts the requests."""
