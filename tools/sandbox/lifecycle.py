"""The statuses of endpoints over time: background threads that bring workers up and down."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from tools.sandbox.containers import StartFailedError
from tools.sandbox.deployments import Deployer, RunningDeployment, VariantRunner
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.hosting_state import Deployment, Endpoint, HostingState, Variant
from tools.sandbox.multi_model import MultiModelHost
from tools.sandbox.rollout_plans import rollout_plan
from tools.sandbox.rollouts import RolledBackError, Rollout
from tools.sandbox.serverless_pool import ServerlessPool
from tools.sandbox.timing import Timing
from tools.sandbox.traffic import Traffic
from tools.sandbox.wire import AwsError

logger = logging.getLogger(__name__)


class Lifecycle:
    """Runs every transition of every endpoint."""

    def __init__(
        self,
        state: HostingState,
        deployer: Deployer,
        traffic: Traffic,
        timing: Timing,
        now: Callable[[], datetime],
        ringing: Callable[[str, list[str]], list[str]],
    ) -> None:
        """Take `ringing(region, alarm names)`: those of the alarms that are in ALARM."""
        self._state = state
        self._deployer = deployer
        self._traffic = traffic
        self._timing = timing
        self._now = now
        self._ringing = ringing
        self._closing = threading.Event()

    # --- transitions
    def create(self, endpoint: Endpoint) -> None:
        """Bring a Creating endpoint to InService or Failed."""
        self._spawn(self._create, endpoint)

    def update(self, endpoint: Endpoint) -> None:
        """Bring an Updating endpoint to its pending deployment, or roll back."""
        self._spawn(self._update, endpoint)

    def scale(self, endpoint: Endpoint) -> None:
        """Bring an Updating endpoint to the desired counts and weights of its live deployment."""
        self._spawn(self._scale, endpoint)

    def delete(self, endpoint: Endpoint) -> None:
        """Take a Deleting endpoint down."""
        self._spawn(self._delete, endpoint)

    def restore(self) -> None:
        """After a restart: bring back what served, and go on with what was under way."""
        for endpoint in self._state.all(Endpoint):
            self._spawn(self._restore, endpoint)

    def close(self) -> None:
        """Stop every worker; the statuses stay as they are, for the next start."""
        self._closing.set()
        for deployment in self._traffic.close():
            deployment.stop()

    def _spawn(self, transition: Callable[[Endpoint], None], endpoint: Endpoint) -> None:
        def run() -> None:
            try:
                transition(endpoint)
            except Exception:
                if not self._closing.is_set():
                    logger.exception("lifecycle.broke", extra={"endpoint": endpoint.name})
                    self._settle(endpoint, status="Failed", failure_reason="Internal error.")

        threading.Thread(target=run, name=f"endpoint-{endpoint.name}", daemon=True).start()

    def _settle(self, endpoint: Endpoint, **changes: object) -> None:
        """Write the outcome of a transition, unless the sandbox is going down."""
        if not self._closing.is_set():
            present = self._state.get(Endpoint, endpoint.region, endpoint.name) or endpoint
            self._state.save(present.model_copy(update={"modified_at": self._now(), **changes}))

    def _prepare(self, endpoint: Endpoint, deployment: Deployment) -> RunningDeployment:
        try:
            return self._deployer.prepare(endpoint, deployment)
        except AwsError as error:
            raise StartFailedError(error.message) from error

    def _bring_up(self, endpoint: Endpoint, deployment: Deployment) -> RunningDeployment:
        running = self._prepare(endpoint, deployment)
        running.start()
        if self._closing.is_set():
            running.stop()
            raise StartFailedError("The sandbox is going down.")
        return running

    def _create(self, endpoint: Endpoint) -> None:
        began = time.monotonic()
        pending = endpoint.pending
        if pending is None:
            return
        try:
            running = self._bring_up(endpoint, pending)
        except StartFailedError as error:
            self._settle(endpoint, status="Failed", failure_reason=str(error))
            return
        self._closing.wait(began + self._timing.creating_s - time.monotonic())
        self._traffic.install(endpoint.region, endpoint.name, running)
        self._settle(endpoint, status="InService", live=_settled(pending), pending=None)

    def _update(self, endpoint: Endpoint) -> None:
        pending = endpoint.pending
        if pending is None:
            return
        place = (endpoint.region, endpoint.name)
        old = self._traffic.settled().get(place)
        rollout = Rollout(
            endpoint,
            rollout_plan(endpoint.deployment_config, pending),
            self._traffic,
            self._timing,
            ringing=self._ringing,
            tell=lambda progress: self._settle(endpoint, progress=progress),
            closing=self._closing,
            began=endpoint.modified_at,
        )
        self._closing.wait(self._timing.updating_s / 2)
        try:
            rollout.run(old, self._prepare(endpoint, _settled(pending)))
        except (StartFailedError, RolledBackError) as error:
            self._roll_back(endpoint, str(error))
            return
        self._closing.wait(self._timing.updating_s / 2)
        self._settle(
            endpoint, status="InService", live=_settled(pending), pending=None, progress=None,
            failure_reason=None,
        )  # fmt: skip

    def _roll_back(self, endpoint: Endpoint, reason: str) -> None:
        self._settle(endpoint, status="RollingBack", failure_reason=reason, progress=None)
        self._closing.wait(self._timing.updating_s / 2)
        self._settle(endpoint, status="InService", pending=None, failure_reason=reason)

    def _scale(self, endpoint: Endpoint) -> None:
        began = time.monotonic()
        live = endpoint.live
        running = self._traffic.pick(endpoint.region, endpoint.name, self._timing.ping_window_s)
        if live is None or running is None:
            return
        try:
            for variant in live.every_variant:
                if variant.name in running.runners:
                    _resize(running.runners[variant.name], variant)
        except StartFailedError as error:
            self._settle(
                endpoint, status="InService", live=_unsettled(live), failure_reason=str(error)
            )
            return
        self._closing.wait(began + self._timing.updating_s - time.monotonic())
        settled = _settled(live)
        self._traffic.install(
            *(endpoint.region, endpoint.name), replace(running, deployment=settled)
        )
        self._settle(endpoint, status="InService", live=settled)

    def _delete(self, endpoint: Endpoint) -> None:
        for running in self._traffic.remove(endpoint.region, endpoint.name):
            running.stop()
        self._closing.wait(self._timing.deleting_s)
        self._state.drop(endpoint)

    def _restore(self, endpoint: Endpoint) -> None:
        if endpoint.status == "Deleting":
            self._delete(endpoint)
            return
        if endpoint.live is not None and endpoint.status != "Failed":
            try:
                running = self._bring_up(endpoint, endpoint.live)
                self._traffic.install(endpoint.region, endpoint.name, running)
            except StartFailedError as error:
                self._settle(endpoint, status="Failed", failure_reason=str(error), pending=None)
                return
        match endpoint.status:
            case "Creating":
                self._create(endpoint)
            case "Updating" if endpoint.pending is not None:
                self._update(endpoint)
            case "Updating" | "RollingBack" if endpoint.live is not None:
                live = _settled(endpoint.live)
                self._settle(endpoint, status="InService", pending=None, live=live)
            case _:  # InService and Failed are where they should be
                pass


def _resize(runner: VariantRunner, variant: Variant) -> None:
    match runner:
        case InstanceFleet() | MultiModelHost():
            runner.scale(variant.desired_instance_count or 0)
        case ServerlessPool():
            wanted = variant.desired_serverless or {}
            runner.configure(
                max_concurrency=wanted["MaxConcurrency"],
                provisioned=wanted.get("ProvisionedConcurrency", 0),
            )


def _unsettled(deployment: Deployment) -> Deployment:
    """The deployment with its desired weights and capacities given up."""
    return deployment.changed(
        lambda variant: variant.model_copy(
            update={
                "desired_weight": variant.current_weight,
                "desired_instance_count": variant.current_instance_count,
                "desired_serverless": variant.serverless,
            }
        )
    )


def _settled(deployment: Deployment) -> Deployment:
    """The deployment with its desired weights and capacities reached."""
    return deployment.changed(
        lambda variant: variant.model_copy(
            update={
                "current_weight": variant.desired_weight,
                "current_instance_count": variant.desired_instance_count,
                "serverless": variant.desired_serverless,
            }
        )
    )
