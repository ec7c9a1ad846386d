"""A specification by the SageMaker Python SDK (`method`: `sdk`): what ModelBuilder would call.

Storage, role and scaling are the same steps as in every other method; models, configuration and
endpoint are what the SDK was seen to ask for. Known differences from plain calls, all harmless: the
SDK gives the endpoint configuration the endpoint's name, tags configuration and endpoint with where
the model came from (`sagemaker.amazonaws.com/model-source`), and writes an empty `Environment` and
a serverless variant's weight, which AWS would take for granted.

For a model that its image fetches by itself the SDK (3.27.0) names a prefix under its default
bucket as the model's data although it uploads nothing there; the plan leaves it out, since the
container would be handed an empty folder.

An existing endpoint is updated by UpdateEndpoint in plain calls, never by the SDK: its own way ends
in a TypeError (sagemaker 3.27.0, aws/sagemaker-python-sdk#5609).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tools.endpoint import EndpointSpec, InferenceOption
from tools.errors import InvalidInputError
from tools.plan import Step
from tools.planners.api import describe_capacity, role_steps, scaling_steps, storage_steps
from tools.planners.hosting import execution_role
from tools.planners.names import model_name, uploads
from tools.recording.request import (
    AsynchronousOutput,
    Capture,
    RecordedCall,
    Recording,
    SdkRequest,
    ServerlessCapacity,
    SourceFolder,
    VpcPlace,
)

#: The name that the SDK gives its one variant (session_helper.production_variant).
SDK_VARIANT = "AllTraffic"
_MODEL_SOURCE_TAG = "sagemaker.amazonaws.com/model-source"
_CAPTURED = {"Input": "REQUEST", "Output": "RESPONSE"}


class SdkRoom(NamedTuple):
    """What planning with the SDK needs beside the specification.

    Attributes:
        account: Twelve digits.
        bucket: For uploads.
        bucket_exists: Whether it is there already.
        blobs: Folder of uploads by SHA-256.
        record: Runs the SDK, recorded (`tools.recording.process.SdkProcess.record`).
    """

    account: str
    bucket: str
    bucket_exists: bool
    blobs: str
    record: Callable[[SdkRequest], Recording]


def steps_by_sdk(
    spec: EndpointSpec, room: SdkRoom, source: SourceFolder | None = None
) -> tuple[Step, ...]:
    """Return the calls by which ModelBuilder makes `spec`, in order.

    Args:
        spec: What to make; one variant.
        room: Where.
        source: Code that the SDK packs into the archive, in place of the code that is in there.

    Raises:
        InvalidInputError: The SDK cannot express it, or refuses it; says what.
        AwsUnavailableError: The SDK did not answer.
    """
    check_expressible(spec)
    if source is not None:
        _check_no_links(Path(source.folder))
    recording = room.record(request_for(spec, room, source))
    own = [
        *_storage(spec, room, recording, repacked=source is not None),
        *role_steps(spec, room.account),
        *(step_of(call, spec) for call in recording.calls if not _is_storage(call)),
    ]
    return (*own, *scaling_steps(spec, first=len(own)))


def _check_no_links(folder: Path) -> None:
    """The SDK packs what a link points at, wherever that is.

    Raises:
        InvalidInputError: There is a link in the folder.
    """
    link = next((path for path in folder.rglob("*") if path.is_symlink()), None)
    if link is not None:
        raise InvalidInputError(
            f"{link} is a link; what it points at would be packed with the code.",
            remedy="Replace it by the file that is meant.",
        )


def check_expressible(spec: EndpointSpec) -> None:
    """Refuse what `ModelBuilder.deploy` has no parameter for.

    Raises:
        InvalidInputError: Names the feature and another method.
    """
    first = spec.first
    faults = {
        "several variants on one endpoint": len(spec.variants) > 1,
        "a shadow variant": spec.shadow is not None,
        f"a variant that is not named {SDK_VARIANT}": first.name != SDK_VARIANT,
        "a variant's weight": first.weight != 1,
        "inference components": bool(spec.components),
        "a multi-model container": any(m.multi_model for m in spec.served),
    }
    found = [what for what, is_so in faults.items() if is_so]
    if found:
        raise InvalidInputError(
            f"The SageMaker SDK's ModelBuilder cannot express {' or '.join(found)}.",
            remedy="Choose the method api or cloudformation.",
        )


def request_for(spec: EndpointSpec, room: SdkRoom, source: SourceFolder | None) -> SdkRequest:
    """Return a specification as ModelBuilder's arguments; pure."""
    served = spec.the_model
    return SdkRequest(
        image_uri=served.image_uri,
        model_data_uri=served.model_data_uri,
        environment=served.environment,
        source=source,
        planned_objects={upload.uri: upload.sha256 for upload in uploads(spec)},
        **deployment_arguments(spec, room),
    )


