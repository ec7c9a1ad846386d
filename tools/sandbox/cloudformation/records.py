"""Stacks and what belongs to them, as values."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")


class Value(BaseModel):
    """A frozen value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Revision(Value):
    """What a stack is told to be: template text, the value of every parameter, stack tags."""

    template: str
    parameters: dict[str, str]
    tags: dict[str, str] = {}
    capabilities: tuple[str, ...] = ()


class Drift(Value):
    """What the last look at a resource found."""

    status: Literal["IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED"]
    checked_at: datetime
    expected: dict[str, Any]
    actual: dict[str, Any] | None
    differences: tuple[dict[str, Any], ...] = ()


class ResourceRecord(Value):
    """One resource of a stack.

    Attributes:
        planned_name: The name that was chosen for it before it was made.
        properties: As they were applied, functions carried out, stack tags included.
        attributes: What Fn::GetAtt answers.
        depends_on: Logical IDs that must outlive it.
        unsure: A change of it failed halfway, so it must be applied again.
    """

    logical_id: str
    resource_type: str
    status: str
    at: datetime
    reason: str | None = None
    physical_id: str | None = None
    planned_name: str = ""
    properties: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    depends_on: tuple[str, ...] = ()
    deletion_policy: str = "Delete"
    update_replace_policy: str = "Delete"
    metadata: dict[str, Any] | None = None
    unsure: bool = False
    drift: Drift | None = None

    @property
    def present(self) -> bool:
        """Whether it still belongs to the stack."""
        return self.status not in GONE


class Superseded(Value):
    """A resource that is to be deleted in the clean-up after an update or its rollback."""

    record: ResourceRecord
    keep: bool
    replaced: bool


class Options(Value):
    """What CreateStack and UpdateStack say about how to go about it."""

    disable_rollback: bool = False
    on_failure: Literal["ROLLBACK", "DELETE", "DO_NOTHING"] = "ROLLBACK"
    timeout_minutes: int | None = None
    role_arn: str | None = None
    notification_arns: tuple[str, ...] = ()
    rollback_configuration: dict[str, Any] = {}
    retain_except_on_create: bool = False
    client_token: str | None = None


class Stack(Value):
    """A stack; `revision` is what it is or is becoming, `previous` what it can go back to."""

    region: str
    id: str
    name: str
    status: str
    created_at: datetime
    revision: Revision
    reason: str | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None
    began_at: datetime | None = None
    previous: Revision | None = None
    resources: dict[str, ResourceRecord] = {}
    superseded: tuple[Superseded, ...] = ()
    outputs: tuple[dict[str, str], ...] = ()
    imports: tuple[str, ...] = ()
    options: Options = Options()
    termination_protection: bool = False
    retain: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    change_set_id: str | None = None
    drift_status: str = "NOT_CHECKED"
    drift_checked_at: datetime | None = None

    @property
    def under_way(self) -> bool:
        """Whether something is being done to it."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def present(self) -> dict[str, ResourceRecord]:
        """The resources that it still has."""
        return {name: one for name, one in self.resources.items() if one.present}


class StackEvent(Value):
    """One line of DescribeStackEvents."""

    id: str
    stack_id: str
    stack_name: str
    logical_id: str
    physical_id: str
    resource_type: str
    status: str
    at: datetime
    reason: str | None = None
    properties: dict[str, Any] | None = None
    client_token: str | None = None


class ChangeSet(Value):
    """A change set; `changes` are in AWS's spelling."""

    region: str
    id: str
    name: str
    stack_id: str
    stack_name: str
    kind: Literal["CREATE", "UPDATE"]
    created_at: datetime
    revision: Revision
    description: str | None = None
    status: str = "CREATE_PENDING"
    reason: str | None = None
    execution_status: str = "UNAVAILABLE"
    changes: tuple[dict[str, Any], ...] = ()
    options: Options = Options()


class DriftDetection(Value):
    """A run of DetectStackDrift."""

    region: str
    id: str
    stack_id: str
    began_at: datetime
    status: str = "DETECTION_IN_PROGRESS"
    reason: str | None = None
    stack_drift: str | None = None
    drifted_count: int | None = None
