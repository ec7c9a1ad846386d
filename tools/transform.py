"""The noun of batch transform: one job over a data set in S3, in AWS's words."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.endpoint import ModelSpec, VpcSpec


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputFile(_Noun):
    """A file of the user's own that is uploaded as input.

    Attributes:
        uri: Its S3 URI.
        sha256: Of its bytes, as they are uploaded.
    """

    uri: str
    sha256: str
    size_bytes: int = Field(ge=0)


class TransformSpec(_Noun):
    """One batch transform job.

    Attributes:
        name: The job's; one of its kind in the account and region, for ever.
        suffix: Makes the names of model and role unique.
        input_uri: An S3 prefix, or a manifest file.
        uploads: What is put there first; none when the data lies in S3 already.
        content_type: What each request is sent as.
        split_type: How an object is taken apart into records.
        batch_strategy: Whether a request holds as many records as fit, or one.
        max_payload_in_mb: Largest request; 0: no limit.
        max_concurrent_transforms: Requests at a time on each instance; None leaves it to AWS.
        output_uri: Each input object's result lies here, its name with `.out`.
        accept: What answer is asked for; None leaves it to the container.
        assemble_with: What stands between two answers in a result.
        kms_key_id: Encrypts the results.
        volume_kms_key_id: Encrypts the instances' volumes.
        input_filter: JSONPath of what the model gets of a record.
        join_source: Whether the record stands before its answer in the result.
        output_filter: JSONPath of what is kept of that.
        environment: The container's, over the model's own.
        invocations_timeout_s: Of one request.
        invocations_max_retries: Of one request.
        role_arn: Execution role; None when the plan makes one.
    """

    name: str = Field(pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", max_length=63)
    suffix: str
    region: str
    sagemaker_model: ModelSpec
    instance_type: str
    instance_count: int = Field(default=1, ge=1)
    input_uri: str
    uploads: tuple[InputFile, ...] = ()
    data_type: Literal["S3Prefix", "ManifestFile"] = "S3Prefix"
    content_type: str
    compression: Literal["None", "Gzip"] = "None"
    split_type: Literal["None", "Line", "RecordIO", "TFRecord"] = "None"
    batch_strategy: Literal["MultiRecord", "SingleRecord"] = "MultiRecord"
    max_payload_in_mb: int = Field(default=6, ge=0)
    max_concurrent_transforms: int | None = Field(default=None, ge=0)
    output_uri: str
    accept: str | None = None
    assemble_with: Literal["None", "Line"] = "None"
    kms_key_id: str | None = None
    volume_kms_key_id: str | None = None
    input_filter: str | None = Field(default=None, max_length=63)
    join_source: Literal["Input", "None"] = "None"
    output_filter: str | None = Field(default=None, max_length=63)
    environment: dict[str, str] = Field(default_factory=dict, max_length=16)
    invocations_timeout_s: int | None = Field(default=None, ge=1, le=3600)
    invocations_max_retries: int | None = Field(default=None, ge=0, le=3)
    role_arn: str | None = None
    network_isolation: bool = False
    vpc: VpcSpec | None = None
    tags: dict[str, str] = Field(default_factory=dict)

    @property
    def processes(self) -> bool:
        """Whether records are filtered or joined."""
        return bool(self.input_filter or self.output_filter) or self.join_source == "Input"

    @property
    def counts_lines(self) -> bool:
        """Whether a result holds one line for each record of its input."""
        return self.split_type == "Line" and self.assemble_with == "Line"
