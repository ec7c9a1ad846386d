"""The part of JSONPath that batch transform takes.

Operators: `$`, `.name`, `*`, `['name','name']`, `[1,2]`, `[start:end]`
(https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html).
"""

import re
from typing import Any

_TOKEN = re.compile(
    r"\.?\[(?P<inside>[^\[\]]*)\]|\.(?P<name>[A-Za-z_][\w-]*)|\.?(?P<star>\*)"
)  # fmt: skip
_SLICE = re.compile(r"(-?\d*):(-?\d*)")


class PathError(Exception):
    """The expression is none that batch transform takes, or selects nothing."""


def parse(expression: str) -> tuple[Any, ...]:
    """Return an expression as steps, for `select`.

    Raises:
        PathError: It is no such expression.
    """
    if not expression.startswith("$"):
        raise PathError(f"Invalid JSONPath {expression}: it must begin with $")
    steps, at = [], 1
    while at < len(expression):
        token = _TOKEN.match(expression, at)
        if token is None:
            raise PathError(f"Invalid JSONPath {expression}")
        steps.append(_step(token, expression))
        at = token.end()
    return tuple(steps)


def _step(token: re.Match[str], expression: str) -> Any:  # noqa: ANN401 - a name, numbers, a slice
    if token["star"]:
        return slice(None)
    if token["name"]:
        return token["name"]
    inside = token["inside"].strip()
    if inside == "*":
        return slice(None)
    if found := _SLICE.fullmatch(inside.replace(" ", "")):
        return slice(*(int(part) if part else None for part in found.groups()))
    parts = tuple(part.strip() for part in inside.split(","))
    if all(re.fullmatch(r"-?\d+", part) for part in parts):
        return tuple(int(part) for part in parts)
    if all(re.fullmatch(r"'[^']+'|\"[^\"]+\"", part) for part in parts):
        return tuple(part[1:-1] for part in parts)
    raise PathError(f"Invalid JSONPath {expression}")


def select(value: Any, steps: tuple[Any, ...]) -> Any:  # noqa: ANN401 - any JSON value
    """Return the part of a JSON value that a parsed expression names.

    Several names give an object of them, several numbers and slices an array.

    Raises:
        PathError: There is no such part.
    """
    for step in steps:
        try:
            value = _taken(value, step)
        except (KeyError, IndexError, TypeError) as error:
            raise PathError("The JSONPath selects nothing of the record") from error
    return value


def _taken(value: Any, step: Any) -> Any:  # noqa: ANN401 - any JSON value
    match step:
        case str():
            return value[step]
        case slice():
            return list(value.values()) if isinstance(value, dict) else value[step]
        case (single,):
            return value[single]
        case _ if isinstance(value, dict):
            return {name: value[name] for name in step}
        case _:
            return [value[number] for number in step]
