"""What a compilation job reads from S3 and writes there, as its role may."""

import hashlib
from collections.abc import Callable

from tools.sandbox.artifacts import Artifacts, S3Location, parse_s3_url, role_may
from tools.sandbox.hosting_state import CompilationJob
from tools.sandbox.moto_bridge import MotoBridge, Role
from tools.sandbox.wire import AwsError

_INPUT = "ClientError: InputConfiguration:"
_OUTPUT = "ClientError: OutputConfiguration:"


class JobFailedError(Exception):
    """The job ends FAILED with this text."""


class JobObjects:
    """Reads the model and keeps the result."""

    def __init__(
        self,
        artifacts: Artifacts,
        bridge: MotoBridge,
        keep_object: Callable[[str, str, str], None],
    ) -> None:
        """Take `keep_object(bucket, key, region)`: makes a written object last."""
        self._artifacts = artifacts
        self._bridge = bridge
        self._keep_object = keep_object

    def read(self, job: CompilationJob, url: str) -> bytes:
        """Return the model's archive.

        Raises:
            JobFailedError: It is not there, is in another region, or the role may not read it.
        """
        role = self._role(job)
        location = parse_s3_url(url)
        if location is None:
            raise JobFailedError(f"{_INPUT} S3 object does not exist. S3Uri: {url}")
        where = self._bridge.bucket_region(location.bucket, job.region)
        if where not in (None, job.region):
            raise JobFailedError(
                f"{_INPUT} Bucket {location.bucket} is in region {where} which is different from "
                f"AWS Sagemaker service region {job.region}"
            )
        stored = self._bridge.read_object(location.bucket, location.key, job.region)
        allowed = role_may(role, "s3:GetObject", location.arn)
        if where is not None and not allowed:
            raise JobFailedError(
                f"{_INPUT} Access denied. The role {role.arn} needs s3:GetObject on {url}."
            )
        if stored is None:
            raise JobFailedError(f"{_INPUT} S3 object does not exist. S3Uri: {url}")
        return stored.body

    def write(self, job: CompilationJob, made: bytes) -> dict[str, str]:
        """Put the result where the job says; return its place and digest as fields of the job.

        Raises:
            JobFailedError: There is no such bucket, or the role may not write there.
        """
        role = self._role(job)
        prefix = str(job.definition["OutputConfig"]["S3OutputLocation"]).rstrip("/")
        url = f"{prefix}/model-{target_of(job)}.tar.gz"
        location = parse_s3_url(url) or S3Location("", "")
        if not role_may(role, "s3:PutObject", location.arn):
            raise JobFailedError(
                f"{_OUTPUT} Access denied. The role {role.arn} needs s3:PutObject on {url}."
            )
        attributes = {"metadata": {"Content-Type": "application/gzip"}}
        try:
            self._bridge.write_object(location.bucket, location.key, made, job.region, attributes)
        except AwsError as error:
            raise JobFailedError(f"{_OUTPUT} {error.message}: {url}") from error
        self._keep_object(location.bucket, location.key, job.region)
        return {"artifact_uri": url, "artifact_sha256": hashlib.sha256(made).hexdigest()}

    def _role(self, job: CompilationJob) -> Role:
        try:
            return self._artifacts.assume(str(job.definition["RoleArn"]))
        except AwsError as error:
            raise JobFailedError(f"ClientError: {error.message}") from error


def target_of(job: CompilationJob) -> str:
    """Return the part of the result's name that says what it is for."""
    output = job.definition["OutputConfig"]
    platform = output.get("TargetPlatform", {})
    parts = [str(platform[key]) for key in ("Os", "Arch", "Accelerator") if key in platform]
    return str(output.get("TargetDevice") or "_".join(parts))
