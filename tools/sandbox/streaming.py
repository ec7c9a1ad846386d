"""One streamed invocation: the worker's parts as frames, or what broke them off."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from tools.sandbox.containers import Instance, StreamingContainer
from tools.sandbox.event_stream import payload_part, stream_error
from tools.sandbox.invocation import (
    TIMED_OUT,
    Acquired,
    Payload,
    model_error,
    no_answer,
    since_us,
)
from tools.sandbox.process import WorkerDiedError, WorkerStream, WorkerTimeoutError
from tools.sandbox.telemetry import Served, StreamServed
from tools.sandbox.wire import AwsError

#: Told once, at the end of the stream: what to count, and the whole answer when it was kept.
OnEnd = Callable[[StreamServed, bytes], None]
_TOO_LONG = "The model did not finish its response within the time that a stream may take."
_BROKEN = "The connection to the model was broken before its response was complete."


@dataclass(frozen=True)
class StreamOutcome:
    """An answer that is being streamed, or the error that came instead of it."""

    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    frames: Iterator[bytes] | None = None
    error: AwsError | None = None


def stream_variant(
    region: str, endpoint: str, acquired: Acquired, payload: Payload, on_end: OnEnd
) -> StreamOutcome:
    """Send a payload to an instance that was acquired; it is released when the stream ends."""
    instance = acquired.instance
    if instance is None:
        error = acquired.error or AwsError("InternalFailure", "No instance.", 500)
        on_end(_served(acquired, acquired.status, 0.0, 0.0, broken=False), b"")
        return StreamOutcome(error=error)
    sent = time.monotonic()
    try:
        answer = _open(instance, payload)
        body = b"" if 200 <= answer.status < 300 else b"".join(answer.parts())
    except (WorkerTimeoutError, WorkerDiedError) as failure:
        acquired.release()
        timed_out = isinstance(failure, WorkerTimeoutError)
        on_end(_served(acquired, 0, since_us(sent), 0.0, broken=False), b"")
        return StreamOutcome(
            error=model_error(region, endpoint, 0, TIMED_OUT) if timed_out
            else no_answer(region, endpoint)
        )  # fmt: skip
    if not 200 <= answer.status < 300:
        answer.close()
        acquired.release()
        on_end(_served(acquired, answer.status, since_us(sent), 0.0, broken=False), b"")
        text = body.decode("utf-8", "replace")
        return StreamOutcome(error=model_error(region, endpoint, answer.status, text))
    frames = _Frames(answer, acquired, sent, on_end)
    return StreamOutcome(answer.content_type, answer.headers, frames)


def _open(instance: Instance, payload: Payload) -> WorkerStream:
    container = instance.container
    if not isinstance(container, StreamingContainer):
        raise WorkerDiedError("the container cannot be streamed from")
    named = {"Content-Type": payload.content_type, "Accept": payload.accept}
    headers = {name: value for name, value in named.items() if value is not None}
    return container.stream(
        payload.body, headers=dict(payload.headers) | headers, timeout_s=payload.timeout_s
    )


class _Frames(Iterator[bytes]):
    """The frames of a stream; whoever stops early must call `close`, as a WSGI server does."""

    def __init__(
        self, answer: WorkerStream, acquired: Acquired, sent: float, on_end: OnEnd
    ) -> None:
        self._answer = answer
        self._acquired = acquired
        self._sent = sent
        self._on_end = on_end
        self._first_us = 0.0
        self._kept: list[bytes] = []
        self._frames = self._read()
        self._broken = self._ended = False

    def __next__(self) -> bytes:
        return next(self._frames)

    def close(self) -> None:
        """Hang up, release the instance and count the invocation; a second call does nothing."""
        if self._ended:
            return
        self._ended = True
        with suppress(OSError):
            self._answer.close()
        self._acquired.release()
        latency_us = since_us(self._sent)
        served = _served(
            self._acquired, self._answer.status, latency_us, self._first_us, broken=self._broken
        )
        self._on_end(served, b"".join(self._kept))

    def _read(self) -> Iterator[bytes]:
        try:
            for part in self._answer.parts():
                if not self._kept:
                    self._first_us = since_us(self._sent)
                self._kept.append(part)
                yield payload_part(part)
        except WorkerTimeoutError:
            self._broken = True
            yield stream_error(
                "ModelStreamError", _TOO_LONG, ErrorCode="ModelInvocationTimeExceeded"
            )
        except WorkerDiedError:
            self._broken = True
            yield stream_error("ModelStreamError", _BROKEN, ErrorCode="StreamBroken")
        finally:
            self.close()


def _served(
    acquired: Acquired, status: int, latency_us: float, first_us: float, *, broken: bool
) -> StreamServed:
    whole = Served(
        status=status,
        model_latency_us=latency_us,
        overhead_latency_us=since_us(acquired.began) - latency_us,
        setup_us=acquired.setup_us,
        instance_count=acquired.instance_count,
        further=acquired.loading.values if acquired.loading else {},
    )
    return StreamServed(whole, first_us, acquired.waited_us, broken)
