"""The nouns: what an endpoint is, in AWS's words."""

import json
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


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


#: How Application Auto Scaling counts an inference component.
COPIES = "sagemaker:inference-component:DesiredCopyCount"
#: Counts requests to a component without a copy (docs: endpoint-auto-scaling-zero-instances).
NO_COPY = "NoCapacityInvocationFailures"
#: Where CloudWatch has what a component's copies use (docs: monitoring-cloudwatch).
COMPONENT_NAMESPACE = "/aws/sagemaker/InferenceComponents"
COMPONENT_DIMENSION = "InferenceComponentName"


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


#: Metrics of the instances themselves, percent: where CloudWatch keeps them, by what they are told
#: apart (docs: monitoring-cloudwatch, endpoint-auto-scaling-add-code-define).
HOST_NAMESPACE = "/aws/sagemaker/Endpoints"
HOST_DIMENSIONS = ("EndpointName", "VariantName")
HOST_METRICS = frozenset(
    {
        "CPUUtilization", "CPUUtilizationNormalized", "MemoryUtilization",
        "MemoryUtilizationNormalized", "GPUUtilization", "GPUUtilizationNormalized",
        "GPUMemoryUtilization", "GPUMemoryUtilizationNormalized",
    }
)  # fmt: skip


class ScalingPolicy(_Noun):
    """One scaling policy.

    Attributes:
        policy_type: AWS's `TargetTrackingScaling` or `StepScaling`.
        metric: AWS's name: a predefined metric type, one of `HOST_METRICS`, or a metric that
            `AWS/SageMaker` keeps by endpoint.
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


class TargetModel(_Noun):
    """One of several models of a multi-model endpoint: an archive under the S3 prefix.

    Attributes:
        name: Its key below the prefix; a request names it as `TargetModel`.
        sha256: Of the packaged archive that is uploaded there.
        size_bytes: Its size.
    """

    name: str = Field(pattern=r"^[\w.-]+(/[\w.-]+)*\.tar\.gz$", max_length=1024)
    sha256: str
    size_bytes: int = 0


class MultiModelSpec(_Noun):
    """One container that serves every archive under an S3 prefix, loaded when it is asked for.

    Attributes:
        models: The archives that are uploaded; none when they lie there already.
        model_cache: AWS's `ModelCacheSetting`; None leaves AWS's own default, `Enabled`.
    """

    models: tuple[TargetModel, ...] = ()
    model_cache: Literal["Enabled", "Disabled"] | None = None


class Upload(NamedTuple):
    """A packaged archive and where it goes."""

    uri: str
    sha256: str
    size_bytes: int


class TargetPlatform(_Noun):
    """A platform to compile for, in Neo's spelling, where no device is named."""

    os: str
    arch: str
    accelerator: str | None = None


class CompilationSpec(_Noun):
    """A compilation by SageMaker Neo, whose result is served in place of the model that was given.

    Attributes:
        framework: In Neo's spelling: "ONNX", "XGBOOST".
        framework_version: Of the model; None where Neo takes none or it is not known.
        data_input_config: Name to fixed shape of every input, in the graph's order.
        target_device: Such as "ml_c5"; the variant's instances must be of that family.
        target_platform: In place of a device; nothing for an endpoint.
        compiler_options: As Neo takes them for the target.
        output_uri: S3 prefix of the result, without a slash at its end.
        script_uri: S3 URI of the archive with the script that reads requests, for images that
            fetch one.
        max_runtime_s: Time after which the job is stopped.
    """

    job_name: str = Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$")
    framework: str
    framework_version: str | None = None
    data_input_config: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    target_device: str | None = None
    target_platform: TargetPlatform | None = None
    compiler_options: dict[str, Any] = Field(default_factory=dict)
    output_uri: str = Field(pattern=r"^s3://[^/]+/.*[^/]$")
    script_uri: str | None = None
    script_sha256: str | None = None
    script_size_bytes: int = 0
    max_runtime_s: int = Field(default=900, ge=1)

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.target_device is None) == (self.target_platform is None):
            raise ValueError("name a target device or a target platform, and not both")
        return self

    @property
    def data_input_json(self) -> str | None:
        """The inputs as Neo takes them."""
        shapes = {name: list(shape) for name, shape in self.data_input_config.items()}
        return json.dumps(shapes, separators=(",", ":")) if shapes else None

    @property
    def compiler_options_json(self) -> str | None:
        """The options as Neo takes them."""
        wanted = self.compiler_options
        return json.dumps(wanted, separators=(",", ":"), sort_keys=True) if wanted else None

    @property
    def artifact_uri(self) -> str:
        """Where Neo puts the result: `model-<target>.tar.gz` below the output prefix."""
        platform = self.target_platform
        parts = (platform.os, platform.arch, platform.accelerator) if platform else ()
        target = self.target_device or "_".join(part for part in parts if part)
        return f"{self.output_uri}/model-{target}.tar.gz"


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
        multi_model: Several models in one container; `model_data_uri` is then their prefix.
        compilation: Neo compiles `model_data_uri` first, and its result is served.
    """

    image_uri: str
    archive_sha256: str | None = None
    archive_size_bytes: int = 0
    model_data_uri: str | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    accept_eula: bool = False
    multi_model: MultiModelSpec | None = None
    compilation: CompilationSpec | None = None

    @property
    def read_uris(self) -> tuple[str, ...]:
        """Everything that the role reads from S3 for this model."""
        made = self.compilation
        own = (made.artifact_uri, made.script_uri) if made else ()
        return tuple(uri for uri in (self.model_data_uri, *own) if uri is not None)

    @property
    def served_data_uri(self) -> str | None:
        """What the container gets: the data that was given, or what Neo made of it."""
        return self.compilation.artifact_uri if self.compilation else self.model_data_uri

    @property
    def compressed(self) -> bool:
        """Whether the model's data is archives, one or several, rather than plain files."""
        uri = self.model_data_uri
        return uri is None or self.multi_model is not None or not uri.endswith("/")

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """Every archive that is uploaded."""
        if self.model_data_uri is None:
            return ()
        if self.multi_model is not None:
            prefix = self.model_data_uri
            return tuple(
                Upload(prefix + m.name, m.sha256, m.size_bytes) for m in self.multi_model.models
            )
        if self.archive_sha256 is None:
            return ()
        return (
            Upload(self.model_data_uri, self.archive_sha256, self.archive_size_bytes),
            *self._script_upload(),
        )

    def _script_upload(self) -> tuple[Upload, ...]:
        """The script of a compiled model, which its image fetches by itself."""
        made = self.compilation
        if made is None or made.script_uri is None or made.script_sha256 is None:
            return ()
        return (Upload(made.script_uri, made.script_sha256, made.script_size_bytes),)


