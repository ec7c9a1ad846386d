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

_TIMED_OUT = (
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


def _no_answer(region: str, endpoint: str) -> AwsError:
    error = model_error(region, endpoint, 0, "")
    error.message = (
        f"Amazon SageMaker could not get a response from the {endpoint} endpoint. This can occur "
        "when CPU or memory utilization is high. To check your utilization, see Amazon CloudWatch. "
        "To fix this problem, use an instance type with more CPU capacity or memory."
    )
    error.members["OriginalMessage"] = error.message
    return error


def invoke_variant(region: str, endpoint: str, runner: VariantRunner, payload: Payload) -> Outcome:
    """Send a payload to a variant and wait for the answer."""
    began = time.monotonic()
    try:
        instance, setup_us = _acquire(runner, payload.timeout_s)
    except ConcurrencyExceededError:
        error = AwsError(
            "ThrottlingException",
            f"Rate exceeded: endpoint {endpoint} is at its maximum concurrency of "
            f"{runner.max_concurrency if isinstance(runner, ServerlessPool) else 0}.",
        )
        return Outcome(Served(0, 0, 0), error=error)
    except StartFailedError as failure:
        failed = model_error(region, endpoint, 500, str(failure))
        return Outcome(Served(500, 0, _since_us(began)), error=failed)
    if instance is None:
        unavailable = AwsError("ServiceUnavailable", f"Endpoint {endpoint} has no capacity.", 503)
        return Outcome(Served(503, 0, _since_us(began)), error=unavailable)
    sent = time.monotonic()
    try:
        response, failure_error = _send(region, endpoint, instance, payload)
    finally:
        latency_us = _since_us(sent)
        runner.release(instance)
    served = Served(
        status=response.status if response else 0,
        model_latency_us=latency_us,
        overhead_latency_us=_since_us(began) - latency_us,
        setup_us=setup_us,
        instance_count=runner.instance_count if isinstance(runner, InstanceFleet) else 1,
    )
    return Outcome(served, response, failure_error)


def _acquire(runner: VariantRunner, timeout_s: float) -> tuple[Instance | None, float | None]:
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
        return None, model_error(region, endpoint, 0, _TIMED_OUT)
    except WorkerDiedError:
        return None, _no_answer(region, endpoint)
    if 200 <= response.status < 300:
        return response, None
    text = response.body.decode("utf-8", "replace")
    return response, model_error(region, endpoint, response.status, text)


def _since_us(began: float) -> float:
    return (time.monotonic() - began) * 1e6
