"""Values as Python source, laid out as ruff lays it out; pure."""

import json
from typing import Any, NamedTuple

_WIDTH = 96
_STEP = 4


class Source(str):
    """Python source that stands for a value."""

    __slots__ = ()


class _Pair(NamedTuple):
    start: str
    value: Any


def literal(value: Any, indent: int = 0, used: int = 0) -> str:  # noqa: ANN401 - nested JSON
    """Return the source of a value.

    Args:
        value: Nested JSON; a `Source` stands as it is.
        indent: Columns that the line it begins on is indented by.
        used: Columns that come before and after it on that line.
    """
    if not isinstance(value, dict | list | tuple) or not value:
        return _plain(value)
    flat = _flat(value)
    if len(flat) + indent + used < _WIDTH and (len(value) == 1 or not _nested(value)):
        return flat
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    inner = " " * (indent + _STEP)
    lines = [
        f"{inner}{start}{literal(member, indent + _STEP, len(start) + 1)},"
        for start, member in _members(value)
    ]
    return "\n".join([opening, *lines, " " * indent + closing])


def _members(value: Any) -> list[_Pair]:  # noqa: ANN401
    if isinstance(value, dict):
        return [_Pair(f"{_plain(key)}: ", member) for key, member in value.items()]
    return [_Pair("", member) for member in value]


def _nested(value: Any) -> bool:  # noqa: ANN401
    members = value.values() if isinstance(value, dict) else value
    return any(isinstance(m, dict | list) and len(m) > 1 for m in members)


def _flat(value: Any) -> str:  # noqa: ANN401
    match value:
        case dict():
            inside = ", ".join(f"{_plain(k)}: {_flat(v)}" for k, v in value.items())
            return f"{{{inside}}}"
        case list() | tuple():
            return f"[{', '.join(map(_flat, value))}]"
        case _:
            return _plain(value)


def _plain(value: Any) -> str:  # noqa: ANN401
    match value:
        case Source():
            return str(value)
        case str() if value.isprintable():
            return json.dumps(value, ensure_ascii=False)
        case str():
            return ascii(value)
        case tuple():
            return "[]"
        case _:
            return repr(value)


def call(callee: str, given: dict[str, Any], indent: int, first: str | None = None) -> str:
    """Return a call with an argument on each line, or on one line when it is short.

    Args:
        callee: What is called.
        given: Its arguments by name.
        indent: Columns that it is indented by.
        first: Source of an argument that goes before them.
    """
    pad, inner = " " * indent, " " * (indent + _STEP)
    before = [first] if first else []
    short = ", ".join([*before, *(f"{key}={_flat(value)}" for key, value in given.items())])
    flat = f"{pad}{callee}({short})"
    if len(flat) <= _WIDTH and not any(_nested([value]) for value in given.values()):
        return flat
    lines = [f"{inner}{source}," for source in before]
    for key, value in given.items():
        lines.append(f"{inner}{key}={literal(value, indent + _STEP, len(key) + 2)},")
    return "\n".join([f"{pad}{callee}(", *lines, f"{pad})"])
