"""One model, one worker, a few requests: the quick local try before there is any endpoint.

The SageMaker SDK has `Mode.IN_PROCESS` for this, which loads it into the caller's process;
here it is a worker as behind an endpoint, so that nothing is unpickled elsewhere and the image's
contract is kept.
"""

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tools.sandbox.images.contract import UnknownImageError
from tools.sandbox.process import Worker, WorkerDiedError, WorkerSpec, WorkerTimeoutError

_KEPT_LINES = 40
_BETWEEN_PINGS_S = 0.02


class TrialRequest(BaseModel):
    """What is sent.

    Attributes:
        times: How often; the first answer carries what a model does once.
        start_timeout_s: How long the container may take until it answers a ping.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: bytes
    content_type: str
    accept: str | None = None
    times: int = 5
    start_timeout_s: float = 120.0
    timeout_s: float = 60.0


class Trial(BaseModel):
    """What came of it.

    Attributes:
        ok: Every request was answered with success.
        start_s: Until the container answered a ping; None when it never did.
        latencies_ms: Of the requests, in order.
        memory_bytes: Resident memory after them.
        answer: The last one's body.
        detail: Why not, in the container's words; empty when ok.
        logs: The last lines that it printed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ok: bool
    start_s: float | None = None
    latencies_ms: tuple[float, ...] = ()
    memory_bytes: int | None = None
    status: int | None = None
    content_type: str | None = None
    answer: bytes = b""
    detail: str = ""
    logs: tuple[str, ...] = ()


def try_model(
    spec: WorkerSpec,
    request: TrialRequest,
    folder: Path,
    clock: Callable[[], float] = time.monotonic,
) -> Trial:
    """Serve `spec` in a worker, send the request, stop the worker.

    Args:
        spec: Image, archive and environment.
        request: What is sent.
        folder: Of this trial's own.
        clock: Seconds.
    """
    lines: deque[str] = deque(maxlen=_KEPT_LINES)
    try:
        worker = Worker(spec, folder, lines.append)
    except UnknownImageError as error:
        return Trial(ok=False, detail=str(error))
    try:
        start_s = _started(worker, request.start_timeout_s, clock)
        if start_s is None:
            why = worker.exit_reason() or f"no answer to a ping in {request.start_timeout_s:g} s"
            return Trial(ok=False, detail=why, logs=tuple(lines))
        return _asked(worker, request, clock).model_copy(
            update={"start_s": start_s, "logs": tuple(lines)}
        )
    finally:
        worker.stop()


def _started(worker: Worker, timeout_s: float, clock: Callable[[], float]) -> float | None:
    begun = clock()
    while clock() - begun < timeout_s and worker.exit_reason() is None:
        if worker.ping() == 200:
            return clock() - begun
        time.sleep(_BETWEEN_PINGS_S)
    return None


def _asked(worker: Worker, request: TrialRequest, clock: Callable[[], float]) -> Trial:
    latencies: list[float] = []
    for _ in range(request.times):
        begun = clock()
        try:
            answer = worker.invoke(
                request.body,
                content_type=request.content_type,
                accept=request.accept,
                timeout_s=request.timeout_s,
            )
        except (WorkerTimeoutError, WorkerDiedError) as error:
            return Trial(ok=False, latencies_ms=tuple(latencies), detail=str(error))
        latencies.append((clock() - begun) * 1000)
        if not 200 <= answer.status < 300:
            text = answer.body[:2000].decode("utf-8", errors="replace")
            return Trial(ok=False, latencies_ms=tuple(latencies), status=answer.status, detail=text)
    return Trial(
        ok=True,
        latencies_ms=tuple(latencies),
        memory_bytes=worker.memory_rss_bytes(),
        status=answer.status,
        content_type=answer.content_type,
        answer=answer.body,
    )
