"""One request to an endpoint and its answer; an asynchronous result is fetched, bounded."""

import re
import time
from typing import Any

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict

from tools.aws import AwsClients, aws_errors
from tools.errors import (
    AccessDeniedError,
    InvalidInputError,
    NotFoundError,
    RequestRefusedError,
    UserError,
)
from tools.invocation.targets import targets_of

#: Larger asynchronous bodies go through S3 (limits.csv: async_inline_body_max).
ASYNC_INLINE_BYTES = 128_000
ASYNC_POLL_S = 0.1
#: The most a model may take (limits.csv: async_invocation_timeout_max); the default is 900 s.
ASYNC_TIMEOUT_S = 3600
#: SageMaker goes on loading a target model for so long after its first request (docs:
#: invoke-multi-model-endpoint).
MODEL_LOADING_S = 360.0
MODEL_POLL_S = 0.5


#: API_runtime_InvokeEndpoint: EndpointName; ContentType and Accept are ASCII, at most 1,024.
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_HEADER = re.compile(r"[\x20-\x7e]{1,1024}")


class Invocation(BaseModel):
    """What an endpoint answered.

    Attributes:
        status_code: 200, or the status the container gave when the model refused.
        body: The answer's bytes; the model's message when it refused.
        latency_ms: As seen from here; for an asynchronous request until the result was there.
        output_location: S3 URI of an asynchronous result.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    status_code: int
    body: bytes
    content_type: str
    latency_ms: float
    output_location: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the model answered with success."""
        return 200 <= self.status_code < 300


class Request(BaseModel):
    """What is sent to an endpoint.

    Attributes:
        target_variant: The variant that answers, whatever the weights say.
        inference_component: The component that answers, where the endpoint hosts components.
        target_model: The archive that answers, where one container serves several.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: bytes
    content_type: str
    accept: str | None = None
    target_variant: str | None = None
    inference_component: str | None = None
    target_model: str | None = None


class Submission(BaseModel):
    """An asynchronous request that was taken.

    Attributes:
        output_location: S3 URI where the result will be.
        failure_location: S3 URI where the reason will be when there is no result; None when the
            endpoint keeps none.
        inference_id: As the service named it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    output_location: str
    failure_location: str | None = None
    inference_id: str | None = None


def is_asynchronous(endpoint_name: str, clients: AwsClients) -> bool:
    """Say whether an endpoint answers asynchronously.

    Raises:
        NotFoundError: There is no such endpoint.
    """
    return async_output_path(endpoint_name, clients) is not None


def async_output_path(endpoint_name: str, clients: AwsClients) -> str | None:
    """Return the S3 URI under which an asynchronous endpoint writes, or None for the others."""
    endpoint = clients.call("sagemaker.describe_endpoint", {"EndpointName": endpoint_name})
    config = clients.call(
        "sagemaker.describe_endpoint_config",
        {"EndpointConfigName": endpoint["EndpointConfigName"]},
    )
    output: str | None = (
        config.get("AsyncInferenceConfig", {}).get("OutputConfig", {}).get("S3OutputPath")
    )
    return output


def invoke(
    endpoint_name: str, request: Request, clients: AwsClients, *, wait_s: float = 300.0
) -> Invocation:
    """Invoke an endpoint, whatever its kind, and return what it answered.

    Where the endpoint hosts one inference component, or serves one of several models, that one is
    asked when none is named.

    Raises:
        NotFoundError: There is no such endpoint.
        InvalidInputError: Several could answer, and none is named.
        UserError: The service refused the request (too large, not in service, ...).
        AwsUnavailableError: No answer.
    """
    _check(endpoint_name, request)
    try:
        output_path = async_output_path(endpoint_name, clients)
        if output_path is not None:
            return _invoke_async(endpoint_name, request, clients, output_path, wait_s)
        return invoke_now(endpoint_name, aimed(endpoint_name, request, clients), clients)
    except RequestRefusedError as error:
        remedy = error.remedy.replace("then plan again", "then send the request again")
        raise RequestRefusedError(error.message, remedy=remedy) from error


def aimed(endpoint_name: str, request: Request, clients: AwsClients) -> Request:
    """Return a request that names what is to answer, where the endpoint wants that.

    Raises:
        InvalidInputError: Several could answer, or none, and none is named.
    """
    if request.inference_component or request.target_model:
        return request  # AWS says so if there is no such one
    try:
        found = targets_of(endpoint_name, clients)
    except AccessDeniedError:  # who may only invoke is not kept from invoking
        return request
    if found is None:
        return request
    return request.model_copy(update={found.field: found.only_one(endpoint_name)})


def _check(endpoint_name: str, request: Request) -> None:
    """What could never be sent is said here, not by HTTP."""
    if not _NAME.fullmatch(endpoint_name):
        raise InvalidInputError(
            f"{endpoint_name[:80]!r} cannot be an endpoint's name.",
            remedy="Use letters, digits and hyphens, at most 63; `sagepilot endpoints` lists them.",
        )
    headers = {
        "content type": request.content_type,
        "accept": request.accept,
        "variant": request.target_variant,
        "inference component": request.inference_component,
        "model": request.target_model,
    }
    for name, value in headers.items():
        if value is not None and not _HEADER.fullmatch(value):
            raise InvalidInputError(
                f"{value[:80]!r} cannot be the {name}.",
                remedy="Write a media type, for example application/json or text/csv."
                if name in {"content type", "accept"}
                else "Write the name as AWS has it.",
            )


