"""A specification that was given, read and held against what is there."""

import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tools.aws import AwsClients
from tools.endpoint import EndpointSpec, Upload
from tools.errors import InvalidInputError, NameInUseError, NotFoundError
from tools.planners.compiling import compiled_anew
from tools.planners.names import bucket_of, config_name, model_names, uploads
from tools.planners.place import Place


def spec_of(value: Any) -> EndpointSpec:  # noqa: ANN401 - any JSON value
    """Read a specification, as `sagepilot import` writes it.

    Args:
        value: The specification's JSON, or `{"spec": ..}` around it.

    Raises:
        InvalidInputError: It is none; says where.
    """
    inner = value.get("spec", value) if isinstance(value, dict) else value
    try:
        return EndpointSpec.model_validate(inner)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "spec"
        raise InvalidInputError(
            f"{where}: {first['msg']}", remedy=f"Correct {where} in the specification."
        ) from error


def place_for(spec: EndpointSpec, clients: AwsClients, *, nonce: str, bucket: str | None) -> Place:
    """Read what a plan for `spec` depends on.

    Args:
        spec: What is to be made.
        clients: Of its region.
        nonce: Makes the plan one of its kind.
        bucket: For what the specification names no place for; None for one of ours.

    Raises:
        NameInUseError: The endpoint's name is taken.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    account, region = clients.account, clients.target.region_name
    if clients.exists("sagemaker.describe_endpoint", {"EndpointName": spec.name}):
        raise NameInUseError(
            f"There is an endpoint named {spec.name} already.",
            remedy="Give the specification another name, or delete that endpoint first.",
        )
    named = [upload.uri for upload in uploads(spec)]
    named += [spec.asynchronous.output_uri] if spec.asynchronous else []
    named += [spec.data_capture.destination_uri] if spec.data_capture else []
    bucket = bucket_of(named[0]) if named else bucket or f"sagemaker-sagepilot-{region}-{account}"
    return Place(
        target=clients.target.name,
        account=account,
        region=region,
        bucket=bucket,
        bucket_exists=clients.exists("s3.head_bucket", {"Bucket": bucket}),
        role_arn=spec.role_arn,
        endpoint_name=spec.name,
        nonce=nonce,
    )


def with_free_names(spec: EndpointSpec, clients: AwsClients, suffix: str) -> EndpointSpec:
    """Return `spec`, its suffix replaced when it names something that is there already.

    Configurations and models cannot be changed: a second endpoint by the same specification needs
    names of its own.
    """
    config = {"EndpointConfigName": config_name(spec)}
    models = [{"ModelName": name} for name in model_names(spec)]
    taken = clients.exists("sagemaker.describe_endpoint_config", config) or any(
        clients.exists("sagemaker.describe_model", model) for model in models
    )
    return compiled_anew(spec.model_copy(update={"suffix": suffix}), suffix) if taken else spec


def check_archives(spec: EndpointSpec, blobs: Path) -> None:
    """Refuse archives that are not here: what is uploaded lies in the store, by its SHA-256.

    Raises:
        NotFoundError: An archive is not in the store.
        InvalidInputError: Its size is another, or it is to be uploaded to nowhere.
    """
    for served in spec.served:
        if served.archive_sha256 is not None and served.model_data_uri is None:
            raise InvalidInputError(
                f"The archive {served.archive_sha256[:12]} has no place in S3.",
                remedy="Give model_data_uri, or leave archive_sha256 out.",
            )
        for upload in served.uploads:
            _check_archive(upload, blobs)


def _check_archive(upload: Upload, blobs: Path) -> None:
    if re.fullmatch(r"[0-9a-f]{64}", upload.sha256) is None:
        raise InvalidInputError(
            f"The archive for {upload.uri} is not named by a SHA-256.",
            remedy="Give archive_sha256 as 64 hexadecimal digits.",
        )
    archive = blobs / upload.sha256
    if not archive.is_file():
        raise NotFoundError(
            f"The archive {upload.sha256[:12]} for {upload.uri} is not here.",
            remedy="Leave archive_sha256 out if it is in S3 already, or plan from the model.",
        )
    size = archive.stat().st_size
    if size != upload.size_bytes:
        raise InvalidInputError(
            f"The archive for {upload.uri} has {size} bytes, not {upload.size_bytes}.",
            remedy="Correct archive_size_bytes.",
        )
