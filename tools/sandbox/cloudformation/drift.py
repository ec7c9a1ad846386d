"""Drift: what the services hold beside what the stack applied."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.sandbox.cloudformation.aws_calls import AwsCalls
from tools.sandbox.cloudformation.lookup import require_stack
from tools.sandbox.cloudformation.parsing import validation_error
from tools.sandbox.cloudformation.records import Drift, DriftDetection, ResourceRecord, Stack
from tools.sandbox.cloudformation.resources.contract import HandlerError, Site
from tools.sandbox.cloudformation.resources.registry import RESOURCE_TYPES
from tools.sandbox.cloudformation.schemas import schema_of
from tools.sandbox.cloudformation.store import StackStore
from tools.sandbox.service import Call, Operation, page

_CHECKABLE = (
    "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED",
    "UPDATE_FAILED",
)  # fmt: skip


class DriftChecks:
    """Looks for what was changed behind a stack's back."""

    def __init__(self, store: StackStore, calls: AwsCalls, now: Callable[[], datetime]) -> None:
        self._store = store
        self._calls = calls
        self._now = now
        self._closing = threading.Event()

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "DetectStackDrift": self.detect,
            "DescribeStackDriftDetectionStatus": self.status,
            "DescribeStackResourceDrifts": self.drifts,
            "DetectStackResourceDrift": self.detect_resource,
        }

    def restore(self) -> None:
        """After a restart: finish what had begun."""
        for run in self._store.all(DriftDetection):
            if run.status == "DETECTION_IN_PROGRESS":
                self._begin(run)

    def close(self) -> None:
        """Look no further."""
        self._closing.set()

    def detect(self, call: Call) -> dict[str, Any]:
        """DetectStackDrift: in the background."""
        stack = require_stack(self._store, call.region, str(call.params["StackName"]))
        if stack.status not in _CHECKABLE:
            raise validation_error(
                f"Stack [{stack.name}] is in [{stack.status}] state and drift detection cannot be "
                "performed"
            )
        run = DriftDetection(
            region=call.region, id=str(uuid.uuid4()), stack_id=stack.id, began_at=call.at
        )
        self._store.save(run)
        self._begin(run)
        return {"StackDriftDetectionId": run.id}

    def _begin(self, run: DriftDetection) -> None:
        threading.Thread(target=self._run, args=(run,), name="drift", daemon=True).start()

    def _run(self, run: DriftDetection) -> None:
        stack = self._store.get(Stack, run.stack_id)
        reason: str | None = None
        drifted = 0
        for record in (stack.present() if stack else {}).values():
            if self._closing.is_set():
                return
            try:
                found = self._look(run.region, record)
            except (ClientError, BotoCoreError, HandlerError) as error:
                reason = f"Failed to detect drift on resource [{record.logical_id}]: {error}"
                continue
            drifted += found.status in ("MODIFIED", "DELETED")
            self._keep(run.stack_id, record.logical_id, found)
        status = "DRIFTED" if drifted else "IN_SYNC"
        at = self._now()
        self._store.change(
            run.stack_id,
            lambda held: held.model_copy(update={"drift_status": status, "drift_checked_at": at}),
        )
        self._store.save(
            run.model_copy(
                update={
                    "status": "DETECTION_FAILED" if reason else "DETECTION_COMPLETE",
                    "reason": reason, "stack_drift": status, "drifted_count": drifted,
                }
            )
        )  # fmt: skip

    def _keep(self, stack_id: str, logical_id: str, found: Drift) -> None:
        def changed(stack: Stack) -> Stack:
            held = stack.resources.get(logical_id)
            if held is None:
                return stack
            record = held.model_copy(update={"drift": found})
            return stack.model_copy(update={"resources": {**stack.resources, logical_id: record}})

        self._store.change(stack_id, changed)

    def _look(self, region: str, record: ResourceRecord) -> Drift:
        kind = RESOURCE_TYPES[record.resource_type]
        site = Site(self._calls, region, lambda: None)
        expected = _readable(record)
        live = kind.read(site, str(record.physical_id), record.properties)
        at = self._now()
        if live is None:
            return Drift(status="DELETED", checked_at=at, expected=expected, actual=None)
        plain = json.loads(json.dumps(live, default=str))
        conformed = schema_of(record.resource_type).conform(plain)
        actual = _projected(expected, conformed)
        differences = tuple(_differences(expected, actual, ""))
        status = "MODIFIED" if differences else "IN_SYNC"
        return Drift(
            status=status, checked_at=at, expected=expected, actual=actual,
            differences=differences,
        )  # fmt: skip

    def status(self, call: Call) -> dict[str, Any]:
        """DescribeStackDriftDetectionStatus."""
        identifier = str(call.params["StackDriftDetectionId"])
        run = self._store.get(DriftDetection, identifier)
        if run is None or run.region != call.region:
            raise validation_error(f"Drift detection [{identifier}] does not exist")
        return {
            "StackId": run.stack_id,
            "StackDriftDetectionId": run.id,
            "StackDriftStatus": run.stack_drift,
            "DetectionStatus": run.status,
            "DetectionStatusReason": run.reason,
            "DriftedStackResourceCount": run.drifted_count,
            "Timestamp": run.began_at,
        }

    def drifts(self, call: Call) -> dict[str, Any]:
        """DescribeStackResourceDrifts: of the resources that were looked at."""
        stack = require_stack(self._store, call.region, str(call.params["StackName"]))
        wanted = call.params.get("StackResourceDriftStatusFilters") or None
        found = [
            _described(stack, record, record.drift)
            for record in stack.present().values()
            if record.drift is not None and (wanted is None or record.drift.status in wanted)
        ]
        rows, rest = page(found, call.params, default_size=100)
        return {"StackResourceDrifts": rows} | rest

    def detect_resource(self, call: Call) -> dict[str, Any]:
        """DetectStackResourceDrift: at once."""
        stack = require_stack(self._store, call.region, str(call.params["StackName"]))
        logical_id = str(call.params["LogicalResourceId"])
        record = stack.present().get(logical_id)
        if record is None:
            raise validation_error(f"Resource {logical_id} does not exist for stack {stack.name}")
        found = self._look(call.region, record)
        self._keep(stack.id, logical_id, found)
        return {"StackResourceDrift": _described(stack, record, found)}


