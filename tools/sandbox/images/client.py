"""Ask a worker over its Unix socket, with connections that are kept."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator

_LARGEST_PART = 65_536


class NoAnswerError(Exception):
    """Nobody listens, or the connection broke."""


class SlowAnswerError(Exception):
    """The time-out passed."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class StreamedAnswer:
    """An answer whose parts are read as they come; close it at the end."""

    def __init__(
        self, connection: _Connection, response: http.client.HTTPResponse, deadline: float
    ) -> None:
        self._connection = connection
        self._response = response
        self._deadline = deadline
        self.status = response.status
        self.headers = dict(response.getheaders())

    def parts(self) -> Iterator[bytes]:
        """Yield what arrives, as it arrives.

        Raises:
            NoAnswerError: The answer broke off.
            SlowAnswerError: The whole took longer than its time.
        """
        try:
            while True:
                self._wait_at_most(self._deadline - time.monotonic())
                part = self._response.read1(_LARGEST_PART)
                if not part:
                    return
                yield part
        except TimeoutError as error:
            raise SlowAnswerError from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise NoAnswerError(str(error)) from error

    def _wait_at_most(self, timeout_s: float) -> None:
        if timeout_s <= 0:
            raise TimeoutError
        if self._connection.sock is not None:
            self._connection.sock.settimeout(timeout_s)

    def close(self) -> None:
        """Hang up."""
        self._response.close()
        self._connection.close()


class SocketClient:
    """A small pool of connections to one socket; used from several threads."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: list[_Connection] = []
        self._lock = threading.Lock()

    def ping(self, timeout_s: float) -> int:
        """Return the status of GET /ping.

        Raises:
            NoAnswerError: Nobody listens.
            SlowAnswerError: No answer in time.
        """
        connection = _Connection(self._path, timeout_s)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status
        except TimeoutError as error:
            raise SlowAnswerError from error
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswerError(str(error)) from error
        finally:
            connection.close()

    def post(
        self, body: bytes, headers: dict[str, str], timeout_s: float
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of POST /invocations.

        Raises:
            NoAnswerError: Nobody listens, or the connection broke.
            SlowAnswerError: No answer in time.
        """
        connection = self._take(timeout_s)
        try:
            connection.putrequest("POST", "/invocations", skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value.encode("latin-1", errors="replace"))
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            answer = response.status, dict(response.getheaders()), response.read()
        except TimeoutError as error:
            connection.close()
            raise SlowAnswerError from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise NoAnswerError(str(error)) from error
        self._give_back(connection)
        return answer

    def open_stream(
        self, body: bytes, headers: dict[str, str], timeout_s: float
    ) -> "StreamedAnswer":
        """Send POST /invocations and return as soon as the answer's headers are there.

        Raises:
            NoAnswerError: Nobody listens, or the connection broke.
            SlowAnswerError: No headers in time.
        """
        connection = _Connection(self._path, timeout_s)
        deadline = time.monotonic() + timeout_s
        try:
            connection.putrequest("POST", "/invocations", skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value.encode("latin-1", errors="replace"))
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return StreamedAnswer(connection, connection.getresponse(), deadline)
        except TimeoutError as error:
            connection.close()
            raise SlowAnswerError from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise NoAnswerError(str(error)) from error

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self, timeout_s: float) -> _Connection:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            return _Connection(self._path, timeout_s)
        connection.timeout = timeout_s
        if connection.sock is not None:
            connection.sock.settimeout(timeout_s)
        return connection

    def _give_back(self, connection: _Connection) -> None:
        with self._lock:
            self._idle.append(connection)
