"""The data plane: InvokeEndpoint, InvokeEndpointWithResponseStream and InvokeEndpointAsync."""

import re
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from tools.sandbox.containers import RunnerGoneError
from tools.sandbox.data_capture import DataCapture
from tools.sandbox.destinations import Destination, Destinations, validation_error
from tools.sandbox.event_stream import CONTENT_TYPE as EVENT_STREAM
from tools.sandbox.hosting_state import Endpoint, HostingState
from tools.sandbox.invocation import Outcome, Payload, acquire, invoke_variant
from tools.sandbox.shadows import Shadows
from tools.sandbox.streaming import StreamOutcome, stream_variant
from tools.sandbox.telemetry import StreamServed, Telemetry
from tools.sandbox.timing import Timing
from tools.sandbox.wire import ACCOUNT, AwsError, WireRequest, WireResponse

_PATH = re.compile(r"/endpoints/(?P<endpoint>[^/]+)/(?P<kind>[a-z-]+)")
_KINDS = ("invocations", "async-invocations", "invocations-response-stream")
_CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
#: Request headers that reach the container as they are.
_PASSED_ON = (
    _CUSTOM_ATTRIBUTES,
    "x-amzn-sagemaker-inference-id",
    "x-amzn-sagemaker-target-model",
    "x-amzn-sagemaker-session-id",
)
#: How often a request looks for a fleet anew when the one it found was just replaced.
_TRIES = 8


T = TypeVar("T")


class AsyncDoor(Protocol):
    """Where asynchronous invocations are queued (`async_queue.py`)."""

    def submit(self, request: WireRequest, endpoint: Endpoint) -> WireResponse:
        """Queue an invocation and answer 202."""


class Runtime:
    """Answers requests below `/endpoints/`."""

    def __init__(
        self,
        state: HostingState,
        destinations: Destinations,
        telemetry: Telemetry,
        timing: Timing,
        queue: AsyncDoor,
        capture: DataCapture,
    ) -> None:
        self._capture = capture
        self._state = state
        self._destinations = destinations
        self._telemetry = telemetry
        self._timing = timing
        self._queue = queue
        self._shadows = Shadows(telemetry)

    def answer(self, request: WireRequest) -> WireResponse:
        """Carry out a runtime request.

        Raises:
            AwsError: As the three operations do.
        """
        match = _PATH.fullmatch(request.path)
        kind = match["kind"] if match else ""
        if match is None or request.method != "POST" or kind not in _KINDS:
            raise AwsError(
                "UnsupportedOperation", f"The sandbox does not serve {request.path}.", 501
            )
        endpoint = self._serving(request.region, match["endpoint"])
        match kind:
            case "async-invocations":
                return self._queue.submit(request, endpoint)
            case "invocations-response-stream":
                return self._stream(request, endpoint)
            case _:
                return self._invoke(request, endpoint)

    def _serving(self, region: str, name: str) -> Endpoint:
        endpoint = self._state.get(Endpoint, region, name)
        if endpoint is None or endpoint.live is None or endpoint.status in ("Failed", "Deleting"):
            raise validation_error(f"Endpoint {name} of account {ACCOUNT} not found.")
        return endpoint

    # --- InvokeEndpoint
    def _invoke(self, request: WireRequest, endpoint: Endpoint) -> WireResponse:
        payload = _payload(request, "accept", self._timing.invocation_timeout_s)

        def send(found: Destination) -> tuple[Destination, Outcome]:
            return found, invoke_variant(request.region, endpoint.name, found.runner, payload)

        found, outcome = self._reach(request, endpoint, send)
        if outcome.error is None or outcome.error.code != "ThrottlingException":
            self._telemetry.served(found.metered, outcome.served, asynchronous=False)
        self._shadows.copy(found, payload)
        if outcome.error is not None or outcome.response is None:
            raise outcome.error or AwsError("InternalFailure", "No response.", 500)
        response = outcome.response
        if len(response.body) > found.payload_limit:
            raise validation_error(
                f"The response of endpoint {endpoint.name} has {len(response.body)} bytes; at most "
                f"{found.payload_limit} are allowed."
            )
        self._capture.record(found, payload, response.body, response.content_type)
        headers = _answer_headers(found, response.headers)
        if response.content_type:
            headers["Content-Type"] = response.content_type
        return WireResponse(200, response.body, headers)

    def _reach(
        self, request: WireRequest, endpoint: Endpoint, send: Callable[[Destination], T]
    ) -> T:
        """Find where a request goes and send it there; anew when that was just replaced."""
        for _ in range(_TRIES):
            found = self._destinations.find(request, endpoint)
            try:
                return send(found)
            except RunnerGoneError:
                endpoint = self._serving(request.region, endpoint.name)
        raise AwsError("ServiceUnavailable", f"Endpoint {endpoint.name} is not ready.", 503)

    # --- InvokeEndpointWithResponseStream
    def _stream(self, request: WireRequest, endpoint: Endpoint) -> WireResponse:
        payload = _payload(request, "x-amzn-sagemaker-accept", self._timing.stream_timeout_s)

        def send(found: Destination) -> tuple[Destination, StreamOutcome]:
            found.require_streaming()
            acquired = acquire(
                request.region, endpoint.name, found.runner, self._timing.invocation_timeout_s,
                payload.headers,
            )  # fmt: skip

            def count(served: StreamServed, answer: bytes) -> None:
                self._telemetry.streamed(found.metered, served)
                if 200 <= served.served.status < 300 and not served.broken:
                    self._capture.record(found, payload, answer, payload.accept)

            return found, stream_variant(request.region, endpoint.name, acquired, payload, count)

        found, outcome = self._reach(request, endpoint, send)
        self._shadows.copy(found, payload)
        if outcome.error is not None:
            raise outcome.error
        headers = _answer_headers(found, outcome.headers) | {"Content-Type": EVENT_STREAM}
        if outcome.content_type:
            headers["X-Amzn-SageMaker-Content-Type"] = outcome.content_type
        return WireResponse(200, headers=headers, parts=outcome.frames)


def _answer_headers(found: Destination, container: Mapping[str, str]) -> dict[str, str]:
    headers = {"x-Amzn-Invoked-Production-Variant": found.variant}
    for name, value in container.items():
        if name.lower() == _CUSTOM_ATTRIBUTES:
            headers["X-Amzn-SageMaker-Custom-Attributes"] = value
    return headers


def _payload(request: WireRequest, accept_header: str, timeout_s: float) -> Payload:
    return Payload(
        body=request.body,
        content_type=request.headers.get("content-type"),
        accept=request.headers.get(accept_header),
        headers={name: request.headers[name] for name in _PASSED_ON if name in request.headers},
        timeout_s=timeout_s,
    )
