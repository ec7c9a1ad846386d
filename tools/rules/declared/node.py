"""A value inside a declared resource, with the path to it and what of it is known."""

import re
from typing import Any, NamedTuple

#: What stands between these could not be worked out; two of them are equal when they are the same.
UNKNOWN = ("\ue000", "\ue001")
#: What stands between these is given by AWS when the resource is made: one of its kind.
GENERATED = ("\ue002", "\ue003")
_MARKED = re.compile("[\ue000\ue002]([^\ue001\ue003]*)[\ue001\ue003]")


def unknown(name: str) -> str:
    """Return what stands for a value that cannot be worked out."""
    return f"{UNKNOWN[0]}{name}{UNKNOWN[1]}"


def undecided(condition: str) -> str:
    """Return what stands for a value that may not even be there: a condition decides it."""
    return unknown(f"?{condition}")


def generated(name: str) -> str:
    """Return what stands for a name or ARN that AWS gives."""
    return f"{GENERATED[0]}{name}{GENERATED[1]}"


def differ(one: str, other: str) -> bool:
    """Say whether two names are surely not the same."""
    return one != other and UNKNOWN[0] not in one + other


def shown(value: Any) -> Any:  # noqa: ANN401 - nested JSON
    """Return a value for people: what is not known as `${Name}`."""
    match value:
        case str():
            return _MARKED.sub(r"${\1}", value).replace("${?", "${")
        case dict():
            return {key: shown(member) for key, member in value.items()}
        case list() | tuple():
            return [shown(member) for member in value]
        case _:
            return value


class Node(NamedTuple):
    """A value in AWS's spelling, and where it stands.

    Attributes:
        value: None when it is absent; text with marks where something could not be worked out.
        path: As `Resources.Config.Properties.ProductionVariants[0].InstanceType`.
    """

    value: Any
    path: str

    def at(self, *keys: str) -> "Node":
        """Return a member of a member; absent when one of them is."""
        value, path = self.value, self.path
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
            path = f"{path}.{key}"
        return Node(value, path)

    def rows(self) -> tuple["Node", ...]:
        """Return a list's members; none when it is no list or not known."""
        if not isinstance(self.value, list):
            return ()
        return tuple(Node(row, f"{self.path}[{n}]") for n, row in enumerate(self.value))

    def members(self) -> tuple[tuple[str, "Node"], ...]:
        """Return a mapping's members by name; none when it is no mapping or not known."""
        if not isinstance(self.value, dict):
            return ()
        return tuple((str(key), self.at(str(key))) for key in self.value)

    @property
    def given(self) -> bool:
        """Whether something stands there, known or not."""
        return self.value is not None

    @property
    def opaque(self) -> bool:
        """Whether something stands there that could not be worked out."""
        return isinstance(self.value, str) and UNKNOWN[0] in self.value

    @property
    def raw(self) -> str:
        """The text with its marks; empty when it is no text."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def undecided(self) -> bool:
        """Whether it may not even be there."""
        return self.raw.startswith(f"{UNKNOWN[0]}?")

    @property
    def text(self) -> str | None:
        """The text when all of it is known; empty text is a parameter left to be filled in."""
        return self.raw if self.raw and _MARKED.search(self.raw) is None else None

    @property
    def told(self) -> str:
        """The value in a sentence."""
        return "nothing" if self.value is None else str(self.value)

    @property
    def number(self) -> float | None:
        """The number when it is known; CloudFormation takes numbers as text too."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float | str):
            return None
        try:
            return float(self.value)
        except ValueError:
            return None

    @property
    def flag(self) -> bool | None:
        """The truth value when it is known; CloudFormation takes it as text too."""
        if isinstance(self.value, bool):
            return self.value
        return {"true": True, "false": False}.get(self.raw.lower())
