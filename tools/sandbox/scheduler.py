"""EventBridge Scheduler: schedules are kept, and at their time really call what they are for.

Source: the service model of `scheduler` and the user guide (managing-targets-universal). Universal
targets of the services that the sandbox carries out itself are served; others are refused.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from pydantic import BaseModel, ConfigDict

from tools.sandbox.access import decide
from tools.sandbox.hosting_state import sagemaker_arn
from tools.sandbox.journal import Journal
from tools.sandbox.moto_bridge import Role
from tools.sandbox.schedules import ScheduleError, check_schedule, next_due
from tools.sandbox.service import page
from tools.sandbox.validation import check
from tools.sandbox.wire import (
    ACCOUNT,
    AwsError,
    WireRequest,
    WireResponse,
    json_response,
    service_model,
    validation_exception,
)

logger = logging.getLogger(__name__)

PRINCIPAL = "scheduler.amazonaws.com"
_TARGET = re.compile(r"arn:aws:scheduler:::aws-sdk:(?P<service>[a-z0-9-]+):(?P<action>\w+)")
_SERVED = {"sagemaker": ("DeleteEndpoint",)}
_PATH = re.compile(r"/schedules(?:/(?P<name>[^/]+))?")
_LOOK_EVERY_S = 0.2
#: EventBridge Scheduler's own default (CreateSchedule, RetryPolicy).
_RETRY = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}


class Schedule(BaseModel):
    """A schedule; `definition` is the CreateSchedule request.

    Attributes:
        due_at: When it fires next; None when it never does again.
        attempts: How often the present firing was refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    name: str
    created_at: datetime
    definition: dict[str, Any]
    due_at: datetime | None
    attempts: int = 0

    @property
    def arn(self) -> str:
        """The schedule's ARN; there is one group."""
        return f"arn:aws:scheduler:{self.region}:{ACCOUNT}:schedule/default/{self.name}"


