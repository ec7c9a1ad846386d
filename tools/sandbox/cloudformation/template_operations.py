"""GetTemplate, GetTemplateSummary and ValidateTemplate."""

from typing import Any

from tools.sandbox.cloudformation.evaluation import capabilities_needed, check_types
from tools.sandbox.cloudformation.lookup import require_stack
from tools.sandbox.cloudformation.parameters import check_definitions, is_secret, text
from tools.sandbox.cloudformation.records import ChangeSet, Stack
from tools.sandbox.cloudformation.requests import TemplateSource
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.cloudformation.template import Template, read_template
from tools.sandbox.service import Call, Operation
from tools.sandbox.wire import AwsError

_REASON = "The following resource(s) require capabilities: [{}]"


class TemplateOperations:
    """What is told of templates without carrying them out."""

    def __init__(self, store: StackStore, source: TemplateSource) -> None:
        self._store = store
        self._source = source

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "GetTemplate": self.get,
            "GetTemplateSummary": self.summarise,
            "ValidateTemplate": self.validate,
        }

    def get(self, call: Call) -> dict[str, Any]:
        """GetTemplate: the text as it was given."""
        change_set = call.params.get("ChangeSetName")
        body = self._change_set_text(call, str(change_set)) if change_set else None
        if body is None:
            body = self._stack(call).revision.template
        return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}

    def _stack(self, call: Call) -> Stack:
        return require_stack(self._store, call.region, str(call.params.get("StackName", "")))

    def _change_set_text(self, call: Call, name: str) -> str:
        for one in self._store.all(ChangeSet, call.region):
            owned = name.startswith("arn:") or call.params.get("StackName") in (
                one.stack_name, one.stack_id,
            )  # fmt: skip
            if owned and name in (one.id, one.name):
                return one.revision.template
        raise AwsError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)

    def validate(self, call: Call) -> dict[str, Any]:
        """ValidateTemplate."""
        template = self._sound(self._source.text(call.params, call.region))
        return _capabilities(template) | {
            "Description": template.description,
            "Parameters": [
                {
                    "ParameterKey": name,
                    "DefaultValue": _default(one),
                    "NoEcho": is_secret(one),
                    "Description": one.get("Description"),
                }
                for name, one in template.parameters.items()
            ],
        }

    def summarise(self, call: Call) -> dict[str, Any]:
        """GetTemplateSummary."""
        held = self._stack(call).revision.template if call.params.get("StackName") else None
        template = self._sound(held or self._source.text(call.params, call.region))
        return _capabilities(template) | {
            "Description": template.description,
            "Version": template.body.get("AWSTemplateFormatVersion", "2010-09-09"),
            "ResourceTypes": [str(one["Type"]) for one in template.resources.values()],
            "Parameters": [
                {
                    "ParameterKey": name,
                    "DefaultValue": _default(one),
                    "ParameterType": one["Type"],
                    "NoEcho": is_secret(one),
                    "Description": one.get("Description"),
                    "ParameterConstraints": {
                        "AllowedValues": [text(value) for value in one.get("AllowedValues", ())]
                    },
                }
                for name, one in template.parameters.items()
            ],
        }

    @staticmethod
    def _sound(body: str) -> Template:
        template = read_template(body)
        check_definitions(template.parameters)
        check_types(template)
        return template


def _default(definition: dict[str, Any]) -> str | None:
    return text(definition["Default"]) if "Default" in definition else None


def _capabilities(template: Template) -> dict[str, Any]:
    needed = capabilities_needed(template)
    if not needed:
        return {}
    types = sorted(
        {str(one["Type"]) for one in template.resources.values() if "::IAM::" in one["Type"]}
    )
    return {"Capabilities": list(needed), "CapabilitiesReason": _REASON.format(", ".join(types))}
