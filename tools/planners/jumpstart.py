"""A catalogue model by its id, through the SDK (`method`: `jumpstart`).

The specification of the endpoint is filled in from the catalogue's entry, so that every other
method can carry it out too; here `ModelBuilder.from_jumpstart_config` is recorded and its calls are
the steps. It adds tags that say which model it was, a log level and the region to the container's
variables, and script variables, which are empty where the catalogue's entry sets none.
"""

from tools.endpoint import EndpointSpec, ModelSpec
from tools.errors import InvalidInputError
from tools.jumpstart.model import CatalogueModel
from tools.plan import Step
from tools.planners.api import role_steps, scaling_steps, storage_steps
from tools.planners.model_builder import (
    SdkRoom,
    check_expressible,
    deployment_arguments,
    step_of,
)
from tools.recording.request import JumpStartChoice, Recording, SdkRequest


def served_model(model: CatalogueModel, instance_type: str) -> ModelSpec:
    """Return what is served when a catalogue model runs on an instance type.

    Raises:
        InvalidInputError: The catalogue names no image or data for it.
    """
    image = model.image_for(instance_type)
    if image is None or model.data_uri is None:
        raise InvalidInputError(
            f"The catalogue names no image of {model.listing.model_id} for {instance_type}.",
            remedy="Choose another instance type or model.",
        )
    return ModelSpec(
        image_uri=image,
        model_data_uri=model.data_uri,
        environment=model.environment,
        accept_eula=model.gated,
    )


def variant_options(model: CatalogueModel) -> dict[str, int | str]:
    """Return what the catalogue wants of the variant, by the specification's field names."""
    wanted = model.deploy_options
    options = {
        "volume_size_in_gb": model.volume_size_in_gb or wanted.get("volume_size"),
        "model_data_download_timeout_s": wanted.get("model_data_download_timeout"),
        "container_startup_health_check_timeout_s": wanted.get(
            "container_startup_health_check_timeout"
        ),
        "inference_ami_version": wanted.get("inference_ami_version"),
    }
    return {key: value for key, value in options.items() if value is not None}


def steps_by_jumpstart(
    spec: EndpointSpec, model: CatalogueModel, instance_type: str, room: SdkRoom
) -> tuple[Step, ...]:
    """Return the calls by which the SDK deploys a catalogue model, in order.

    Args:
        spec: What to make, `served_model` in it.
        model: The catalogue's entry.
        instance_type: What it runs on; for serverless the type that decides the image.
        room: Where.

    Raises:
        InvalidInputError: The SDK refuses it, or would serve something else than `spec` says.
        AwsUnavailableError: The SDK did not answer.
    """
    check_expressible(spec)
    recording = room.record(_request(spec, model, instance_type, room))
    _check_same_model(recording, spec.the_model)
    own = [
        *storage_steps(spec, bucket_exists=room.bucket_exists),
        *role_steps(spec, room.account),
        *(step_of(call, spec) for call in recording.calls),
    ]
    return (*own, *scaling_steps(spec, first=len(own)))


def _request(
    spec: EndpointSpec, model: CatalogueModel, instance_type: str, room: SdkRoom
) -> SdkRequest:
    return SdkRequest.model_validate(
        {
            **deployment_arguments(spec, room),
            "instance_type": instance_type,
            "jumpstart": JumpStartChoice(
                model_id=model.listing.model_id,
                version=model.listing.version,
                accept_eula=model.gated,
            ),
        }
    )


def _check_same_model(recording: Recording, served: ModelSpec) -> None:
    """The role's policy was written for these data: what the SDK takes must be the same.

    Raises:
        InvalidInputError: It is not.
    """
    for call in recording.calls:
        if call.operation != "sagemaker.create_model":
            continue
        container = call.parameters["PrimaryContainer"]
        source = container.get("ModelDataSource", {}).get("S3DataSource", {})
        data_uri = container.get("ModelDataUrl") or source.get("S3Uri")
        accepted = source.get("ModelAccessConfig", {}).get("AcceptEula", False)
        seen = (container["Image"], data_uri, accepted)
        if seen != (served.image_uri, served.model_data_uri, served.accept_eula):
            raise InvalidInputError(
                f"The SDK would serve {data_uri} with {container['Image']}, the catalogue names "
                f"{served.model_data_uri} with {served.image_uri}.",
                remedy="Choose the method api for this model.",
            )
