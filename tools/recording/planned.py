"""What stands once the calls recorded so far are made: the SDK reads it back between its calls."""

import io
from pathlib import Path
from typing import Any

from botocore.model import OperationModel
from botocore.response import StreamingBody

from tools.recording.canned import WHEN, answer

_KINDS = {
    "CreateModel": ("Model", "model"),
    "CreateEndpointConfig": ("EndpointConfig", "endpoint-config"),
    "CreateEndpoint": ("Endpoint", "endpoint"),
    "CreateInferenceComponent": ("InferenceComponent", "inference-component"),
}


class Planned:
    """Resources of recorded calls, and objects that earlier steps of the plan upload."""

    def __init__(self, region: str, account: str, bucket: str, objects: dict[str, Path]) -> None:
        """Begin with the plan's bucket and its uploads by S3 URI: both come first in the plan."""
        self._region, self._account = region, account
        self._resources: dict[tuple[str, str], dict[str, Any]] = {}
        self._objects = objects
        self._buckets = {bucket}

    def note(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Take a recorded call into account; returns what its answer should hold."""
        if operation == "CreateBucket":
            self._buckets.add(parameters["Bucket"])
            return {"Location": f"/{parameters['Bucket']}"}
        if operation not in _KINDS:
            return {}
        kind, path = _KINDS[operation]
        name = parameters[f"{kind}Name"]
        arn = f"arn:aws:sagemaker:{self._region}:{self._account}:{path}/{name}"
        self._resources[kind, name] = {
            **parameters,
            f"{kind}Arn": arn,
            f"{kind}Status": "InService",
            "CreationTime": WHEN,
            "LastModifiedTime": WHEN,
        }
        return {f"{kind}Arn": arn}

    def upload(self, uri: str, path: Path) -> None:
        """Take a recorded upload into account."""
        self._objects[uri] = path

    def read(self, model: OperationModel, parameters: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to a read of something planned; None when it must really be sent."""
        if model.service_model.service_name == "s3":
            return self._read_s3(model, parameters)
        if not model.name.startswith("Describe"):
            return None
        kind = model.name.removeprefix("Describe")
        found = self._resources.get((kind, str(parameters.get(f"{kind}Name"))))
        return None if found is None else answer(model, found)

    def _read_s3(self, model: OperationModel, parameters: dict[str, Any]) -> dict[str, Any] | None:
        if model.name == "HeadBucket":
            return answer(model, {}) if parameters["Bucket"] in self._buckets else None
        path = self._objects.get(f"s3://{parameters.get('Bucket')}/{parameters.get('Key')}")
        if path is None:
            return None
        known: dict[str, Any] = {"ContentLength": path.stat().st_size, "ETag": f'"{path.name}"'}
        if model.name == "GetObject":
            data = _part(path.read_bytes(), parameters.get("Range"))
            known |= {
                "Body": StreamingBody(io.BytesIO(data), len(data)),
                "ContentLength": len(data),
            }
        return answer(model, known) if model.name in {"GetObject", "HeadObject"} else None


def _part(data: bytes, wanted: str | None) -> bytes:
    """The bytes of "bytes=0-99" or "bytes=100-", as boto3's transfers ask for large objects."""
    if not wanted:
        return data
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    return data[int(first) : int(last) + 1 if last else None]
