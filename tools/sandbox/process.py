"""The parent's side of a worker: start it, ask it, watch it, stop it.

One worker is one instance (or one serverless environment): a local process that serves the
user's model by SageMaker's container contract, on a Unix socket.
"""

import contextlib
import functools
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, Field

from tools.errors import SagepilotError
from tools.sandbox.images.client import (
    NoAnswerError,
    SlowAnswerError,
    SocketClient,
    StreamedAnswer,
)
from tools.sandbox.images.contract import ImageContract, UnknownImageError
from tools.sandbox.images.resolver import resolve_image
from tools.sandbox.images.serving import Place

__all__ = [
    "ImageContract",
    "UnknownImageError",
    "Worker",
    "WorkerDiedError",
    "WorkerResponse",
    "WorkerSpec",
    "WorkerStream",
    "WorkerTimeoutError",
    "isolation",
    "resolve_image",
]

_LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes on Linux, 104 on macOS
_MEMORY_POLL_S = 0.1
_STOP_GRACE_S = 1.0
_LAST_LINES = 50
_BYTES_PER_MB = 1024 * 1024
_BARE_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


class WorkerTimeoutError(SagepilotError):
    """The model did not answer in time; it may still be working."""


class WorkerDiedError(SagepilotError):
    """The process ended before it answered."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The worker ended: {reason}")
        self.reason = reason


class WorkerSpec(BaseModel):
    """What a worker is to serve.

    Attributes:
        image: The image URI; a worker of one that is not executable ends at once and says why.
        archive: The model data, a gzip'd tar; None when the model has none.
        environment: The Environment of the plan, exactly.
        memory_limit_mb: Resident memory over which the worker is killed; None is no limit.
        network_isolation: EnableNetworkIsolation of the model.
        script: An archive that the image would fetch from S3 by itself.
        name: For logs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    image: str
    archive: Path | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    memory_limit_mb: int | None = None
    network_isolation: bool = False
    script: Path | None = None
    name: str = "worker"


