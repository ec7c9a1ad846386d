"""Hooks on every botocore session of a process: reads pass, everything else is kept and answered.

Installed with `botocore.register_initializer` before the SDK is imported, because the SDK makes
sessions and clients of its own, some of them while it is imported.
"""

import copy
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from tools.operations import read_only
from tools.recording.canned import answer
from tools.recording.planned import Planned
from tools.recording.request import RecordedCall, RecordedRead
from tools.recording.uploads import keep

_PARAMETERS = "recorded_parameters"
#: Reads that steer what the SDK does next: their outcome belongs to the plan.
_STEERING = frozenset({("sagemaker", "DescribeEndpoint"), ("s3", "HeadBucket")})


class BlockedError(Exception):
    """A call that cannot be recorded truthfully. No BaseException: the SDK would swallow that."""


class _Http(NamedTuple):
    status_code: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never written to


class Recorder:
    """Keeps what the SDK means to change, and answers as if it had."""

    def __init__(self) -> None:
        self.calls: list[RecordedCall] = []
        self.reads: list[RecordedRead] = []
        self.blocked: str | None = "recording has not begun"
        self._planned = Planned("", "", "", {})
        self._account = ""
        self._blobs = Path()

    def begin(self, account: str, blobs: Path, planned: Planned) -> None:
        """Begin a recording on top of what earlier steps of the plan will have made."""
        self._account, self._blobs, self.blocked = account, blobs, None
        self._planned = planned

    def install(self, session: botocore.session.Session) -> None:
        """Hook a session, before its first client is made."""
        events = session.get_component("event_emitter")
        events.register_first("provide-client-params", self._keep_parameters)
        events.register_first("before-call", self._before_call)
        events.register_first("before-send", self._before_send)
        events.register_last("after-call", self._after_call)
        events.register_last("creating-client-class.s3", self._replace_uploads)

    def _keep_parameters(self, params: Any, context: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        """Keep API parameters as the caller gave them: before tokens and checksums come in."""
        context[_PARAMETERS] = dict(params)

    def _before_call(
        self,
        model: OperationModel,
        context: dict[str, Any],
        **_: Any,  # noqa: ANN401 - botocore's
    ) -> tuple[_Http, dict[str, Any]] | None:
        service = model.service_model.service_name
        parameters = context.get(_PARAMETERS, {})
        if (service, model.name) == ("sts", "GetCallerIdentity"):
            return _Http(), answer(model, self._identity())
        if read_only(service, model.name):
            planned = self._planned.read(model, parameters)
            return None if planned is None else (_Http(), planned)
        if "Multipart" in model.name or model.name == "UploadPart":
            self.blocked = f"{service}:{model.name} cannot be recorded"
        if self.blocked is not None:
            raise BlockedError(self.blocked)
        return _Http(), answer(model, self._record(service, model.name, parameters))

    def _identity(self) -> dict[str, str]:
        return {
            "Account": self._account,
            "Arn": f"arn:aws:iam::{self._account}:user/planning",
            "UserId": "planning",
        }

    def _record(self, service: str, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
        kept = copy.deepcopy({k: v for k, v in parameters.items() if k != "Body"})
        if "Body" in parameters:
            kept["Body"] = self._blob(parameters["Body"], str(parameters.get("Key")))
        self.calls.append(RecordedCall(operation=f"{service}.{xform_name(name)}", parameters=kept))
        return self._planned.note(name, kept)

    def _before_send(self, event_name: str, **_: Any) -> None:  # noqa: ANN401
        """The wall: whatever came this far must be a read."""
        service, operation = event_name.split(".")[-2:]
        if not read_only(service, operation):
            self.blocked = f"{service}:{operation} was about to be sent"
            raise BlockedError(self.blocked)

    def _after_call(
        self,
        http_response: Any,  # noqa: ANN401 - botocore's
        model: OperationModel,
        context: dict[str, Any],
        **_: Any,  # noqa: ANN401
    ) -> None:
        service = model.service_model.service_name
        if isinstance(http_response, _Http) or (service, model.name) not in _STEERING:
            return
        read = RecordedRead(
            operation=f"{service}.{xform_name(model.name)}",
            parameters=copy.deepcopy(context.get(_PARAMETERS, {})),
            found=http_response.status_code < 300,
        )
        if read not in self.reads:
            self.reads.append(read)

    def _replace_uploads(self, class_attributes: dict[str, Any], **_: Any) -> None:  # noqa: ANN401
        """Take files at the SDK's upload calls, before they are cut into parts for threads."""
        recorder = self

        def upload_file(  # boto3's own signature
            _client: Any,  # noqa: ANN401
            Filename: str,  # noqa: N803
            Bucket: str,  # noqa: N803
            Key: str,  # noqa: N803
            ExtraArgs: dict[str, Any] | None = None,  # noqa: N803
            **_: Any,  # noqa: ANN401
        ) -> None:
            recorder.upload(Path(Filename), Bucket, Key, ExtraArgs or {})

        def upload_fileobj(*_: Any, **__: Any) -> None:  # noqa: ANN401
            recorder.blocked = "an upload from memory cannot be recorded"
            raise BlockedError(recorder.blocked)

        class_attributes["upload_file"] = upload_file
        class_attributes["upload_fileobj"] = upload_fileobj

    def upload(self, path: Path, bucket: str, key: str, extra: dict[str, Any]) -> None:
        """Record an upload as one PutObject of content that is now in the blob store."""
        if self.blocked is not None:
            raise BlockedError(self.blocked)
        sha256, size_bytes = keep(path, self._blobs, archive=key.endswith(".tar.gz"))
        body = {"$blob": {"sha256": sha256, "size_bytes": size_bytes}}
        parameters = {"Bucket": bucket, "Key": key, "Body": body, **extra}
        self.calls.append(RecordedCall(operation="s3.put_object", parameters=parameters))
        self._planned.upload(f"s3://{bucket}/{key}", self._blobs / sha256)

    def _blob(self, body: Any, key: str) -> dict[str, Any]:  # noqa: ANN401 - bytes, text or a file
        data = body.read() if hasattr(body, "read") else body
        data = data.encode() if isinstance(data, str) else bytes(data)
        self._blobs.mkdir(parents=True, exist_ok=True)
        part = self._blobs / f"part-{len(self.calls)}"
        part.write_bytes(data)
        try:
            sha256, size_bytes = keep(part, self._blobs, archive=key.endswith(".tar.gz"))
        finally:
            part.unlink(missing_ok=True)
        return {"$blob": {"sha256": sha256, "size_bytes": size_bytes}}


def refusal(error: BaseException) -> str:
    """Return the first line of what stopped the SDK, the service's own words first."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Message", error))
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
