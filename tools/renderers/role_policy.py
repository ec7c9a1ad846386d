"""The execution role's policy in a template: it follows the image and model data parameters."""

import json
import re
from collections.abc import Iterable
from typing import Any

Reference = dict[str, Any]
_ORDER = ("Sid", "Effect", "Principal", "Action", "Resource", "Condition")


def policy_document(
    text: str, region: str, parameters: Iterable[tuple[str, Reference]]
) -> dict[str, Any]:
    """Return a policy (JSON text) with its ARNs as functions of the template's parameters.

    Args:
        text: The policy for the values that the parameters have by default.
        region: The endpoint's.
        parameters: (default value, reference) of images and S3 URIs.
    """
    known: dict[str, Any] = {}
    for value, reference in parameters:
        known |= _arns(value, reference, region)
    document: dict[str, Any] = json.loads(text)
    for statement in document["Statement"]:
        resource = statement["Resource"]
        several = isinstance(resource, list)
        made = [_followed(arn, known, region) for arn in (resource if several else [resource])]
        statement["Resource"] = made if several else made[0]
    statements = [{key: row[key] for key in _ORDER if key in row} for row in document["Statement"]]
    return {"Version": document["Version"], "Statement": statements}


def _followed(arn: str, known: dict[str, Any], region: str) -> Any:  # noqa: ANN401 - a reference
    if arn in known:
        return known[arn]
    log = re.match(rf"arn:aws:logs:{region}:\d{{12}}:", arn)
    if log:
        rest = arn[log.end() :].replace("${", "${!")
        return {"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:" + rest}
    return arn


def _arns(value: str, reference: Reference, region: str) -> dict[str, Any]:
    """ARNs that come from one parameter, as functions of it."""
    if value.startswith("s3://"):
        place = value.removeprefix("s3://")
        bucket = place.partition("/")[0]
        s3 = "arn:${AWS::Partition}:s3:::"
        return {
            f"arn:aws:s3:::{place}": _filled(s3 + "${Object}", Object=_part(reference, "s3://", 1)),
            f"arn:aws:s3:::{bucket}": _filled(s3 + "${Bucket}", Bucket=_part(reference, "/", 2)),
        }
    registry, found, rest = value.partition(".dkr.ecr.")
    host, _, repository = rest.partition("/")
    domain = f".{host.partition('.')[2]}/"
    if not found or "@" in value or value.count(domain) != 1:
        return {}
    filled = _filled(
        "arn:${AWS::Partition}:ecr:${AWS::Region}:${Registry}:repository/${Repository}",
        Registry=_part(reference, ".", 0),
        Repository=_part(_part(reference, domain, 1), ":", 0),
    )
    return {f"arn:aws:ecr:{region}:{registry}:repository/{repository.partition(':')[0]}": filled}


def _part(source: Reference, delimiter: str, index: int) -> Reference:
    return {"Fn::Select": [index, {"Fn::Split": [delimiter, source]}]}


def _filled(pattern: str, **parts: Reference) -> Reference:
    return {"Fn::Sub": [pattern, parts]}
