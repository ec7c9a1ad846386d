"""The recording process as its parent sees it: started once a target, asked line by line."""

import atexit
import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from tools.aws import AwsTarget
from tools.errors import AwsUnavailableError, InvalidInputError
from tools.recording.request import Recording, SdkRequest

#: The SDK's import takes 3 to 6 s on an idle machine, 15 s seen on a cold one.
START_LIMIT_S = 120.0
#: One recording takes 0.5 to 6 s (measured; repacking a 30 MB archive was the longest).
RECORDING_LIMIT_S = 120.0
PATIENCE_S = 3.0


class SdkProcess:
    """A child process in which the SDK runs, recorded. Safe to share between threads."""

    def __init__(self, target: AwsTarget) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def record(self, request: SdkRequest) -> Recording:
        """Return what the SDK would do for a request; nothing of it is sent.

        Raises:
            InvalidInputError: The SDK refused the request; its own words are in the message.
            AwsUnavailableError: The process died or did not answer in time.
        """
        return _judged(self.ask(request.model_dump_json()))

    def ask(self, line: str) -> str:
        """Return the process's answer to one line.

        Raises:
            AwsUnavailableError: The process died or did not answer in time.
        """
        with self._lock:
            for _ in range(2):  # recording changes nothing: what died is asked once more
                child = self._running()
                answer = _asked(child, line, RECORDING_LIMIT_S)
                if answer is not None:
                    return answer
                died = _has_died(child)
                self._end()
                if not died:
                    break
        raise AwsUnavailableError(
            "The SageMaker SDK did not answer while the plan was made.",
            remedy="Try again, or choose the method api, which does without the SDK.",
        )

    @property
    def pid(self) -> int | None:
        """The process's id; None while none runs."""
        return self._child.pid if self._child is not None else None

    def start(self) -> None:
        """Import the SDK ahead of the first request."""
        with self._lock:
            self._running()

    def close(self) -> None:
        """End the process; the next request starts another."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        arguments = [sys.executable, "-m", "tools.recording"]
        if self._target.endpoint_url is not None:
            arguments += ["--endpoint-url", self._target.endpoint_url]
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._child = subprocess.Popen(  # noqa: S603 - our own module
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=_environment(self._target),
            cwd=Path(__file__).parents[2],
        )
        if _line(self._child, START_LIMIT_S) != "ready":
            last = self._last_words()
            self._end()
            raise AwsUnavailableError(
                f"The SageMaker SDK could not be started: {last}",
                remedy="Run `sagepilot doctor`, or choose the method api.",
            )
        return self._child

    def _last_words(self) -> str:
        assert self._log is not None  # noqa: S101 - the caller started it
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def _end(self) -> None:
        if self._child is not None:
            _ended(self._child)
        if self._log is not None:
            self._log.close()
        self._child = self._log = None


_processes: dict[AwsTarget, SdkProcess] = {}
_processes_lock = threading.Lock()


def sdk_process(target: AwsTarget) -> SdkProcess:
    """Return a target's process, started on its first request and ended with this one.

    Another target ends the one before: each holds some 300 MB.
    """
    with _processes_lock:
        if target not in _processes:
            for process in _processes.values():
                process.close()
            _processes.clear()
            _processes[target] = SdkProcess(target)
            atexit.register(_processes[target].close)
        return _processes[target]


def _has_died(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(1.0)
    except subprocess.TimeoutExpired:
        return False
    return True


def _ended(child: subprocess.Popen[bytes]) -> None:
    """Let the child end with its input; one that is busy is killed."""
    assert child.stdin is not None  # noqa: S101 - made with pipes
    assert child.stdout is not None  # noqa: S101
    with contextlib.suppress(OSError):  # it is gone already
        child.stdin.close()
    try:
        child.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    child.stdout.close()


def _asked(child: subprocess.Popen[bytes], line: str, limit_s: float) -> str | None:
    assert child.stdin is not None  # noqa: S101 - made with a pipe
    try:
        child.stdin.write(line.encode() + b"\n")
        child.stdin.flush()
    except OSError:
        return None
    return _line(child, limit_s)


def _line(child: subprocess.Popen[bytes], limit_s: float) -> str | None:
    """One line of the child's output; None when it died or time is up."""
    assert child.stdout is not None  # noqa: S101 - made with a pipe
    descriptor, deadline, text = child.stdout.fileno(), time.monotonic() + limit_s, b""
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        part = os.read(descriptor, 1 << 16) if ready else b""
        if not part:
            return None
        text += part
    return text.decode().strip()


def _judged(answer: str) -> Recording:
    try:
        recording = Recording.model_validate(json.loads(answer))
    except (ValueError, ValidationError) as error:
        raise AwsUnavailableError(
            "The recording process answered something unreadable.", remedy="Try again."
        ) from error
    match recording.kind:
        case "complete":
            return recording
        case "sdk":
            raise InvalidInputError(
                f"The SageMaker SDK refuses this: {recording.error}",
                remedy="Change what the message names, or choose the method api.",
            )
        case "blocked":
            raise InvalidInputError(
                f"What the SageMaker SDK wants to do cannot be planned: {recording.error}",
                remedy="Choose the method api.",
            )
        case "broken":
            raise AwsUnavailableError(str(recording.error), remedy="Try again.")


def _environment(target: AwsTarget) -> dict[str, str]:
    """The parent's, with where to go and without the SDK's own configuration files.

    What those files set would be in the plan although nobody said it.
    """
    # The interpreter, the profile's files and coverage need what they find there.
    made: dict[str, Any] = dict(os.environ)  # noqa: TID251 - handed on, not read
    made |= {
        "AWS_DEFAULT_REGION": target.region_name,
        "AWS_REGION": target.region_name,
        "SAGEMAKER_VALIDATE_ROLE": "false",
        "SAGEMAKER_USER_CONFIG_OVERRIDE": os.devnull,
        "SAGEMAKER_ADMIN_CONFIG_OVERRIDE": os.devnull,
        "DISABLE_JUMPSTART_LOGGING": "true",
    }
    if target.endpoint_url is not None:
        made |= {
            "AWS_ENDPOINT_URL": target.endpoint_url,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
        }
        made.pop("AWS_SESSION_TOKEN", None)
        made.pop("AWS_PROFILE", None)
    elif target.profile is not None:
        made["AWS_PROFILE"] = target.profile
    return made
