"""What is done to one resource: made, changed, replaced or deleted, with its events."""

import uuid
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from tools.sandbox.cloudformation.evaluation import Blueprint, planned_name
from tools.sandbox.cloudformation.records import ResourceRecord, Stack, Superseded
from tools.sandbox.cloudformation.reporting import Reporter
from tools.sandbox.cloudformation.resources.contract import HandlerError, Site
from tools.sandbox.cloudformation.resources.registry import RESOURCE_TYPES
from tools.sandbox.cloudformation.schemas import schema_of
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.wire import AwsError

_REPLACING = (
    "Requested update requires the creation of a new physical resource; hence creating one."
)
_EXISTING = ("AlreadyExists", "AlreadyOwned", "InUse")


class BrokenOffError(Exception):
    """Waiting was broken off: another resource failed, or time is up."""


def failure_text(error: Exception) -> str:
    """A failure in the wording of ResourceStatusReason."""
    match error:
        case HandlerError():
            message, code = error.message, error.code
        case ClientError():
            found = error.response["Error"]
            about = error.response.get("ResponseMetadata", {})
            message = (
                f"{found.get('Message')} (Service: {_service(error)}, Status Code: "
                f"{about.get('HTTPStatusCode')}, Request ID: {uuid.uuid4()})"
            )
            code = _handler_code(str(found.get("Code")), str(found.get("Message")))
        case ParamValidationError():
            message, code = str(error), "InvalidRequest"
        case _:
            return error.message if isinstance(error, AwsError) else str(error)
    return (
        f'Resource handler returned message: "{message}" (RequestToken: {uuid.uuid4()}, '
        f"HandlerErrorCode: {code})"
    )


def _service(error: ClientError) -> str:
    operation = str(error.operation_name)
    hosting = ("Endpoint", "Model", "InferenceComponent", "EndpointConfig")
    if operation.endswith(hosting):
        return "SageMaker"
    return "ApplicationAutoScaling" if "Scal" in operation else "AWS"


def _handler_code(code: str, message: str) -> str:
    if "already exist" in message or any(word in code for word in _EXISTING):
        return "AlreadyExists"
    if "Could not find" in message or "NotFound" in code or "NoSuch" in code:
        return "NotFound"
    if "LimitExceeded" in code:
        return "ServiceLimitExceeded"
    if code in ("AccessDenied", "AccessDeniedException"):
        return "AccessDenied"
    return "InvalidRequest" if "Validation" in code else "GeneralServiceException"


