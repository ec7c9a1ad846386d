"""Stacks, events, change sets and drift runs, kept in memory and written through."""

import threading
from collections.abc import Callable
from typing import TypeVar

from tools.sandbox.cloudformation.records import (
    ChangeSet,
    DriftDetection,
    Stack,
    StackEvent,
    Value,
)
from tools.sandbox.journal import Journal

V = TypeVar("V", Stack, ChangeSet, DriftDetection)
_KINDS: tuple[type[Stack] | type[ChangeSet] | type[DriftDetection], ...] = (
    Stack, ChangeSet, DriftDetection,
)  # fmt: skip


class StackStore:
    """All documents of CloudFormation; changes are atomic under `lock`."""

    def __init__(self, journal: Journal) -> None:
        self.lock = threading.RLock()
        self._journal = journal
        self._open = True
        self._found: dict[type[Value], dict[str, Value]] = {}
        for kind in _KINDS:
            loaded = [kind.model_validate_json(one) for one in journal.documents(kind.__name__)]
            self._found[kind] = {one.id: one for one in loaded}
        self._events: dict[str, list[StackEvent]] = {}
        for text in journal.documents(StackEvent.__name__):
            event = StackEvent.model_validate_json(text)
            self._events.setdefault(event.stack_id, []).append(event)

    def get(self, kind: type[V], identifier: str) -> V | None:
        """The document with this ARN or ID."""
        found = self._found[kind].get(identifier)
        return found if isinstance(found, kind) else None

    def all(self, kind: type[V], region: str | None = None) -> list[V]:
        """All of a kind, of one region or of all, oldest first."""
        with self.lock:
            found = list(self._found[kind].values())
        return [one for one in found if isinstance(one, kind) and region in (None, one.region)]

    def save(self, value: Stack | ChangeSet | DriftDetection) -> None:
        """Keep the present state; after `close` nothing is kept."""
        with self.lock:
            if self._open:
                self._found[type(value)][value.id] = value
                self._journal.save_document(
                    type(value).__name__, value.region, value.id, value.model_dump_json()
                )

    def drop(self, value: ChangeSet) -> None:
        """Forget a change set."""
        with self.lock:
            if self._open:
                self._found[type(value)].pop(value.id, None)
                self._journal.drop_document(type(value).__name__, value.region, value.id)

    def change(self, stack_id: str, changed: Callable[[Stack], Stack]) -> Stack:
        """Replace a stack by what `changed` makes of it."""
        with self.lock:
            stack = self.get(Stack, stack_id)
            if stack is None:
                raise KeyError(stack_id)
            made = changed(stack)
            self.save(made)
            return made

    def record(self, event: StackEvent, region: str) -> None:
        """Add an event to its stack's."""
        with self.lock:
            if self._open:
                self._events.setdefault(event.stack_id, []).append(event)
                self._journal.save_document(
                    StackEvent.__name__, region, event.id, event.model_dump_json()
                )

    def events(self, stack_id: str) -> list[StackEvent]:
        """A stack's events, newest first."""
        with self.lock:
            return list(reversed(self._events.get(stack_id, [])))

    def named(self, region: str, name: str) -> Stack | None:
        """The stack of a name that is not deleted, or with this ARN, deleted or not."""
        if name.startswith("arn:"):
            found = self.get(Stack, name)
            return found if found and found.region == region else None
        return next(
            (
                stack
                for stack in self.all(Stack, region)
                if stack.name == name and stack.status != "DELETE_COMPLETE"
            ),
            None,
        )

    def close(self) -> None:
        """Write nothing more: the journal is about to be closed."""
        with self.lock:
            self._open = False
