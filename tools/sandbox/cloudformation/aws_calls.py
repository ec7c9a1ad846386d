"""Boto3 clients whose requests are answered in this process, without a socket."""

import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from tools.sandbox.wire import WireResponse

#: Nothing listens there: every request is answered before it would be sent.
_URL = "http://127.0.0.1:9"
Answer = Callable[[dict[str, Any]], WireResponse]


class _Raw(BytesIO):
    """The body of a response in the shape that botocore reads."""

    def stream(self, **_options: object) -> Any:  # noqa: ANN401 - botocore is untyped
        """Yield the body once."""
        yield self.read()


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    parts = urlsplit(request.url)
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else body
    if not isinstance(content, bytes | bytearray):
        content = content.read()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "RAW_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "HTTP_HOST": parts.netloc,
        "wsgi.input": BytesIO(bytes(content)),
        "CONTENT_LENGTH": str(len(content)),
    }
    for name, value in request.headers.items():
        text = value.decode() if isinstance(value, bytes) else str(value)
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = text
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            environ[f"HTTP_{key}"] = text
    return environ


class AwsCalls:
    """Calls the public operations of the sandbox's services as any boto3 program would."""

    def __init__(self, answer: Answer) -> None:
        """Take what answers a request given as a WSGI environment."""
        self._answer = answer
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 is untyped
        """The client of a service; made once."""
        with self._lock:
            if (service, region) not in self._clients:
                if self._session is None:
                    self._session = boto3.Session("sandbox", "sandbox", region_name=region)
                config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})
                made = self._session.client(
                    service, region_name=region, endpoint_url=_URL, config=config
                )
                made.meta.events.register("before-send", self._send)
                self._clients[service, region] = made
            return self._clients[service, region]

    def call(self, region: str, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401
        """Make a call such as `sagemaker.create_model`.

        Raises:
            botocore.exceptions.ClientError: The service refuses it.
            botocore.exceptions.ParamValidationError: It does not fit the service model.
        """
        service, _, method = operation.partition(".")
        made: dict[str, Any] = getattr(self.client(service, region), method)(**parameters)
        return made

    def _send(self, request: AWSPreparedRequest, **_rest: object) -> AWSResponse:
        response = self._answer(_environ(request))
        return AWSResponse(request.url, response.status, response.headers, _Raw(response.body))
