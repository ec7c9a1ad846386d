"""One invocation of a variant: the worker's answer, or hosting's error about it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from tools.sandbox.containers import Instance, StartFailedError
from tools.sandbox.deployments import VariantRunner
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.multi_model import Loading, ModelNotReadyError, MultiModelHost
from tools.sandbox.process import WorkerDiedError, WorkerResponse, WorkerTimeoutError
from tools.sandbox.serverless_pool import ConcurrencyExceededError, ServerlessPool
from tools.sandbox.telemetry import Served
from tools.sandbox.wire import ACCOUNT, AwsError

TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the "
    "latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)


_TARGET_MODEL = "x-amzn-sagemaker-target-model"
_NOT_MULTI = "TargetModel can only be specified for multi-model endpoints."


@dataclass(frozen=True)
class Payload:
    """What is sent to the container."""

    body: bytes
    content_type: str | None
    accept: str | None
    headers: Mapping[str, str]
    timeout_s: float


@dataclass(frozen=True)
class Outcome:
    """What came of it: an answer of the model (of any status) or an error; and what to count."""

    served: Served
    response: WorkerResponse | None = None
    error: AwsError | None = None


def model_error(region: str, endpoint: str, status: int, message: str) -> AwsError:
    """AWS's ModelError (424) about an answer that was no success; status 0: there was none."""
    kind = "client" if 400 <= status < 500 else "server"
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    text = (
        f'Received {kind} error ({status}) from primary with message "{message}". See '
        f"{console}#logEventViewer:group={group} in account {ACCOUNT} for more information."
    )
    members = {
        "OriginalStatusCode": status,
        "OriginalMessage": message,
        "LogStreamArn": f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}",
    }
    return AwsError("ModelError", text, 424, members)


def no_answer(region: str, endpoint: str) -> AwsError:
    """AWS's ModelError about a container that gave no answer."""
    error = model_error(region, endpoint, 0, "")
    error.message = (
        f"Amazon SageMaker could not get a response from the {endpoint} endpoint. This can occur "
        "when CPU or memory utilization is high. To check your utilization, see Amazon CloudWatch. "
        "To fix this problem, use an instance type with more CPU capacity or memory."
    )
    error.members["OriginalMessage"] = error.message
    return error


@dataclass(frozen=True)
class Acquired:
    """An instance taken for one request, or why there is none.

    Attributes:
        began: Monotonic time at which the request came.
        setup_us: Time to start a serverless environment; None when it was warm.
        status: What to count when there is no instance.
        loading: How a multi-model variant came by the model.
    """

    began: float
    runner: VariantRunner
    instance: Instance | None = None
    setup_us: float | None = None
    waited_us: float = 0.0
    error: AwsError | None = None
    status: int = 0
    loading: Loading | None = None

    @property
    def instance_count(self) -> int:
        """Instances at the time."""
        return 1 if isinstance(self.runner, ServerlessPool) else self.runner.instance_count

    def release(self) -> None:
        """Give the instance back."""
        if self.instance is not None:
            self.runner.release(self.instance)


def acquire(
    region: str,
    endpoint: str,
    runner: VariantRunner,
    timeout_s: float,
    headers: Mapping[str, str] | None = None,
) -> Acquired:
    """Take an instance of a variant for a request; `headers` name a multi-model's model.

    Raises:
        RunnerGoneError: The variant's fleet was stopped; ask for the one that serves now.
    """
    began = time.monotonic()
    target = (headers or {}).get(_TARGET_MODEL)
    if isinstance(runner, MultiModelHost):
        return _acquire_model(endpoint, runner, target, timeout_s)
    if target is not None:
        return Acquired(began, runner, error=AwsError("ValidationError", _NOT_MULTI), status=400)
    try:
        instance, setup_us = _take(runner, timeout_s)
    except ConcurrencyExceededError:
        most = runner.max_concurrency if isinstance(runner, ServerlessPool) else 0
        error = AwsError(
            "ThrottlingException",
            f"Rate exceeded: endpoint {endpoint} is at its maximum concurrency of {most}.",
        )
        return Acquired(began, runner, error=error)
    except StartFailedError as failure:
        error = model_error(region, endpoint, 500, str(failure))
        return Acquired(began, runner, error=error, status=500)
    if instance is None:
        error = AwsError("ServiceUnavailable", f"Endpoint {endpoint} has no capacity.", 503)
        return Acquired(began, runner, error=error, status=503)
    return Acquired(began, runner, instance, setup_us, since_us(began))


def _acquire_model(
    endpoint: str, runner: MultiModelHost, target: str | None, timeout_s: float
) -> Acquired:
    began = time.monotonic()
    if target is None:
        error = AwsError(
            "ValidationError",
            f"Endpoint {endpoint} is a multi-model endpoint: TargetModel must be specified.",
        )
        return Acquired(began, runner, error=error, status=400)
    try:
        instance, loading = runner.acquire(target, timeout_s)
    except ModelNotReadyError:
        error = AwsError(
            "ModelNotReadyException",
            f"Model {target} is still being downloaded or loaded. Please try again later.",
            429,
        )
        return Acquired(began, runner, error=error, status=429)
    except StartFailedError as failure:
        return Acquired(began, runner, error=AwsError("ValidationError", str(failure)), status=400)
    if instance is None:
        error = AwsError("ServiceUnavailable", f"Endpoint {endpoint} has no capacity.", 503)
        return Acquired(began, runner, error=error, status=503)
    waited_us = since_us(began)
    return Acquired(began, runner, instance, waited_us=waited_us, loading=loading)


def invoke_variant(region: str, endpoint: str, runner: VariantRunner, payload: Payload) -> Outcome:
    """Send a payload to a variant and wait for the answer.

    Raises:
        RunnerGoneError: As `acquire`.
    """
    acquired = acquire(region, endpoint, runner, payload.timeout_s, payload.headers)
    if acquired.instance is None:
        served = Served(acquired.status, 0, since_us(acquired.began))
        return Outcome(served, error=acquired.error)
    sent = time.monotonic()
    try:
        response, failure_error = _send(region, endpoint, acquired.instance, payload)
    finally:
        latency_us = since_us(sent)
        acquired.release()
    served = Served(
        status=response.status if response else 0,
        model_latency_us=latency_us,
        overhead_latency_us=since_us(acquired.began) - latency_us,
        setup_us=acquired.setup_us,
        instance_count=acquired.instance_count,
        further=acquired.loading.values if acquired.loading else {},
    )
    return Outcome(served, response, failure_error)


def _take(
    runner: InstanceFleet | ServerlessPool, timeout_s: float
) -> tuple[Instance | None, float | None]:
    if isinstance(runner, ServerlessPool):
        return runner.acquire()
    return runner.acquire(min(timeout_s, 30.0)), None


def _send(
    region: str, endpoint: str, instance: Instance, payload: Payload
) -> tuple[WorkerResponse | None, AwsError | None]:
    try:
        response = instance.container.invoke(
            payload.body,
            content_type=payload.content_type,
            accept=payload.accept,
            headers=payload.headers,
            timeout_s=payload.timeout_s,
        )
    except WorkerTimeoutError:
        return None, model_error(region, endpoint, 0, TIMED_OUT)
    except WorkerDiedError:
        return None, no_answer(region, endpoint)
    if 200 <= response.status < 300:
        return response, None
    text = response.body.decode("utf-8", "replace")
    return response, model_error(region, endpoint, response.status, text)


def since_us(began: float) -> float:
    """Microseconds since a monotonic time."""
    return (time.monotonic() - began) * 1e6
