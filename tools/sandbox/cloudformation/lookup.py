"""Finding and making stacks by name."""

import uuid

from tools.sandbox.cloudformation.parsing import validation_error
from tools.sandbox.cloudformation.records import Revision, Stack
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.service import Call
from tools.sandbox.wire import ACCOUNT

_UPDATABLE = (
    "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE",
    "UPDATE_FAILED", "CREATE_FAILED",
)  # fmt: skip


def new_stack(call: Call, name: str, revision: Revision, status: str) -> Stack:
    """A stack that was not there before."""
    partition = "aws-cn" if call.region.startswith("cn-") else "aws"
    identifier = f"arn:{partition}:cloudformation:{call.region}:{ACCOUNT}:stack/{name}/"
    return Stack(
        region=call.region, id=identifier + str(uuid.uuid4()), name=name, status=status,
        created_at=call.at, began_at=call.at, revision=revision,
    )  # fmt: skip


def require_stack(store: StackStore, region: str, name: str) -> Stack:
    """The stack of that name or ARN.

    Raises:
        AwsError: `ValidationError`.
    """
    found = store.named(region, name)
    if found is None:
        raise validation_error(f"Stack with id {name} does not exist")
    return found


def require_updatable(stack: Stack) -> None:
    """Refuse a change while another is under way, or from where there is no way on.

    Raises:
        AwsError: `ValidationError`.
    """
    if stack.status not in _UPDATABLE:
        raise validation_error(
            f"Stack:{stack.id} is in {stack.status} state and can not be updated."
        )


def importers(store: StackStore, region: str, name: str | None) -> list[str]:
    """The names of the stacks that use an export."""
    return [
        one.name
        for one in store.all(Stack, region)
        if name is not None and name in one.imports and one.status != "DELETE_COMPLETE"
    ]
