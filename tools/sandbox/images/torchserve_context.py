"""The `context` that a hook of the PyTorch image may take as its last argument.

Source: github.com/pytorch/serve ts/context.py.
"""

from collections.abc import Mapping
from pathlib import Path

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

    def get_request_id(self, idx: int = 0) -> str:
        """Return the request's id."""
        return self.request_ids[idx]

    def get_request_header(self, idx: int, key: str) -> str | None:
        """Return one header of the request."""
        return self.request_processor[idx].get_request_property(key)

    def get_all_request_header(self, idx: int) -> dict[str, str]:
        """Return the request's headers."""
        return self.request_processor[idx].get_request_properties()

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
