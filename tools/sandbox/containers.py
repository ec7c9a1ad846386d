"""One variant's containers: what to start, where, and how a start is judged."""

import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from tools.sandbox.process import WorkerResponse, WorkerSpec, WorkerStream

_PING_PAUSE_S = 0.05


class Container(Protocol):
    """A running worker process (`tools/sandbox/process.py`)."""

    def ping(self, timeout_s: float = 2.0) -> int | None:
        """HTTP status of GET /ping, None when there is no answer yet."""

    def invoke(
        self,
        body: bytes,
        *,
        content_type: str | None,
        accept: str | None,
        headers: Mapping[str, str] = ...,
        timeout_s: float = 60.0,
    ) -> WorkerResponse:
        """POST /invocations."""

    def exit_reason(self) -> str | None:
        """Why the process is gone, None while it lives."""

    def memory_rss_bytes(self) -> int:
        """Resident memory of the process."""

    def stop(self) -> None:
        """End the process."""


@runtime_checkable
class StreamingContainer(Protocol):
    """A container whose answer can be read while it is being made."""

    def stream(self, body: bytes, *, headers: Mapping[str, str], timeout_s: float) -> WorkerStream:
        """POST /invocations, part by part."""


StartContainer = Callable[[WorkerSpec, Path, Callable[[str], None]], Container]


class RunnerGoneError(Exception):
    """The fleet was stopped: another one, or none, serves now."""


class StartFailedError(Exception):
    """The containers of a variant did not come up; the message is a FailureReason."""


@dataclass(frozen=True)
class VariantPlan:
    """Everything about a variant that its containers need.

    Attributes:
        spec: What each worker is started with.
        directory: Private to this deployment of the variant; removed when it stops.
        start: Starts one worker.
        log: Takes the name of a log stream's instance part and text.
        ping_window_s: Time a container has to answer /ping with 200.
        unhealthy_s: Time it may answer /ping with an error before it is given up.
        max_processes: Most worker processes at a time.
    """

    endpoint_name: str
    variant_name: str
    spec: WorkerSpec
    directory: Path
    start: StartContainer
    log: Callable[[str, str], None]
    ping_window_s: float
    unhealthy_s: float
    max_processes: int

    def remove_files(self) -> None:
        """Remove the deployment's files; the workers are stopped before."""
        shutil.rmtree(self.directory, ignore_errors=True)


@dataclass
class Instance:
    """A started container and its place in the logs.

    Attributes:
        instance_id: As in a log stream's name.
        outstanding: Requests it is working on.
        idle_since: Monotonic time of the last answer.
    """

    instance_id: str
    container: Container
    outstanding: int = 0
    idle_since: float = 0.0

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.container.exit_reason() is None


def start_instance(plan: VariantPlan) -> Instance:
    """Start one container without waiting for it."""
    instance_id = "i-" + secrets.token_hex(8) + "0"
    directory = plan.directory / instance_id
    directory.mkdir(parents=True, exist_ok=True)
    container = plan.start(plan.spec, directory, lambda text: plan.log(instance_id, text))
    return Instance(instance_id, container, idle_since=time.monotonic())


def await_ready(plan: VariantPlan, instance: Instance, stopped: Callable[[], bool]) -> None:
    """Ping a container until it answers 200.

    Raises:
        StartFailedError: It died, never answered 200 in the window, or `stopped` became true.
    """
    deadline = time.monotonic() + plan.ping_window_s
    while not stopped():
        status = instance.container.ping()
        if status == 200:
            instance.idle_since = time.monotonic()
            return
        if status is not None:
            deadline = min(deadline, time.monotonic() + plan.unhealthy_s)
        reason = instance.container.exit_reason()
        if reason is not None or time.monotonic() > deadline:
            last = "no answer" if status is None else f"status {status}"
            plan.log(instance.instance_id, reason or f"[sandbox] /ping was not passed: {last}.")
            break
        time.sleep(_PING_PAUSE_S)
    raise StartFailedError(
        f"The primary container for production variant {plan.variant_name} did not pass the ping "
        "health check. Please check CloudWatch logs for this endpoint."
    )
