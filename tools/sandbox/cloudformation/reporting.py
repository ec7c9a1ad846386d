"""Statuses of stacks and resources, each with its event."""

import uuid
from collections.abc import Callable
from datetime import datetime

from tools.sandbox.cloudformation.records import ResourceRecord, Stack, StackEvent
from tools.sandbox.cloudformation.store import StackStore

#: Called with a topic's ARN and the text of a notification.
Notify = Callable[[str, str], None]


class Reporter:
    """Writes down what happens to a stack."""

    def __init__(self, store: StackStore, now: Callable[[], datetime], notify: Notify) -> None:
        self._store = store
        self.now = now
        self._notify = notify

    def stack(
        self, stack_id: str, status: str, reason: str | None = None, **changes: object
    ) -> Stack:
        """Bring a stack to a status."""
        made = self._store.change(
            stack_id,
            lambda stack: stack.model_copy(update={"status": status, "reason": reason, **changes}),
        )
        own = ResourceRecord(
            logical_id=made.name, physical_id=made.id, status=status, at=self.now(),
            resource_type="AWS::CloudFormation::Stack",
        )  # fmt: skip
        self.event(made, own, status, reason)
        return made

    def resource(
        self, stack_id: str, record: ResourceRecord, status: str, reason: str | None = None
    ) -> ResourceRecord:
        """Keep a resource in a status."""
        made = record.model_copy(update={"status": status, "reason": reason, "at": self.now()})
        stack = self._store.change(
            stack_id,
            lambda held: held.model_copy(
                update={"resources": {**held.resources, made.logical_id: made}}
            ),
        )
        self.event(stack, made, status, reason)
        return made

    def event(
        self, stack: Stack, record: ResourceRecord, status: str, reason: str | None = None
    ) -> None:
        """Only tell about a resource, or about the stack itself."""
        unique = str(uuid.uuid4())
        own = record.physical_id == stack.id
        event = StackEvent(
            id=unique if own else f"{record.logical_id}-{status}-{unique}",
            stack_id=stack.id, stack_name=stack.name, logical_id=record.logical_id,
            physical_id=record.physical_id or "", resource_type=record.resource_type,
            status=status, at=self.now(), reason=reason, properties=record.properties or None,
            client_token=stack.options.client_token,
        )  # fmt: skip
        self._store.record(event, stack.region)
        for topic in stack.options.notification_arns:
            self._notify(topic, _message(event))


def _message(event: StackEvent) -> str:
    lines = {
        "StackId": event.stack_id, "Timestamp": event.at.isoformat(), "EventId": event.id,
        "LogicalResourceId": event.logical_id, "PhysicalResourceId": event.physical_id,
        "ResourceStatus": event.status, "ResourceStatusReason": event.reason or "",
        "ResourceType": event.resource_type, "StackName": event.stack_name,
    }  # fmt: skip
    return "".join(f"{name}='{value}'\n" for name, value in lines.items())
