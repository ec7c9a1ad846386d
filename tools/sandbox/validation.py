# ruff: noqa: ANN401
# Parsed JSON has no narrower type here.
"""A request against botocore's service model, refused in AWS's words.

Botocore's own validator checks presence, types and minima on the client; the service also checks
enums, patterns and maxima. The wording follows what AWS answers (for instance the notebook run in
https://github.com/aws/amazon-sagemaker-examples/issues/2236 for a pattern).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from botocore.model import Shape

from tools.sandbox.wire import AwsError, validation_exception

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "blob": (bytes, str),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str, datetime),
}
_NUMBERS = frozenset(("integer", "long", "float", "double"))


def _member_path(path: str, name: str) -> str:
    lowered = name[:1].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:  # Java's \p{..} classes have no Python form; AWS's model holds a few
        return None


def _check_type(shape: Shape, value: object, path: str) -> None:
    wanted = _PYTHON_TYPES.get(shape.type_name, (object,))
    wrong_bool = isinstance(value, bool) and shape.type_name != "boolean"
    if wrong_bool or not isinstance(value, wanted):
        raise AwsError(
            "SerializationException",
            f"Value at '{path}' is not of type {shape.type_name}.",
        )


def _range_faults(shape: Shape, value: Any) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is None and high is None:
        return
    what, size = ("value", value) if shape.type_name in _NUMBERS else ("length", len(value))
    if low is not None and size < low:
        yield f"Member must have {what} greater than or equal to {low}"
    if high is not None and size > high:
        yield f"Member must have {what} less than or equal to {high}"


def _scalar_faults(shape: Shape, value: Any) -> Iterator[str]:
    if shape.type_name in _NUMBERS or shape.type_name in ("string", "list", "blob"):
        yield from _range_faults(shape, value)
    if shape.type_name != "string":
        return
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        yield f"Member must satisfy enum value set: [{', '.join(enum)}]"
    pattern = shape.metadata.get("pattern")
    compiled = _compiled(pattern) if pattern else None
    if compiled is not None and compiled.fullmatch(value) is None:
        yield f"Member must satisfy regular expression pattern: {pattern}"


def _structure_violations(shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield (
                f"Value null at '{_member_path(path, name)}' failed to satisfy constraint: "
                "Member must not be null"
            )
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from violations(member, value[name], _member_path(path, name))


def _map_violations(shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for text in _range_faults(shape, value):
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: {text}"
    for key, item in value.items():
        for side, part, what in ((shape.key, key, "keys"), (shape.value, item, "value")):
            if isinstance(part, str):
                for text in _scalar_faults(side, part):
                    yield (
                        f"Value '{value}' at '{path}' failed to satisfy constraint: "
                        f"Map {what} must satisfy constraint: [{text}]"
                    )


def violations(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """Yield every constraint that `value` breaks, in the order of the model.

    Raises:
        AwsError: `SerializationException`, when a value has another type than the model's.
    """
    _check_type(shape, value, path)
    if shape.type_name == "structure":
        yield from _structure_violations(shape, value, path)
    elif shape.type_name == "map":
        yield from _map_violations(shape, value, path)
    else:
        for text in _scalar_faults(shape, value):
            yield f"Value '{value}' at '{path}' failed to satisfy constraint: {text}"
        if shape.type_name == "list":
            for index, item in enumerate(value, start=1):
                yield from violations(shape.member, item, f"{path}.{index}.member")


def check(shape: Shape | None, params: Mapping[str, Any]) -> None:
    """Refuse parameters that break the model.

    Raises:
        AwsError: `ValidationException` that lists every violation; nothing was changed.
    """
    found = list(violations(shape, dict(params))) if shape is not None else []
    if found:
        noun = "error" if len(found) == 1 else "errors"
        raise validation_exception(f"{len(found)} validation {noun} detected: " + "; ".join(found))
