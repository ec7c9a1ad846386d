"""What crosses the wire: requests, responses, and errors in the service's own protocol."""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

ACCOUNT = "123456789012"


class AwsError(Exception):
    """AWS refuses the request.

    Attributes:
        code: AWS's error code, as boto3 shows it in `Error.Code`.
        message: AWS's wording.
        status: HTTP status; 4xx and 501 are not retried by boto3.
        members: Further members of the error shape, such as `OriginalStatusCode`.
    """

    def __init__(
        self, code: str, message: str, status: int = 400, members: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = dict(members or {})


def validation_exception(message: str) -> AwsError:
    """The control plane's answer to a request that makes no sense."""
    return AwsError("ValidationException", message)


@dataclass(frozen=True)
class WireRequest:
    """An HTTP request that was understood as a call to an AWS service.

    Attributes:
        service: SigV4 signing name, lower case, such as `sagemaker`; `s3` when unsigned.
        operation: The operation when the protocol names it (JSON target or Query action).
        headers: Lower-case names.
        received_at: When it arrived, UTC.
    """

    service: str
    operation: str | None
    region: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True)
class WireResponse:
    """An HTTP answer, ready to be sent; with `parts`, these are sent as they come, no body."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    parts: Iterator[bytes] | None = None


@lru_cache(maxsize=8)
def service_model(name: str) -> ServiceModel:
    """Botocore's model of a service by its boto3 name, such as `sagemaker-runtime`."""
    return ServiceModel(Loader().load_service_model(name, "service-2"), service_name=name)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def json_response(output: Mapping[str, Any], status: int = 200) -> WireResponse:
    """A success of a JSON 1.1 service; datetimes become epoch seconds."""
    body = json.dumps(output, default=_plain).encode()
    return WireResponse(status, body, {"Content-Type": "application/x-amz-json-1.1"})


#: Services that are spoken to in XML; all others get JSON errors.
_QUERY_SERVICES = frozenset(
    ("iam", "sts", "sns", "cloudformation", "rds", "elasticloadbalancing", "autoscaling",
     "elasticache", "redshift", "elasticbeanstalk", "email", "sdb", "neptune", "docdb")
)  # fmt: skip
_REST_XML_SERVICES = frozenset(("s3", "cloudfront", "route53", "s3control"))


def _xml_error(request: WireRequest, error: AwsError, request_id: str) -> str:
    code, message = escape(error.code), escape(error.message)
    core = f"<Code>{code}</Code><Message>{message}</Message>"
    if request.service == "ec2":
        return (
            f"<Response><Errors><Error>{core}</Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    if request.service == "s3":
        return f"<Error>{core}<RequestId>{request_id}</RequestId></Error>"
    kind = "Receiver" if error.status >= 500 else "Sender"
    return (
        f"<ErrorResponse><Error><Type>{kind}</Type>{core}</Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )


def _cbor_error(error: AwsError) -> bytes:
    """A map of two short texts in CBOR (RFC 8949), as the rpc-v2-cbor protocol wants it."""

    def text(value: str) -> bytes:
        raw = value.encode()
        return b"\x79" + len(raw).to_bytes(2, "big") + raw

    return b"\xa2" + text("__type") + text(error.code) + text("message") + text(error.message)


def speaks_xml(request: WireRequest) -> bool:
    """Whether the caller expects XML: by its service, or by a Query form."""
    if request.service in _QUERY_SERVICES | _REST_XML_SERVICES | {"ec2"}:
        return True
    form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return form and request.operation is not None


def error_response(request: WireRequest, error: AwsError) -> WireResponse:
    """The error in the protocol that the caller speaks: JSON, Query, EC2, REST-XML or CBOR."""
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": error.code}
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return WireResponse(error.status, _cbor_error(error), headers)
    if speaks_xml(request):
        xml = '<?xml version="1.0" encoding="UTF-8"?>' + _xml_error(request, error, request_id)
        return WireResponse(error.status, xml.encode(), headers | {"Content-Type": "text/xml"})
    payload = {"__type": error.code, "message": error.message, "Message": error.message}
    body = json.dumps(payload | error.members).encode()
    return WireResponse(
        error.status, body, headers | {"Content-Type": "application/x-amz-json-1.1"}
    )
