"""Values as HCL, equal signs of neighbours in one column; pure."""

import json
import re
from collections.abc import Iterator
from typing import Any


class Expression(str):
    """HCL that stands for a value."""

    __slots__ = ()


class Block(dict[str, Any]):
    """Arguments of a nested block; a list of them is the block several times."""


def body(arguments: dict[str, Any], indent: int = 2) -> Iterator[str]:
    """Yield the lines of a block's body: arguments, each nested block after an empty line."""
    plain = {k: v for k, v in arguments.items() if not _blocks(v)}
    for key, value in plain.items():
        width = max(len(name) for name in _run(plain, key))
        yield f"{' ' * indent}{key:<{width}} = {expression(value, indent)}"
    for number, (key, value) in enumerate((k, v) for k, v in arguments.items() if _blocks(v)):
        for part, block in enumerate(_blocks(value)):
            if plain or number or part:
                yield ""
            yield f"{' ' * indent}{key} {{"
            yield from body(block, indent + 2)
            yield f"{' ' * indent}}}"


def _run(plain: dict[str, Any], key: str) -> list[str]:
    """Arguments whose equal signs are in one column: neighbours of one line each."""
    names = list(plain)
    here = names.index(key)
    start = end = here
    while start > 0 and _one_line(plain[names[start - 1]]):
        start -= 1
    while end + 1 < len(names) and _one_line(plain[names[end]]):
        end += 1
    return names[start : end + 1]


def _one_line(value: Any) -> bool:  # noqa: ANN401 - nested JSON
    return "\n" not in expression(value)


def _blocks(value: Any) -> list[Block]:  # noqa: ANN401 - nested JSON
    if isinstance(value, Block):
        return [value]
    if isinstance(value, list) and value and all(isinstance(m, Block) for m in value):
        return value
    return []


def expression(value: Any, indent: int = 0) -> str:  # noqa: ANN401 - nested JSON
    """Return a value as an HCL expression."""
    match value:
        case str():
            return str(value) if isinstance(value, Expression) else quoted(value)
        case bool() | None | int() | float():
            return json.dumps(value)
        case dict() if value:
            return _object(value, indent)
        case list() | tuple() if any(isinstance(member, dict) for member in value):
            inner = " " * (indent + 2)
            rows = "".join(f"{inner}{expression(m, indent + 2)},\n" for m in value)
            return f"[\n{rows}{' ' * indent}]"
        case list() | tuple():
            return f"[{', '.join(expression(member) for member in value)}]"
        case _:
            return "{}"


def _object(value: dict[str, Any], indent: int) -> str:
    keys = {key: _key(key) for key in value}
    width = max(map(len, keys.values()))
    inner = " " * (indent + 2)
    rows = "".join(
        f"{inner}{keys[key]:<{width}} = {expression(member, indent + 2)}\n"
        for key, member in value.items()
    )
    return f"{{\n{rows}{' ' * indent}}}"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", key) else quoted(key)


def quoted(text: str) -> str:
    """Return a text as a quoted template that means just that text."""
    shown = json.dumps(text, ensure_ascii=False)
    return re.sub(r"([$%])\{", r"\1\1{", shown)
