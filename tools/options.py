"""What may be asked of an endpoint by name, beside the needs that a recommendation is made from.

A person who knows SageMaker says "serverless", "two to six instances" or "capture a tenth of the
requests": that is taken as said, or refused with the reason where the inference option has no such
thing. What is not said is decided by the recommendation.
"""

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tools.endpoint import InferenceOption, ScheduledScaling

Arn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:\S+$", max_length=2048)]
_S3_URI = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/\S*)?$"
S3Uri = Annotated[str, Field(pattern=_S3_URI)]


def _place(value: str) -> str:
    """An S3 URI must be one; everything else is a path."""
    if value.lower().startswith("s3:") and not re.match(_S3_URI, value):
        raise ValueError("no S3 URI: s3://bucket/prefix")
    return value


DataPlace = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_place)]


class ModelSourceKind(StrEnum):
    """Where the model comes from."""

    LOCAL = "local"
    S3 = "s3"
    JUMPSTART = "jumpstart"
    REGISTRY = "registry"
    IMAGE = "image"
    HUB = "hub"


class ModelSource(BaseModel):
    """A model's place: a path, an S3 URI, a JumpStart id, a package ARN, an image or a hub id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ModelSourceKind
    uri: str = Field(min_length=1, max_length=2048)


class DeploymentOptions(BaseModel):
    """Options by name; None: not said.

    Attributes:
        inference_option: The option that was asked for by name.
        instance_type: The type that was asked for by name.
        initial_instance_count: How many instances it starts with.
        memory_size_in_mb: Of a serverless endpoint.
        max_concurrency: Of a serverless endpoint.
        provisioned_concurrency: Serverless environments kept warm.
        auto_scaling: False: capacity stays as it is; True: it follows traffic.
        min_capacity: Least instances (copies, warm environments) when scaling.
        max_capacity: Most of them.
        scaling_metric: What is held at `scaling_target_value`, in AWS's name.
        scaling_target_value: In the metric's own unit.
        capacity_schedules: New bounds at times.
        compilation: Compile the model with Neo before it is served, or do not.
        inference_components: The model as an inference component, which can scale to zero.
        challenger_source: A second model that takes `challenger_share` of the traffic.
        challenger_share: 0 to 1.
        shadow_source: A model that gets a copy of the traffic; its answers are dropped.
        data_capture_percent: Share of requests and answers that is kept, 0 to 100.
        kms_key_id: Key id, alias or ARN that encrypts volumes and what is written.
        subnets: Of the VPC that the model runs in; together with `security_group_ids`.
        network_isolation: The container makes no network call.
        success_topic_arn: SNS topic for asynchronous results.
        error_topic_arn: SNS topic for asynchronous failures.
        alarm_topic_arn: SNS topic for the endpoint's alarms.
        input_uri: What a batch transform reads: an S3 prefix, or a file or folder of this machine,
            which the plan uploads ("sample": the sample model's rows).
        output_uri: S3 prefix for what a batch transform, or an asynchronous endpoint, writes.
        tags: Tags beside ours.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inference_option: InferenceOption | None = None
    instance_type: str | None = Field(default=None, pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")
    initial_instance_count: int | None = Field(default=None, ge=1, le=1000)
    memory_size_in_mb: int | None = Field(default=None, ge=1, le=10**6)
    max_concurrency: int | None = Field(default=None, ge=1, le=10**6)
    provisioned_concurrency: int | None = Field(default=None, ge=0, le=10**6)
    auto_scaling: bool | None = None
    min_capacity: int | None = Field(default=None, ge=0, le=10**6)
    max_capacity: int | None = Field(default=None, ge=0, le=10**6)
    scaling_metric: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{3,100}$")
    scaling_target_value: float | None = Field(default=None, gt=0, le=10**9)
    capacity_schedules: tuple[ScheduledScaling, ...] | None = Field(default=None, max_length=20)
    compilation: Literal["none", "neo"] | None = None
    inference_components: bool | None = None
    challenger_source: ModelSource | None = None
    challenger_share: float | None = Field(default=None, gt=0, lt=1)
    shadow_source: ModelSource | None = None
    data_capture_percent: int | None = Field(default=None, ge=0, le=100)
    kms_key_id: str | None = Field(default=None, pattern=r"^[a-zA-Z0-9:/_-]{1,2048}$")
    subnets: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=16)
    security_group_ids: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=5)
    network_isolation: bool | None = None
    success_topic_arn: Arn | None = None
    error_topic_arn: Arn | None = None
    alarm_topic_arn: Arn | None = None
    input_uri: DataPlace | None = None
    output_uri: S3Uri | None = None
    tags: dict[str, str] | None = Field(default=None, max_length=40)

    @property
    def copies_go_to_zero(self) -> bool:
        """Whether copies of an inference component, and the instances under them, go to zero."""
        return bool(self.inference_components) and self.min_capacity == 0
