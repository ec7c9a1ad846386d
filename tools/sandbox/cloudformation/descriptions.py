"""Stacks, resources and events in AWS's spelling."""

import json
from collections.abc import Callable
from typing import Any

from tools.sandbox.cloudformation.parameters import listed
from tools.sandbox.cloudformation.records import ResourceRecord, Stack, StackEvent
from tools.sandbox.cloudformation.template import read_template


def _filled(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def drift_information(status: str, checked_at: object) -> dict[str, Any]:
    """StackDriftInformation."""
    return _filled({"StackDriftStatus": status, "LastCheckTimestamp": checked_at})


def describe_stack(stack: Stack) -> dict[str, Any]:
    """A row of DescribeStacks."""
    template = read_template(stack.revision.template) if stack.revision.template else None
    definitions = template.parameters if template else {}
    return _filled(
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "ChangeSetId": stack.change_set_id,
            "Description": template.description if template else None,
            "Parameters": listed(definitions, stack.revision.parameters),
            "CreationTime": stack.created_at,
            "DeletionTime": stack.deleted_at,
            "LastUpdatedTime": stack.updated_at,
            "RollbackConfiguration": stack.options.rollback_configuration,
            "StackStatus": stack.status,
            "StackStatusReason": stack.reason,
            "DisableRollback": stack.options.disable_rollback,
            "NotificationARNs": list(stack.options.notification_arns),
            "TimeoutInMinutes": stack.options.timeout_minutes,
            "Capabilities": list(stack.revision.capabilities),
            "Outputs": list(stack.outputs),
            "RoleARN": stack.options.role_arn,
            "Tags": [{"Key": k, "Value": v} for k, v in stack.revision.tags.items()],
            "EnableTerminationProtection": stack.termination_protection,
            "DriftInformation": drift_information(stack.drift_status, stack.drift_checked_at),
        }
    )


def summarise_stack(stack: Stack) -> dict[str, Any]:
    """A row of ListStacks."""
    shown = describe_stack(stack)
    names = (
        "StackId", "StackName", "CreationTime", "LastUpdatedTime", "DeletionTime", "StackStatus",
        "StackStatusReason", "DriftInformation",
    )  # fmt: skip
    found = {name: shown[name] for name in names if name in shown}
    if "Description" in shown:
        found["TemplateDescription"] = shown["Description"]
    return found


def _drift(record: ResourceRecord) -> dict[str, Any]:
    if record.drift is None:
        return {"StackResourceDriftStatus": "NOT_CHECKED"}
    return {
        "StackResourceDriftStatus": record.drift.status,
        "LastCheckTimestamp": record.drift.checked_at,
    }


def describe_resource(stack: Stack, record: ResourceRecord) -> dict[str, Any]:
    """A row of DescribeStackResources."""
    return _filled(
        {
            "StackName": stack.name,
            "StackId": stack.id,
            "LogicalResourceId": record.logical_id,
            "PhysicalResourceId": record.physical_id,
            "ResourceType": record.resource_type,
            "Timestamp": record.at,
            "ResourceStatus": record.status,
            "ResourceStatusReason": record.reason,
            "DriftInformation": _drift(record),
        }
    )


def detail_resource(stack: Stack, record: ResourceRecord) -> dict[str, Any]:
    """What DescribeStackResource answers."""
    shown = describe_resource(stack, record)
    shown["LastUpdatedTimestamp"] = shown.pop("Timestamp")
    if record.metadata is not None:
        shown["Metadata"] = json.dumps(record.metadata)
    return shown


def summarise_resource(stack: Stack, record: ResourceRecord) -> dict[str, Any]:
    """A row of ListStackResources."""
    shown = describe_resource(stack, record)
    shown["LastUpdatedTimestamp"] = shown.pop("Timestamp")
    return {name: shown[name] for name in shown if name not in ("StackName", "StackId")}


def describe_event(event: StackEvent) -> dict[str, Any]:
    """A row of DescribeStackEvents."""
    properties = event.properties
    return _filled(
        {
            "StackId": event.stack_id,
            "EventId": event.id,
            "StackName": event.stack_name,
            "LogicalResourceId": event.logical_id,
            "PhysicalResourceId": event.physical_id,
            "ResourceType": event.resource_type,
            "Timestamp": event.at,
            "ResourceStatus": event.status,
            "ResourceStatusReason": event.reason,
            "ResourceProperties": json.dumps(properties) if properties else None,
            "ClientRequestToken": event.client_token,
        }
    )


def ordered(
    records: dict[str, ResourceRecord], key: Callable[[ResourceRecord], Any]
) -> list[ResourceRecord]:
    """The records in a stable order."""
    return sorted(records.values(), key=key)
