"""What is asked of the recording process, and what it answers: one JSON line each."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerlessCapacity(_Message):
    """As `ServerlessInferenceConfig` takes it; memory in MB."""

    memory_size_in_mb: int
    max_concurrency: int
    provisioned_concurrency: int | None = None


class AsynchronousOutput(_Message):
    """As `AsyncInferenceConfig` takes it; both paths are S3 URIs, so that the SDK invents none.

    Attributes:
        notification_config: SNS topics as the API spells them.
    """

    output_path: str
    failure_path: str
    max_concurrent_invocations_per_instance: int | None = None
    notification_config: dict[str, str] | None = None
    kms_key_id: str | None = None


class Capture(_Message):
    """As the SDK's `DataCaptureConfig` takes it."""

    destination_s3_uri: str
    sampling_percentage: int
    capture_options: tuple[str, ...]
    csv_content_types: tuple[str, ...] = ()
    json_content_types: tuple[str, ...] = ()
    kms_key_id: str | None = None


class VpcPlace(_Message):
    """As the SDK's `Networking` takes it."""

    subnets: tuple[str, ...]
    security_group_ids: tuple[str, ...]


class SourceFolder(_Message):
    """Code that the SDK packs beside the model.

    Attributes:
        folder: The whole of it is packed.
        entry_script: Path of the script inside the folder.
    """

    folder: str
    entry_script: str


class JumpStartChoice(_Message):
    """A model of the catalogue; the version is exact, so that a plan does not depend on the day.

    Attributes:
        accept_eula: Put into the recorded call. It asks for acceptance, it does not give it: the
            plan that holds the call must demand a person's.
    """

    model_id: str
    version: str
    accept_eula: bool = False


class SdkRequest(_Message):
    """One deployment by `ModelBuilder`, every name fixed.

    Attributes:
        account: Twelve digits; what `sts:GetCallerIdentity` answers while recording.
        bucket: The SDK's default bucket; uploads go there.
        model_name: The SageMaker model's.
        endpoint_name: The endpoint's; the SDK gives its configuration the same name.
        image_uri: None for a catalogue model, which brings its own.
        model_data_uri: S3 URI of the archive; None for a catalogue model.
        variant_options: Of `deploy()`, by the SDK's own names: volume_size, routing_config ...
        planned_objects: S3 URI to SHA-256 of objects that earlier steps of the plan will upload.
        blobs: Folder of those objects and of new uploads, by SHA-256.
    """

    account: str = Field(pattern=r"^\d{12}$")
    region: str
    bucket: str
    role_arn: str
    model_name: str
    endpoint_name: str
    image_uri: str | None = None
    model_data_uri: str | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    network_isolation: bool = False
    vpc: VpcPlace | None = None
    source: SourceFolder | None = None
    jumpstart: JumpStartChoice | None = None
    instance_type: str | None = None
    initial_instance_count: int | None = None
    serverless: ServerlessCapacity | None = None
    asynchronous: AsynchronousOutput | None = None
    capture: Capture | None = None
    kms_key_id: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)
    variant_options: dict[str, str | int] = Field(default_factory=dict)
    planned_objects: dict[str, str] = Field(default_factory=dict)
    blobs: str


class RecordedCall(_Message):
    """One mutating call that the SDK meant to make.

    Attributes:
        operation: "service.boto3_method".
        parameters: In AWS's spelling; an upload's body is a `$blob` placeholder.
    """

    operation: str
    parameters: dict[str, Any]


class RecordedRead(_Message):
    """A read that really was sent, and whether it found something."""

    operation: str
    parameters: dict[str, Any]
    found: bool


class Recording(_Message):
    """All that the SDK did, in order; `error` is set when it did not come to its end."""

    calls: tuple[RecordedCall, ...] = ()
    reads: tuple[RecordedRead, ...] = ()
    error: str | None = None
    kind: Literal["complete", "sdk", "blocked", "broken"] = "complete"
