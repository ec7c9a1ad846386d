# ruff: noqa: ANN401
# Arrays, fitted estimators and parsed JSON have no narrower type here.
"""The values that pass between the HTTP server and an image in a worker process.

Only the standard library is imported here: a worker has to start in a fraction of a second.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

MODEL_PATH = "/opt/ml/model"
CODE_PATH = "/opt/ml/code"


class ContainerExitError(Exception):
    """The container's start command fails: the process ends, and no ping is ever answered."""


class Sink(Protocol):
    """Takes the parts of an answer while the model is still at work."""

    @property
    def begun(self) -> bool:
        """Whether a part has been sent."""

    def write(self, part: bytes, content_type: str | None, headers: Mapping[str, str]) -> None:
        """Send a part at once; with the first one, status 200 and these headers."""


@dataclass(frozen=True)
class Invocation:
    """One POST /invocations.

    Attributes:
        body: The payload, unchanged.
        content_type: The Content-Type header; None when the request has none.
        accept: The Accept header; None when the request has none.
        headers: All headers, names as sent.
        sink: For an image that streams; None where nobody waits for parts.
    """

    body: bytes
    content_type: str | None = None
    accept: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    sink: Sink | None = None


@dataclass(frozen=True)
class Reply:
    """One HTTP answer of the container; `content_type` None means no such header.

    After parts have been streamed, the body is the last part; a status that is no success breaks
    the stream off.
    """

    status: int
    body: bytes = b""
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Container(Protocol):
    """An image that serves one model."""

    max_body_bytes: int | None

    def start(self) -> None:
        """Do what the start command does before the server listens.

        Raises:
            ContainerExitError: The command ends, so the container does.
        """

    def ping(self) -> Reply:
        """Answer GET /ping."""

    def invoke(self, request: Invocation) -> Reply:
        """Answer POST /invocations."""

    def too_large(self) -> Reply:
        """Answer a body over `max_body_bytes`."""


@dataclass(frozen=True)
class Place:
    """Where a container's paths are on this machine.

    Attributes:
        model_dir: What the image sees as /opt/ml/model.
        code_dir: What the image sees as /opt/ml/code.
    """

    model_dir: Path
    code_dir: Path

    def real(self, value: str) -> str:
        """Map a path under /opt/ml/model or /opt/ml/code to this machine; others stay."""
        for image_path, here in ((MODEL_PATH, self.model_dir), (CODE_PATH, self.code_dir)):
            if value == image_path or value.startswith(image_path + "/"):
                return str(here) + value[len(image_path) :]
        return value

    def shown(self, text: str) -> str:
        """Replace this machine's paths by the image's, as a person would read them on AWS."""
        return text.replace(str(self.model_dir), MODEL_PATH).replace(str(self.code_dir), CODE_PATH)


def json_reply(status: int, value: Any) -> Reply:
    """Return a JSON answer."""
    return Reply(status, json.dumps(value).encode(), "application/json")