class Scheduler:
    """The service, and the thread that fires."""

    def __init__(
        self,
        journal: Journal,
        role: Callable[[str], Role | None],
        call: Callable[[WireRequest], WireResponse],
        now: Callable[[], datetime],
        scaled: Callable[[float], float],
    ) -> None:
        """Take `role` (ARN to role) and `call`, which carries a firing out as a request."""
        self._journal, self._role, self._call = journal, role, call
        self._now, self._scaled = now, scaled
        self._lock = threading.RLock()
        self._closing = threading.Event()
        loaded = map(Schedule.model_validate_json, journal.documents("Schedule"))
        self._schedules = {(one.region, one.name): one for one in loaded}

    def start(self) -> None:
        """Begin to fire; what fell due while the sandbox was down fires at once."""
        threading.Thread(target=self._run, name="scheduler", daemon=True).start()

    def close(self) -> None:
        """Stop firing."""
        self._closing.set()

    # --- requests
    def answer(self, request: WireRequest) -> WireResponse:
        """Answer a request to the service.

        Raises:
            AwsError: The request breaks the service model, or is refused.
        """
        match = _PATH.fullmatch(request.path)
        name = unquote(match["name"]) if match and match["name"] else None
        with self._lock:
            match request.method, name:
                case "POST", str():
                    return self._create(request, name)
                case "GET", str():
                    return json_response(_described(self._require(request, name)))
                case "DELETE", str():
                    self._drop(self._require(request, name))
                    return json_response({})
                case "GET", None if match:
                    return self._list(request)
                case _:
                    raise AwsError(
                        "UnsupportedOperation", "The sandbox does not serve this operation.", 501
                    )

    def _create(self, request: WireRequest, name: str) -> WireResponse:
        params = _parameters(request) | {"Name": name}
        check(service_model("scheduler").operation_model("CreateSchedule").input_shape, params)
        held = self._schedules.get((request.region, name))
        if held is not None:
            if params.get("ClientToken") and held.definition == params:
                return json_response({"ScheduleArn": held.arn})
            raise AwsError("ConflictException", f"Schedule {name} already exists.", 409)
        self._check(params)
        at = request.received_at
        made = Schedule(
            region=request.region, name=name, created_at=at, definition=params, due_at=None
        )
        made = made.model_copy(update={"due_at": self._next(made, at)})
        self._save(made)
        return json_response({"ScheduleArn": made.arn})

    def _check(self, params: Mapping[str, Any]) -> None:
        try:
            check_schedule(params["ScheduleExpression"], params.get("ScheduleExpressionTimezone"))
        except ScheduleError as error:
            raise validation_exception(f"Invalid Schedule Expression: {error}") from error
        target = params["Target"]
        match = _TARGET.fullmatch(target["Arn"])
        if match is None or _operation(match["action"]) not in _SERVED.get(match["service"], ()):
            raise AwsError(
                "UnsupportedOperation", f"The sandbox does not fire {target['Arn']}.", 501
            )
        self._assume(target["RoleArn"])

    def _assume(self, arn: str) -> Role:
        role = self._role(arn)
        if role is None or not _trusts(role.trust):
            raise validation_exception(
                "The execution role you provide must allow AWS EventBridge Scheduler to assume "
                "the role."
            )
        return role

    def _list(self, request: WireRequest) -> WireResponse:
        query = {key: values[0] for key, values in parse_qs(request.query).items()}
        found = [
            _described(one, short=True)
            for one in self._schedules.values()
            if one.region == request.region and one.name.startswith(query.get("NamePrefix", ""))
        ]
        items, rest = page(found, query, default_size=100)
        return json_response({"Schedules": items} | rest)

    def _require(self, request: WireRequest, name: str) -> Schedule:
        found = self._schedules.get((request.region, name))
        if found is None:
            message = f"Schedule {name} does not exist."
            raise AwsError("ResourceNotFoundException", message, 404)
        return found

    def _save(self, schedule: Schedule) -> None:
        self._schedules[(schedule.region, schedule.name)] = schedule
        body = schedule.model_dump_json()
        self._journal.save_document("Schedule", schedule.region, schedule.name, body)

    def _drop(self, schedule: Schedule) -> None:
        self._schedules.pop((schedule.region, schedule.name), None)
        self._journal.drop_document("Schedule", schedule.region, schedule.name)

    # --- time
    def _next(self, schedule: Schedule, after: datetime) -> datetime | None:
        return next_due(
            schedule.definition["ScheduleExpression"],
            schedule.definition.get("ScheduleExpressionTimezone"),
            after=after,
            created=schedule.created_at,
            scaled=self._scaled,
        )

    def _run(self) -> None:
        while not self._closing.wait(_LOOK_EVERY_S):
            try:
                self.look()
            except Exception:  # the edge of a thread: the next round may fare better
                logger.exception("scheduler.broke")

    def look(self) -> None:
        """Fire what is due."""
        now = self._now()
        with self._lock:
            due = [one for one in self._schedules.values() if one.due_at and one.due_at <= now]
        for schedule in due:
            if schedule.definition.get("State", "ENABLED") == "ENABLED":
                self._settle(schedule, self._fire(schedule), now)

    def _settle(self, fired: Schedule, refusal: str | None, now: datetime) -> None:
        with self._lock:
            if self._schedules.get((fired.region, fired.name)) != fired:
                return  # deleted or changed meanwhile
            retry = _RETRY | fired.definition["Target"].get("RetryPolicy", {})
            age = (now - (fired.due_at or now)).total_seconds()
            again = age < self._scaled(retry["MaximumEventAgeInSeconds"])
            if refusal and again and fired.attempts < retry["MaximumRetryAttempts"]:
                self._save(fired.model_copy(update={"attempts": fired.attempts + 1}))
                return
            following = self._next(fired, now)
            if following is None and fired.definition.get("ActionAfterCompletion") == "DELETE":
                self._drop(fired)
            else:
                self._save(fired.model_copy(update={"due_at": following, "attempts": 0}))

    def _fire(self, schedule: Schedule) -> str | None:
        """Make the call as the schedule's role; return why it was refused, or None."""
        target = schedule.definition["Target"]
        match = _TARGET.fullmatch(target["Arn"])
        assert match is not None  # noqa: S101 - checked when it was made
        service, operation = match["service"], _operation(match["action"])
        try:
            role = self._assume(target["RoleArn"])
        except AwsError as error:
            return error.message
        body = json.loads(target.get("Input") or "{}")
        resource = sagemaker_arn(schedule.region, "endpoint", str(body.get("EndpointName", "")))
        if decide(role.policies, f"{service}:{operation}", resource) != "allowed":
            return f"{target['RoleArn']} is not authorized to perform: {service}:{operation}"
        response = self._call(
            WireRequest(
                service=service, operation=operation, region=schedule.region, method="POST",
                path="/", query="", headers={}, body=json.dumps(body).encode(),
                received_at=self._now(),
            )
        )  # fmt: skip
        if response.status < 300:
            return None
        refusal = response.body.decode(errors="replace")
        logger.info("scheduler.refused", extra={"schedule": schedule.name, "reason": refusal})
        return refusal


def _operation(action: str) -> str:
    """A universal target writes `deleteEndpoint` for DeleteEndpoint."""
    return action[:1].upper() + action[1:]


def _parameters(request: WireRequest) -> dict[str, Any]:
    try:
        params = json.loads(request.body or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", "The request body is no JSON.") from error
    if not isinstance(params, dict):
        raise AwsError("SerializationException", "The request body is no JSON object.")
    return {key: value for key, value in params.items() if value is not None}


def _trusts(trust: Mapping[str, Any]) -> bool:
    """Whether a trust policy lets the scheduler assume the role."""
    statements = trust.get("Statement") or []
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        services = principal.get("Service") if isinstance(principal, dict) else None
        named = [services] if isinstance(services, str) else services or []
        if PRINCIPAL in named and statement.get("Effect") == "Allow":
            return True
    return False


def _described(schedule: Schedule, *, short: bool = False) -> dict[str, Any]:
    definition = {k: v for k, v in schedule.definition.items() if k != "ClientToken"}
    told = {
        **definition,
        "Arn": schedule.arn,
        "GroupName": "default",
        "State": definition.get("State", "ENABLED"),
        "CreationDate": schedule.created_at,
        "LastModificationDate": schedule.created_at,
    }
    if not short:
        return told
    kept = ("Arn", "Name", "GroupName", "State", "CreationDate", "LastModificationDate")
    return {key: told[key] for key in kept} | {"Target": {"Arn": definition["Target"]["Arn"]}}
