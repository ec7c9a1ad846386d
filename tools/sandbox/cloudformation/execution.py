"""Carries a stack from one status to the next until nothing is under way.

Every phase can be begun again from what is stored: a stack that was in progress when the server
stopped goes on from there.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from tools.sandbox.cloudformation.aws_calls import AwsCalls
from tools.sandbox.cloudformation.evaluation import (
    Blueprint,
    exports_of,
    lookup_in,
    surroundings_of,
)
from tools.sandbox.cloudformation.records import ResourceRecord, Revision, Stack, Superseded
from tools.sandbox.cloudformation.reporting import Reporter
from tools.sandbox.cloudformation.resources.contract import Site
from tools.sandbox.cloudformation.scheduling import reversed_graph, run_in_order
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.cloudformation.work import BrokenOffError, ResourceWork, delete_resource
from tools.sandbox.wire import AwsError

logger = logging.getLogger(__name__)

_POLL_S = 0.05
#: Why nothing is to blame for a phase that was broken off, by the beginning of its status.
_CANCELLED = {
    "CREATE": "Stack creation time exceeded the specified timeout. ",
    "UPDATE": "The update was cancelled by the user. ",
}


class StoppedError(Exception):
    """The sandbox is going down."""


class Execution:
    """Runs stacks, each in a thread of its own."""

    def __init__(self, store: StackStore, reporter: Reporter, calls: AwsCalls) -> None:
        self._store = store
        self._reporter = reporter
        self._calls = calls
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self._broken_off: dict[str, threading.Event] = {}

    # --- life
    def begin(self, stack_id: str) -> None:
        """Go on with a stack in the background, in the thread that it has or in a new one."""
        with self._lock:
            if stack_id in self._threads:
                return
            thread = threading.Thread(target=self._run, args=(stack_id,), name="stack", daemon=True)
            self._threads[stack_id] = thread
            thread.start()

    def restore(self) -> None:
        """After a restart: go on with every stack that is under way."""
        for stack in self._store.all(Stack):
            if stack.under_way:
                self.begin(stack.id)

    def cancel(self, stack_id: str) -> None:
        """Break off what is being made or updated."""
        self._broken_off.setdefault(stack_id, threading.Event()).set()

    def close(self) -> None:
        """Stop waiting for anything; the stored statuses stay for the next start."""
        self._closing.set()
        for thread in list(self._threads.values()):
            thread.join(timeout=5.0)

    def _run(self, stack_id: str) -> None:
        while not self._closing.is_set():
            stack = self._stack(stack_id)
            phase = self._phases.get(stack.status)
            if phase is None:
                with self._lock:
                    if self._stack(stack_id).status == stack.status:
                        del self._threads[stack_id]
                        return
            else:
                self._carry_on(stack, phase)

    def _carry_on(self, stack: Stack, phase: Callable[["Execution", Stack], None]) -> None:
        try:
            phase(self, stack)
        except StoppedError:
            return
        except Exception:  # the edge of a thread: the stack must not stay in progress
            if self._closing.is_set():
                return
            logger.exception("stack.broke", extra={"stack": stack.id})
            status = self._stack(stack.id).status
            failed = status.replace("_COMPLETE_CLEANUP", "").replace("_IN_PROGRESS", "_FAILED")
            self._reporter.stack(stack.id, failed, "Internal Failure")

    def _stack(self, stack_id: str) -> Stack:
        found = self._store.get(Stack, stack_id)
        if found is None:
            raise KeyError(stack_id)
        return found

    # --- what phases need
    def _site(self, stack: Stack, broken_off: threading.Event | None = None) -> Site:
        def pause() -> None:
            if self._closing.is_set():
                raise StoppedError
            if broken_off is not None and broken_off.is_set():
                raise BrokenOffError
            time.sleep(_POLL_S)

        return Site(self._calls, stack.region, pause)

    def _blueprint(self, stack: Stack) -> Blueprint:
        lookup = lookup_in(lambda: self._stack(stack.id).resources)
        return Blueprint(stack.revision, surroundings_of(stack, self._store), lookup)

    def _forward(self, stack: Stack) -> tuple[list[str], str | None]:
        """Bring every resource to the revision: names of those that failed, or a reason."""
        broken_off = self._broken_off.setdefault(stack.id, threading.Event())
        deadline = self._watch_time(stack, broken_off)
        try:
            blueprint = self._blueprint(stack)
            site = self._site(stack, broken_off)
            work = ResourceWork(stack.id, blueprint, self._store, self._reporter, site)
            failures = run_in_order(
                blueprint.order,
                lambda name: name in stack.skip or (not broken_off.is_set() and work.settle(name)),
                stop_at_failure=True,
                failed=broken_off.set,
            )
            self._stop_if_closing()
            blamed = [name for name in failures if self._failed_itself(stack.id, name)]
            if failures or broken_off.is_set():
                return blamed, None if blamed else _CANCELLED[stack.status[:6]]
            self._check_triggers(stack)
            outputs = blueprint.outputs()
            self._check_exports(stack, outputs)
            self._store.change(
                stack.id,
                lambda held: held.model_copy(
                    update={"outputs": outputs, "imports": blueprint.imports}
                ),
            )
        except AwsError as error:
            return [], error.message
        finally:
            self._broken_off.pop(stack.id, None)
            if deadline is not None:
                deadline.cancel()
        return [], None

    def _failed_itself(self, stack_id: str, name: str) -> bool:
        record = self._stack(stack_id).resources.get(name)
        return record is not None and record.status.endswith("_FAILED") and not (
            record.reason or ""
        ).endswith("cancelled")  # fmt: skip

    def _watch_time(self, stack: Stack, broken_off: threading.Event) -> threading.Timer | None:
        minutes = stack.options.timeout_minutes
        if minutes is None or stack.status != "CREATE_IN_PROGRESS":
            return None
        ends = (stack.began_at or stack.created_at) + timedelta(minutes=minutes)
        left_s = max(0.0, (ends - self._reporter.now()).total_seconds())
        timer = threading.Timer(left_s, broken_off.set)
        timer.daemon = True
        timer.start()
        return timer

    def _check_triggers(self, stack: Stack) -> None:
        """Refuse to finish while an alarm of the RollbackConfiguration rings."""
        triggers = stack.options.rollback_configuration.get("RollbackTriggers", ())
        names = [str(one["Arn"]).rsplit(":", 1)[1] for one in triggers]
        if not names or "ROLLBACK" in stack.status:
            return
        found = self._calls.call(stack.region, "cloudwatch.describe_alarms", AlarmNames=names)
        states = {one["AlarmName"]: one["StateValue"] for one in found["MetricAlarms"]}
        ringing = [name for name in names if states.get(name, "ALARM") == "ALARM"]
        if ringing:
            raise AwsError(
                "ValidationError",
                f"The following rollback trigger(s) went to ALARM: [{', '.join(ringing)}]. ",
            )

    def _check_exports(self, stack: Stack, outputs: tuple[dict[str, str], ...]) -> None:
        own = {one.get("ExportName") for one in stack.outputs}
        taken = exports_of(self._store, stack.region).keys() - own
        for one in outputs:
            if one.get("ExportName") in taken:
                raise AwsError(
                    "ValidationError",
                    f"Export with name {one['ExportName']} is already exported by another stack.",
                )

    def _stop_if_closing(self) -> None:
        if self._closing.is_set():
            raise StoppedError

    # --- phases
    def _create(self, stack: Stack) -> None:
        failures, reason = self._forward(stack)
        if self._stack(stack.id).status != stack.status:
            return  # its deletion was asked for meanwhile
        if not failures and reason is None:
            self._reporter.stack(stack.id, "CREATE_COMPLETE")
            return
        text = reason or self._blame(stack.id, failures)
        if stack.options.disable_rollback or stack.options.on_failure == "DO_NOTHING":
            self._reporter.stack(stack.id, "CREATE_FAILED", text.strip())
        elif stack.options.on_failure == "DELETE":
            self._reporter.stack(stack.id, "DELETE_IN_PROGRESS", f"{text}Delete requested by user.")
        else:
            self._reporter.stack(
                stack.id, "ROLLBACK_IN_PROGRESS", f"{text}Rollback requested by user."
            )

    def _update(self, stack: Stack) -> None:
        failures, reason = self._forward(stack)
        if not failures and reason is None:
            self._finish_update(stack.id)
            return
        text = reason or self._blame(stack.id, failures)
        if stack.options.disable_rollback:
            self._reporter.stack(stack.id, "UPDATE_FAILED", text.strip())
        else:
            self.roll_back(stack.id, text)

    def _finish_update(self, stack_id: str) -> None:
        """Everything is as wanted: what is left over goes in the clean-up."""
        stack = self._stack(stack_id)
        active = self._blueprint(stack).active
        left = [one for name, one in stack.present().items() if name not in active]
        superseded = stack.superseded + tuple(
            Superseded(record=one, keep=one.deletion_policy.startswith("Retain"), replaced=False)
            for one in left
        )
        self._reporter.stack(
            stack_id, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", superseded=superseded,
            resources={name: one for name, one in stack.resources.items() if one not in left},
        )  # fmt: skip

    def roll_back(self, stack_id: str, reason: str) -> None:
        """Turn an update round: the old resources count again, the new ones are left over."""
        stack = self._stack(stack_id)
        previous = stack.previous or stack.revision
        restored = {one.record.logical_id: one.record for one in stack.superseded if one.replaced}
        wanted = self._names(stack, previous)
        resources: dict[str, ResourceRecord] = {}
        left: list[Superseded] = []
        for name, record in stack.resources.items():
            replaced = name in restored
            if not replaced and (name in wanted or not record.present):
                resources[name] = record
                continue
            if record.physical_id is not None and record.present:
                keep = not replaced and record.deletion_policy == "Retain"
                left.append(Superseded(record=record, keep=keep, replaced=False))
            if replaced:
                resources[name] = restored[name]
        stack = self._reporter.stack(
            stack_id, "UPDATE_ROLLBACK_IN_PROGRESS", reason.strip() or None,
            resources=resources, superseded=tuple(left), revision=previous, previous=None,
        )  # fmt: skip
        for record in restored.values():
            self._reporter.event(stack, record, "UPDATE_COMPLETE")

    def _names(self, stack: Stack, revision: Revision) -> set[str]:
        lookup = lookup_in(lambda: stack.resources)
        return Blueprint(revision, surroundings_of(stack, self._store), lookup).active

    def _update_rollback(self, stack: Stack) -> None:
        failures, reason = self._forward(stack)
        if failures or reason:
            text = reason or self._blame(stack.id, failures)
            self._reporter.stack(stack.id, "UPDATE_ROLLBACK_FAILED", text.strip())
            return
        self._reporter.stack(stack.id, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", skip=())

    def _blame(self, stack_id: str, failures: list[str]) -> str:
        """Which resources failed, as a stack's status reason says it."""
        resources = self._stack(stack_id).resources
        text = ""
        for verb in ("create", "update"):
            names = [n for n in failures if resources[n].status.startswith(verb.upper())]
            if names:
                text += f"The following resource(s) failed to {verb}: [{', '.join(names)}]. "
        return text

    def _clean_up(self, stack: Stack) -> None:
        """Delete what an update or its rollback left over; a failure is told and left."""
        records = {str(at): one for at, one in enumerate(stack.superseded)}
        index = {one.record.logical_id: key for key, one in records.items()}
        graph = {
            key: tuple(index[n] for n in one.record.depends_on if n in index and index[n] != key)
            for key, one in records.items()
        }
        site = self._site(stack)

        def delete(key: str) -> bool:
            one = records[key]

            def tell(status: str, reason: str | None) -> None:
                self._reporter.event(stack, one.record, status, reason)

            if one.keep:
                tell("DELETE_SKIPPED", None)
                return True
            return delete_resource(site, one.record, tell)

        run_in_order(reversed_graph(graph), delete, stop_at_failure=False)
        self._stop_if_closing()
        status = stack.status.removesuffix("_CLEANUP_IN_PROGRESS")
        self._reporter.stack(stack.id, status, superseded=(), previous=None)

    def _take_down(self, stack: Stack) -> list[str]:
        """Delete every resource, last made first; names of those that stay."""
        creating = stack.status == "ROLLBACK_IN_PROGRESS"
        present: Mapping[str, ResourceRecord] = stack.present()
        graph = {
            name: tuple(other for other in one.depends_on if other in present)
            for name, one in present.items()
        }
        site = self._site(stack)

        def delete(name: str) -> bool:
            def tell(status: str, reason: str | None) -> None:
                record = self._stack(stack.id).resources[name]
                self._reporter.resource(stack.id, record, status, reason)

            policy = present[name].deletion_policy
            kept = policy == "Retain" or (policy == "RetainExceptOnCreate" and not creating)
            if creating and stack.options.retain_except_on_create:
                kept = False
            if (kept and present[name].physical_id is not None) or name in stack.retain:
                tell("DELETE_SKIPPED", None)
                return True
            return delete_resource(site, present[name], tell)

        failures = run_in_order(reversed_graph(graph), delete, stop_at_failure=False)
        self._stop_if_closing()
        return failures

    def _rollback(self, stack: Stack) -> None:
        failures = self._take_down(stack)
        if failures:
            text = f"The following resource(s) failed to delete: [{', '.join(failures)}]. "
            self._reporter.stack(stack.id, "ROLLBACK_FAILED", text)
        else:
            self._reporter.stack(stack.id, "ROLLBACK_COMPLETE", outputs=())

    def _delete(self, stack: Stack) -> None:
        failures = self._take_down(stack)
        if failures:
            text = f"The following resource(s) failed to delete: [{', '.join(failures)}]. "
            self._reporter.stack(stack.id, "DELETE_FAILED", text)
        else:
            self._reporter.stack(
                stack.id, "DELETE_COMPLETE", outputs=(), imports=(), deleted_at=self._reporter.now()
            )

    _phases: Mapping[str, Callable[["Execution", Stack], None]] = {
        "CREATE_IN_PROGRESS": _create,
        "ROLLBACK_IN_PROGRESS": _rollback,
        "UPDATE_IN_PROGRESS": _update,
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": _clean_up,
        "UPDATE_ROLLBACK_IN_PROGRESS": _update_rollback,
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": _clean_up,
        "DELETE_IN_PROGRESS": _delete,
    }
