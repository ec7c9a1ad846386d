"""The operations that describe stacks."""

from collections.abc import Mapping
from typing import Any

from tools.sandbox.cloudformation.descriptions import (
    describe_event,
    describe_resource,
    describe_stack,
    detail_resource,
    summarise_resource,
    summarise_stack,
)
from tools.sandbox.cloudformation.lookup import importers, require_stack
from tools.sandbox.cloudformation.parsing import validation_error
from tools.sandbox.cloudformation.records import ResourceRecord, Stack
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.service import Call, Operation, page


class StackViews:
    """Tells of stacks, their resources, events and exports."""

    def __init__(self, store: StackStore) -> None:
        self._store = store

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "DescribeStacks": self.describe,
            "ListStacks": self.list_all,
            "DescribeStackEvents": self.events,
            "DescribeStackResources": self.resources,
            "DescribeStackResource": self.resource,
            "ListStackResources": self.list_resources,
            "ListExports": self.exports,
            "ListImports": self.imports,
        }

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeStacks: one, or all that are not deleted."""
        if call.params.get("StackName"):
            stack = require_stack(self._store, call.region, str(call.params["StackName"]))
            return {"Stacks": [describe_stack(stack)]}
        present = [one for one in self._newest(call.region) if one.status != "DELETE_COMPLETE"]
        stacks, rest = page(present, call.params, default_size=100)
        return {"Stacks": [describe_stack(one) for one in stacks]} | rest

    def _newest(self, region: str) -> list[Stack]:
        return sorted(self._store.all(Stack, region), key=lambda s: s.created_at, reverse=True)

    def list_all(self, call: Call) -> dict[str, Any]:
        """ListStacks: deleted ones too."""
        wanted = call.params.get("StackStatusFilter") or None
        found = [s for s in self._newest(call.region) if wanted is None or s.status in wanted]
        stacks, rest = page(found, call.params, default_size=100)
        return {"StackSummaries": [summarise_stack(one) for one in stacks]} | rest

    def events(self, call: Call) -> dict[str, Any]:
        """DescribeStackEvents: newest first."""
        name = str(call.params["StackName"])
        stack = self._store.named(call.region, name)
        if stack is None:
            raise validation_error(f"Stack [{name}] does not exist")
        found, rest = page(self._store.events(stack.id), call.params, default_size=100)
        return {"StackEvents": [describe_event(one) for one in found]} | rest

    def resources(self, call: Call) -> dict[str, Any]:
        """DescribeStackResources: of a stack, or of the stack that a physical ID is part of."""
        stack, records = self._found_by(call.params, call.region)
        wanted = call.params.get("LogicalResourceId")
        rows = [r for r in records if wanted in (None, r.logical_id)]
        return {"StackResources": [describe_resource(stack, one) for one in rows]}

    def _found_by(
        self, params: Mapping[str, Any], region: str
    ) -> tuple[Stack, list[ResourceRecord]]:
        physical_id = params.get("PhysicalResourceId")
        if params.get("StackName"):
            stack = require_stack(self._store, region, str(params["StackName"]))
            return stack, list(stack.resources.values())
        for stack in self._store.all(Stack, region):
            if any(one.physical_id == physical_id for one in stack.present().values()):
                return stack, list(stack.resources.values())
        raise validation_error(f"Stack for {physical_id} does not exist")

    def resource(self, call: Call) -> dict[str, Any]:
        """DescribeStackResource."""
        stack = require_stack(self._store, call.region, str(call.params["StackName"]))
        logical_id = str(call.params["LogicalResourceId"])
        record = stack.resources.get(logical_id)
        if record is None:
            raise validation_error(f"Resource {logical_id} does not exist for stack {stack.name}")
        return {"StackResourceDetail": detail_resource(stack, record)}

    def list_resources(self, call: Call) -> dict[str, Any]:
        """ListStackResources."""
        stack = require_stack(self._store, call.region, str(call.params["StackName"]))
        records, rest = page(list(stack.resources.values()), call.params, default_size=100)
        return {"StackResourceSummaries": [summarise_resource(stack, r) for r in records]} | rest

    def exports(self, call: Call) -> dict[str, Any]:
        """ListExports."""
        found = [
            {"ExportingStackId": stack.id, "Name": one["ExportName"], "Value": one["OutputValue"]}
            for stack in self._store.all(Stack, call.region)
            for one in stack.outputs
            if "ExportName" in one
        ]
        rows, rest = page(found, call.params, default_size=100)
        return {"Exports": rows} | rest

    def imports(self, call: Call) -> dict[str, Any]:
        """ListImports."""
        name = str(call.params["ExportName"])
        users = importers(self._store, call.region, name)
        if not users:
            raise validation_error(f"Export '{name}' is not imported by any stack.")
        rows, rest = page(users, call.params, default_size=100)
        return {"Imports": rows} | rest
