"""What an update would change: the rows of a change set.

Fields, and which change is static or dynamic: user guide, "change sets", and the API reference of
ResourceChange. A GetAtt of a resource that is modified counts as possibly changed, a Ref only when
the resource is or may be replaced, as AWS's change sets show it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.sandbox.cloudformation.evaluation import Blueprint
from tools.sandbox.cloudformation.intrinsics import Surroundings, Unknown, causes
from tools.sandbox.cloudformation.parsing import validation_error
from tools.sandbox.cloudformation.records import ResourceRecord, Revision, Stack
from tools.sandbox.cloudformation.references import Reference, references
from tools.sandbox.cloudformation.schemas import schema_of
from tools.sandbox.cloudformation.template import read_template

_LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"


@dataclass(frozen=True)
class Comparison:
    """The rows, and whether executing them would do anything at all."""

    changes: tuple[dict[str, Any], ...]
    any: bool


class _Differences:
    """Compares one stack with one revision of it."""

    def __init__(self, stack: Stack, revision: Revision, surroundings: Surroundings) -> None:
        self._stack = stack
        self._present = stack.present()
        self._changed: dict[str, str] = {}
        self._blueprint = Blueprint(revision, surroundings, self._lookup)
        before = stack.revision.template
        self._before = read_template(before).resources if before else {}

    def _lookup(self, name: str, attribute: str | None) -> Any:  # noqa: ANN401 - template data
        record = self._present.get(name)
        if record is None or record.physical_id is None:
            return Unknown((Reference(name, attribute),))
        replacement = self._changed.get(name, "")
        if attribute is None:
            open_ = replacement in ("True", "Conditional")
            return Unknown((Reference(name),)) if open_ else record.physical_id
        if name in self._changed or attribute not in record.attributes:
            return Unknown((Reference(name, attribute),))
        return record.attributes[attribute]

    def compare(self) -> Comparison:
        """Every row: first what is removed, then in the order of making."""
        self._check_types()
        rows = [
            _removal(record)
            for name, record in self._present.items()
            if name not in self._blueprint.active
        ]
        for name in self._blueprint.order:
            row = self._row(name)
            if row is not None:
                rows.append(row)
        changes = tuple({"Type": "Resource", "ResourceChange": row} for row in rows)
        return Comparison(changes, bool(rows) or self._outputs_differ())

    def _check_types(self) -> None:
        changed = [
            name
            for name in self._blueprint.order
            if name in self._present
            and self._present[name].resource_type != self._blueprint.type_of(name)
        ]
        if changed:
            raise validation_error(
                "Update of resource type is not permitted. The new template modifies resource "
                f"type of the following resources: [{', '.join(changed)}]"
            )

    def _outputs_differ(self) -> bool:
        return list(self._blueprint.outputs()) != list(self._stack.outputs)

    def _row(self, name: str) -> dict[str, Any] | None:
        record = self._present.get(name)
        kind = self._blueprint.type_of(name)
        wanted = self._blueprint.properties(name)
        if record is None or record.physical_id is None:
            self._changed[name] = "True"
            row: dict[str, Any] = {
                "Action": "Add", "LogicalResourceId": name, "ResourceType": kind,
                "Scope": [], "Details": [],
            }  # fmt: skip
            return row | _contexts(None, wanted)
        details = self._details(name, record, wanted)
        if not details:
            return None
        replacement = _replacement(details)
        self._changed[name] = replacement
        row = {
            "Action": "Modify", "LogicalResourceId": name, "ResourceType": kind,
            "PhysicalResourceId": record.physical_id, "Replacement": replacement,
            "Scope": list(dict.fromkeys(one["Target"]["Attribute"] for one in details)),
            "Details": details,
        }  # fmt: skip
        if replacement == "True":
            kept = record.update_replace_policy == "Retain"
            row["PolicyAction"] = "ReplaceAndRetain" if kept else "ReplaceAndDelete"
        for one in details:
            one["Target"] |= _target_values(one["Target"], record.properties, wanted)
        return row | _contexts(record.properties, wanted)

    def _details(
        self, name: str, record: ResourceRecord, wanted: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        schema = schema_of(record.resource_type)
        details: list[dict[str, Any]] = []
        for key in sorted(record.properties.keys() | wanted.keys()):
            target = {
                "Attribute": "Properties", "Name": key,
                "RequiresRecreation": "Always" if schema.replaces(key) else "Never",
            }  # fmt: skip
            if key == "Tags":
                target = {"Attribute": "Tags", "RequiresRecreation": "Never"}
            for rest in self._property_changes(name, key, record.properties.get(key), wanted):
                details.append({"Target": dict(target), **rest})
        if record.metadata != self._blueprint.definition(name).get("Metadata"):
            details.append(
                {
                    "Target": {"Attribute": "Metadata", "RequiresRecreation": "Never"},
                    "Evaluation": "Static", "ChangeSource": "DirectModification",
                }
            )  # fmt: skip
        return details

    def _property_changes(
        self,
        name: str,
        key: str,
        old: object,
        wanted: Mapping[str, Any],
    ) -> list[dict[str, str]]:
        new = wanted.get(key)
        now = self._blueprint.definition(name).get("Properties", {}).get(key)
        written = self._before.get(name, {}).get("Properties", {}).get(key) != now
        found: list[dict[str, str]] = []
        for cause in dict.fromkeys(causes(new)):
            source = "ResourceReference" if cause.attribute is None else "ResourceAttribute"
            entity = cause.name if cause.attribute is None else f"{cause.name}.{cause.attribute}"
            found.append({"Evaluation": "Dynamic", "ChangeSource": source, "CausingEntity": entity})
        if (found and not written) or (not found and old == new):
            return found
        entities = [] if written else self._parameters(now)
        for entity in entities:
            found.append({"Evaluation": "Static", "ChangeSource": "ParameterReference",
                          "CausingEntity": entity})  # fmt: skip
        evaluation = "Dynamic" if entities else "Static"
        found.append({"Evaluation": evaluation, "ChangeSource": "DirectModification"})
        return found

    def _parameters(self, written: Any) -> list[str]:  # noqa: ANN401 - template data
        """The parameters in a property whose values changed."""
        before, after = self._stack.revision.parameters, self._blueprint.revision.parameters
        names = [one.name for one in references(written) if one.name in after]
        return [n for n in dict.fromkeys(names) if before.get(n) != after[n]]


def _removal(record: ResourceRecord) -> dict[str, Any]:
    kept = record.deletion_policy.startswith("Retain")
    return {
        "Action": "Remove", "LogicalResourceId": record.logical_id,
        "PhysicalResourceId": record.physical_id, "ResourceType": record.resource_type,
        "PolicyAction": "Retain" if kept else "Delete", "Scope": [], "Details": [],
    }  # fmt: skip


def _replacement(details: list[dict[str, Any]]) -> str:
    always = [one for one in details if one["Target"]["RequiresRecreation"] == "Always"]
    if any(one["Evaluation"] == "Static" for one in always):
        return "True"
    return "Conditional" if always else "False"


def _shown(value: Any) -> Any:  # noqa: ANN401 - template data
    match value:
        case Unknown():
            return _LATER
        case dict():
            return {key: _shown(item) for key, item in value.items()}
        case list():
            return [_shown(item) for item in value]
        case _:
            return value


def _contexts(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, str]:
    made = {"AfterContext": json.dumps({"Properties": _shown(after)})}
    if before is not None:
        made["BeforeContext"] = json.dumps({"Properties": before})
    return made


def _target_values(
    target: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, str]:
    key = target.get("Name", target["Attribute"])
    old, new = before.get(key), _shown(after.get(key))
    kind = "Add" if old is None else "Remove" if new is None else "Modify"
    values = {"BeforeValue": old, "AfterValue": new}
    written = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in values.items()
        if value is not None
    }
    return {"Path": f"/Properties/{key}", "AttributeChangeType": kind, **written}


def without_values(change: Mapping[str, Any]) -> dict[str, Any]:
    """A row as DescribeChangeSet shows it unless IncludePropertyValues asks for more."""
    row = {k: v for k, v in change["ResourceChange"].items() if not k.endswith("Context")}
    shown = ("Attribute", "Name", "RequiresRecreation")
    row["Details"] = [
        {**one, "Target": {k: one["Target"][k] for k in shown if k in one["Target"]}}
        for one in row["Details"]
    ]
    return {**change, "ResourceChange": row}


def changes_between(stack: Stack, revision: Revision, surroundings: Surroundings) -> Comparison:
    """Compare a stack with what it is to become.

    Raises:
        AwsError: `ValidationError`: the revision is no possible update of the stack.
    """
    return _Differences(stack, revision, surroundings).compare()
