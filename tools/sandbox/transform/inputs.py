"""The objects that a job reads, and where each result goes, as the execution role may."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.sandbox.artifacts import Artifacts, S3Location, parse_s3_url, role_may
from tools.sandbox.moto_bridge import MotoBridge, Role
from tools.sandbox.object_listing import object_keys
from tools.sandbox.wire import AwsError

SUFFIX = ".out"


class NoInputError(Exception):
    """The input cannot be had; the text is for the FailureReason."""


@dataclass(frozen=True)
class InputObject:
    """An object to score, and its result's place below the output path.

    Attributes:
        result: The object's name from the folder of the prefix on, with `.out`.
    """

    location: S3Location
    result: str


class JobStorage:
    """Reads a job's inputs and writes its results, with the model's role."""

    def __init__(
        self,
        bridge: MotoBridge,
        keep_object: Callable[[str, str, str], None],
        artifacts: Artifacts,
        region: str,
    ) -> None:
        """Take `keep_object(bucket, key, region)`: makes a written object last."""
        self._bridge = bridge
        self._keep_object = keep_object
        self._artifacts = artifacts
        self._region = region

    def role(self, arn: str) -> Role:
        """Return the model's role.

        Raises:
            NoInputError: SageMaker cannot assume it.
        """
        try:
            return self._artifacts.assume(arn)
        except AwsError as error:
            raise NoInputError(error.message) from error

    def inputs(self, source: Mapping[str, Any], role: Role) -> list[InputObject]:
        """Return the objects of an S3DataSource, in the order of their keys (or the manifest).

        Raises:
            NoInputError: There are none, or the role may not list or read them.
        """
        url = str(source["S3Uri"])
        found = list(
            self._listed(url, role)
            if source["S3DataType"] == "S3Prefix"
            else self._named(url, role)
        )
        if not found:
            raise NoInputError(f"Data download failed: no objects were found under {url}.")
        return found

    def _listed(self, url: str, role: Role) -> Iterator[InputObject]:
        place = _place(url)
        if not role_may(role, "s3:ListBucket", f"arn:aws:s3:::{place.bucket}"):
            raise NoInputError(f"Data download failed: AccessDenied (403): {url}, s3:ListBucket")
        folder = place.key.rpartition("/")[0]
        skipped = len(folder) + 1 if folder else 0
        for key in object_keys(self._bridge, place.bucket, place.key, self._region):
            if not key.endswith("/"):
                yield InputObject(S3Location(place.bucket, key), key[skipped:] + SUFFIX)

    def _named(self, url: str, role: Role) -> Iterator[InputObject]:
        """A manifest: `[{"prefix": "s3://bucket/folder/"}, "name", ..]`."""
        try:
            first, *names = json.loads(self.read(_place(url), role))
            prefix = str(first["prefix"])
        except (ValueError, TypeError, KeyError) as error:
            raise NoInputError(f"Data download failed: {url} is no manifest file.") from error
        for name in names:
            yield InputObject(_place(f"{prefix}{name}"), f"{name}{SUFFIX}")

    def read(self, location: S3Location, role: Role, compression: str = "None") -> bytes:
        """Return an object's bytes, uncompressed.

        Raises:
            NoInputError: It is not there, may not be read, or is no gzip.
        """
        url = f"s3://{location.bucket}/{location.key}"
        if not role_may(role, "s3:GetObject", location.arn):
            raise NoInputError(f"Data download failed: AccessDenied (403): {url}, s3:GetObject")
        stored = self._bridge.read_object(location.bucket, location.key, self._region)
        if stored is None:
            raise NoInputError(f"Data download failed: NoSuchKey (404): {url}")
        if compression != "Gzip":
            return stored.body
        try:
            return gzip.decompress(stored.body)
        except (OSError, EOFError, zlib.error) as error:
            raise NoInputError(f"Data download failed: {url} is no gzip file") from error

    def write(self, folder: str, result: str, body: bytes, kind: str | None, role: Role) -> None:
        """Put a result below the output path.

        Raises:
            NoInputError: The role may not, or there is no such bucket.
        """
        place = _place(folder)
        key = f"{place.key.rstrip('/')}/{result}".lstrip("/")
        target = S3Location(place.bucket, key)
        if not role_may(role, "s3:PutObject", target.arn):
            raise NoInputError(f"Output upload failed: AccessDenied (403): {folder}, s3:PutObject")
        attributes = {"metadata": {"Content-Type": kind or "application/octet-stream"}}
        try:
            self._bridge.write_object(place.bucket, key, body, self._region, attributes)
        except AwsError as error:
            raise NoInputError(f"Output upload failed: {error.message} ({folder})") from error
        self._keep_object(place.bucket, key, self._region)


def _place(url: str) -> S3Location:
    found = parse_s3_url(url)
    if found is None:
        raise NoInputError(f"Data download failed: {url} is no S3 address.")
    return found
