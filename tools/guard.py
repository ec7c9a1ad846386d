"""The guard: during apply, a botocore hook refuses every mutating call but the plan's next one.

It sits on the session, so it holds for every client made from it, whoever makes the call. Once it
has refused something it refuses everything (a caller that swallows the error cannot go on).
"""

import hashlib
from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.model import OperationModel

from tools.errors import UnapprovedCallError
from tools.operations import read_only

#: (operation as "service.Operation", parameters with `Body` replaced by its SHA-256)
Expected = tuple[str, dict[str, Any]]


class Guard:
    """Lets reads pass, and of mutating calls only the one `expected()` returns, once."""

    def __init__(self, expected: Callable[[], Expected | None]) -> None:
        self._expected = expected
        self._passed: dict[str, Any] | None = None
        self.blocked = False

    def install(self, session: botocore.session.Session) -> None:
        """Hook every client that is made from `session`, before the first is made."""
        events = session.get_component("event_emitter")
        events.register_first("provide-client-params", self._check)
        events.register("before-call", self._before_call)
        events.register("before-send", self._before_send)

    def _check(self, params: dict[str, Any], model: OperationModel, **_: Any) -> None:  # noqa: ANN401
        self._passed = None
        service = model.service_model.service_name
        if read_only(service, model.name):
            return
        asked = (f"{service}.{model.name}", comparable(params))
        if self.blocked or asked != self._expected():
            self._refuse(asked[0])
        self._passed = params

    def _before_call(self, model: OperationModel, **_: Any) -> None:  # noqa: ANN401
        service = model.service_model.service_name
        if not read_only(service, model.name) and self._passed is None:
            self._refuse(f"{service}.{model.name}")

    def _before_send(self, request: Any, **_: Any) -> None:  # noqa: ANN401
        mutating = request.method not in {"GET", "HEAD"} and self.blocked
        if mutating:
            self._refuse(request.url)

    def _refuse(self, what: str) -> None:
        self.blocked = True
        raise UnapprovedCallError(
            f"{what} is not the approved plan's next call; it was not sent.",
            remedy="Make a new plan and approve it.",
        )


def comparable(params: dict[str, Any]) -> dict[str, Any]:
    """Return parameters with the body of an upload replaced by its SHA-256."""
    if "Body" not in params:
        return dict(params)
    return {**params, "Body": {"sha256": _sha256(params["Body"])}}


def _sha256(body: Any) -> str:  # noqa: ANN401 - bytes or a file
    if isinstance(body, bytes):
        return hashlib.sha256(body).hexdigest()
    start = body.tell()
    digest = hashlib.file_digest(body, "sha256").hexdigest()
    body.seek(start)
    return digest