def invoke_now(endpoint_name: str, request: Request, clients: AwsClients) -> Invocation:
    """Invoke a real-time or serverless endpoint.

    Raises:
        UserError: The service refused the request.
        AwsUnavailableError: No answer.
    """
    runtime = clients.client("sagemaker-runtime")
    begun = time.perf_counter()
    while True:
        answer = _asked(runtime, endpoint_name, request, begun)
        if answer is not None:
            return answer
        time.sleep(MODEL_POLL_S)


def _asked(
    runtime: Any,  # noqa: ANN401 - botocore has no types
    endpoint_name: str,
    request: Request,
    begun: float,
) -> Invocation | None:
    """One try; None while the target model is still being loaded."""
    with aws_errors("sagemaker-runtime.invoke_endpoint"):
        try:
            answer = runtime.invoke_endpoint(EndpointName=endpoint_name, **_headers(request),
                                             Body=request.body)  # fmt: skip
            body = answer["Body"].read()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ModelNotReadyException" and time.perf_counter() - begun < MODEL_LOADING_S:
                return None
            if code != "ModelError":
                raise
            return _refused(error.response, begun)
    return Invocation(
        status_code=200,
        body=body,
        content_type=answer.get("ContentType", ""),
        latency_ms=_ms_since(begun),
    )


def _refused(response: Any, begun: float) -> Invocation:  # noqa: ANN401 - botocore's TypedDict
    message = response.get("OriginalMessage") or response["Error"].get("Message", "")
    return Invocation(
        status_code=int(response.get("OriginalStatusCode") or 500),
        body=str(message).encode(),
        content_type="text/plain",
        latency_ms=_ms_since(begun),
    )


def _headers(request: Request) -> dict[str, str]:
    optional = {
        "Accept": request.accept,
        "TargetVariant": request.target_variant,
        "InferenceComponentName": request.inference_component,
        "TargetModel": request.target_model,
    }
    given = {name: value for name, value in optional.items() if value}
    return {"ContentType": request.content_type, **given}


def _ms_since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 3)


def submit(endpoint_name: str, request: Request, clients: AwsClients) -> Submission:
    """Hand a request to an asynchronous endpoint and return where its result will be.

    Raises:
        InvalidInputError: The endpoint answers at once, or the request could never be sent.
        UserError: The service refused the request.
        AwsUnavailableError: No answer.
    """
    _check(endpoint_name, request)
    output_path = async_output_path(endpoint_name, clients)
    if output_path is None:
        raise InvalidInputError(
            f"Endpoint {endpoint_name} is not asynchronous: it answers in the same call.",
            remedy="Invoke it without --no-wait and without --batch.",
        )
    return _submitted(endpoint_name, request, clients, output_path)


def _submitted(
    endpoint_name: str, request: Request, clients: AwsClients, output_path: str
) -> Submission:
    accepted = clients.call(
        "sagemaker-runtime.invoke_endpoint_async",
        {
            "EndpointName": endpoint_name,
            "InvocationTimeoutSeconds": ASYNC_TIMEOUT_S,
            **_headers(request),
            **_input(endpoint_name, request, clients, output_path),
        },
    )
    return Submission(
        output_location=accepted["OutputLocation"],
        failure_location=accepted.get("FailureLocation"),
        inference_id=accepted.get("InferenceId"),
    )


def result_of(
    submission: Submission, clients: AwsClients, *, latency_ms: float = 0.0
) -> Invocation | None:
    """Return what became of a submitted request, or None while it is not done."""
    for uri, status in ((submission.output_location, 200), (submission.failure_location, 500)):
        found = _object(uri, clients)
        if found is not None:
            return Invocation(
                status_code=status,
                body=found[0],
                content_type=found[1],
                latency_ms=latency_ms,
                output_location=uri,
            )
    return None


def _invoke_async(
    endpoint_name: str, request: Request, clients: AwsClients, output_path: str, wait_s: float
) -> Invocation:
    begun = time.perf_counter()
    submission = _submitted(endpoint_name, request, clients, output_path)
    deadline = begun + wait_s
    while time.perf_counter() < deadline:
        found = result_of(submission, clients)
        if found is not None:
            return found.model_copy(update={"latency_ms": _ms_since(begun)})
        time.sleep(ASYNC_POLL_S)
    raise RequestRefusedError(
        f"No result after {wait_s:.0f} s; it will be written to {submission.output_location}.",
        remedy="Look there later, or raise the waiting time.",
    )


def _input(
    endpoint_name: str, request: Request, clients: AwsClients, output_path: str
) -> dict[str, Any]:
    if len(request.body) <= ASYNC_INLINE_BYTES:
        return {"Body": request.body}
    bucket, _, prefix = output_path.removeprefix("s3://").partition("/")
    key = f"{prefix.rstrip('/')}/input/{endpoint_name}-{time.time_ns()}"
    clients.call(
        "s3.put_object",
        {"Bucket": bucket, "Key": key, "Body": request.body, "ContentType": request.content_type},
    )
    return {"InputLocation": f"s3://{bucket}/{key}"}


def _object(uri: str | None, clients: AwsClients) -> tuple[bytes, str] | None:
    if not uri:
        return None
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        answer = clients.call("s3.get_object", {"Bucket": bucket, "Key": key})
    except NotFoundError:
        return None
    except UserError as error:
        if "AccessDenied" in error.message:  # S3 says this for a missing key without ListBucket
            return None
        raise
    return answer["Body"].read(), answer.get("ContentType", "")
