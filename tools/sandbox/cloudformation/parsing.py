"""A template's text, JSON or YAML, as plain data with the long form of every function."""

import json
from typing import Any

import yaml

from tools.sandbox.wire import AwsError

_LONG_NAMES = {"Ref": "Ref", "Condition": "Condition"}
_MAX_DEPTH = 60


def validation_error(message: str) -> AwsError:
    """CloudFormation's answer to what makes no sense."""
    return AwsError("ValidationError", message)


class _Loader(yaml.SafeLoader):
    """Knows `!Ref` and its kin; leaves dates alone; refuses aliases as CloudFormation does."""

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - PyYAML is untyped
        if self.check_event(yaml.events.AliasEvent):
            raise validation_error(
                "Template error: YAML aliases are not allowed in CloudFormation templates"
            )
        return super().compose_node(parent, index)


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
        case _:
            raise validation_error("Template format error: YAML not well-formed.")
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {_LONG_NAMES.get(suffix, f"Fn::{suffix}"): value}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    for key in keys:
        if isinstance(key, str | int | float | bool) and keys.count(key) > 1:
            raise validation_error(f"Template format error: duplicate key '{key}' in a mapping.")
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _short_form)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _load(text: str) -> Any:  # noqa: ANN401 - any document
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise validation_error(
                "Template format error: JSON not well-formed. "
                f"(line {error.lineno}, column {error.colno})"
            ) from error
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise validation_error(f"Template format error: YAML not well-formed.{at}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise validation_error("Template format error: YAML not well-formed.") from error


def _normal(value: Any, path: str, depth: int = 0) -> Any:  # noqa: ANN401 - any document
    """The value with string keys and the list form of GetAtt; refuses nulls."""
    if depth > _MAX_DEPTH:
        raise validation_error("Template format error: the template is nested too deeply.")
    match value:
        case None:
            raise validation_error(
                f"Template format error: [{path}] 'null' values are not allowed in templates"
            )
        case dict():
            made = {str(k): _normal(v, f"{path}/{k}", depth + 1) for k, v in value.items()}
            attribute = made.get("Fn::GetAtt")
            if isinstance(attribute, str):
                made["Fn::GetAtt"] = attribute.split(".", 1)
            return made
        case list():
            return [_normal(item, f"{path}/{at}", depth + 1) for at, item in enumerate(value)]
        case _:
            return value


def parse_template(text: str) -> dict[str, Any]:
    """Read a template.

    Raises:
        AwsError: `ValidationError`, in CloudFormation's wording, when it is none.
    """
    try:
        loaded = _load(text)
    except RecursionError as error:
        raise validation_error(
            "Template format error: the template is nested too deeply."
        ) from error
    if not isinstance(loaded, dict):
        raise validation_error("Template format error: unsupported structure.")
    body: dict[str, Any] = _normal(loaded, "")
    return body
