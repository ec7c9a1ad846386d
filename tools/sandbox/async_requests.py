"""The input of InvokeEndpointAsync: its limits, and where its result will be."""

import base64
import uuid
from typing import Any

from tools.sandbox.artifacts import parse_s3_url
from tools.sandbox.facts import limit
from tools.sandbox.hosting_state import AsyncRequest, Endpoint
from tools.sandbox.wire import AwsError, WireRequest

_HEADER = "x-amzn-sagemaker-"


def _number(request: WireRequest, header: str, default: int, low: int, high: int) -> int:
    text = request.headers.get(_HEADER + header.lower())
    if text is None:
        return default
    value = int(text) if text.lstrip("-").isdecimal() else low - 1
    if not low <= value <= high:
        name = header[:1].lower() + header[1:]
        bound = (
            f"greater than or equal to {low}" if value < low else f"less than or equal to {high}"
        )
        raise AwsError(
            "ValidationError",
            f"1 validation error detected: Value '{text}' at '{name}' failed to satisfy "
            f"constraint: Member must have value {bound}",
        )
    return value


def _check_source(request: WireRequest) -> None:
    url = request.headers.get(_HEADER + "inputlocation")
    inline_limit = limit("async_inline_body_max")
    if bool(url) == bool(request.body):
        raise AwsError(
            "ValidationError", "Exactly one of InputLocation and Body must be specified."
        )
    if url and parse_s3_url(url) is None:
        raise AwsError("ValidationError", f"InputLocation {url} is not a valid S3 URI.")
    if len(request.body) > inline_limit:
        raise AwsError(
            "ValidationError",
            "1 validation error detected: Value at 'body' failed to satisfy constraint: Member "
            f"must have length less than or equal to {inline_limit}",
        )


def _location(base: str, extension: str | None, name: str) -> str:
    parts = [base.rstrip("/"), (extension or "").strip("/"), name]
    return "/".join(part for part in parts if part)


def queued_request(
    request: WireRequest, endpoint: Endpoint, config: dict[str, Any], variant: str
) -> AsyncRequest:
    """Read an invocation for an asynchronous endpoint.

    Args:
        request: The HTTP request.
        endpoint: The endpoint it is for.
        config: The endpoint's AsyncInferenceConfig.
        variant: The endpoint's only variant.

    Raises:
        AwsError: `ValidationError`: no or two inputs, or a value outside its range.
    """
    _check_source(request)
    headers, output = request.headers, config["OutputConfig"]
    unique = str(uuid.uuid4())
    extension = headers.get(_HEADER + "s3outputpathextension")
    name = headers.get(_HEADER + "filename") or unique
    failure = output.get("S3FailurePath")
    return AsyncRequest(
        region=endpoint.region,
        name=unique,
        endpoint_name=endpoint.name,
        variant=variant,
        inference_id=headers.get(_HEADER + "inference-id") or str(uuid.uuid4()),
        received_at=request.received_at,
        request_ttl_s=_number(
            request, "RequestTTLSeconds", limit("async_request_ttl_default"),
            limit("async_request_ttl_min"), limit("async_request_ttl_max"),
        ),
        invocation_timeout_s=_number(
            request, "InvocationTimeoutSeconds", limit("async_invocation_timeout_default"),
            limit("async_invocation_timeout_min"), limit("async_invocation_timeout_max"),
        ),
        content_type=headers.get(_HEADER + "content-type"),
        accept=headers.get(_HEADER + "accept"),
        custom_attributes=headers.get(_HEADER + "custom-attributes"),
        input_location=headers.get(_HEADER + "inputlocation"),
        body_base64=base64.b64encode(request.body).decode() if request.body else None,
        output_location=_location(output["S3OutputPath"], extension, f"{name}.out"),
        failure_location=_location(failure, extension, f"{name}-error.out") if failure else None,
    )  # fmt: skip
