"""Template parameters: values given, kept or defaulted, and what they must satisfy."""

import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from tools.sandbox.cloudformation.parsing import validation_error

_TYPES = ("String", "Number", "List<Number>", "CommaDelimitedList")
_MEMBERS = frozenset(
    ("Type", "Default", "AllowedValues", "AllowedPattern", "ConstraintDescription", "Description",
     "MaxLength", "MinLength", "MaxValue", "MinValue", "NoEcho")
)  # fmt: skip
MASK = "****"


def check_definitions(definitions: Mapping[str, Any]) -> None:
    """Refuse parameters that are not well defined.

    Raises:
        AwsError: `ValidationError`.
    """
    for name, definition in definitions.items():
        if not isinstance(definition, dict) or not isinstance(definition.get("Type"), str):
            raise validation_error(
                "Template format error: Every Parameters object must contain a Type member."
            )
        unknown = sorted(definition.keys() - _MEMBERS)
        if unknown:
            raise validation_error(f"Invalid template parameter property '{unknown[0]}'")
        kind = definition["Type"]
        if kind not in _TYPES and not kind.startswith(("AWS::", "List<AWS::")):
            raise validation_error(f"Template format error: Unrecognized parameter type: {kind}")
        if kind.startswith("AWS::SSM::"):
            raise validation_error("The sandbox does not serve Systems Manager parameters.")
        _check_constraints(name, definition)
        default = definition.get("Default")
        if isinstance(default, dict | list):
            raise validation_error(
                f"Template format error: Every Default member must be a string. ({name})"
            )


def _check_constraints(name: str, definition: Mapping[str, Any]) -> None:
    for member in ("MinValue", "MaxValue", "MinLength", "MaxLength"):
        limit = definition.get(member, 0)
        if isinstance(limit, dict | list) or _number(text(limit)) is None:
            raise validation_error(
                f"Template format error: {member} of parameter {name} must be a number."
            )
    allowed = definition.get("AllowedValues", [])
    if not isinstance(allowed, list) or any(isinstance(one, dict | list) for one in allowed):
        raise validation_error(
            f"Template format error: Every AllowedValues member of parameter {name} must be a "
            "list of strings."
        )
    try:
        _matches(definition.get("AllowedPattern", ""), "")
    except re.error as error:
        raise validation_error(
            f"Template format error: AllowedPattern of parameter {name} is no regular expression."
        ) from error


def _matches(pattern: object, value: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Java reads nested sets, Python will
        return re.fullmatch(text(pattern), value) is not None


def text(value: object) -> str:
    """A scalar of a template as CloudFormation passes it on."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _fault(name: str, definition: Mapping[str, Any], value: str) -> str | None:
    """What is wrong with a value, in CloudFormation's words, or None."""
    kind = definition["Type"]
    items = [v.strip() for v in value.split(",")] if kind.startswith(("List", "Comma")) else [value]
    allowed = [text(one) for one in definition.get("AllowedValues", ())]
    if allowed and any(item not in allowed for item in items):
        return f"Parameter '{name}' must be one of AllowedValues"
    if "Number" in kind and any(_number(item) is None for item in items):
        return f"Parameter '{name}' must be a number."
    pattern = definition.get("AllowedPattern")
    if pattern and any(not _matches(pattern, item) for item in items):
        return f"Parameter '{name}' must match pattern {pattern}"
    return _size_fault(name, definition, value)


def _size_fault(name: str, definition: Mapping[str, Any], value: str) -> str | None:
    number = _number(value)
    if "MinLength" in definition and len(value) < float(definition["MinLength"]):
        return f"Parameter '{name}' must contain at least {definition['MinLength']} characters"
    if "MaxLength" in definition and len(value) > float(definition["MaxLength"]):
        return f"Parameter '{name}' must contain at most {definition['MaxLength']} characters"
    if number is None:
        return None
    if "MinValue" in definition and number < float(definition["MinValue"]):
        return f"Parameter '{name}' must be a number not less than {definition['MinValue']}"
    if "MaxValue" in definition and number > float(definition["MaxValue"]):
        return f"Parameter '{name}' must be a number not greater than {definition['MaxValue']}"
    return None


def parameter_values(
    definitions: Mapping[str, dict[str, Any]],
    given: Sequence[Mapping[str, Any]],
    previous: Mapping[str, str],
) -> dict[str, str]:
    """The value of every parameter, as text.

    Args:
        definitions: The template's Parameters section.
        given: `Parameters` of the request.
        previous: The values of the stack now, for `UsePreviousValue`.

    Raises:
        AwsError: `ValidationError`: one is unknown, lacks a value or breaks a constraint.
    """
    keys = [item.get("ParameterKey", "") for item in given]
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise validation_error(f"Duplicate input parameter keys: [{', '.join(repeated)}]")
    unknown = [key for key in keys if key not in definitions]
    if unknown:
        raise validation_error(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values = {
        name: text(definition["Default"])
        for name, definition in definitions.items()
        if "Default" in definition
    }
    for item in given:
        name = item["ParameterKey"]
        if item.get("UsePreviousValue"):
            if name not in previous:
                raise validation_error(
                    f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as "
                    "true for a parameter key not in the previous template"
                )
            values[name] = previous[name]
        elif item.get("ParameterValue") is not None:
            values[name] = item["ParameterValue"]
    missing = [name for name in definitions if name not in values]
    if missing:
        raise validation_error(f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in values.items():
        fault = _fault(name, definitions[name], value)
        if fault:
            described = definitions[name].get("ConstraintDescription")
            failed = f"Parameter {name} failed to satisfy constraint: {described}"
            raise validation_error(failed if described else fault)
    return values


def listed(definitions: Mapping[str, Any], values: Mapping[str, str]) -> list[dict[str, str]]:
    """The parameters as DescribeStacks shows them: those with NoEcho masked."""
    return [
        {
            "ParameterKey": name,
            "ParameterValue": MASK if is_secret(definitions.get(name, {})) else value,
        }
        for name, value in values.items()
    ]


def is_secret(definition: Mapping[str, Any]) -> bool:
    """Whether a parameter has NoEcho."""
    return text(definition.get("NoEcho", False)).lower() == "true"
