"""What no batch transform can be made of, refused before anything is planned. AWS is only read."""

import base64
import json

from tools.aws import AwsClients
from tools.endpoint import DeploymentMethod
from tools.errors import InvalidInputError, NameInUseError, NotFoundError
from tools.packaging import Package
from tools.planners.names import bucket_of
from tools.planners.place import Place
from tools.planners.transform_input import CSV, InputLook
from tools.requirements import ModelSourceKind, Requirements


def check_asked(needs: Requirements, method: DeploymentMethod | None) -> None:
    """Refuse what no job can be made of.

    Raises:
        InvalidInputError: No data, a model that a job cannot use, or another way than plain calls.
    """
    if needs.input_uri is None:
        raise InvalidInputError(
            "Which data is to be scored is not known yet.",
            remedy="Name an s3:// prefix, or a file or folder of CSV or JSON lines (input_uri).",
        )
    source = needs.model_source
    if source is not None and source.kind in {ModelSourceKind.JUMPSTART, ModelSourceKind.HUB}:
        raise InvalidInputError(
            f"A model from {source.kind} is not planned as a batch transform: such models are "
            "served from uncompressed data, which a transform job does not take (CHK-411).",
            remedy="Bring the model as an archive of your own, or take an asynchronous endpoint.",
        )
    if method not in {None, DeploymentMethod.API}:
        raise InvalidInputError(
            f"A batch transform is a job, not an endpoint: the method {method} does not make one.",
            remedy="Plan it without a method (plain calls).",
        )


def check_name(place: Place, clients: AwsClients) -> None:
    """Refuse a name that a job had before: it serves once in an account and region.

    Raises:
        NameInUseError: There was such a job.
    """
    name = {"TransformJobName": place.endpoint_name}
    if clients.exists("sagemaker.describe_transform_job", name):
        raise NameInUseError(
            f"There was a transform job named {place.endpoint_name}, and such a name serves once.",
            remedy="Choose another name.",
        )


def check_bucket(output_uri: str | None, clients: AwsClients) -> None:
    """Refuse results in a bucket that is not there; ours is made when it is missing.

    Raises:
        NotFoundError: There is no such bucket.
    """
    bucket = bucket_of(output_uri) if output_uri else None
    if bucket is None or clients.exists("s3.head_bucket", {"Bucket": bucket}):
        return
    raise NotFoundError(
        f"There is no bucket {bucket} for the results that these credentials can see.",
        remedy="Make the bucket first, or leave output_uri out: then ours is used.",
    )


def check_columns(look: InputLook, packaged: Package) -> None:
    """Refuse rows of another width than the model's own sample, where both are known.

    Raises:
        InvalidInputError: They differ.
    """
    width = _sample_width(packaged)
    if look.columns is None or width is None or look.columns == width:
        return
    raise InvalidInputError(
        f"The rows have {look.columns} columns, and the model takes {width}.",
        remedy=f"Give rows with the model's {width} columns alone, in the order it was trained "
        "with.",
    )


def _sample_width(packaged: Package) -> int | None:
    """Columns of a row that the model takes, as its sample request shows them."""
    sample = packaged.sample
    if sample is None or sample.origin == "archive":
        return None
    body = base64.b64decode(sample.body_base64)
    try:
        if sample.content_type == CSV:
            return len(body.decode().splitlines()[0].split(","))
        rows = json.loads(body)
        first = rows[0] if isinstance(rows, list) else None
        return len(first) if isinstance(first, list) else None
    except (ValueError, IndexError):
        return None