class ResourceWork:
    """Works on the resources of one stack during one phase."""

    def __init__(
        self,
        stack_id: str,
        blueprint: Blueprint,
        store: StackStore,
        reporter: Reporter,
        site: Site,
    ) -> None:
        self._stack_id = stack_id
        self._blueprint = blueprint
        self._store = store
        self._reporter = reporter
        self._site = site

    def _stack(self) -> Stack:
        found = self._store.get(Stack, self._stack_id)
        if found is None:
            raise KeyError(self._stack_id)
        return found

    def _tell(
        self, record: ResourceRecord, status: str, reason: str | None = None
    ) -> ResourceRecord:
        return self._reporter.resource(self._stack_id, record, status, reason)

    # --- towards the blueprint
    def settle(self, logical_id: str) -> bool:
        """Bring a resource to what the blueprint wants of it; answer whether that succeeded."""
        held = self._stack().resources.get(logical_id)
        record = self._described(logical_id, held if held and held.present else None)
        verb = "CREATE" if held is None or not held.present else "UPDATE"
        if held is not None and held.status in ("CREATE_IN_PROGRESS", "CREATE_FAILED"):
            verb = "CREATE"
        try:
            wanted = self._blueprint.properties(logical_id)
            self._check(logical_id, wanted)
            self._apply(record, wanted, verb)
        except (HandlerError, ClientError, BotoCoreError, AwsError) as error:
            self._fail(logical_id, record, f"{verb}_FAILED", failure_text(error))
            return False
        except BrokenOffError:
            word = "creation" if verb == "CREATE" else "update"
            self._fail(logical_id, record, f"{verb}_FAILED", f"Resource {word} cancelled")
            return False
        return True

    def _described(self, logical_id: str, held: ResourceRecord | None) -> ResourceRecord:
        """The record with what the template says about it beside its properties."""
        definition = self._blueprint.definition(logical_id)
        base = held or ResourceRecord(
            logical_id=logical_id, resource_type=definition["Type"], status="", at=self._now()
        )
        deletion = definition.get("DeletionPolicy", "Delete")
        return base.model_copy(
            update={
                "depends_on": self._blueprint.order[logical_id],
                "deletion_policy": deletion,
                "update_replace_policy": definition.get("UpdateReplacePolicy", "Delete"),
                "metadata": definition.get("Metadata"),
            }
        )

    def _now(self) -> Any:  # noqa: ANN401 - the reporter's clock
        return self._reporter.now()

    def _check(self, logical_id: str, wanted: dict[str, Any]) -> None:
        type_name = self._blueprint.type_of(logical_id)
        faults = schema_of(type_name).faults(wanted)
        if faults:
            listed = "\n".join(faults)
            raise AwsError(
                "ValidationError",
                f"Properties validation failed for resource {logical_id} with message:\n{listed}",
            )
        served = RESOURCE_TYPES[type_name].served
        unserved = sorted(wanted.keys() - served) if served is not None else []
        if unserved:
            raise HandlerError(
                f"The sandbox does not serve the properties [{', '.join(unserved)}] of "
                f"{type_name}.", "InvalidRequest",
            )  # fmt: skip

    def _apply(self, record: ResourceRecord, wanted: dict[str, Any], verb: str) -> None:
        if verb == "CREATE":
            self._make(record, wanted, "CREATE", None)
        elif record.physical_id is None or (
            record.status == "UPDATE_IN_PROGRESS" and not record.unsure
        ):
            self._make(record, wanted, "UPDATE", None)  # a replacement that a restart broke off
        elif record.properties == wanted and not record.unsure:
            self._store.change(self._stack_id, _with(record))
        elif self._replaces(record, wanted):
            self._replace(record, wanted)
        else:
            self._update(record, wanted)

    @staticmethod
    def _replaces(record: ResourceRecord, wanted: dict[str, Any]) -> bool:
        schema = schema_of(record.resource_type)
        names = record.properties.keys() | wanted.keys()
        return any(
            schema.replaces(name) and record.properties.get(name) != wanted.get(name)
            for name in names
        )

    def _make(
        self, record: ResourceRecord, wanted: dict[str, Any], verb: str, reason: str | None
    ) -> None:
        kind = RESOURCE_TYPES[record.resource_type]
        resumed = record.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS") and bool(
            record.planned_name
        )
        if record.status.endswith("_FAILED") and record.physical_id is not None:
            kind.delete(self._site, record.physical_id, record.properties)
            record = record.model_copy(update={"physical_id": None})
        physical_id = record.physical_id
        if physical_id is None:
            own = str(wanted.get(kind.name_property or "", ""))
            fresh = planned_name(self._stack().name, record.logical_id, kind)
            name = own or (record.planned_name if resumed else fresh)
            record = record.model_copy(update={"planned_name": name, "properties": wanted})
            record = self._tell(record, f"{verb}_IN_PROGRESS", reason)
            physical_id = self._created(record, wanted, resumed=resumed)
            record = record.model_copy(update={"physical_id": physical_id})
            record = self._tell(record, f"{verb}_IN_PROGRESS", "Resource creation Initiated")
        kind.settle(self._site, physical_id, wanted)
        attributes = kind.get_att(self._site, physical_id, wanted)
        done = record.model_copy(
            update={"properties": wanted, "attributes": attributes, "unsure": False}
        )
        self._tell(done, f"{verb}_COMPLETE")

    def _created(self, record: ResourceRecord, wanted: dict[str, Any], *, resumed: bool) -> str:
        kind = RESOURCE_TYPES[record.resource_type]
        try:
            return kind.create(self._site, wanted, record.planned_name)
        except (ClientError, HandlerError) as error:
            if resumed and "HandlerErrorCode: AlreadyExists" in failure_text(error):
                return kind.identity(self._site, wanted, record.planned_name)
            raise

    def _update(self, record: ResourceRecord, wanted: dict[str, Any]) -> None:
        kind = RESOURCE_TYPES[record.resource_type]
        physical_id = str(record.physical_id)
        record = self._tell(record.model_copy(update={"unsure": True}), "UPDATE_IN_PROGRESS")
        kind.update(self._site, physical_id, record.properties, wanted)
        attributes = kind.get_att(self._site, physical_id, wanted)
        done = record.model_copy(
            update={"properties": wanted, "attributes": attributes, "unsure": False}
        )
        self._tell(done, "UPDATE_COMPLETE")

    def _replace(self, record: ResourceRecord, wanted: dict[str, Any]) -> None:
        keep = record.update_replace_policy == "Retain"
        fresh = record.model_copy(
            update={"physical_id": None, "planned_name": "", "attributes": {},
                    "status": "UPDATE_COMPLETE", "unsure": False, "drift": None}
        )  # fmt: skip
        old = Superseded(record=self._stack().resources[record.logical_id], keep=keep,
                         replaced=True)  # fmt: skip
        self._store.change(
            self._stack_id,
            lambda stack: stack.model_copy(
                update={
                    "superseded": (*stack.superseded, old),
                    "resources": {**stack.resources, record.logical_id: fresh},
                }
            ),
        )
        self._make(fresh, wanted, "UPDATE", _REPLACING)

    def _fail(self, logical_id: str, record: ResourceRecord, status: str, reason: str) -> None:
        held = self._stack().resources.get(logical_id)
        failed = held if held and held.present else record
        self._tell(failed.model_copy(update={"unsure": True}), status, reason)


def delete_resource(
    site: Site, record: ResourceRecord, tell: Callable[[str, str | None], None]
) -> bool:
    """Delete a resource, telling its statuses; answer whether it is gone."""
    try:
        if record.physical_id is not None:
            tell("DELETE_IN_PROGRESS", None)
            kind = RESOURCE_TYPES[record.resource_type]
            kind.delete(site, record.physical_id, record.properties)
    except (HandlerError, ClientError, BotoCoreError) as error:
        tell("DELETE_FAILED", failure_text(error))
        return False
    tell("DELETE_COMPLETE", None)
    return True


def _with(record: ResourceRecord) -> Callable[[Stack], Stack]:
    def changed(stack: Stack) -> Stack:
        resources = {**stack.resources, record.logical_id: record}
        return stack.model_copy(update={"resources": resources})

    return changed
