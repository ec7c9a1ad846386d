"""The statuses of inference components over time, and the workers behind their copies."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from tools.sandbox.component_placement import repack
from tools.sandbox.containers import StartFailedError
from tools.sandbox.deployments import Deployer
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.hosting_state import HostingState, InferenceComponent
from tools.sandbox.timing import Timing
from tools.sandbox.wire import AwsError

logger = logging.getLogger(__name__)

_DRAIN_S = 60.0
_POLL_S = 0.02
Place = tuple[str, str]


class ComponentLifecycle:
    """Runs every transition of every component and knows their fleets."""

    def __init__(
        self,
        state: HostingState,
        deployer: Deployer,
        timing: Timing,
        now: Callable[[], datetime],
        ringing: Callable[[str, list[str]], list[str]],
    ) -> None:
        """Take `ringing(region, alarm names)`: those of the alarms that are in ALARM."""
        self._state = state
        self._deployer = deployer
        self._timing = timing
        self._now = now
        self._ringing = ringing
        self._fleets: dict[Place, InstanceFleet] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def fleets(self) -> dict[Place, InstanceFleet]:
        """All that runs, by region and component name."""
        with self._lock:
            return dict(self._fleets)

    # --- transitions
    def create(self, component: InferenceComponent) -> None:
        """Bring a Creating component to InService or Failed."""
        self._spawn(self._create, component)

    def update(self, component: InferenceComponent) -> None:
        """Bring an Updating component to its pending blueprint and desired copies."""
        self._spawn(self._update, component)

    def delete(self, component: InferenceComponent) -> None:
        """Take a Deleting component down."""
        self._spawn(self._delete, component)

    def restore(self) -> None:
        """After a restart: bring back what served, and go on with what was under way."""
        for component in self._state.all(InferenceComponent):
            self._spawn(self._restore, component)

    def close(self) -> None:
        """Stop every worker; the statuses stay as they are, for the next start."""
        self._closing.set()
        with self._lock:
            fleets, self._fleets = dict(self._fleets), {}
        for fleet in fleets.values():
            fleet.stop()

    def _spawn(
        self, transition: Callable[[InferenceComponent], None], component: InferenceComponent
    ) -> None:
        def run() -> None:
            try:
                transition(component)
            except Exception:
                if not self._closing.is_set():
                    logger.exception("component.broke", extra={"component": component.name})
                    self._settle(component, status="Failed", failure_reason="Internal error.")

        threading.Thread(target=run, name=f"component-{component.name}", daemon=True).start()

    def _settle(self, component: InferenceComponent, **changes: object) -> None:
        if self._closing.is_set():
            return
        held = self._state.get(InferenceComponent, component.region, component.name) or component
        self._state.save(held.model_copy(update={"modified_at": self._now(), **changes}))
        repack(self._state, component.region, component.endpoint_name)

    def _bring_up(self, component: InferenceComponent) -> InstanceFleet:
        blueprint = component.pending or component.live
        if blueprint is None:
            raise StartFailedError("There is nothing to serve.")
        try:
            fleet = self._deployer.component_fleet(component, blueprint)
        except AwsError as error:
            raise StartFailedError(error.message) from error
        fleet.start()
        if self._closing.is_set():
            fleet.stop()
            raise StartFailedError("The sandbox is going down.")
        return fleet

    def _install(self, component: InferenceComponent, fleet: InstanceFleet) -> InstanceFleet | None:
        with self._lock:
            previous = self._fleets.get((component.region, component.name))
            self._fleets[component.region, component.name] = fleet
        return previous

    def _create(self, component: InferenceComponent) -> None:
        began = time.monotonic()
        repack(self._state, component.region, component.endpoint_name)
        try:
            fleet = self._bring_up(component)
        except StartFailedError as error:
            self._settle(component, status="Failed", failure_reason=str(error))
            return
        self._closing.wait(began + self._timing.creating_s - time.monotonic())
        self._install(component, fleet)
        self._settle(
            component, status="InService", live=component.pending, pending=None,
            current_copies=component.desired_copies,
        )  # fmt: skip

    def _update(self, component: InferenceComponent) -> None:
        began = time.monotonic()
        repack(self._state, component.region, component.endpoint_name)
        try:
            if component.pending is not None:
                self._replace(component)
            else:
                fleet = self.fleets().get((component.region, component.name))
                if fleet is not None:
                    fleet.scale(component.desired_copies)
        except StartFailedError as error:
            self._settle(
                component, status="InService", pending=None, failure_reason=str(error),
                desired_copies=component.current_copies,
            )  # fmt: skip
            return
        self._closing.wait(began + self._timing.updating_s - time.monotonic())
        self._settle(
            component, status="InService", live=component.pending or component.live, pending=None,
            current_copies=component.desired_copies,
        )  # fmt: skip

    def _replace(self, component: InferenceComponent) -> None:
        """Bring copies of the new blueprint up, watch the alarms, then let the old ones go."""
        new = self._bring_up(component)
        config = component.deployment_config or {}
        wait_s = config.get("RollingUpdatePolicy", {}).get("WaitIntervalInSeconds", 0)
        alarms = config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
        previous = self._install(component, new)
        rang = self._watch([one["AlarmName"] for one in alarms], component.region, wait_s)
        if rang and previous is not None:
            self._install(component, previous)
            new.drain(_DRAIN_S)
            raise StartFailedError(
                "The update was rolled back because the following CloudWatch alarm(s) are in "
                f"ALARM state: {', '.join(rang)}."
            )
        if previous is not None:
            previous.drain(_DRAIN_S)

    def _watch(self, alarms: list[str], region: str, wait_aws_s: float) -> list[str]:
        until = time.monotonic() + self._timing.scaled(wait_aws_s)
        while True:
            rang = self._ringing(region, alarms)
            if rang or time.monotonic() >= until or self._closing.wait(_POLL_S):
                return rang

    def _delete(self, component: InferenceComponent) -> None:
        with self._lock:
            fleet = self._fleets.pop((component.region, component.name), None)
        if fleet is not None:
            fleet.stop()
        self._closing.wait(self._timing.deleting_s)
        self._state.drop(component)
        repack(self._state, component.region, component.endpoint_name)

    def _restore(self, component: InferenceComponent) -> None:
        match component.status:
            case "Deleting":
                self._delete(component)
            case "Creating":
                self._create(component)
            case "InService" | "Updating" if component.live is not None:
                served = component.model_copy(update={"pending": None})
                if component.status == "Updating":
                    served = served.model_copy(update={"desired_copies": component.current_copies})
                try:
                    self._install(served, self._bring_up(served))
                except StartFailedError as error:
                    self._settle(component, status="Failed", failure_reason=str(error))
                    return
                if component.status == "Updating":
                    self._update(component)
            case _:  # a failed component stays what it is
                pass
