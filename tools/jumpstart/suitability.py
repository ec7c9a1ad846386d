"""What a catalogue model cannot be, said before anything is planned; pure."""

from tools.endpoint import InferenceOption
from tools.errors import InvalidInputError
from tools.jumpstart.model import CatalogueModel

SERVERLESS_URL = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"


def check_deployable(model: CatalogueModel) -> None:
    """Refuse a model that must not or cannot be deployed by its id.

    Raises:
        InvalidInputError: It is proprietary, deprecated, known to be vulnerable, or has no data.
    """
    name = model.listing.model_id
    if model.listing.proprietary:
        where = model.subscription_url or "https://aws.amazon.com/marketplace/"
        raise InvalidInputError(
            f"{name} is proprietary: it is sold on AWS Marketplace and needs a subscription.",
            remedy=f"Subscribe at {where} and deploy its model package, or choose an open model.",
        )
    if model.deprecated_message:
        raise InvalidInputError(
            f"{name} is deprecated: {model.deprecated_message}", remedy="Choose a newer model."
        )
    if model.vulnerabilities:
        raise InvalidInputError(
            f"{name} has known vulnerabilities: {', '.join(model.vulnerabilities[:3])}.",
            remedy="Choose a newer version or another model.",
        )
    if model.data_uri is None or not model.instance_types:
        raise InvalidInputError(
            f"The catalogue does not say how {name} is hosted.", remedy="Choose another model."
        )


def serverless_obstacle(model: CatalogueModel) -> str | None:
    """Return why a model cannot be served serverless; None when it can (source: SERVERLESS_URL)."""
    name = model.listing.model_id
    if model.gpu_only:
        return f"{name} runs on GPU instances only, and serverless endpoints have no GPU."
    if not model.compressed:
        return (
            f"{name} has uncompressed model data, and serverless endpoints take a compressed "
            "archive only."
        )
    return None


def check_serverless(model: CatalogueModel) -> None:
    """Refuse serverless for what it cannot serve.

    Raises:
        InvalidInputError: With the reason.
    """
    obstacle = serverless_obstacle(model)
    if obstacle:
        raise InvalidInputError(
            obstacle,
            remedy=f"Deploy it in real time on {model.default_instance_type}, or choose a CPU "
            f"model with a compressed archive ({SERVERLESS_URL}).",
        )


def instance_type_for(
    model: CatalogueModel, option: InferenceOption, wanted: str | None
) -> tuple[str, str | None]:
    """Return the instance type to host on, and a note when it is not the wanted one.

    Args:
        model: What is hosted.
        option: For serverless the type only chooses the image.
        wanted: What sizing came to; None for the model's own default.

    Raises:
        InvalidInputError: The specification names no type with an image in this region.
    """
    if option is InferenceOption.SERVERLESS:
        wanted = None
    if wanted in model.instance_types and model.image_for(str(wanted)):
        return str(wanted), None
    candidates = (model.default_instance_type, *model.instance_types)
    chosen = next((name for name in candidates if name and model.image_for(name)), None)
    if chosen is None:
        raise InvalidInputError(
            f"No instance type in {model.region} can host {model.listing.model_id}.",
            remedy="Choose another region or model.",
        )
    if wanted is None:
        return chosen, None
    return chosen, (
        f"{model.listing.model_id} does not support {wanted}; JumpStart's {chosen} is taken."
    )


def check_instance_type(model: CatalogueModel, instance_type: str) -> None:
    """Refuse an instance type that a person asked for and the model does not support.

    Raises:
        InvalidInputError: Names what it supports.
    """
    if instance_type in model.instance_types and model.image_for(instance_type):
        return
    known = [name for name in model.instance_types if model.image_for(name)]
    raise InvalidInputError(
        f"{model.listing.model_id} cannot be hosted on {instance_type}.",
        remedy=f"Choose one of: {', '.join(known[:12])}.",
    )
