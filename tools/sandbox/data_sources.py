"""A container's model data, whichever way it is named: a URL, one object, or a prefix of many."""

import gzip
import io
import tarfile
from collections.abc import Callable, Mapping
from typing import Any

from tools.sandbox.moto_bridge import Role
from tools.sandbox.wire import AwsError, validation_exception

#: Buckets of models whose licence must be accepted (sagemaker-core jumpstart/region_config.json).
_GATED = "s3://jumpstart-private-cache-prod-"
ReadObject = Callable[[str, Role, str], bytes]
ListKeys = Callable[[str, str], list[str]]


class DataSources:
    """Reads model data as the execution role, or as the licence allows."""

    def __init__(self, read: ReadObject, read_gated: ReadObject, keys: ListKeys) -> None:
        """Take how an object is read (URL, role, region), freely or not, and keys are listed."""
        self._read = read
        self._read_gated = read_gated
        self._keys = keys

    def archive(self, container: Mapping[str, Any], role: Role, region: str) -> bytes | None:
        """Return a container's model data as a gzip'd tar; None when it has none.

        Raises:
            AwsError: The source is malformed or cannot be read, or a licence is not accepted.
        """
        source = container.get("ModelDataSource")
        if source is None:
            url = container.get("ModelDataUrl")
            return None if url is None else self._object(str(url), role, region, accepted=False)
        if "ModelDataUrl" in container:
            raise validation_exception("Give either ModelDataUrl or ModelDataSource, not both.")
        return self._source(source["S3DataSource"], role, region)

    def _source(self, source: Mapping[str, Any], role: Role, region: str) -> bytes:
        kind = (source["S3DataType"], source["CompressionType"])
        access = source.get("ModelAccessConfig") or {}
        accepted = access.get("AcceptEula") is True
        url = str(source["S3Uri"])
        match kind:
            case ("S3Object", "Gzip"):
                return self._object(url, role, region, accepted=accepted)
            case ("S3Prefix", "None"):
                return self._prefix(url, role, region, accepted=accepted)
            case _:
                raise AwsError(
                    "UnsupportedOperation",
                    f"The sandbox does not serve model data of type {kind[0]} with compression "
                    f"{kind[1]}.",
                    501,
                )

    def _object(self, url: str, role: Role, region: str, *, accepted: bool) -> bytes:
        if not url.startswith(_GATED):
            return self._read(url, role, region)
        if not accepted:
            raise validation_exception(
                "The AcceptEula value must be explicitly defined as True in order to accept the "
                "EULA that this model requires."
            )
        return self._read_gated(url, role, region)

    def _prefix(self, url: str, role: Role, region: str, *, accepted: bool) -> bytes:
        if not url.endswith("/"):
            raise validation_exception(f"The S3Uri of an S3Prefix must end with a slash: {url}")
        keys = self._keys(url, region)
        if not keys:
            raise validation_exception(f"Could not find model data at {url}.")
        bucket, _, prefix = url.removeprefix("s3://").partition("/")
        return _packed(
            {
                key.removeprefix(prefix): self._object(
                    f"s3://{bucket}/{key}", role, region, accepted=accepted
                )
                for key in keys
                if not key.endswith("/")
            }
        )


def _packed(files: Mapping[str, bytes]) -> bytes:
    """Files as the archive that a worker unpacks; AWS copies them into the folder one by one."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=1) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as made,
    ):
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(files[name]), 0o644
            made.addfile(member, io.BytesIO(files[name]))
    return buffer.getvalue()
