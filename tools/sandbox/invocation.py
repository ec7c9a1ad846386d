"""One invocation of a variant: the worker's answer, or hosting's error about it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from tools.sandbox.containers import Instance, StartFailedError
from tools.sandbox.deployments import VariantRunner
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.process import WorkerDiedError, WorkerResponse, WorkerTimeoutError
from tools.sandbox.serverless_pool import ConcurrencyExceededError, ServerlessPool
from tools.sandbox.telemetry import Served
from tools.sandbox.wire import ACCOUNT, AwsError

TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the "
    "latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)


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
    """

    began: float
    runner: VariantRunner
    instance: Instance | None = None
    setup_us: float | None = None
    waited_us: float = 0.0
    error: AwsError | None = None
    status: int = 0

    @property
    def instance_count(self) -> int:
        """Instances at the time."""
        return self.runner.instance_count if isinstance(self.runner, InstanceFleet) else 1

    def release(self) -> None:
        """Give the instance back."""
        if self.instance is not None:
            self.runner.release(self.instance)


def acquire(region: str, endpoint: str, runner: VariantRunner, timeout_s: float) -> Acquired:
    """Take an instance of a variant for a request.

    Raises:
        RunnerGoneError: The variant's fleet was stopped; ask for the one that serves now.
    """
    began = time.monotonic()
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


def invoke_variant(region: str, endpoint: str, runner: VariantRunner, payload: Payload) -> Outcome:
    """Send a payload to a variant and wait for the answer.

    Raises:
        RunnerGoneError: As `acquire`.
    """
    acquired = acquire(region, endpoint, runner, payload.timeout_s)
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
    )
    return Outcome(served, response, failure_error)


def _take(runner: VariantRunner, timeout_s: float) -> tuple[Instance | None, float | None]:
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