class InferenceComponentSpec(_Noun):
    """A model with its share of a variant's instances, in so many copies.

    Attributes:
        name: One of its kind in the account and region; requests name it.
        min_memory_required_in_mb: What a copy keeps for itself (API: 128 and more).
        max_memory_required_in_mb: Most that it may take.
        number_of_cpu_cores: Kept for a copy, 0.25 and more.
        number_of_accelerator_devices: Kept for a copy, 1 and more.
        copy_count: How many it starts with.
        scaling: How copies follow traffic; None keeps them fixed.
    """

    name: str = Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", max_length=63)
    sagemaker_model: ModelSpec
    min_memory_required_in_mb: int = Field(ge=128)
    max_memory_required_in_mb: int | None = Field(default=None, ge=128)
    number_of_cpu_cores: float | None = Field(default=None, ge=0.25)
    number_of_accelerator_devices: float | None = Field(default=None, ge=1)
    copy_count: int = Field(default=1, ge=1)
    model_data_download_timeout_s: int | None = Field(default=None, ge=60, le=3600)
    container_startup_health_check_timeout_s: int | None = Field(default=None, ge=60, le=3600)
    scaling: ScalingSpec | None = None


class ManagedInstanceScaling(_Noun):
    """Between how many instances SageMaker moves what hosts inference components."""

    min_instance_count: int = Field(ge=0)
    max_instance_count: int = Field(ge=1)


class ProductionVariant(_Noun):
    """One model, or several inference components, with capacity and a share of the traffic.

    Attributes:
        sagemaker_model: What it serves; None where it hosts components.
        components: What it hosts in place of one model.
        managed_instance_scaling: Of instances that host components.
        instance_type: For real-time and asynchronous.
        memory_size_in_mb: For serverless.
        weight: Share of the traffic, relative to the other variants'.
        scaling: How its capacity follows traffic; None keeps it fixed.
    """

    name: str = Field(default="AllTraffic", pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$")
    sagemaker_model: ModelSpec | None = None
    components: tuple[InferenceComponentSpec, ...] = ()
    managed_instance_scaling: ManagedInstanceScaling | None = None
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

    @model_validator(mode="after")
    def _serves_something(self) -> Self:
        if (self.sagemaker_model is None) == (not self.components):
            raise ValueError(f"variant {self.name} serves either one model or inference components")
        return self

    @property
    def served(self) -> tuple[ModelSpec, ...]:
        """Every model that it serves: its own, or its components'."""
        if self.sagemaker_model is not None:
            return (self.sagemaker_model,)
        return tuple(component.sagemaker_model for component in self.components)


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
    """Which share of requests and answers is kept, and where.

    Attributes:
        kms_key_id: Encrypts what is kept; None for S3's own encryption.
    """

    destination_uri: str
    sampling_percentage: int = Field(ge=0, le=100)
    capture: tuple[Literal["Input", "Output"], ...] = ("Input", "Output")
    json_content_types: tuple[str, ...] = ()
    csv_content_types: tuple[str, ...] = ()
    kms_key_id: str | None = None


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

    @property
    def served(self) -> tuple[ModelSpec, ...]:
        """Every model that it serves."""
        return tuple(model for variant in self.all_variants for model in variant.served)

    @property
    def components(self) -> tuple[InferenceComponentSpec, ...]:
        """Every inference component that it hosts."""
        return tuple(one for variant in self.variants for one in variant.components)

    @property
    def the_model(self) -> ModelSpec:
        """The one model that its main variant serves.

        Raises:
            ValueError: It hosts inference components.
        """
        if self.first.sagemaker_model is None:
            raise ValueError(f"endpoint {self.name} hosts inference components")
        return self.first.sagemaker_model
