"""The resources of a CloudFormation template, functions worked out as far as they can be."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from tools.errors import InvalidInputError
from tools.plan import BLOB, DeploymentPlan
from tools.renderers.template_reading import read_document

#: CloudFormation's types as the calls that make them.
_CALLS = {
    "AWS::SageMaker::Model": "sagemaker.create_model",
    "AWS::SageMaker::EndpointConfig": "sagemaker.create_endpoint_config",
    "AWS::SageMaker::Endpoint": "sagemaker.create_endpoint",
    "AWS::SageMaker::InferenceComponent": "sagemaker.create_inference_component",
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        "application-autoscaling.register_scalable_target"
    ),
    "AWS::IAM::Role": "iam.create_role",
}
#: What others name a resource by: its reference or an attribute.
_NAMES = {
    "sagemaker.create_model": ("ModelName", "ModelName"),
    "sagemaker.create_endpoint_config": ("EndpointConfigName", "EndpointConfigName"),
    "sagemaker.create_endpoint": ("EndpointName", "EndpointName"),
}


def calls_of_template(
    parameters: Mapping[str, Any], *, region: str, account: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (operation, parameters) of what a change set's template makes.

    Raises:
        InvalidInputError: The template is not in the call, or cannot be read.
    """
    text = parameters.get("TemplateBody")
    if not isinstance(text, str):
        raise InvalidInputError(
            "The template is not part of the plan, so that nobody can say what it makes.",
            remedy="Plan with the template's text in the call (TemplateBody).",
        )
    document = _document(text)
    given = {p["ParameterKey"]: p.get("ParameterValue") for p in parameters.get("Parameters") or ()}
    known = _known(document, given, region, account)
    shared = parameters.get("Tags") or []
    for key, row in document["Resources"].items():
        operation = _CALLS.get(str(row.get("Type")))
        if operation is None:
            continue
        worked = _value(row.get("Properties") or {}, known)
        if operation in _NAMES:
            worked.setdefault(_NAMES[operation][0], f"<{key}>")
            worked["Tags"] = [*(worked.get("Tags") or ()), *shared]
        yield operation, worked


def with_template(plan: DeploymentPlan, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a change set's parameters with the template that the plan itself uploads.

    Only text that has the checksum of the upload counts.
    """
    url = str(given.get("TemplateURL", ""))
    for step in plan.steps if url else ():
        blob = (step.parameters.get("Body") or {}).get(BLOB) or {}
        text = blob.get("text")
        place = f"{step.parameters.get('Bucket')}.s3.{plan.region}.", step.parameters.get("Key")
        if (
            isinstance(text, str)
            and url.startswith(f"https://{place[0]}")
            and url.endswith(f"/{place[1]}")
            and hashlib.sha256(text.encode()).hexdigest() == blob.get("sha256")
        ):
            return {**given, "TemplateBody": text}
    return given


def _document(text: str) -> dict[str, Any]:
    try:
        document = read_document(text)
        rows = {str(key): dict(row) for key, row in document["Resources"].items()}
    except (yaml.YAMLError, RecursionError, LookupError, TypeError, ValueError,
            AttributeError) as error:  # fmt: skip
        raise InvalidInputError(
            "The template of this plan cannot be read, so that nobody can say what it makes.",
            remedy="Make the plan again with `sagepilot plan --method cloudformation`.",
        ) from error
    return {**document, "Resources": rows}


def _known(
    document: dict[str, Any], given: dict[str, Any], region: str, account: str
) -> dict[str, Any]:
    rows = document.get("Parameters") or {}
    known = {key: row.get("Default") for key, row in rows.items()} | given
    known |= {"AWS::Region": region, "AWS::AccountId": account, "AWS::Partition": "aws"}
    for key, row in document["Resources"].items():
        operation = _CALLS.get(str(row.get("Type")), "")
        name = (row.get("Properties") or {}).get(_NAMES.get(operation, ("",))[0])
        plain = _value(name, known) if name else f"<{key}>"
        known[key] = plain
        if operation in _NAMES:
            known[f"{key}.{_NAMES[operation][1]}"] = plain
    return known


def _value(part: Any, known: dict[str, Any]) -> Any:  # noqa: ANN401 - template data
    if isinstance(part, list):
        found = (_value(member, known) for member in part)
        return [member for member in found if member != {"Ref": "AWS::NoValue"}]
    if not isinstance(part, dict):
        return part
    name = next(iter(part), "")
    if len(part) == 1 and (name == "Ref" or str(name).startswith("Fn::")):
        return _worked(name, part[name], known)
    worked = {key: _value(member, known) for key, member in part.items()}
    return {key: member for key, member in worked.items() if member != {"Ref": "AWS::NoValue"}}


def _worked(  # noqa: PLR0911 - one return a function of the language
    name: str,
    given: Any,  # noqa: ANN401 - template data
    known: dict[str, Any],
) -> Any:  # noqa: ANN401
    """Work one function out; what cannot be stays as it is, and is no plain value."""
    match name, given:
        case "Ref", str():
            return known.get(given, {"Ref": given})
        case "Fn::GetAtt", [str(logical_id), str(attribute)]:
            return known.get(f"{logical_id}.{attribute}", f"<{logical_id}.{attribute}>")
        case "Fn::Sub", str():
            return _filled(given, known)
        case "Fn::Sub", [str(pattern), dict(more)]:
            return _filled(pattern, {**known, **{k: _value(v, known) for k, v in more.items()}})
        case "Fn::Join", [str(between), list(parts)]:
            return between.join(str(_value(member, known)) for member in parts)
        case "Fn::Split", [str(between), text]:
            return str(_value(text, known)).split(between)
        case "Fn::Select", [index, among]:
            listed = _value(among, known)
            usable = isinstance(listed, list) and str(index).isdigit() and int(index) < len(listed)
            return listed[int(index)] if usable else {name: given}
        case _:
            return {name: given}


def _filled(pattern: str, known: dict[str, Any]) -> str:
    filled = re.sub(
        r"\$\{([^!}][^}]*)\}", lambda found: str(known.get(found[1], found[0])), pattern
    )
    return filled.replace("${!", "${")
