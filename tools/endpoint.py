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


class ScalingSpec(_Noun):
    """How capacity follows traffic, between a minimum and a maximum."""

    scalable_dimension: str
    min_capacity: int = Field(ge=0)
    max_capacity: int = Field(ge=0)
    policies: tuple[ScalingPolicy, ...]


class ModelSpec(_Noun):
    """What is served.

    Attributes:
        image_uri: The serving image in ECR.
        archive_sha256: Of the packaged model.tar.gz; None when it is in S3 already.
        archive_size_bytes: Its size.
        model_data_uri: Its S3 URI.
        environment: The container's environment.
    """

    image_uri: str
    archive_sha256: str | None
    archive_size_bytes: int
    model_data_uri: str
    environment: dict[str, str] = Field(default_factory=dict)


class EndpointSpec(_Noun):
    """One endpoint, whatever way it is deployed by.

    Attributes:
        name: The endpoint's.
        suffix: Makes the names of model and configuration unique (they cannot be changed in place).
        role_arn: Execution role; None when the plan makes one.
        instance_type: For real-time and asynchronous.
        memory_size_in_mb: For serverless.
        output_uri: S3 URI for asynchronous results; failures go to `<output_uri>-failures`.
    """

    name: str
    suffix: str
    region: str
    inference_option: InferenceOption
    sagemaker_model: ModelSpec
    role_arn: str | None
    instance_type: str | None = None
    initial_instance_count: int | None = None
    memory_size_in_mb: int | None = None
    max_concurrency: int | None = None
    provisioned_concurrency: int | None = None
    output_uri: str | None = None
    max_concurrent_invocations_per_instance: int | None = None
    network_isolation: bool = False
    scaling: ScalingSpec | None = None
    variant_name: str = "AllTraffic"
