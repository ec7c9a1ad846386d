"""A stack's template in the light of its parameters and of what has been made so far."""

import secrets
import string
from collections.abc import Callable, Mapping
from typing import Any

from tools.sandbox.cloudformation.intrinsics import Evaluator, Lookup, Surroundings
from tools.sandbox.cloudformation.parsing import validation_error
from tools.sandbox.cloudformation.records import ResourceRecord, Revision, Stack
from tools.sandbox.cloudformation.resources.contract import ResourceType
from tools.sandbox.cloudformation.resources.registry import RESOURCE_TYPES
from tools.sandbox.cloudformation.schemas import is_known, schema_of
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.cloudformation.template import Template, check_references, read_template

_ALPHABET = string.ascii_uppercase + string.digits
_NAMED_IAM = {
    "AWS::IAM::Role": "RoleName", "AWS::IAM::User": "UserName", "AWS::IAM::Group": "GroupName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName", "AWS::IAM::InstanceProfile":
    "InstanceProfileName",
}  # fmt: skip


def exports_of(store: StackStore, region: str) -> dict[str, str]:
    """Every export of a region, by name."""
    return {
        output["ExportName"]: output["OutputValue"]
        for stack in store.all(Stack, region)
        if stack.status != "DELETE_COMPLETE"
        for output in stack.outputs
        if "ExportName" in output
    }


def surroundings_of(stack: Stack, store: StackStore) -> Surroundings:
    """Where a stack's template is evaluated."""
    return Surroundings(
        stack.region, stack.id, stack.name, stack.options.notification_arns,
        exports_of(store, stack.region),
    )  # fmt: skip


def lookup_in(records: Callable[[], Mapping[str, ResourceRecord]]) -> Lookup:
    """Ref and GetAtt answered by the resources that are there."""

    def lookup(name: str, attribute: str | None) -> Any:  # noqa: ANN401 - template data
        record = records().get(name)
        if record is None or record.physical_id is None or not record.present:
            raise validation_error(f"Unable to retrieve Arn attribute for {name}, "
                                   "which does not exist")  # fmt: skip
        if attribute is None:
            return record.physical_id
        if attribute not in record.attributes:
            raise validation_error(
                f"Template error: resource {name} does not support attribute type {attribute} in "
                "Fn::GetAtt"
            )
        return record.attributes[attribute]

    return lookup


class Blueprint:
    """A revision of a stack: which resources it has, in which order, with which properties."""

    def __init__(self, revision: Revision, surroundings: Surroundings, lookup: Lookup) -> None:
        self.template: Template = read_template(revision.template)
        self.revision = revision
        self._evaluator = Evaluator(self.template, revision.parameters, surroundings, lookup)
        self.active = {
            name
            for name, definition in self.template.resources.items()
            if self._evaluator.active(definition)
        }
        check_references(self.template, self.active)
        self.order = self.template.order(self.active)

    @property
    def imports(self) -> tuple[str, ...]:
        """The exports that were used so far."""
        return tuple(sorted(self._evaluator.imported))

    def definition(self, logical_id: str) -> dict[str, Any]:
        """A resource as the template writes it."""
        return self.template.resources[logical_id]

    def type_of(self, logical_id: str) -> str:
        """A resource's type."""
        return str(self.definition(logical_id)["Type"])

    def properties(self, logical_id: str) -> dict[str, Any]:
        """A resource's properties, functions carried out, types made right, stack tags added.

        May hold `Unknown`s when the look-up answers so.
        """
        schema = schema_of(self.type_of(logical_id))
        value = self._evaluator.value(self.definition(logical_id).get("Properties", {}))
        made = schema.conform(value if isinstance(value, dict) else {})
        own = made.get("Tags", [])
        if schema.taggable and self.revision.tags and isinstance(own, list):
            keys = {tag.get("Key") for tag in own if isinstance(tag, dict)}
            inherited = [
                {"Key": key, "Value": value}
                for key, value in self.revision.tags.items()
                if key not in keys
            ]
            made["Tags"] = own + inherited
        return made

    def outputs(self) -> tuple[dict[str, str], ...]:
        """The outputs in DescribeStacks' spelling."""
        made = []
        for name, output in self.template.outputs.items():
            if not self._evaluator.active(output):
                continue
            value = self._evaluator.value(output["Value"])
            if isinstance(value, dict | list):
                raise validation_error(
                    "Template format error: The Value field of every Outputs member must "
                    "evaluate to a String."
                )
            one = {"OutputKey": name, "OutputValue": str(value)}
            if "Description" in output:
                one["Description"] = str(output["Description"])
            if "Export" in output:
                one["ExportName"] = str(self._evaluator.value(output["Export"]["Name"]))
            made.append(one)
        return tuple(made)


def check_types(template: Template) -> None:
    """Refuse resource types and attributes that are not there.

    Raises:
        AwsError: `ValidationError`.
    """
    from tools.sandbox.cloudformation.references import references

    types = {name: str(one["Type"]) for name, one in template.resources.items()}
    unknown = sorted({kind for kind in types.values() if not is_known(kind)})
    if unknown:
        raise validation_error(
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]"
        )
    unserved = sorted({kind for kind in types.values() if kind not in RESOURCE_TYPES})
    if unserved:
        raise validation_error(
            f"The sandbox does not serve the resource types [{', '.join(unserved)}]"
        )
    for one in references([template.body["Resources"], template.outputs]):
        if one.attribute in (None, "*") or one.name not in types:
            continue
        if one.attribute not in RESOURCE_TYPES[types[one.name]].attributes:
            raise validation_error(
                f"Template error: resource {one.name} does not support attribute type "
                f"{one.attribute} in Fn::GetAtt"
            )


def capabilities_needed(template: Template) -> tuple[str, ...]:
    """The capability that a template needs: () or one of the two for IAM."""
    iam = [one for one in template.resources.values() if one["Type"].startswith("AWS::IAM::")]
    named = any(_NAMED_IAM.get(one["Type"], "-") in one.get("Properties", {}) for one in iam)
    if named:
        return ("CAPABILITY_NAMED_IAM",)
    return ("CAPABILITY_IAM",) if iam else ()


def planned_name(stack_name: str, logical_id: str, kind: ResourceType) -> str:
    """A fresh physical name: unguessable, so that it is ours when it exists.

    SageMaker's are `<logical ID>-<12 characters>`; others carry the stack's name too, as AWS's do.
    """
    suffix = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    hosting = kind.type_name.startswith("AWS::SageMaker::")
    stem = logical_id if hosting else f"{stack_name}-{logical_id}"
    made = f"{stem[: kind.name_length - 13].rstrip('-')}-{suffix}"
    lower = hosting is False and kind.type_name == "AWS::S3::Bucket"
    return made.lower() if lower else made
