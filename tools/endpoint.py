"""The nouns: what an endpoint is, in AWS's words."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class InferenceOption(StrEnum):
    """How a model answers; the last three are honest ways of saying "no endpoint"."""

    REAL_TIME = "real-time"
    SERVERLESS = "serverless"
    ASYNCHRONOUS = "asynchronous"
    BATCH_TRANSFORM = "batch-transform"
    EDGE = "edge"
    NONE = "none"


#: The options that are deployed as an endpoint.
ENDPOINT_OPTIONS = (
    InferenceOption.REAL_TIME,
    InferenceOption.SERVERLESS,
    InferenceOption.ASYNCHRONOUS,
)


class DeploymentMethod(StrEnum):
    """A way to carry a specification out; `api` is plain boto3 calls."""

    API = "api"
    SDK = "sdk"
    JUMPSTART = "jumpstart"
    CLOUDFORMATION = "cloudformation"


class Framework(StrEnum):
    """What the model was trained with, as far as it decides the image."""

    SKLEARN = "sklearn"
    XGBOOST = "xgboost"
    PYTORCH = "pytorch"
    TENSORFLOW = "tensorflow"
    ONNX = "onnx"
    HUGGINGFACE = "huggingface"
    LIGHTGBM = "lightgbm"
    CATBOOST = "catboost"
    CUSTOM = "custom"


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ScalingPolicy(_Noun):
    """One scaling policy.

    Attributes:
        policy_type: AWS's `TargetTrackingScaling` or `StepScaling`.
        metric: AWS's name: a predefined metric type, or a CloudWatch metric of `AWS/SageMaker`.
        target_value: What target tracking holds the metric at; None for a step policy.
        scale_in_cooldown_s: Seconds between two removals of capacity.
        scale_out_cooldown_s: Seconds between two additions.
    """

    policy_type: Literal["TargetTrackingScaling", "StepScaling"]
    metric: str
    target_value: float | None = None
    scale_in_cooldown_s: int = 300
    scale_out_cooldown_s: int = 300


class ScheduledScaling(_Noun):
    """New bounds at a time.

    Attributes:
        schedule: `at(..)`, `rate(..)` or `cron(..)`, as Application Auto Scaling writes it.
        timezone: IANA name; UTC when None.
    """

    name: str
    schedule: str = Field(pattern=r"^(at|rate|cron)\(.+\)$")
    min_capacity: int | None = Field(default=None, ge=0)
    max_capacity: int | None = Field(default=None, ge=0)
    timezone: str | None = None


class ScalingSpec(_Noun):
    """How capacity follows traffic, between a minimum and a maximum."""

    scalable_dimension: str
    min_capacity: int = Field(ge=0)
    max_capacity: int = Field(ge=0)
    policies: tuple[ScalingPolicy, ...] = ()
    schedules: tuple[ScheduledScaling, ...] = ()


class ModelSpec(_Noun):
    """What is served.

    Attributes:
        image_uri: The serving image in ECR.
        archive_sha256: Of the packaged model.tar.gz; None when it is in S3 already.
        archive_size_bytes: Its size.
        model_data_uri: Its S3 URI; None for an image that brings or fetches its model. A prefix of
            uncompressed files ends with a slash.
        environment: The container's environment.
        accept_eula: The data is behind a licence: a plan that says True must ask a person.
    """

    image_uri: str
    archive_sha256: str | None = None
    archive_size_bytes: int = 0
    model_data_uri: str | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    accept_eula: bool = False

    @property
    def compressed(self) -> bool:
        """Whether the model's data is one archive."""
        return self.model_data_uri is None or not self.model_data_uri.endswith("/")


class ProductionVariant(_Noun):
    """One model with its capacity and its share of the traffic.

    Attributes:
        instance_type: For real-time and asynchronous.
        memory_size_in_mb: For serverless.
        weight: Share of the traffic, relative to the other variants'.
        scaling: How its capacity follows traffic; None keeps it fixed.
    """

    name: str = Field(default="AllTraffic", pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$")
    sagemaker_model: ModelSpec
    instance_type: str | None = None
    initial_instance_count: int | None = Field(default=None, ge=1)
    memory_size_in_mb: int | None = None
    max_concurrency: int | None = None
    provisioned_concurrency: int | None = None
    weight: float = Field(default=1.0, ge=0)
    volume_size_in_gb: int | None = None
    model_data_download_timeout_s: int | None = None
    container_startup_health_check_timeout_s: int | None = None
    inference_ami_version: str | None = None
    routing_strategy: str | None = None
    scaling: ScalingSpec | None = None


class AsyncSpec(_Noun):
    """Where asynchronous results go, and who is told.

    Attributes:
        output_uri: S3 URI for results.
        failure_uri: S3 URI for failures.
        success_topic_arn: SNS topic that is told of results.
        error_topic_arn: SNS topic that is told of failures.
    """

    output_uri: str
    failure_uri: str
    max_concurrent_invocations_per_instance: int | None = None
    success_topic_arn: str | None = None
    error_topic_arn: str | None = None
    kms_key_id: str | None = None


class DataCapture(_Noun):
    """Which share of requests and answers is kept, and where."""

    destination_uri: str
    sampling_percentage: int = Field(ge=0, le=100)
    capture: tuple[Literal["Input", "Output"], ...] = ("Input", "Output")
    json_content_types: tuple[str, ...] = ()
    csv_content_types: tuple[str, ...] = ()


class AlarmSpec(_Noun):
    """Alarms on every variant's latency and 5XX answers.

    Attributes:
        latency_p95_ms: What is still good; None when nothing was said.
        topic_arn: SNS topic that is told; None for alarms that are only looked at.
    """

    latency_p95_ms: float | None = Field(default=None, gt=0)
    topic_arn: str | None = None


class VpcSpec(_Noun):
    """The subnets and security groups that the model runs in."""

    subnets: tuple[str, ...] = Field(min_length=1, max_length=16)
    security_group_ids: tuple[str, ...] = Field(min_length=1, max_length=5)


class EndpointSpec(_Noun):
    """One endpoint, whatever way it is deployed by.

    Attributes:
        name: The endpoint's.
        suffix: Makes the names of models and configuration unique (they cannot be changed).
        variants: One, or several that share the traffic.
        shadow: Gets a copy of the traffic; its answers are dropped.
        role_arn: Execution role; None when the plan makes one.
        asynchronous: For asynchronous endpoints, and only for them.
        kms_key_id: Encrypts the instances' volumes.
        alarms: Part of every production endpoint; they turn its updates back.
        tags: Beside our own.
    """

    name: str
    suffix: str
    region: str
    inference_option: InferenceOption
    variants: tuple[ProductionVariant, ...] = Field(min_length=1, max_length=10)
    shadow: ProductionVariant | None = None
    role_arn: str | None
    asynchronous: AsyncSpec | None = None
    network_isolation: bool = False
    vpc: VpcSpec | None = None
    kms_key_id: str | None = None
    data_capture: DataCapture | None = None
    alarms: AlarmSpec | None = None
    tags: dict[str, str] = Field(default_factory=dict)

    @property
    def first(self) -> ProductionVariant:
        """The main variant."""
        return self.variants[0]

    @property
    def all_variants(self) -> tuple[ProductionVariant, ...]:
        """Production variants, then the shadow."""
        return (*self.variants, *((self.shadow,) if self.shadow else ()))
