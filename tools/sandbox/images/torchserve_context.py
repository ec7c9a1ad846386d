# ruff: noqa: ANN401
# What a handler sends has no narrower type.
"""The `context` that a hook of the PyTorch image may take as its last argument.

Source: github.com/pytorch/serve ts/context.py.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.sandbox.images.serving import Invocation


class _RequestProcessor:
    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = dict(headers)

    def get_request_properties(self) -> dict[str, str]:
        """Return the request's headers."""
        return self._headers

    def get_request_property(self, key: str) -> str | None:
        """Return one header."""
        return self._headers.get(key)


def as_bytes(result: Any) -> bytes:
    """What TorchServe sends of something that a handler returns or sends: JSON, unless text."""
    if isinstance(result, bytes | bytearray):
        return bytes(result)
    return result.encode() if isinstance(result, str) else json.dumps(result, indent=2).encode()


def send_intermediate_predict_response(
    ret: Any,
    req_id_map: Mapping[int, str],  # noqa: ARG001 - TorchServe's signature
    message: str,  # noqa: ARG001
    code: int,  # noqa: ARG001
    context: "Context | None" = None,
) -> None:
    """TorchServe's function of this name: send part of an answer; `ret` is one entry a request."""
    if context is None:
        raise TypeError("send_intermediate_predict_response needs the context in this image")
    entries = ret if isinstance(ret, list | tuple) else [ret]
    context.send_part(as_bytes(entries[0]) if entries else b"")


class Context:
    """What TorchServe tells a handler of the model and the request."""

    def __init__(self, model_dir: Path, request: Invocation) -> None:
        self.model_name = "model"
        self.manifest: dict[str, object] = {}
        self.system_properties = {
            "model_dir": str(model_dir),
            "gpu_id": None,
            "batch_size": 1,
            "server_name": "MMS",
            "server_version": "0.12.0",
        }
        self.request_processor = [_RequestProcessor(request.headers)]
        self.request_ids = {0: "0"}
        self.headers: dict[str, str] = {}
        self.response_status = 200
        self.response_content_type: str | None = None
        self._sink = request.sink

    def get_request_id(self, idx: int = 0) -> str:
        """Return the request's id."""
        return self.request_ids[idx]

    def get_request_header(self, idx: int, key: str) -> str | None:
        """Return one header of the request."""
        return self.request_processor[idx].get_request_property(key)

    def get_all_request_header(self, idx: int) -> dict[str, str]:
        """Return the request's headers."""
        return self.request_processor[idx].get_request_properties()

    @property
    def streams(self) -> bool:
        """Whether parts of the answer have been sent already."""
        return self._sink is not None and self._sink.begun

    def send_part(self, part: bytes) -> None:
        """Send a part of the answer to the caller while the handler goes on."""
        if self._sink is not None:
            self._sink.write(part, self.response_content_type, self.headers)

    def set_response_content_type(self, _idx: int, value: str) -> None:
        """Set the answer's Content-Type."""
        self.response_content_type = value

    def get_response_content_type(self, _idx: int) -> str | None:
        """Return the answer's Content-Type as set so far."""
        return self.response_content_type

    def set_response_status(self, code: int = 200, phrase: str = "", idx: int = 0) -> None:  # noqa: ARG002 - TorchServe's signature
        """Set the answer's status."""
        self.response_status = code

    def set_response_header(self, _idx: int, key: str, value: str) -> None:
        """Add a header to the answer."""
        self.headers[key] = value