class WorkerResponse(BaseModel):
    """The container's answer, unchanged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: int
    body: bytes
    content_type: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)


class WorkerStream:
    """An answer of the container of which parts arrive one by one."""

    def __init__(self, worker: "Worker", answer: StreamedAnswer) -> None:
        self._worker = worker
        self._answer = answer
        self.status = answer.status
        received = dict(answer.headers)
        self.content_type = received.pop("Content-Type", None)
        self.headers = received

    def parts(self) -> Iterator[bytes]:
        """Yield the parts.

        Raises:
            WorkerTimeoutError: The time for the whole answer passed.
            WorkerDiedError: The answer broke off.
        """
        try:
            yield from self._answer.parts()
        except SlowAnswerError as error:
            raise WorkerTimeoutError("The answer took too long") from error
        except NoAnswerError as error:
            raise WorkerDiedError(self._worker.exit_reason() or str(error)) from error

    def close(self) -> None:
        """Hang up; a second call does nothing."""
        self._answer.close()


class Worker:
    """One process that serves one model; the constructor starts it and does not wait."""

    def __init__(self, spec: WorkerSpec, directory: Path, log: Callable[[str], None]) -> None:
        """Start the process.

        Args:
            spec: What to serve.
            directory: A folder of this worker's own; the model is unpacked there.
            log: Called with each line that the process prints, from another thread.

        Raises:
            UnknownImageError: There is no such image.
        """
        contract = resolve_image(spec.image)
        directory.mkdir(parents=True, exist_ok=True)
        self._place = Place(directory / "model", directory / "code")
        self._socket_folder, socket_path = _socket_place(directory)
        self._client = SocketClient(socket_path)
        self._lock = threading.Lock()
        self._kill_reason: str | None = None
        self._lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._log = log
        self._process = _spawn()
        self._process_view = _view(self._process.pid)
        self._reader = threading.Thread(target=self._read_log, name=spec.name, daemon=True)
        self._reader.start()
        for note in contract.notes:
            log(f"[sandbox] {note}")
        self._give_orders(spec, contract, directory, socket_path)
        if spec.memory_limit_mb is not None:
            watch = threading.Thread(
                target=self._watch_memory, args=(spec.memory_limit_mb,), daemon=True
            )
            watch.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ping(self, timeout_s: float = 2.0) -> int | None:
        """Return the status of GET /ping; None when there is no answer (yet)."""
        try:
            return self._client.ping(timeout_s)
        except (NoAnswerError, SlowAnswerError):
            return None

    def invoke(
        self,
        body: bytes,
        *,
        content_type: str | None,
        accept: str | None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 60.0,
    ) -> WorkerResponse:
        """Send one POST /invocations and return its answer, whatever its status.

        Raises:
            WorkerTimeoutError: No answer within `timeout_s` seconds.
            WorkerDiedError: The process ended, or does not listen.
        """
        sent = dict(headers or {})
        if content_type is not None:
            sent["Content-Type"] = content_type
        if accept is not None:
            sent["Accept"] = accept
        try:
            status, received, answer = self._client.post(body, sent, timeout_s)
        except SlowAnswerError as error:
            raise WorkerTimeoutError(f"No answer from the model in {timeout_s:g} s") from error
        except NoAnswerError as error:
            self._wait_briefly()
            raise WorkerDiedError(self.exit_reason() or str(error)) from error
        kind = received.pop("Content-Type", None)
        received.pop("Content-Length", None)
        return WorkerResponse(status=status, body=answer, content_type=kind, headers=received)

    def stream(
        self, body: bytes, *, headers: Mapping[str, str], timeout_s: float
    ) -> "WorkerStream":
        """Send one POST /invocations and return its answer while it is being made.

        Args:
            body: The payload.
            headers: All headers, Content-Type and Accept included.
            timeout_s: Time for the whole answer, to its last part.

        Raises:
            WorkerTimeoutError: Not even headers came in time.
            WorkerDiedError: The process ended, or does not listen.
        """
        try:
            return WorkerStream(self, self._client.open_stream(body, dict(headers), timeout_s))
        except SlowAnswerError as error:
            raise WorkerTimeoutError(f"No answer from the model in {timeout_s:g} s") from error
        except NoAnswerError as error:
            self._wait_briefly()
            raise WorkerDiedError(self.exit_reason() or str(error)) from error

    def exit_reason(self) -> str | None:
        """Return why the process ended; None while it runs."""
        status = self._process.poll()
        if status is None:
            return None
        self._reader.join(timeout=1.0)  # the last lines may still be in the pipe
        with self._lock:
            if self._kill_reason is not None:
                return self._kill_reason
            if status < 0:
                return f"killed by signal {signal.Signals(-status).name}"
            last = next((line for line in reversed(self._lines) if line.strip()), "")
        return f"exited with status {status}" + (f": {last.strip()}" if last else "")

    def memory_rss_bytes(self) -> int:
        """Return the resident memory of the process and its children; 0 when it has ended."""
        if self._process_view is None:
            return 0
        total = 0
        with contextlib.suppress(psutil.Error):
            total = self._process_view.memory_info().rss
            for child in self._process_view.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    total += child.memory_info().rss
        return total

    def stop(self) -> None:
        """End the process and everything it started; a second call does nothing."""
        self._kill("stopped", signal.SIGTERM)
        try:
            self._process.wait(timeout=_STOP_GRACE_S)
        except subprocess.TimeoutExpired:
            _signal_group(self._process.pid, signal.SIGKILL)
            self._process.wait()
        _signal_group(self._process.pid, signal.SIGKILL)  # what it may have left behind
        self._client.close()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._reader.join(timeout=1.0)
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def _give_orders(
        self, spec: WorkerSpec, contract: ImageContract, directory: Path, socket_path: str
    ) -> None:
        orders = {
            "family": contract.family,
            "version": contract.version,
            "not_executed_reason": contract.not_executed_reason,
            "archive": str(spec.archive) if spec.archive is not None else None,
            "directory": str(directory),
            "socket": socket_path,
            "environment": spec.environment,
            "isolated": spec.network_isolation,
            "script": str(spec.script) if spec.script is not None else None,
        }
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # it died already: exit_reason tells
                self._process.stdin.write(json.dumps(orders).encode() + b"\n")
                self._process.stdin.flush()

    def _read_log(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with stream:
            for raw in stream:
                line = self._place.shown(raw.decode(errors="replace").rstrip("\r\n"))
                self._lines.append(line)
                self._log(line)

    def _watch_memory(self, limit_mb: int) -> None:
        while self._process.poll() is None:
            if self.memory_rss_bytes() > limit_mb * _BYTES_PER_MB:
                self._kill(f"killed: memory limit of {limit_mb} MB exceeded", signal.SIGKILL)
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_MEMORY_POLL_S)

    def _kill(self, reason: str, number: signal.Signals) -> None:
        with self._lock:
            if self._process.poll() is None and self._kill_reason is None:
                self._kill_reason = reason
        _signal_group(self._process.pid, number)

    def _wait_briefly(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=0.5)


@functools.cache
def isolation() -> dict[str, str | bool]:
    """Return how far a worker is cut off on this machine, by asking one (cached)."""
    with tempfile.TemporaryDirectory(prefix="sagepilot-") as folder:
        question = json.dumps({"probe": True, "directory": folder}).encode() + b"\n"
        answer, _ = _spawn().communicate(question, timeout=30)
    held: dict[str, str | bool] = json.loads(answer)
    held["memory_limit"] = "watched by the parent process"
    held["own_session"] = True
    return held


def _socket_place(directory: Path) -> tuple[str | None, str]:
    """Return a folder to remove at the end, if one was made, and the socket's path."""
    path = str(directory / "worker.sock")
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        Path(path).unlink(missing_ok=True)
        return None, path
    folder = tempfile.mkdtemp(prefix="sagepilot-")
    return folder, f"{folder}/s"


def _view(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _start_process() -> subprocess.Popen[bytes]:
    # The coverage tool measures child processes through variables of this name; no one else has.
    measured = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_PROC")}
    return subprocess.Popen(
        [sys.executable, "-I", "-m", "tools.sandbox.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_BARE_ENVIRONMENT | measured,
        start_new_session=True,
    )


class _Spawner:
    """Starts every worker from one thread that lives as long as this process.

    The kernel's parent-death signal is tied to the thread that forked: a worker started from a
    request's own thread would die with the request.
    """

    def __init__(self) -> None:
        self._orders: queue.Queue[queue.Queue[subprocess.Popen[bytes] | OSError]] = queue.Queue()
        self._pid = os.getpid()
        threading.Thread(target=self._work, name="worker-spawner", daemon=True).start()

    def _work(self) -> None:
        while True:
            answer = self._orders.get()
            try:
                answer.put(_start_process())
            except OSError as error:
                answer.put(error)

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start a process and return it."""
        answer: queue.Queue[subprocess.Popen[bytes] | OSError] = queue.Queue()
        self._orders.put(answer)
        result = answer.get()
        if isinstance(result, OSError):
            raise result
        return result


@functools.cache
def _spawner(_pid: int) -> _Spawner:
    return _Spawner()


def _spawn() -> subprocess.Popen[bytes]:
    return _spawner(os.getpid()).spawn()
