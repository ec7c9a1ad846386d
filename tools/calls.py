"""A plan's step made concrete: placeholders resolved, our tag added, the upload opened."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tools.errors import InvalidInputError
from tools.plan import BLOB, OUTPUT, PLAN_TAG, Step, resolve_output, substitute
from tools.validation import operation_model

_LISTED_TAGS = {
    "sagemaker.create_compilation_job",
    "sagemaker.create_transform_job",
    "sagemaker.create_model",
    "sagemaker.create_endpoint_config",
    "sagemaker.create_endpoint",
    "sagemaker.create_inference_component",
    "iam.create_role",
    "cloudformation.create_change_set",  # a stack's tags are its resources' too
}


def concrete(step: Step, answers: Mapping[int, dict[str, Any]], digest: str) -> dict[str, Any]:
    """Return the parameters as they are sent, an upload's body still as `{"sha256": ..}`.

    Raises:
        InvalidInputError: An earlier answer lacks what the step refers to.
    """
    parameters: dict[str, Any] = substitute(
        step.parameters,
        {OUTPUT: lambda p: resolve_output(p, answers), BLOB: lambda b: {"sha256": b["sha256"]}},
    )
    return _tagged(step.operation, parameters, digest)


def _tagged(operation: str, parameters: dict[str, Any], digest: str) -> dict[str, Any]:
    """A stack keeps the tag of the plan that made it: another would change every resource."""
    if operation in _LISTED_TAGS and parameters.get("ChangeSetType") != "UPDATE":
        tags = [*parameters.get("Tags", ()), {"Key": PLAN_TAG, "Value": digest}]
        return {**parameters, "Tags": tags}
    if operation == "s3.put_object":
        return {**parameters, "Tagging": f"{quote(PLAN_TAG, safe='')}={digest}"}
    return parameters


def with_body(parameters: dict[str, Any], blobs: Path) -> dict[str, Any]:
    """Return parameters with the upload's bytes in place of their checksum.

    Raises:
        InvalidInputError: The bytes are no longer there.
    """
    body = parameters.get("Body")
    if not isinstance(body, dict):
        return parameters
    path = blobs / body["sha256"]
    try:
        return {**parameters, "Body": path.read_bytes()}
    except OSError as error:
        raise InvalidInputError(
            "The packaged model of this plan is no longer in the state folder.",
            remedy="Make the plan again.",
        ) from error


def api_name(operation: str) -> str:
    """Return "service.Operation" for "service.boto3_method"."""
    service = operation.split(".", 1)[0]
    return f"{service}.{operation_model(operation).name}"
