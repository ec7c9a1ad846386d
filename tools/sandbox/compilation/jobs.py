"""CreateCompilationJob, DescribeCompilationJob and what else is asked of a job."""

from typing import Any

from tools.sandbox.artifacts import Artifacts
from tools.sandbox.compilation.judging import judge
from tools.sandbox.compilation.work import CompilationWork
from tools.sandbox.hosting_state import CompilationJob, HostingState, sagemaker_arn
from tools.sandbox.images.registries import NEO
from tools.sandbox.listing import list_summaries
from tools.sandbox.service import Call, Operation
from tools.sandbox.tagging import drop_tags, set_tags
from tools.sandbox.wire import AwsError, validation_exception

_ENDED = frozenset(("COMPLETED", "FAILED", "STOPPED"))
_GPU = frozenset(("ml_p2", "ml_p3", "ml_g4dn"))
#: Of the page that lists the inference images (2026); Neo names one for ml_ targets alone.
_ONNX_IMAGE = "{account}.dkr.ecr.{region}.amazonaws.com/sagemaker-neo-onnx:1.5.0-{kind}-py3"


class CompilationJobs:
    """The operations on compilation jobs."""

    def __init__(self, state: HostingState, artifacts: Artifacts, work: CompilationWork) -> None:
        self._state = state
        self._artifacts = artifacts
        self._work = work

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "CreateCompilationJob": self.create,
            "DescribeCompilationJob": self.describe,
            "ListCompilationJobs": self.list,
            "StopCompilationJob": self.stop,
            "DeleteCompilationJob": self.delete,
        }

    def create(self, call: Call) -> dict[str, Any]:
        """CreateCompilationJob: what the role may not read shows when the job runs."""
        judge(call.params, call.region)
        self._artifacts.assume(str(call.params["RoleArn"]))
        name = str(call.params["CompilationJobName"])
        arn = sagemaker_arn(call.region, "compilation-job", name)
        definition = {key: value for key, value in call.params.items() if key != "Tags"}
        with self._state.lock:
            if self._state.get(CompilationJob, call.region, name) is not None:
                raise AwsError("ResourceInUse", f"Compilation job already exists: {arn}")
            set_tags(self._state, call.region, arn, call.params.get("Tags", []))
            job = CompilationJob(
                region=call.region, name=name, arn=arn, created_at=call.at, modified_at=call.at,
                definition=definition, status="STARTING",
            )  # fmt: skip
            self._state.save(job)
        self._work.start(job)
        return {"CompilationJobArn": arn}

    def _existing(self, call: Call) -> CompilationJob:
        name = str(call.params["CompilationJobName"])
        found = self._state.get(CompilationJob, call.region, name)
        if found is None:
            arn = sagemaker_arn(call.region, "compilation-job", name)
            raise AwsError("ResourceNotFound", f"Requested resource {arn} not found.")
        return found

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeCompilationJob."""
        job = self._existing(call)
        done = job.status == "COMPLETED"
        times = {"CompilationStartTime": job.started_at, "CompilationEndTime": job.ended_at}
        described: dict[str, Any] = {
            **job.definition,
            "CompilationJobArn": job.arn,
            "CompilationJobStatus": job.status,
            "CreationTime": job.created_at,
            "LastModifiedTime": job.modified_at,
            "FailureReason": job.failure_reason or "",
            "ModelArtifacts": {"S3ModelArtifacts": job.artifact_uri if done else ""},
            **{key: value for key, value in times.items() if value is not None},
        }
        if done:
            described["ModelDigests"] = {"ArtifactDigest": f"sha256:{job.artifact_sha256}"}
            image = _inference_image(job)
            described |= {"InferenceImage": image} if image else {}
        return described

    def list(self, call: Call) -> dict[str, Any]:
        """ListCompilationJobs."""
        summaries = [_summary(job) for job in self._state.all(CompilationJob, call.region)]
        return list_summaries(
            summaries, call.params, result="CompilationJobSummaries",
            name_key="CompilationJobName", status_key="CompilationJobStatus",
        )  # fmt: skip

    def stop(self, call: Call) -> dict[str, Any]:
        """StopCompilationJob."""
        job = self._existing(call)
        if job.status in _ENDED:
            raise validation_exception(
                f"The request was rejected because the compilation job is in status {job.status}."
            )
        self._work.stop(job)
        return {}

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteCompilationJob: the job goes, its result in S3 stays."""
        job = self._existing(call)
        if job.status not in _ENDED:
            raise validation_exception(
                f"Compilation job {job.arn} is in status {job.status}: only jobs that are "
                "COMPLETED, FAILED or STOPPED can be deleted."
            )
        self._state.drop(job)
        drop_tags(self._state, call.region, job.arn)
        return {}


def _summary(job: CompilationJob) -> dict[str, Any]:
    output = job.definition["OutputConfig"]
    summary = {
        "CompilationJobName": job.name,
        "CompilationJobArn": job.arn,
        "CompilationJobStatus": job.status,
        "CreationTime": job.created_at,
        "LastModifiedTime": job.modified_at,
        "CompilationStartTime": job.started_at,
        "CompilationEndTime": job.ended_at,
        "CompilationTargetDevice": output.get("TargetDevice"),
    }
    platform = output.get("TargetPlatform", {})
    for key in ("Os", "Arch", "Accelerator"):
        summary[f"CompilationTargetPlatform{key}"] = platform.get(key)
    return {key: value for key, value in summary.items() if value is not None}


def _inference_image(job: CompilationJob) -> str | None:
    device = str(job.definition["OutputConfig"].get("TargetDevice", ""))
    account = NEO.get(job.region)
    if not device.startswith("ml_") or account is None:
        return None
    kind = "gpu" if device in _GPU else "cpu"
    image = _ONNX_IMAGE.format(account=account, region=job.region, kind=kind)
    china = job.region.startswith("cn-")
    return image.replace("amazonaws.com/", "amazonaws.com.cn/") if china else image
