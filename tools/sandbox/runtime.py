"""The data plane: InvokeEndpoint and InvokeEndpointAsync."""

import random
import re
from collections.abc import Callable
from typing import Protocol

from tools.sandbox.deployments import RunningDeployment
from tools.sandbox.facts import realtime_payload_bytes, serverless_payload_bytes
from tools.sandbox.hosting_state import Deployment, Endpoint, HostingState
from tools.sandbox.invocation import Payload, invoke_variant
from tools.sandbox.telemetry import Telemetry
from tools.sandbox.timing import Timing
from tools.sandbox.wire import ACCOUNT, AwsError, WireRequest, WireResponse

_PATH = re.compile(r"/endpoints/(?P<endpoint>[^/]+)/(?P<kind>[a-z-]+)")
_CUSTOM_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
#: Request headers that reach the container as they are.
_PASSED_ON = (
    _CUSTOM_ATTRIBUTES,
    "x-amzn-sagemaker-inference-id",
    "x-amzn-sagemaker-target-model",
    "x-amzn-sagemaker-session-id",
)

Running = Callable[[str, str, float], RunningDeployment | None]


class AsyncDoor(Protocol):
    """Where asynchronous invocations are queued (`async_queue.py`)."""

    def submit(self, request: WireRequest, endpoint: Endpoint) -> WireResponse:
        """Queue an invocation and answer 202."""


def validation_error(message: str) -> AwsError:
    """The runtime's answer to a request that makes no sense."""
    return AwsError("ValidationError", message)


class Runtime:
    """Answers requests below `/endpoints/`."""

    def __init__(
        self,
        state: HostingState,
        running: Running,
        telemetry: Telemetry,
        timing: Timing,
        queue: AsyncDoor,
    ) -> None:
        self._state = state
        self._running = running
        self._telemetry = telemetry
        self._timing = timing
        self._queue = queue
        self._random = random.Random()  # noqa: S311 - traffic shares, no secret

    def answer(self, request: WireRequest) -> WireResponse:
        """Carry out a runtime request.

        Raises:
            AwsError: As InvokeEndpoint and InvokeEndpointAsync do.
        """
        match = _PATH.fullmatch(request.path)
        kind = match["kind"] if match else ""
        if match is None or request.method != "POST" or kind not in (
            "invocations", "async-invocations"
        ):  # fmt: skip
            raise AwsError(
                "UnsupportedOperation", f"The sandbox does not serve {request.path}.", 501
            )
        endpoint = self._serving(request.region, match["endpoint"])
        if kind == "async-invocations":
            return self._queue.submit(request, endpoint)
        return self._invoke(request, endpoint)

    def _serving(self, region: str, name: str) -> Endpoint:
        endpoint = self._state.get(Endpoint, region, name)
        if endpoint is None or endpoint.live is None or endpoint.status in ("Failed", "Deleting"):
            raise validation_error(f"Endpoint {name} of account {ACCOUNT} not found.")
        return endpoint

    def _invoke(self, request: WireRequest, endpoint: Endpoint) -> WireResponse:
        live = endpoint.live
        if live is None or live.asynchronous is not None:
            raise validation_error(
                f"Endpoint {endpoint.name} is an asynchronous endpoint and does not support this "
                "inference type. Use InvokeEndpointAsync."
            )
        variant = self._choose(request, live)
        limit = _payload_limit(live, variant)
        if len(request.body) > limit:
            raise validation_error(
                "1 validation error detected: Value at 'body' failed to satisfy constraint: Member "
                f"must have length less than or equal to {limit}"
            )
        running = self._running(request.region, endpoint.name, self._timing.ping_window_s)
        runner = running.runners.get(variant) if running else None
        if runner is None:
            raise AwsError("ServiceUnavailable", f"Endpoint {endpoint.name} is not ready.", 503)
        outcome = invoke_variant(
            request.region, endpoint.name, runner, _payload(request, self._timing)
        )
        if outcome.error is None or outcome.error.code != "ThrottlingException":
            self._telemetry.served(
                request.region, endpoint.name, variant, outcome.served, asynchronous=False
            )
        if outcome.error is not None or outcome.response is None:
            raise outcome.error or AwsError("InternalFailure", "No response.", 500)
        response = outcome.response
        if len(response.body) > limit:
            raise validation_error(
                f"The response of endpoint {endpoint.name} has {len(response.body)} bytes; at most "
                f"{limit} are allowed."
            )
        headers = {"x-Amzn-Invoked-Production-Variant": variant}
        if response.content_type:
            headers["Content-Type"] = response.content_type
        for name, value in response.headers.items():
            if name.lower() == _CUSTOM_ATTRIBUTES:
                headers["X-Amzn-SageMaker-Custom-Attributes"] = value
        return WireResponse(200, response.body, headers)

    def _choose(self, request: WireRequest, live: Deployment) -> str:
        target = request.headers.get("x-amzn-sagemaker-target-variant")
        if target is not None:
            if live.variant(target) is None:
                raise validation_error(f"Variant {target} not found for the endpoint.")
            return target
        weights = [variant.current_weight for variant in live.variants]
        if sum(weights) <= 0:
            return live.variants[0].name
        return self._random.choices([variant.name for variant in live.variants], weights)[0]


def _payload_limit(live: Deployment, variant_name: str) -> int:
    variant = live.variant(variant_name)
    if variant is not None and variant.serverless is not None:
        return serverless_payload_bytes()
    return realtime_payload_bytes()


def _payload(request: WireRequest, timing: Timing) -> Payload:
    return Payload(
        body=request.body,
        content_type=request.headers.get("content-type"),
        accept=request.headers.get("accept"),
        headers={name: request.headers[name] for name in _PASSED_ON if name in request.headers},
        timeout_s=timing.invocation_timeout_s,
    )
