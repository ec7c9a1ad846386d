"""Reads an HTTP request as a call to an AWS service."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote

from tools.sandbox.wire import WireRequest

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_CBOR_PATH = re.compile(r"/service/[^/]+/operation/(?P<operation>[^/]+)")
#: WSGI name of the spelling of header names that hold underscores (moto's request handler).
_SPELLINGS = "moto.preserved_header_names"


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    spellings = environ.get(_SPELLINGS) or {}
    headers = {
        spellings.get(name, name[5:].replace("_", "-")).lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.lower().replace("_", "-")] = environ[name]
    return headers


def _scope(headers: Mapping[str, str], query: str, default_region: str) -> tuple[str, str]:
    match = _SCOPE.search(headers.get("authorization", ""))
    if match is None:  # a presigned URL, or no signature at all
        credential = parse_qs(query).get("X-Amz-Credential", [""])[0]
        match = _SCOPE.search(f"Credential={credential}")
    if match is None:
        return "s3", default_region
    return match["service"].lower(), match["region"]


def _operation(headers: Mapping[str, str], path: str, body: bytes) -> str | None:
    target = headers.get("x-amz-target")
    if target:
        return target.rsplit(".", 1)[-1]
    cbor = _CBOR_PATH.fullmatch(path)
    if cbor:
        return cbor["operation"]
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        actions = parse_qs(body[:4096].decode("latin-1")).get("Action")
        return actions[0] if actions else None
    return None


def _body(environ: Mapping[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return bytes(stream.read(length)) if length else b""


def read_request(environ: Mapping[str, Any], received_at: datetime, region: str) -> WireRequest:
    """Read the request and find out which service and operation it is for.

    Args:
        environ: WSGI's.
        received_at: Now, UTC.
        region: Taken when the request is not signed.
    """
    headers = _headers(environ)
    query = str(environ.get("QUERY_STRING", ""))
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
    path = raw.split("?")[0] if raw.startswith("/") else quote(
        str(environ.get("PATH_INFO", "/")).encode("latin-1")
    )  # fmt: skip
    body = _body(environ)
    service, scope_region = _scope(headers, query, region)
    return WireRequest(
        service=service,
        operation=_operation(headers, path, body),
        region=scope_region,
        method=str(environ["REQUEST_METHOD"]),
        path=path,
        query=query,
        headers=headers,
        body=body,
        received_at=received_at,
    )
