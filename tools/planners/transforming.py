"""A batch transform as plain boto3 calls, in order; pure."""

from collections.abc import Iterator
from typing import Any

from tools.plan import BLOB, Step
from tools.planners import roles
from tools.planners.api import bucket_step
from tools.planners.names import bucket_of, key_of
from tools.transform import TransformSpec


def transform_steps(spec: TransformSpec, account: str, *, bucket_exists: bool) -> tuple[Step, ...]:
    """Return the calls that carry a job out.

    Args:
        spec: The job.
        account: Twelve digits.
        bucket_exists: Whether the bucket of the uploads is there already.
    """
    return (
        *_storage(spec, bucket_exists=bucket_exists),
        *_role(spec, account),
        Step(
            operation="sagemaker.create_model",
            parameters=_model_parameters(spec, account),
            why="Name image, model data and role.",
        ),
        Step(
            operation="sagemaker.create_transform_job",
            parameters=job_parameters(spec),
            why=f"Score the data on {spec.instance_count} x {spec.instance_type} and wait until "
            "every record is scored.",
            wait_for="transform_completed",
        ),
    )


def _storage(spec: TransformSpec, *, bucket_exists: bool) -> Iterator[Step]:
    uri = spec.sagemaker_model.model_data_uri
    if not bucket_exists and uri is not None:
        yield bucket_step(bucket_of(uri), spec.region)
    for upload in spec.sagemaker_model.uploads:
        yield _upload(
            upload.uri, upload.sha256, upload.size_bytes, "application/gzip",
            "Upload the packaged model.",
        )  # fmt: skip
    for file in spec.uploads:
        yield _upload(
            file.uri, file.sha256, file.size_bytes, spec.content_type, "Upload your data."
        )


def _upload(uri: str, sha256: str, size_bytes: int, content_type: str, why: str) -> Step:
    return Step(
        operation="s3.put_object",
        parameters={
            "Bucket": bucket_of(uri),
            "Key": key_of(uri),
            "Body": {BLOB: {"sha256": sha256, "size_bytes": size_bytes}},
            "ContentType": content_type,
            "Metadata": {"sha256": sha256},
        },
        why=why,
    )


def _role(spec: TransformSpec, account: str) -> Iterator[Step]:
    if spec.role_arn is not None:
        return
    name = roles.role_name(spec.name, spec.suffix)
    yield Step(
        operation="iam.create_role",
        parameters={
            "RoleName": name,
            "AssumeRolePolicyDocument": roles.trust_policy(),
            "Description": f"Execution role of SageMaker transform job {spec.name}",
        },
        why="An execution role of its own, because none was named.",
    )
    yield Step(
        operation="iam.put_role_policy",
        parameters={
            "RoleName": name,
            "PolicyName": roles.POLICY_NAME,
            "PolicyDocument": roles.transform_policy(spec, account),
        },
        why="What the job needs and no more: read the input, write the results, its model, its "
        "image, its logs.",
    )


def _model_parameters(spec: TransformSpec, account: str) -> dict[str, Any]:
    served = spec.sagemaker_model
    container: dict[str, Any] = {"Image": served.image_uri, "ModelDataUrl": served.model_data_uri}
    if served.environment:
        container["Environment"] = dict(sorted(served.environment.items()))
    own = roles.role_arn(account, roles.role_name(spec.name, spec.suffix))
    parameters: dict[str, Any] = {
        "ModelName": model_name(spec),
        "PrimaryContainer": container,
        "ExecutionRoleArn": spec.role_arn or own,
    }
    if spec.network_isolation:
        parameters["EnableNetworkIsolation"] = True
    if spec.vpc:
        parameters["VpcConfig"] = {
            "Subnets": list(spec.vpc.subnets),
            "SecurityGroupIds": list(spec.vpc.security_group_ids),
        }
    return parameters | _tags(spec)


def model_name(spec: TransformSpec) -> str:
    """Return the model's name: the job's, made unique."""
    if spec.name.endswith(spec.suffix):
        return spec.name
    return f"{spec.name[: 62 - len(spec.suffix)].rstrip('-')}-{spec.suffix}"


def job_parameters(spec: TransformSpec) -> dict[str, Any]:
    """Return CreateTransformJob's parameters."""
    parameters: dict[str, Any] = {
        "TransformJobName": spec.name,
        "ModelName": model_name(spec),
        "BatchStrategy": spec.batch_strategy,
        "MaxPayloadInMB": spec.max_payload_in_mb,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": spec.data_type, "S3Uri": spec.input_uri}},
            "ContentType": spec.content_type,
            "CompressionType": spec.compression,
            "SplitType": spec.split_type,
        },
        "TransformOutput": _output(spec),
        "TransformResources": _resources(spec),
    }
    if spec.max_concurrent_transforms is not None:
        parameters["MaxConcurrentTransforms"] = spec.max_concurrent_transforms
    if spec.environment:
        parameters["Environment"] = dict(sorted(spec.environment.items()))
    client = {
        "InvocationsTimeoutInSeconds": spec.invocations_timeout_s,
        "InvocationsMaxRetries": spec.invocations_max_retries,
    }
    if given := {key: value for key, value in client.items() if value is not None}:
        parameters["ModelClientConfig"] = given
    if spec.processes:
        parameters["DataProcessing"] = _processing(spec)
    return parameters | _tags(spec)


def _output(spec: TransformSpec) -> dict[str, Any]:
    output: dict[str, Any] = {
        "S3OutputPath": spec.output_uri,
        "AssembleWith": spec.assemble_with,
    }
    optional = {"Accept": spec.accept, "KmsKeyId": spec.kms_key_id}
    return output | {key: value for key, value in optional.items() if value is not None}


def _resources(spec: TransformSpec) -> dict[str, Any]:
    resources: dict[str, Any] = {
        "InstanceType": spec.instance_type,
        "InstanceCount": spec.instance_count,
    }
    if spec.volume_kms_key_id:
        resources["VolumeKmsKeyId"] = spec.volume_kms_key_id
    return resources


def _processing(spec: TransformSpec) -> dict[str, Any]:
    filters = {"InputFilter": spec.input_filter, "OutputFilter": spec.output_filter}
    given = {key: value for key, value in filters.items() if value is not None}
    return {"JoinSource": spec.join_source, **given}


def _tags(spec: TransformSpec) -> dict[str, Any]:
    tags = [{"Key": key, "Value": value} for key, value in sorted(spec.tags.items())]
    return {"Tags": tags} if tags else {}
