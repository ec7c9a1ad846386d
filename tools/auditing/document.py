"""A CloudFormation template's text as plain values: YAML or JSON, short functions as long ones."""

import json
from typing import Any

import yaml

from tools.errors import InvalidInputError

LONGEST = 1_000_000  # CloudFormation's own limit for a template in S3, in bytes
REMEDY = "Give a CloudFormation template in YAML or JSON."


class _Loader(yaml.SafeLoader):
    """Reads no aliases: a few lines could stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - PyYAML's signature
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    match node:
        case yaml.ScalarNode():
            return {name: str(node.value)}
        case yaml.SequenceNode():
            return {name: loader.construct_sequence(node, deep=True)}
        case _:
            assert isinstance(node, yaml.MappingNode)  # noqa: S101 - there is no fourth kind
            return {name: loader.construct_mapping(node, deep=True)}


def _as_written(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_multi_constructor("!", _function)
#: CloudFormation has no dates: `Version: 2012-10-17` is text.
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


def document_of(text: str) -> dict[str, Any]:
    """Return a template as plain values.

    Raises:
        InvalidInputError: It is too long, no YAML or JSON, or holds no resources.
    """
    if len(text.encode(errors="replace")) > LONGEST:
        raise InvalidInputError("The template is longer than CloudFormation takes.", remedy=REMEDY)
    try:
        parsed = json.loads(text) if text.lstrip()[:1] == "{" else _yaml(text)
    except json.JSONDecodeError:
        parsed = _yaml(text)  # YAML may begin with a brace too
    except RecursionError as error:
        raise InvalidInputError("The template is nested too deeply.", remedy=REMEDY) from error
    if not isinstance(parsed, dict) or not isinstance(parsed.get("Resources"), dict):
        raise InvalidInputError("This is no template: it has no Resources.", remedy=REMEDY)
    return parsed


def _yaml(text: str) -> Any:  # noqa: ANN401 - any document
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise InvalidInputError(
            f"This is no template that can be read: {first}", remedy=REMEDY
        ) from error


def lines_of(text: str) -> dict[str, int]:
    """Return the line, from 1, of every value in a template, by its path; empty when unreadable.

    Paths are as findings give them: `Resources.Config.Properties.ProductionVariants[0]`.
    """
    try:
        root = yaml.compose(text, _Loader)
    except (yaml.YAMLError, RecursionError):
        return {}
    found: dict[str, int] = {}
    waiting: list[tuple[str, yaml.Node | None]] = [("", root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                name = f"{path}.{key.value}" if path else str(key.value)
                found[name] = key.start_mark.line + 1
                waiting.append((name, value))
        elif isinstance(node, yaml.SequenceNode):
            for number, value in enumerate(node.value):
                found[f"{path}[{number}]"] = value.start_mark.line + 1
                waiting.append((f"{path}[{number}]", value))
    return found


def line_at(path: str, lines: dict[str, int]) -> int | None:
    """Return the line of a path, or of the nearest thing around it that is there."""
    while path:
        if path in lines:
            return lines[path]
        path = path[: path.rfind("[")] if path.endswith("]") else path.rpartition(".")[0]
    return None


def as_mapping(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any document
    """Return `value` when it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}
