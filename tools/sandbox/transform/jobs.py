"""CreateTransformJob, DescribeTransformJob, ListTransformJobs and StopTransformJob."""

from collections import Counter
from typing import Any

from tools.sandbox.hosting_state import HostingState, TransformJob, sagemaker_arn
from tools.sandbox.listing import list_summaries
from tools.sandbox.quota_use import quota_refusal
from tools.sandbox.sagemaker_models import containers_of, require_model
from tools.sandbox.service import Call, Operation
from tools.sandbox.service_quotas import quota_value
from tools.sandbox.tagging import set_tags
from tools.sandbox.transform.data_processing import ProcessingError
from tools.sandbox.transform.json_path import PathError
from tools.sandbox.transform.scoring import Setting
from tools.sandbox.transform.work import TransformWork
from tools.sandbox.wire import AwsError, validation_exception

#: MaxConcurrentTransforms x MaxPayloadInMB (API reference, MaxPayloadInMB).
_MOST_MB_AT_ONCE = 100
_UNSERVED = ("DataCaptureConfig",)
_SHOWN = (
    "TransformJobName", "ModelName", "MaxConcurrentTransforms", "ModelClientConfig",
    "MaxPayloadInMB", "BatchStrategy", "Environment", "TransformInput", "TransformOutput",
    "TransformResources", "DataProcessing", "ExperimentConfig",
)  # fmt: skip


class TransformJobs:
    """The batch transform operations."""

    def __init__(self, state: HostingState, work: TransformWork) -> None:
        self._state = state
        self._work = work

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "CreateTransformJob": self.create,
            "DescribeTransformJob": self.describe,
            "ListTransformJobs": self.list,
            "StopTransformJob": self.stop,
        }

    def create(self, call: Call) -> dict[str, Any]:
        """CreateTransformJob: refused when the model, the name or the numbers do not allow it."""
        definition = {key: value for key, value in call.params.items() if key != "Tags"}
        name = str(definition["TransformJobName"])
        arn = sagemaker_arn(call.region, "transform-job", name)
        served = require_model(self._state, call.region, str(definition["ModelName"])).definition
        _check(definition, served)
        with self._state.lock:
            if self._state.get(TransformJob, call.region, name) is not None:
                raise AwsError(
                    "ResourceInUse",
                    "Transform job names must be unique within an AWS account and region, and a "
                    f"transform job with this name already exists ({arn})",
                )
            self._check_quota(call.region, definition["TransformResources"])
            set_tags(self._state, call.region, arn, call.params.get("Tags", []))
            job = TransformJob(
                region=call.region,
                name=name,
                arn=arn,
                created_at=call.at,
                definition=definition,
                sagemaker_model=served,
                status="InProgress",
            )
            self._state.save(job)
        self._work.begin(job)
        return {"TransformJobArn": arn}

    def _check_quota(self, region: str, wanted: dict[str, Any]) -> None:
        name = f"{wanted['InstanceType']} for transform job usage"
        quota = quota_value(region, name)
        used: Counter[str] = Counter()
        for job in self._state.all(TransformJob, region):
            if job.status in ("InProgress", "Stopping"):
                resources = job.definition["TransformResources"]
                used[resources["InstanceType"]] += resources["InstanceCount"]
        at_work, more = used[wanted["InstanceType"]], int(wanted["InstanceCount"])
        if quota is not None and at_work + more > quota:
            raise AwsError("ResourceLimitExceeded", quota_refusal(name, int(quota), at_work, more))

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeTransformJob."""
        job = self._require(call)
        told = {key: job.definition[key] for key in _SHOWN if key in job.definition}
        source = {"CompressionType": "None", "SplitType": "None", **told["TransformInput"]}
        output = {"AssembleWith": "None", "KmsKeyId": "", **told["TransformOutput"]}
        optional = {
            "FailureReason": job.failure_reason,
            "TransformStartTime": job.started_at,
            "TransformEndTime": job.ended_at,
        }
        return {
            **told,
            "TransformInput": source,
            "TransformOutput": output,
            "DataProcessing": {
                "InputFilter": "$", "OutputFilter": "$", "JoinSource": "None",
                **told.get("DataProcessing", {}),
            },
            "TransformJobArn": job.arn,
            "TransformJobStatus": job.status,
            "CreationTime": job.created_at,
            **{key: value for key, value in optional.items() if value is not None},
        }  # fmt: skip

    def list(self, call: Call) -> dict[str, Any]:
        """ListTransformJobs."""
        return list_summaries(
            [_summary(job) for job in self._state.all(TransformJob, call.region)],
            call.params,
            result="TransformJobSummaries",
            name_key="TransformJobName",
            status_key="TransformJobStatus",
        )

    def stop(self, call: Call) -> dict[str, Any]:
        """StopTransformJob; of a job that has ended it is refused."""
        with self._state.lock:
            job = self._require(call)
            if job.status == "Stopping":
                return {}
            if job.status != "InProgress":
                raise validation_exception(
                    f"The request was rejected because the transform job is in status {job.status}."
                )
            self._state.save(job.model_copy(update={"status": "Stopping"}))
        self._work.stop(job)
        return {}

    def _require(self, call: Call) -> TransformJob:
        name = str(call.params["TransformJobName"])
        job = self._state.get(TransformJob, call.region, name)
        if job is None:
            raise AwsError(
                "ResourceNotFound",
                "Could not find requested job with name: "
                f"{sagemaker_arn(call.region, 'transform-job', name)}",
            )
        return job


def _summary(job: TransformJob) -> dict[str, Any]:
    ended = {"TransformEndTime": job.ended_at} if job.ended_at else {}
    reason = {"FailureReason": job.failure_reason} if job.failure_reason else {}
    return {
        "TransformJobName": job.name,
        "TransformJobArn": job.arn,
        "CreationTime": job.created_at,
        "LastModifiedTime": job.ended_at or job.started_at or job.created_at,
        "TransformJobStatus": job.status,
        **ended,
        **reason,
    }


def _check(definition: dict[str, Any], served: dict[str, Any]) -> None:
    """Refuse what can be seen to be wrong before anything runs."""
    for key in _UNSERVED:
        if key in definition:
            raise AwsError(
                "UnsupportedOperation", f"The sandbox does not serve {key} of transform jobs.", 501
            )
    kind = definition["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"]
    if kind not in ("S3Prefix", "ManifestFile"):
        raise validation_exception(f"S3DataType {kind} is not supported for transform jobs.")
    for container in containers_of(served):
        if "ModelDataSource" in container or container.get("Mode") == "MultiModel":
            raise validation_exception(
                f'Model "{served["ModelName"]}" cannot be used with batch transform: it must be '
                "one model with a ModelDataUrl."
            )
    setting = Setting(definition)
    if setting.concurrent * setting.max_payload_mb > _MOST_MB_AT_ONCE:
        raise validation_exception(
            "The value of MaxConcurrentTransforms * MaxPayloadInMB must not exceed "
            f"{_MOST_MB_AT_ONCE} MB."
        )
    try:
        setting.processing  # noqa: B018 - its filters are read here
    except (PathError, ProcessingError) as error:
        raise validation_exception(str(error)) from error
