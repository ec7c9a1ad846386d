"""Serve a container by HTTP/1.1 on a Unix socket, one thread a connection."""

import socket
import socketserver
import sys
import threading
import traceback
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
        with self.running:
            reply = self.served.invoke(Invocation(body, content_type, accept, headers))
        self._send(reply)

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
