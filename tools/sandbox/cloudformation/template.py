"""A template: its sections, checked as a whole, and the order of its resources."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

from tools.sandbox.cloudformation.parsing import parse_template, validation_error
from tools.sandbox.cloudformation.references import Reference, conditions_named, references

_SECTIONS = frozenset(
    ("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions",
     "Resources", "Outputs", "Rules")
)  # fmt: skip
_RESOURCE_MEMBERS = frozenset(
    ("Type", "Properties", "DependsOn", "Condition", "Metadata", "DeletionPolicy",
     "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy")
)  # fmt: skip
_POLICIES = {
    "DeletionPolicy": ("Delete", "Retain", "RetainExceptOnCreate", "Snapshot"),
    "UpdateReplacePolicy": ("Delete", "Retain", "Snapshot"),
}
PSEUDO_PARAMETERS = frozenset(
    ("AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region",
     "AWS::StackId", "AWS::StackName", "AWS::URLSuffix")
)  # fmt: skip
_MAX_RESOURCES = 500


@dataclass(frozen=True)
class Template:
    """A template that is sound in itself; nothing is evaluated yet."""

    body: dict[str, Any]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Logical ID -> definition."""
        return dict(self.body["Resources"])

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """Name -> definition."""
        return dict(self.body.get("Parameters", {}))

    @property
    def conditions(self) -> dict[str, Any]:
        """Name -> condition function."""
        return dict(self.body.get("Conditions", {}))

    @property
    def outputs(self) -> dict[str, dict[str, Any]]:
        """Name -> definition."""
        return dict(self.body.get("Outputs", {}))

    @property
    def description(self) -> str | None:
        """The Description."""
        found = self.body.get("Description")
        return str(found) if found is not None else None

    def dependencies(self, logical_id: str, among: Collection[str]) -> tuple[str, ...]:
        """The resources that must be there before this one."""
        definition = self.resources[logical_id]
        stated = definition.get("DependsOn", [])
        names = [stated] if isinstance(stated, str) else list(stated)
        names += [one.name for one in references(definition.get("Properties", {}))]
        return tuple(dict.fromkeys(n for n in names if n in among and n != logical_id))

    def order(self, among: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Logical ID -> what it waits for, in an order in which they can be made."""
        graph = {name: self.dependencies(name, among) for name in self.resources if name in among}
        return {name: graph[name] for name in TopologicalSorter(graph).static_order()}


def _check_sections(body: Mapping[str, Any]) -> None:
    unknown = [name for name in body if name not in _SECTIONS]
    if "Transform" in unknown:
        raise validation_error("The sandbox does not serve transforms.")
    if unknown:
        raise validation_error(
            f"Invalid template property or properties [{', '.join(sorted(unknown))}]"
        )
    if body.get("AWSTemplateFormatVersion", "2010-09-09") != "2010-09-09":
        raise validation_error(
            "Template format error: unsupported value for AWSTemplateFormatVersion."
        )
    for name in _SECTIONS - {"AWSTemplateFormatVersion", "Description"}:
        if not isinstance(body.get(name, {}), dict):
            raise validation_error(f"Template format error: {name} must be an object.")
    if not body.get("Resources"):
        raise validation_error(
            "Template format error: At least one Resources member must be defined."
        )
    if len(body["Resources"]) > _MAX_RESOURCES:
        raise validation_error(
            f"Template format error: Number of resources, {len(body['Resources'])}, is greater "
            f"than maximum allowed, {_MAX_RESOURCES}"
        )


def _check_resource(name: str, definition: Any) -> None:  # noqa: ANN401 - template data
    if not name.isalnum() or not name.isascii():
        raise validation_error(f"Template format error: Resource name {name} is non alphanumeric.")
    if not isinstance(definition, dict):
        raise validation_error(
            f"Template format error: [/Resources/{name}] resource definition is malformed"
        )
    if not isinstance(definition.get("Type"), str):
        raise validation_error(
            f"Template format error: [/Resources/{name}] Every Resources object must contain a "
            "Type member."
        )
    unknown = sorted(definition.keys() - _RESOURCE_MEMBERS)
    if unknown:
        raise validation_error(f"Invalid template resource property '{unknown[0]}'")
    stated = definition.get("DependsOn", [])
    if not isinstance(stated, str) and not (
        isinstance(stated, list) and all(isinstance(one, str) for one in stated)
    ):
        raise validation_error(
            f"Template format error: DependsOn of resource {name} must be a string or a list of "
            "strings."
        )
    if not isinstance(definition.get("Properties", {}), dict):
        raise validation_error(
            f"Template format error: [/Resources/{name}/Properties] must be an object."
        )
    for member, allowed in _POLICIES.items():
        if definition.get(member, "Delete") not in allowed:
            raise validation_error(
                f"Template error: {member} for resource {name} must be one of "
                f"[{', '.join(allowed)}]"
            )


def _unresolved(
    found: Iterator[Reference], resources: Collection[str], parameters: Collection[str]
) -> list[str]:
    missing = []
    for one in found:
        if one.attribute is None:
            known = one.name in resources or one.name in parameters
            if not known and one.name not in PSEUDO_PARAMETERS:
                missing.append(one.name)
        elif one.name not in resources:
            raise validation_error(
                f"Template error: instance of Fn::GetAtt references undefined resource {one.name}"
            )
    return missing


def check_references(template: Template, resources: Collection[str]) -> None:
    """Refuse references to what is not there (`resources`: those whose condition holds).

    Raises:
        AwsError: `ValidationError`.
    """
    sections: list[tuple[str, Any, list[str]]] = [
        ("Resources", template.resources[name].get("Properties", {}), _depends_on(template, name))
        for name in template.resources
        if name in resources
    ]
    sections += [("Outputs", output, []) for output in template.outputs.values()]
    for section, value, stated in sections:
        missing = _unresolved(references(value), resources, template.parameters)
        missing += [name for name in stated if name not in resources]
        if missing and section == "Outputs" and set(missing) <= template.resources.keys():
            continue  # an output whose own condition hides it is judged when it is evaluated
        if missing:
            raise validation_error(
                "Template format error: Unresolved resource dependencies "
                f"[{', '.join(dict.fromkeys(missing))}] in the {section} block of the template"
            )


def _depends_on(template: Template, name: str) -> list[str]:
    stated = template.resources[name].get("DependsOn", [])
    return [stated] if isinstance(stated, str) else list(stated)


def _check_conditions(template: Template) -> None:
    named: list[str] = []
    for value in (*template.resources.values(), *template.outputs.values()):
        named += [*conditions_named(value)]
        if isinstance(value, dict) and isinstance(value.get("Condition"), str):
            named.append(value["Condition"])
    for name in named:
        if name not in template.conditions:
            raise validation_error(
                f"Template format error: Unresolved condition dependency {name} in the Resources "
                "block of the template"
            )


def _check_outputs(template: Template) -> None:
    for name, output in template.outputs.items():
        if not isinstance(output, dict) or "Value" not in output:
            raise validation_error(
                f"Template format error: Output {name} is malformed; it must contain a Value."
            )
        export = output.get("Export", {"Name": ""})
        if not isinstance(export, dict) or export.keys() != {"Name"}:
            raise validation_error(
                f"Template format error: Output {name} is malformed. The Export member must "
                "contain a Name."
            )


def _check_order(template: Template) -> None:
    try:
        template.order(template.resources.keys())
    except CycleError as error:
        cycle = sorted(set(error.args[1]))
        raise validation_error(
            f"Circular dependency between resources: [{', '.join(cycle)}]"
        ) from error


@lru_cache(maxsize=64)
def read_template(text: str) -> Template:
    """Read and check a template as far as that is possible without parameters.

    Raises:
        AwsError: `ValidationError`.
    """
    body = parse_template(text)
    _check_sections(body)
    for name, definition in body["Resources"].items():
        _check_resource(name, definition)
    template = Template(body)
    _check_outputs(template)
    _check_conditions(template)
    check_references(template, template.resources.keys())
    _check_order(template)
    return template
