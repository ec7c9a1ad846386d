"""The operations on change sets."""

import threading
import uuid
from typing import Any

from tools.sandbox.cloudformation.comparison import changes_between, without_values
from tools.sandbox.cloudformation.evaluation import surroundings_of
from tools.sandbox.cloudformation.lookup import new_stack, require_stack, require_updatable
from tools.sandbox.cloudformation.parameters import listed
from tools.sandbox.cloudformation.parsing import validation_error
from tools.sandbox.cloudformation.records import ChangeSet, Revision, Stack
from tools.sandbox.cloudformation.reporting import Reporter
from tools.sandbox.cloudformation.requests import (
    TemplateSource,
    check_name,
    options_of,
    read_revision,
)
from tools.sandbox.cloudformation.stacks import Stacks
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.cloudformation.template import read_template
from tools.sandbox.service import Call, Operation, page
from tools.sandbox.wire import AwsError

_NOTHING = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


class ChangeSets:
    """Makes, describes, executes and deletes change sets."""

    def __init__(
        self, store: StackStore, reporter: Reporter, stacks: Stacks, source: TemplateSource
    ) -> None:
        self._store = store
        self._reporter = reporter
        self._stacks = stacks
        self._source = source

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "CreateChangeSet": self.create,
            "DescribeChangeSet": self.describe,
            "ExecuteChangeSet": self.execute,
            "DeleteChangeSet": self.delete,
            "ListChangeSets": self.list_all,
        }

    def restore(self) -> None:
        """After a restart: finish what was being compared."""
        for one in self._store.all(ChangeSet):
            if one.status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                self._begin(one)

    # --- making
    def create(self, call: Call) -> dict[str, Any]:
        """CreateChangeSet: compared in the background."""
        params = call.params
        kind = params.get("ChangeSetType", "UPDATE")
        if kind == "IMPORT" or params.get("ResourcesToImport"):
            raise validation_error("The sandbox does not serve change sets of the type IMPORT.")
        if params.get("ImportExistingResources") or params.get("DeploymentMode"):
            raise validation_error("The sandbox does not serve imports or the repair of drift.")
        check_name(str(params["ChangeSetName"]), "changeSetName")
        with self._store.lock:
            stack = self._stack_for(call, kind)
            name = str(params["ChangeSetName"])
            if self._named(stack, name) is not None:
                raise AwsError("AlreadyExistsException", f"ChangeSet {name} already exists")
            held = stack.revision.template or None
            text = self._source.text(params, call.region, held)
            surroundings = surroundings_of(stack, self._store)
            previous = stack.revision if kind == "UPDATE" else None
            revision = read_revision(text, params, surroundings, previous)
            if self._store.get(Stack, stack.id) is None:
                self._store.save(stack)
                self._reporter.stack(stack.id, "REVIEW_IN_PROGRESS", "User Initiated")
            partition = stack.id.split(":stack/")[0]
            made = ChangeSet(
                region=call.region, id=f"{partition}:changeSet/{name}/{uuid.uuid4()}", name=name,
                stack_id=stack.id, stack_name=stack.name, kind=kind, created_at=call.at,
                revision=revision, description=params.get("Description"),
                options=options_of(params, stack.options),
            )  # fmt: skip
            self._store.save(made)
        self._begin(made)
        return {"Id": made.id, "StackId": stack.id}

    def _stack_for(self, call: Call, kind: str) -> Stack:
        name = str(call.params["StackName"])
        held = self._store.named(call.region, name)
        if kind == "UPDATE":
            if held is None:
                raise validation_error(f"Stack [{name}] does not exist")
            require_updatable(held)
            return held
        if held is not None:
            if held.status != "REVIEW_IN_PROGRESS":
                raise validation_error(
                    f"Stack [{name}] already exists and cannot be created again with the "
                    f"changeSet [{call.params['ChangeSetName']}]."
                )
            return held
        check_name(name, "stackName")
        return new_stack(call, name, Revision(template="", parameters={}), "REVIEW_IN_PROGRESS")

    def _begin(self, made: ChangeSet) -> None:
        threading.Thread(
            target=self._compare, args=(made.id,), name="change-set", daemon=True
        ).start()

    def _compare(self, identifier: str) -> None:
        with self._store.lock:
            made = self._store.get(ChangeSet, identifier)
            stack = self._store.get(Stack, made.stack_id) if made else None
            if made is None or stack is None:
                return
            update: dict[str, Any] = {"status": "FAILED", "execution_status": "UNAVAILABLE"}
            try:
                surroundings = surroundings_of(stack, self._store)
                found = changes_between(stack, made.revision, surroundings)
            except AwsError as error:
                update["reason"] = error.message
            else:
                update["changes"] = found.changes
                update["reason"] = None if found.any else _NOTHING
                if found.any:
                    update |= {"status": "CREATE_COMPLETE", "execution_status": "AVAILABLE"}
            self._store.save(made.model_copy(update=update))

    # --- finding
    def _named(self, stack: Stack, name: str) -> ChangeSet | None:
        return next(
            (
                one
                for one in self._store.all(ChangeSet, stack.region)
                if one.stack_id == stack.id and one.name == name
                and one.execution_status != "EXECUTE_COMPLETE"
            ),
            None,
        )  # fmt: skip

    def _find(self, call: Call) -> ChangeSet | None:
        name = str(call.params["ChangeSetName"])
        if name.startswith("arn:"):
            found = self._store.get(ChangeSet, name)
            return found if found and found.region == call.region else None
        if not call.params.get("StackName"):
            raise validation_error(
                "StackName must be specified if ChangeSetName is not specified as an ARN."
            )
        stack = self._store.named(call.region, str(call.params["StackName"]))
        if stack is None:
            raise validation_error(f"Stack [{call.params['StackName']}] does not exist")
        executed = [
            one for one in self._store.all(ChangeSet, call.region)
            if one.stack_id == stack.id and one.name == name
        ]  # fmt: skip
        return self._named(stack, name) or (executed[-1] if executed else None)

    def _require(self, call: Call) -> ChangeSet:
        found = self._find(call)
        if found is None:
            raise AwsError(
                "ChangeSetNotFound", f"ChangeSet [{call.params['ChangeSetName']}] does not exist",
                404,
            )  # fmt: skip
        return found

    # --- views and ends
    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeChangeSet."""
        found = self._require(call)
        changes, rest = page(list(found.changes), call.params, default_size=100)
        if not call.params.get("IncludePropertyValues"):
            changes = [without_values(one) for one in changes]
        definitions = read_template(found.revision.template).parameters
        shown = _summary(found) | {
            "Parameters": listed(definitions, found.revision.parameters),
            "NotificationARNs": list(found.options.notification_arns),
            "RollbackConfiguration": found.options.rollback_configuration,
            "Capabilities": list(found.revision.capabilities),
            "Tags": [{"Key": k, "Value": v} for k, v in found.revision.tags.items()],
            "Changes": changes,
            "OnStackFailure": found.options.on_failure,
        }
        return shown | rest

    def list_all(self, call: Call) -> dict[str, Any]:
        """ListChangeSets: those of a stack that can still be executed."""
        stack = require_stack(self._store, call.region, str(call.params["StackName"]))
        found = [
            _summary(one)
            for one in self._store.all(ChangeSet, call.region)
            if one.stack_id == stack.id and one.execution_status != "EXECUTE_COMPLETE"
        ]
        rows, rest = page(found, call.params, default_size=100)
        return {"Summaries": rows} | rest

    def execute(self, call: Call) -> dict[str, Any]:
        """ExecuteChangeSet: the stack's other change sets go."""
        with self._store.lock:
            found = self._require(call)
            if found.execution_status != "AVAILABLE":
                status = found.status
                if found.execution_status == "EXECUTE_COMPLETE":
                    status = found.execution_status
                raise AwsError(
                    "InvalidChangeSetStatus",
                    f"ChangeSet [{found.id}] cannot be executed in its current status of "
                    f"[{status}]",
                )
            stack = require_stack(self._store, call.region, found.stack_id)
            if found.kind == "UPDATE":
                require_updatable(stack)
            for one in self._store.all(ChangeSet, call.region):
                if one.stack_id == stack.id and one.id != found.id:
                    self._store.drop(one)
            done = found.model_copy(update={"execution_status": "EXECUTE_COMPLETE"})
            self._store.save(done)
            self._stacks.begin_change_set(stack, done, call)
        return {}

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteChangeSet; one that is not there is no error."""
        with self._store.lock:
            found = self._find(call)
            if found is not None and found.execution_status != "EXECUTE_COMPLETE":
                self._store.drop(found)
        return {}


def _summary(found: ChangeSet) -> dict[str, Any]:
    return {
        "StackId": found.stack_id,
        "StackName": found.stack_name,
        "ChangeSetId": found.id,
        "ChangeSetName": found.name,
        "ExecutionStatus": found.execution_status,
        "Status": found.status,
        "StatusReason": found.reason,
        "CreationTime": found.created_at,
        "Description": found.description,
        "IncludeNestedStacks": False,
    }