def deployment_arguments(spec: EndpointSpec, room: SdkRoom) -> dict[str, Any]:
    """Return the part of an `SdkRequest` that does not depend on where the model comes from."""
    first, vpc = spec.first, spec.vpc
    return {
        "account": room.account,
        "region": spec.region,
        "bucket": room.bucket,
        "role_arn": execution_role(spec, room.account),
        "model_name": model_name(spec, first),
        "endpoint_name": spec.name,
        "network_isolation": spec.network_isolation,
        "vpc": VpcPlace(subnets=vpc.subnets, security_group_ids=vpc.security_group_ids)
        if vpc
        else None,
        "instance_type": first.instance_type,
        "initial_instance_count": first.initial_instance_count,
        "serverless": _serverless(spec),
        "asynchronous": _asynchronous(spec),
        "capture": _capture(spec),
        "kms_key_id": spec.kms_key_id,
        "tags": spec.tags,
        "variant_options": _variant_options(spec),
        "blobs": room.blobs,
    }


def _serverless(spec: EndpointSpec) -> ServerlessCapacity | None:
    if spec.inference_option is not InferenceOption.SERVERLESS:
        return None
    first = spec.first
    return ServerlessCapacity(
        memory_size_in_mb=first.memory_size_in_mb or 0,
        max_concurrency=first.max_concurrency or 0,
        provisioned_concurrency=first.provisioned_concurrency or None,
    )


def _asynchronous(spec: EndpointSpec) -> AsynchronousOutput | None:
    wanted = spec.asynchronous
    if wanted is None:
        return None
    topics = {"SuccessTopic": wanted.success_topic_arn, "ErrorTopic": wanted.error_topic_arn}
    return AsynchronousOutput(
        output_path=wanted.output_uri,
        failure_path=wanted.failure_uri,
        max_concurrent_invocations_per_instance=wanted.max_concurrent_invocations_per_instance,
        notification_config={key: arn for key, arn in topics.items() if arn} or None,
        kms_key_id=wanted.kms_key_id,
    )


def _capture(spec: EndpointSpec) -> Capture | None:
    wanted = spec.data_capture
    if wanted is None:
        return None
    return Capture(
        destination_s3_uri=wanted.destination_uri,
        sampling_percentage=wanted.sampling_percentage,
        capture_options=tuple(_CAPTURED[mode] for mode in wanted.capture),
        csv_content_types=wanted.csv_content_types,
        json_content_types=wanted.json_content_types,
        kms_key_id=wanted.kms_key_id,
    )


def _variant_options(spec: EndpointSpec) -> dict[str, str | int]:
    """`deploy()`'s own names for what a variant may have."""
    first = spec.first
    options: dict[str, str | int | None] = {
        "volume_size": first.volume_size_in_gb,
        "model_data_download_timeout": first.model_data_download_timeout_s,
        "container_startup_health_check_timeout": first.container_startup_health_check_timeout_s,
        "inference_ami_version": first.inference_ami_version,
        "routing_config": first.routing_strategy,
    }
    return {key: value for key, value in options.items() if value is not None}


def _storage(
    spec: EndpointSpec, room: SdkRoom, recording: Recording, *, repacked: bool
) -> tuple[Step, ...]:
    """The bucket and the uploads: ours, or the SDK's archive in place of what it repacked."""
    ours = tuple(storage_steps(spec, bucket_exists=room.bucket_exists))
    theirs = tuple(step_of(call, spec) for call in recording.calls if _is_storage(call))
    if not repacked:
        return (*ours, *theirs)
    return (*(step for step in ours if step.operation != "s3.put_object"), *theirs)


def _is_storage(call: RecordedCall) -> bool:
    return call.operation == "s3.put_object"


def step_of(call: RecordedCall, spec: EndpointSpec) -> Step:
    """Return a recorded call as a plan's step.

    Raises:
        InvalidInputError: No planner knows how to take such a call back.
    """
    reasons = {
        "s3.put_object": "Upload the model with its code, as the SDK packs it.",
        "sagemaker.create_model": "Name image, model data and role, as the SDK does.",
        "sagemaker.create_endpoint_config": f"Say how it is served: {describe_capacity(spec)}.",
        "sagemaker.create_endpoint": "Start the endpoint and wait until it is in service.",
    }
    if call.operation not in reasons:
        raise InvalidInputError(
            f"The SDK also wants to call {call.operation}, which a plan has no inverse for.",
            remedy="Choose the method api.",
        )
    parameters = call.parameters
    if spec.the_model.model_data_uri is None:
        parameters = _without_data(parameters)
    return Step(
        operation=call.operation,
        parameters=parameters,
        why=reasons[call.operation],
        wait_for="endpoint_in_service" if call.operation == "sagemaker.create_endpoint" else None,
    )


def _without_data(parameters: dict[str, Any]) -> dict[str, Any]:
    """Leave out the data that the SDK names for a model which has none."""
    kept = dict(parameters)
    if "PrimaryContainer" in kept:
        container = kept["PrimaryContainer"]
        kept["PrimaryContainer"] = {k: v for k, v in container.items() if k != "ModelDataUrl"}
    if "Tags" in kept:
        tags = [tag for tag in kept.pop("Tags") if tag["Key"] != _MODEL_SOURCE_TAG]
        kept |= {"Tags": tags} if tags else {}
    return kept
