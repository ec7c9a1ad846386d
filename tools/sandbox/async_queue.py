"""Asynchronous inference: a queue per endpoint that is worked off in the background.

Results go to S3OutputPath, failures to S3FailurePath, notes to SNS (developer guide,
async-inference pages).
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from tools.sandbox.artifacts import Artifacts
from tools.sandbox.async_notes import Notes
from tools.sandbox.async_payloads import AsyncPayloads
from tools.sandbox.async_requests import queued_request
from tools.sandbox.containers import RunnerGoneError
from tools.sandbox.deployments import RunningDeployment
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.hosting_state import AsyncRequest, Endpoint, HostingState
from tools.sandbox.invocation import Payload, invoke_variant
from tools.sandbox.moto_bridge import MotoBridge, Role
from tools.sandbox.process import WorkerResponse
from tools.sandbox.telemetry import Metered, Telemetry
from tools.sandbox.wire import AwsError, WireRequest, WireResponse

_HEADER = "x-amzn-sagemaker-"
#: Invocations at a time on an instance when the config does not say; AWS chooses then.
_DEFAULT_CONCURRENCY = 4

RunningDeployments = Callable[[], Mapping[tuple[str, str], RunningDeployment]]


class _FailedError(Exception):
    """An asynchronous invocation failed; the text goes to S3, the log and SNS."""

    def __init__(self, text: str, metric: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.metric = metric


class AsyncQueues:
    """Takes asynchronous invocations and works them off."""

    def __init__(
        self,
        state: HostingState,
        bridge: MotoBridge,
        payloads: AsyncPayloads,
        telemetry: Telemetry,
        running: RunningDeployments,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._state = state
        self._bridge = bridge
        self._payloads = payloads
        self._telemetry = telemetry
        self._running = running
        self._now = now
        self._artifacts = Artifacts(bridge, lambda _image: None)
        self._in_process: dict[str, AsyncRequest] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._wake = threading.Event()

    def start(self) -> None:
        """Begin to work queues off, those of before a restart too."""
        threading.Thread(target=self._dispatch, name="async-dispatch", daemon=True).start()

    def close(self) -> None:
        """Stop taking requests off the queues."""
        self._closing.set()
        self._wake.set()

    def submit(self, request: WireRequest, endpoint: Endpoint) -> WireResponse:
        """InvokeEndpointAsync: queue and answer 202.

        Raises:
            AwsError: The endpoint is not asynchronous, or the request breaks a limit.
        """
        live = endpoint.live
        config = live.asynchronous if live else None
        if live is None or config is None:
            raise AwsError(
                "ValidationError",
                f"Endpoint {endpoint.name} does not support this inference type. Its configuration "
                "has no AsyncInferenceConfig.",
            )
        queued = queued_request(request, endpoint, config, live.variants[0].name)
        self._state.save(queued)
        self._wake.set()
        headers = {
            "Content-Type": "application/json",
            "X-Amzn-SageMaker-OutputLocation": queued.output_location,
        }
        if queued.failure_location:
            headers["X-Amzn-SageMaker-FailureLocation"] = queued.failure_location
        body = json.dumps({"InferenceId": queued.inference_id}).encode()
        return WireResponse(202, body, headers)

    # --- working off
    def _dispatch(self) -> None:
        while not self._closing.is_set():
            self._wake.wait(0.5)
            self._wake.clear()
            for queued in self._state.all(AsyncRequest):
                self._try_start(queued)

    def _try_start(self, queued: AsyncRequest) -> None:
        endpoint = self._state.get(Endpoint, queued.region, queued.endpoint_name)
        if endpoint is None or endpoint.status == "Deleting":
            self._state.drop(queued)
            return
        running = self._running().get((queued.region, queued.endpoint_name))
        with self._lock:
            busy = sum(_same_endpoint(queued, one) for one in self._in_process.values())
            free = busy < _capacity(running, queued.variant)
            if queued.name in self._in_process or running is None or not free:
                return
            self._in_process[queued.name] = queued
        threading.Thread(target=self._work, args=(queued, running), daemon=True).start()

    def _work(self, queued: AsyncRequest, running: RunningDeployment) -> None:
        done = True
        try:
            self._process(queued, running)
        except RunnerGoneError:
            done = False  # replaced just now: it stays queued for the fleet that serves next
        finally:
            if done and not self._closing.is_set():
                self._state.drop(queued)
            with self._lock:
                self._in_process.pop(queued.name, None)
            self._wake.set()

    def _process(self, queued: AsyncRequest, running: RunningDeployment) -> None:
        config = (running.deployment.asynchronous or {})["OutputConfig"]
        notes = Notes(self._bridge, queued, config.get("NotificationConfig", {}))
        self._count(queued, TimeInBacklog=self._age_s(queued) * 1e3)
        try:
            response = self._serve(queued, running)
        except _FailedError as error:
            if self._closing.is_set():
                return
            self._count(queued, InvocationFailures=1, **({error.metric: 1} if error.metric else {}))
            self._fail(queued, running, error.text)
            published = notes.failed(self._now(), error.text)
        else:
            self._count(queued, InvocationsProcesssed=1)
            published = notes.succeeded(self._now(), response)
        if not published:
            self._count(queued, NotificationFailures=1)
        self._count(queued, TotalProcessingTime=self._age_s(queued) * 1e3)

    def _serve(self, queued: AsyncRequest, running: RunningDeployment) -> WorkerResponse:
        if self._age_s(queued) > queued.request_ttl_s:
            raise _FailedError(
                "The request expired: it waited longer than RequestTTLSeconds.", "ExpiredRequests"
            )
        role = self._role(running, queued)
        began = time.monotonic()
        body = self._payloads.read(queued, role)
        if body is None:
            raise _FailedError(
                f"Failed to download the input from {queued.input_location}. Please ensure that "
                f'the object exists and that the role "{role.arn}" has "s3:GetObject" permissions.',
                "RequestDownloadFailures",
            )
        self._count(queued, RequestDownloadLatency=(time.monotonic() - began) * 1e6)
        response = self._invoke(queued, running, body)
        self._upload(queued, role, response)
        return response

    def _upload(self, queued: AsyncRequest, role: Role, response: WorkerResponse) -> None:
        began = time.monotonic()
        kind = response.content_type or "application/octet-stream"
        url = queued.output_location
        if not self._payloads.write(queued.region, role, url, response.body, kind):
            raise _FailedError(
                f"Failed to upload the response to {url}. Please ensure that the bucket exists and "
                f'that the role "{role.arn}" has "s3:PutObject" permissions.',
                "ResponseUploadFailures",
            )
        self._count(queued, ResponseUploadLatency=(time.monotonic() - began) * 1e6)

    def _role(self, running: RunningDeployment, queued: AsyncRequest) -> Role:
        variant = running.deployment.variant(queued.variant)
        name = (variant.model_name if variant else None) or ""
        arn = str(running.deployment.sagemaker_models[name]["ExecutionRoleArn"])
        try:
            return self._artifacts.assume(arn)
        except AwsError as error:
            raise _FailedError(error.message) from error

    def _invoke(
        self, queued: AsyncRequest, running: RunningDeployment, body: bytes
    ) -> WorkerResponse:
        headers = {_HEADER + "inference-id": queued.inference_id}
        if queued.custom_attributes:
            headers[_HEADER + "custom-attributes"] = queued.custom_attributes
        timeout_s = float(queued.invocation_timeout_s)
        payload = Payload(body, queued.content_type, queued.accept, headers, timeout_s)
        runner = running.runners[queued.variant]
        outcome = invoke_variant(queued.region, queued.endpoint_name, runner, payload)
        metered = Metered(queued.region, queued.endpoint_name, queued.variant)
        self._telemetry.served(metered, outcome.served, asynchronous=True)
        if outcome.error is not None or outcome.response is None:
            raise _FailedError(outcome.error.message if outcome.error else "No response.")
        return outcome.response

    def _fail(self, queued: AsyncRequest, running: RunningDeployment, text: str) -> None:
        line = f"[sagemaker logs] [{queued.inference_id}] {text}"
        stream = f"{queued.variant}/data-log"
        group = f"/aws/sagemaker/Endpoints/{queued.endpoint_name}"
        self._telemetry.log(queued.region, group, stream, line)
        if queued.failure_location is None:
            return
        try:
            role = self._role(running, queued)
        except _FailedError:
            return
        url = queued.failure_location
        self._payloads.write(queued.region, role, url, text.encode(), "text/plain")

    # --- metrics
    def _age_s(self, queued: AsyncRequest) -> float:
        return (self._now() - queued.received_at).total_seconds()

    def _count(self, queued: AsyncRequest, **values: float) -> None:
        dimensions = {"EndpointName": queued.endpoint_name, "VariantName": queued.variant}
        self._telemetry.put(queued.region, dimensions, values)

    def report_backlog(self, at: datetime) -> None:
        """One data point of each backlog metric for every asynchronous endpoint, at that time."""
        waiting = self._state.all(AsyncRequest)
        for endpoint in self._state.all(Endpoint):
            if endpoint.live is None or endpoint.live.asynchronous is None:
                continue
            place = (endpoint.region, endpoint.name)
            ages = [self._age_s(one) for one in waiting if (one.region, one.endpoint_name) == place]
            instances = endpoint.live.variants[0].current_instance_count or 0
            values = {
                "ApproximateBacklogSize": float(len(ages)),
                "ApproximateAgeOfOldestRequest": max(ages, default=0.0),
                "HasBacklogWithoutCapacity": float(bool(ages) and instances == 0),
                # Without instances the whole backlog counts: the developer guide has an endpoint
                # leave zero by this metric too, once the backlog exceeds the target.
                "ApproximateBacklogSizePerInstance": len(ages) / max(instances, 1),
            }
            dimensions = {"EndpointName": endpoint.name}
            self._telemetry.put(endpoint.region, dimensions, values, at=at)


def _same_endpoint(one: AsyncRequest, other: AsyncRequest) -> bool:
    return (one.region, one.endpoint_name) == (other.region, other.endpoint_name)


def _capacity(running: RunningDeployment | None, variant: str) -> int:
    runner = running.runners.get(variant) if running else None
    if running is None or not isinstance(runner, InstanceFleet):
        return 0
    client = (running.deployment.asynchronous or {}).get("ClientConfig", {})
    each = client.get("MaxConcurrentInvocationsPerInstance", _DEFAULT_CONCURRENCY)
    return int(runner.process_count * each)
