"""A CloudFormation template as a value: a plain document, and its text with comments; pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import yaml

#: Characters that a template may have when it is sent itself (CloudFormation quotas).
LONGEST_BODY = 51_200
_WIDTH = 96
_SHORT = {"Ref": "!Ref", "Fn::Sub": "!Sub", "Fn::Select": "!Select", "Fn::Split": "!Split"}
_UNFOLDED = 1_000_000


class Template(NamedTuple):
    """One template.

    Attributes:
        document: Plain values; functions in their long form (`{"Fn::GetAtt": [..]}`).
        comments: Lines over the template (key "") and over resources, by logical id.
    """

    document: dict[str, Any]
    comments: dict[str, tuple[str, ...]]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Logical id to resource."""
        made: dict[str, dict[str, Any]] = self.document["Resources"]
        return made

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters' defaults, as CloudFormation takes values."""
        return {key: str(row["Default"]) for key, row in self.document["Parameters"].items()}

    def text(self, *, commented: bool = True) -> str:
        """Return the template as YAML, functions in their short form."""
        return "\n".join(_lines(self, commented=commented)) + "\n"


class Parameters:
    """Collects the parameters that a template declares."""

    def __init__(self) -> None:
        self.declared: dict[str, dict[str, Any]] = {}
        self._shared: dict[str, dict[str, str]] = {}

    def ref(
        self, name: str, default: str | int, description: str, **limits: str | int
    ) -> dict[str, str]:
        """Declare a parameter and return the reference to it."""
        kind = "Number" if isinstance(default, int) else "String"
        row = {"Type": kind, "Default": default, "Description": description, **limits}
        self.declared[name] = row
        return {"Ref": name}

    def shared(self, name: str, default: str, description: str, **limits: str) -> dict[str, str]:
        """Like `ref`, but a value that is declared already is not declared again."""
        if default not in self._shared:
            self._shared[default] = self.ref(name, default, description, **limits)
        return self._shared[default]

    def known(self) -> tuple[tuple[str, dict[str, str]], ...]:
        """Return the shared values with their references."""
        return tuple(self._shared.items())


class _Dumper(yaml.SafeDumper):
    """Writes functions in their short form, and never an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - PyYAML's signature
        """Say that everything is written out."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:  # noqa: ANN401, ARG002 - PyYAML's signature
        """Indent the items of a list under their key."""
        return super().increase_indent(flow, False)

    def choose_scalar_style(self) -> Any:  # noqa: ANN401 - PyYAML is loosely typed
        """Write names of resources without quotes."""
        if getattr(self.event, "tag", None) in {"!Ref", "!GetAtt"}:
            return ""
        return super().choose_scalar_style()


def _mapping(dumper: yaml.SafeDumper, value: dict[str, Any]) -> yaml.Node:
    match value:
        case {"Fn::GetAtt": [str(resource), str(attribute)]} if len(value) == 1:
            return dumper.represent_scalar("!GetAtt", f"{resource}.{attribute}")
        case dict() if len(value) == 1 and (name := next(iter(value))) in _SHORT:
            argument = value[name]
            if isinstance(argument, str):
                return dumper.represent_scalar(_SHORT[name], argument, style='"')
            flow = name != "Fn::Sub"
            return dumper.represent_sequence(_SHORT[name], argument, flow_style=flow)
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items())


_Dumper.add_representer(dict, _mapping)


def _dump(value: Any, indent: int) -> Iterator[str]:  # noqa: ANN401 - template data
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_UNFOLDED)
    return (" " * indent + line if line else line for line in text.splitlines())


def _lines(template: Template, *, commented: bool) -> Iterator[str]:
    notes = template.comments if commented else {}
    yield from _remarks(notes.get("", ()), 0)
    for section, content in template.document.items():
        if section not in {"Parameters", "Resources"}:
            yield from _dump({section: content}, 0)
            continue
        yield f"{section}:"
        for key, member in content.items():
            yield from _remarks(notes.get(key, ()), 2)
            yield from _dump({key: member}, 2)


def _remarks(notes: Iterable[str], indent: int) -> Iterator[str]:
    for note in notes:
        plain = re.sub(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]", " ", note)
        line = ""
        for word in plain.split():
            if line and indent + 2 + len(line) + 1 + len(word) > _WIDTH:
                yield f"{' ' * indent}# {line}"
                line = word
            else:
                line = f"{line} {word}".strip()
        if line:
            yield f"{' ' * indent}# {line}"
