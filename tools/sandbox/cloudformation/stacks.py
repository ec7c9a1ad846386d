"""The operations that make, change and delete stacks."""

from typing import Any

from tools.sandbox.cloudformation.comparison import changes_between
from tools.sandbox.cloudformation.evaluation import surroundings_of
from tools.sandbox.cloudformation.execution import Execution
from tools.sandbox.cloudformation.lookup import (
    importers,
    new_stack,
    require_stack,
    require_updatable,
)
from tools.sandbox.cloudformation.parsing import validation_error
from tools.sandbox.cloudformation.records import (
    ChangeSet,
    Revision,
    Stack,
)
from tools.sandbox.cloudformation.reporting import Reporter
from tools.sandbox.cloudformation.requests import (
    TemplateSource,
    check_name,
    options_of,
    read_revision,
)
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.service import Call, Operation
from tools.sandbox.wire import AwsError

_USER = "User Initiated"


class Stacks:
    """Makes, changes and deletes stacks."""

    def __init__(
        self, store: StackStore, reporter: Reporter, execution: Execution, source: TemplateSource
    ) -> None:
        self._store = store
        self._reporter = reporter
        self._execution = execution
        self._source = source

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "CreateStack": self.create,
            "UpdateStack": self.update,
            "DeleteStack": self.delete,
            "ContinueUpdateRollback": self.continue_rollback,
            "RollbackStack": self.roll_back,
            "CancelUpdateStack": self.cancel_update,
            "UpdateTerminationProtection": self.protect,
        }

    # --- changes
    def create(self, call: Call) -> dict[str, Any]:
        """CreateStack."""
        name = str(call.params["StackName"])
        check_name(name, "stackName")
        options = options_of(call.params)
        text = self._source.text(call.params, call.region)
        with self._store.lock:
            held = self._store.named(call.region, name)
            if held is not None:
                raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
            blank = new_stack(call, name, Revision(template="", parameters={}), "")
            revision = read_revision(text, call.params, surroundings_of(blank, self._store))
            protected = bool(call.params.get("EnableTerminationProtection", False))
            stack = blank.model_copy(
                update={"revision": revision, "options": options,
                        "termination_protection": protected}
            )  # fmt: skip
            self._store.save(stack)
            self._reporter.stack(stack.id, "CREATE_IN_PROGRESS", _USER)
        self._execution.begin(stack.id)
        return {"StackId": stack.id}

    def update(self, call: Call) -> dict[str, Any]:
        """UpdateStack."""
        with self._store.lock:
            stack = require_stack(self._store, call.region, str(call.params["StackName"]))
            require_updatable(stack)
            text = self._source.text(call.params, call.region, stack.revision.template)
            surroundings = surroundings_of(stack, self._store)
            revision = read_revision(text, call.params, surroundings, stack.revision)
            unfinished = stack.status in ("UPDATE_FAILED", "CREATE_FAILED")
            if not changes_between(stack, revision, surroundings).any and not unfinished:
                raise validation_error("No updates are to be performed.")
            options = options_of(call.params, stack.options)
            self.begin_update(stack, revision, call, options=options)
        return {"StackId": stack.id}

    def begin_update(self, stack: Stack, revision: Revision, call: Call, **changes: object) -> None:
        """Set an update going; `changes` go to the stack."""
        previous = stack.previous if stack.status == "UPDATE_FAILED" else stack.revision
        self._reporter.stack(
            stack.id, "UPDATE_IN_PROGRESS", _USER, previous=previous, revision=revision,
            updated_at=call.at, began_at=call.at, **changes,
        )  # fmt: skip
        self._execution.begin(stack.id)

    def begin_change_set(self, stack: Stack, executed: ChangeSet, call: Call) -> None:
        """Set a change set going."""
        disable = bool(call.params.get("DisableRollback", executed.options.disable_rollback))
        keep = bool(call.params.get("RetainExceptOnCreate", False))
        options = executed.options.model_copy(
            update={"disable_rollback": disable, "retain_except_on_create": keep,
                    "client_token": call.params.get("ClientRequestToken")}
        )  # fmt: skip
        changes = {"options": options, "change_set_id": executed.id}
        if executed.kind == "UPDATE":
            self.begin_update(stack, executed.revision, call, **changes)
            return
        self._reporter.stack(
            stack.id, "CREATE_IN_PROGRESS", _USER, revision=executed.revision, began_at=call.at,
            **changes,
        )  # fmt: skip
        self._execution.begin(stack.id)

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteStack; a stack that is not there is no error."""
        retain = tuple(call.params.get("RetainResources") or ())
        with self._store.lock:
            stack = self._store.named(call.region, str(call.params["StackName"]))
            if stack is None or stack.status in ("DELETE_COMPLETE", "DELETE_IN_PROGRESS"):
                return {}
            self._require_deletable(stack, retain)
            for one in self._store.all(ChangeSet, call.region):
                if one.stack_id == stack.id:
                    self._store.drop(one)
            force = call.params.get("DeletionMode") == "FORCE_DELETE_STACK"
            if force and stack.status == "DELETE_FAILED":
                present = stack.present().values()
                retain = tuple(r.logical_id for r in present if r.status == "DELETE_FAILED")
            self._reporter.stack(
                stack.id, "DELETE_IN_PROGRESS", _USER, retain=retain, began_at=call.at
            )
        self._execution.begin(stack.id)
        return {}

    def _require_deletable(self, stack: Stack, retain: tuple[str, ...]) -> None:
        if stack.termination_protection:
            raise validation_error(
                f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            )
        if retain and stack.status != "DELETE_FAILED":
            raise validation_error(
                "Invalid operation on stack [" + stack.id + "]. RetainResources can only be "
                "specified for a stack in DELETE_FAILED state."
            )
        if stack.under_way and not stack.status.startswith(("CREATE", "ROLLBACK")):
            raise validation_error(
                f"Stack [{stack.name}] cannot be deleted while in status {stack.status}"
            )
        if stack.under_way:
            self._execution.cancel(stack.id)
        for output in stack.outputs:
            users = importers(self._store, stack.region, output.get("ExportName"))
            if users:
                raise validation_error(
                    f"Delete canceled. Cannot delete export {output['ExportName']} as it is in "
                    f"use by {', '.join(users)}."
                )

    def continue_rollback(self, call: Call) -> dict[str, Any]:
        """ContinueUpdateRollback."""
        with self._store.lock:
            stack = require_stack(self._store, call.region, str(call.params["StackName"]))
            if stack.status != "UPDATE_ROLLBACK_FAILED":
                raise validation_error(
                    f"Stack:{stack.id} is in {stack.status} state and can not continue rollback."
                )
            skip = tuple(call.params.get("ResourcesToSkip") or ())
            wrong = [
                name for name in skip
                if name not in stack.resources
                or not stack.resources[name].status.endswith("FAILED")
            ]  # fmt: skip
            if wrong:
                raise validation_error(
                    "The following resources cannot be skipped, because they are not in a failed "
                    f"state: [{', '.join(wrong)}]"
                )
            self._reporter.stack(stack.id, "UPDATE_ROLLBACK_IN_PROGRESS", _USER, skip=skip)
            for name in skip:
                record = self._stack(stack.id).resources[name]
                self._reporter.resource(
                    stack.id, record.model_copy(update={"unsure": False}), "UPDATE_COMPLETE",
                    "Resource skipped",
                )  # fmt: skip
        self._execution.begin(stack.id)
        return {}

    def _stack(self, stack_id: str) -> Stack:
        found = self._store.get(Stack, stack_id)
        if found is None:
            raise KeyError(stack_id)
        return found

    def roll_back(self, call: Call) -> dict[str, Any]:
        """RollbackStack: from where DisableRollback left it."""
        with self._store.lock:
            stack = require_stack(self._store, call.region, str(call.params["StackName"]))
            match stack.status:
                case "CREATE_FAILED":
                    self._reporter.stack(stack.id, "ROLLBACK_IN_PROGRESS", _USER)
                case "UPDATE_FAILED":
                    self._execution.roll_back(stack.id, _USER)
                case _:
                    raise validation_error(
                        f"Stack:{stack.id} is in {stack.status} state and can not be rolled back."
                    )
        self._execution.begin(stack.id)
        return {"StackId": stack.id}

    def cancel_update(self, call: Call) -> dict[str, Any]:
        """CancelUpdateStack: the update rolls back."""
        stack = require_stack(self._store, call.region, str(call.params["StackName"]))
        if stack.status != "UPDATE_IN_PROGRESS":
            raise validation_error("CancelUpdateStack cannot be called from current stack status")
        self._execution.cancel(stack.id)
        return {}

    def protect(self, call: Call) -> dict[str, Any]:
        """UpdateTerminationProtection."""
        stack = require_stack(self._store, call.region, str(call.params["StackName"]))
        enabled = bool(call.params["EnableTerminationProtection"])
        self._store.change(
            stack.id, lambda held: held.model_copy(update={"termination_protection": enabled})
        )
        return {"StackId": stack.id}
