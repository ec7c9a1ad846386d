"""Reads the text of a CloudFormation template; pure."""

from typing import Any

import yaml


class _Loader(yaml.SafeLoader):
    """Reads short forms as long ones, and no aliases: a few lines could stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - PyYAML's signature
        """Refuse an alias."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix == "Ref" else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        text = str(node.value)
        return {name: text.split(".", 1) if suffix == "GetAtt" else text}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    raise yaml.YAMLError(f"!{suffix} of a mapping is not read")


_Loader.add_multi_constructor("!", _function)


def read_document(text: str) -> Any:  # noqa: ANN401 - whatever the text holds
    """Return the plain values of a template, functions in their long form.

    Args:
        text: YAML or JSON.

    Raises:
        yaml.YAMLError: It is neither, or it uses aliases.
    """
    return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