def _described(stack: Stack, record: ResourceRecord, drift: Drift) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "LogicalResourceId": record.logical_id,
        "PhysicalResourceId": record.physical_id,
        "ResourceType": record.resource_type,
        "ExpectedProperties": json.dumps(drift.expected),
        "ActualProperties": json.dumps(drift.actual) if drift.actual is not None else None,
        "PropertyDifferences": list(drift.differences),
        "StackResourceDriftStatus": drift.status,
        "Timestamp": drift.checked_at,
    }


def _readable(record: ResourceRecord) -> dict[str, Any]:
    """The applied properties without those that cannot be read back."""
    expected: dict[str, Any] = json.loads(json.dumps(record.properties))
    for path in schema_of(record.resource_type).write_only:
        _drop(expected, path)
    return expected


def _drop(value: Any, path: tuple[str, ...]) -> None:  # noqa: ANN401 - any property
    head, *rest = path
    if isinstance(value, list) and head == "*":
        for item in value:
            _drop(item, tuple(rest))
    elif isinstance(value, dict) and head in value:
        if rest:
            _drop(value[head], tuple(rest))
        else:
            del value[head]


def _projected(expected: Any, live: Any) -> Any:  # noqa: ANN401 - any property
    """Of what is there, the part that the template speaks about."""
    match expected, live:
        case dict(), dict():
            return {k: _projected(v, live[k]) for k, v in expected.items() if k in live}
        case list(), list() if _tagged(expected) and _tagged(live):
            return sorted(live, key=lambda tag: str(tag["Key"]))
        case list(), list():
            paired = [_projected(a, b) for a, b in zip(expected, live, strict=False)]
            return paired + live[len(expected) :]
        case _:
            return live


def _tagged(value: list[Any]) -> bool:
    return all(isinstance(item, dict) and item.keys() == {"Key", "Value"} for item in value)


def _differences(expected: Any, actual: Any, path: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key in actual:
                yield from _differences(value, actual[key], f"{path}/{key}")
            else:
                yield _difference("REMOVE", value, None, f"{path}/{key}")
    elif isinstance(expected, list) and isinstance(actual, list):
        left = sorted(expected, key=_order) if _tagged(expected) else expected
        for index in range(max(len(left), len(actual))):
            at = f"{path}/{index}"
            if index >= len(actual):
                yield _difference("REMOVE", left[index], None, at)
            elif index >= len(left):
                yield _difference("ADD", None, actual[index], at)
            else:
                yield from _differences(left[index], actual[index], at)
    elif expected != actual:
        yield _difference("NOT_EQUAL", expected, actual, path)


def _order(item: Mapping[str, Any]) -> str:
    return str(item.get("Key", ""))


def _difference(kind: str, expected: object, actual: object, path: str) -> dict[str, Any]:
    def text(value: object) -> str:
        if value is None:
            return "null"
        return value if isinstance(value, str) else json.dumps(value)

    return {
        "PropertyPath": path,
        "ExpectedValue": text(expected),
        "ActualValue": text(actual),
        "DifferenceType": kind,
    }
