"""What breaks a resource type's schema.

The wording is that of the JSON schema library behind CloudFormation's registry, as it is seen in
stack events ("extraneous key [X] is not permitted"); that of combinations is ours.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.sandbox.cloudformation.parameters import text

_TYPES: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "boolean": ("Boolean", bool),
    "integer": ("Integer", int),
    "number": ("Number", (int, float)),
    "string": ("String", str),
    "array": ("JSONArray", list),
    "object": ("JSONObject", dict),
}


def is_of(kind: str, value: object) -> bool:
    """Whether a value is of a JSON schema type; `true` is no number."""
    wanted = _TYPES[kind][1] if kind in _TYPES else object
    return isinstance(value, wanted) and (kind == "boolean" or not isinstance(value, bool))


def _name_of(value: object) -> str:
    return next((name for kind, (name, _) in _TYPES.items() if is_of(kind, value)), "Null")


def resolved(document: Mapping[str, Any], shape: Mapping[str, Any]) -> Mapping[str, Any]:
    """The shape that a `$ref` stands for."""
    while "$ref" in shape:
        found: Any = document
        for part in str(shape["$ref"]).removeprefix("#/").split("/"):
            found = found[part]
        shape = found
    return shape


def faults_of(document: Mapping[str, Any], properties: Mapping[str, Any]) -> Iterator[str]:
    """Yield every fault of the properties of a resource, by a schema document."""
    yield from _Schema(document).faults(document, properties, "#")


class _Schema:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def faults(self, given: Mapping[str, Any], value: Any, at: str) -> Iterator[str]:  # noqa: ANN401
        shape = resolved(self._document, given)
        kinds = shape.get("type", [])
        allowed = [kinds] if isinstance(kinds, str) else kinds
        if allowed and not any(is_of(kind, value) for kind in allowed):
            yield f"{at}: expected type: {_TYPES[allowed[0]][0]}, found: {_name_of(value)}"
            return
        if "enum" in shape and value not in shape["enum"]:
            yield f"{at}: {text(value)} is not a valid enum value"
        if "const" in shape and value != shape["const"]:
            yield f"{at}: {text(value)} is not the constant value {text(shape['const'])}"
        yield from _size_faults(shape, value, at)
        if isinstance(value, dict):
            yield from self._object_faults(shape, value, at)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.faults(shape.get("items", {}), item, f"{at}/{index}")

    def _object_faults(
        self, shape: Mapping[str, Any], value: Mapping[str, Any], at: str
    ) -> Iterator[str]:
        known = shape.get("properties", {})
        patterns = shape.get("patternProperties", {})
        for name in shape.get("required", ()):
            if name not in value:
                yield f"{at}: required key [{name}] not found"
        for name, item in value.items():
            free = next((s for p, s in patterns.items() if re.search(p, name)), None)
            if name in known:
                yield from self.faults(known[name], item, f"{at}/{name}")
            elif free is not None:
                yield from self.faults(free, item, f"{at}/{name}")
            elif shape.get("additionalProperties") is False:
                yield f"{at}: extraneous key [{name}] is not permitted"
        yield from _choice_faults(shape, value, at)
        yield from _dependency_faults(shape, value, at)


def _choice_faults(shape: Mapping[str, Any], value: Mapping[str, Any], at: str) -> Iterator[str]:
    for keyword, most in (("oneOf", 1), ("anyOf", len(value))):
        choices = [one["required"] for one in shape.get(keyword, ()) if "required" in one]
        fitting = sum(all(name in value for name in names) for names in choices)
        if choices and not 1 <= fitting <= most:
            listed = ", ".join("+".join(names) for names in choices)
            yield f"{at}: {fitting} of [{listed}] are given instead of one"
    exclusive = shape.get("requiredXor", ())
    if exclusive and sum(name in value for name in exclusive) != 1:
        yield f"{at}: exactly one of [{', '.join(exclusive)}] is required"


def _dependency_faults(
    shape: Mapping[str, Any], value: Mapping[str, Any], at: str
) -> Iterator[str]:
    for name, others in shape.get("dependentRequired", {}).items():
        for other in others:
            if name in value and other not in value:
                yield f"{at}: property [{other}] is required when [{name}] is given"
    for name, others in shape.get("dependentExcluded", {}).items():
        for other in others:
            if name in value and other in value:
                yield f"{at}: property [{other}] is not permitted together with [{name}]"


def _size_faults(shape: Mapping[str, Any], value: Any, at: str) -> Iterator[str]:  # noqa: ANN401
    if is_of("number", value):
        if "minimum" in shape and value < shape["minimum"]:
            yield f"{at}: {value} is not greater or equal to {shape['minimum']}"
        if "maximum" in shape and value > shape["maximum"]:
            yield f"{at}: {value} is not less or equal to {shape['maximum']}"
    elif isinstance(value, str):
        yield from _length_faults(shape, len(value), ("minLength", "maxLength"), at)
        if "pattern" in shape and not _matches(shape["pattern"], value):
            yield f"{at}: string [{value}] does not match pattern {shape['pattern']}"
    elif isinstance(value, list):
        yield from _length_faults(shape, len(value), ("minItems", "maxItems"), at)


def _length_faults(
    shape: Mapping[str, Any], size: int, names: tuple[str, str], at: str
) -> Iterator[str]:
    least, most = names
    if size < shape.get(least, 0):
        yield f"{at}: expected {least}: {shape[least]}, actual: {size}"
    if size > shape.get(most, size):
        yield f"{at}: expected {most}: {shape[most]}, actual: {size}"


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:  # Java's \p{..} classes have no Python form
        return True
