"""What a piece of a template refers to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{([^!][^}]*)\}")


@dataclass(frozen=True)
class Reference:
    """A `Ref` (`attribute` is None) or a `Fn::GetAtt`, or the same inside `Fn::Sub`."""

    name: str
    attribute: str | None = None


def _from_sub(argument: Any) -> Iterator[Reference]:  # noqa: ANN401 - template data
    text, own = argument, {}
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], dict):
        text, own = argument
        yield from references(own)
    for name in _PLACEHOLDER.findall(text if isinstance(text, str) else ""):
        if name.strip() not in own:
            head, dot, rest = name.strip().partition(".")
            yield Reference(head, rest if dot else None)


def references(value: Any) -> Iterator[Reference]:  # noqa: ANN401 - template data
    """Yield every reference in `value`, in the order in which it is written."""
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            yield Reference(name)
        case {"Fn::GetAtt": [str(name), attribute]} if len(value) == 1:
            if isinstance(attribute, str):
                yield Reference(name, attribute)
            else:
                yield Reference(name, "*")
                yield from references(attribute)
        case {"Fn::Sub": argument} if len(value) == 1:
            yield from _from_sub(argument)
        case dict():
            for item in value.values():
                yield from references(item)
        case list():
            for item in value:
                yield from references(item)
        case _:
            pass


def conditions_named(value: Any) -> Iterator[str]:  # noqa: ANN401 - template data
    """Yield the name of every condition that `value` uses in `Fn::If`."""
    match value:
        case {"Fn::If": [str(name), *branches]} if len(value) == 1:
            yield name
            yield from conditions_named(branches)
        case dict():
            for item in value.values():
                yield from conditions_named(item)
        case list():
            for item in value:
                yield from conditions_named(item)
        case _:
            pass
