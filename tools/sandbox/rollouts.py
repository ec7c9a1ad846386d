"""An update under way: the new fleet comes up, takes traffic step by step, and is watched."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tools.sandbox.deployments import RunningDeployment
from tools.sandbox.hosting_state import Endpoint, Progress
from tools.sandbox.rollout_plans import RolloutPlan
from tools.sandbox.serverless_pool import ServerlessPool
from tools.sandbox.timing import Timing
from tools.sandbox.traffic import Place, Traffic

_DRAIN_S = 60.0
_POLL_S = 0.02


class RolledBackError(Exception):
    """The update is undone; the message is a FailureReason."""


@dataclass(frozen=True)
class Rollout:
    """Replaces the running deployment of one endpoint by another, without a request lost.

    Attributes:
        ringing: Takes a region and alarm names; returns those that are in ALARM.
        tell: Keeps how far it is, for DescribeEndpoint.
        closing: Set when the sandbox goes down.
        began: When the update was asked for.
    """

    endpoint: Endpoint
    plan: RolloutPlan
    traffic: Traffic
    timing: Timing
    ringing: Callable[[str, list[str]], list[str]]
    tell: Callable[[Progress], None]
    closing: threading.Event
    began: datetime

    @property
    def _place(self) -> Place:
        return self.endpoint.region, self.endpoint.name

    def run(self, old: RunningDeployment | None, new: RunningDeployment) -> None:
        """Go through every step; at the end `new` alone serves.

        Raises:
            StartFailedError: A worker of the new fleet did not come up. The old one serves.
            RolledBackError: An alarm rang. The old one serves.
        """
        full = _sizes(old) if old is not None else {}
        try:
            for share in self.plan.shares:
                self._step(old, new, share)
                if self.plan.rolling and old is not None and share < 1:
                    _resize(old, {name: _rest(count, share) for name, count in full.items()})
            self._bake("Deleting", self.plan.termination_wait_aws_s)
        except BaseException:
            if old is not None:
                _resize(old, full)
                self.traffic.install(*self._place, old)
            new.drain(_DRAIN_S)
            raise
        self.traffic.install(*self._place, new)
        if old is not None:
            old.drain(_DRAIN_S)

    def _step(self, old: RunningDeployment | None, new: RunningDeployment, share: float) -> None:
        self._report("Creating", share, new)
        wanted = {
            variant.name: math.ceil((variant.desired_instance_count or 0) * share - 1e-9)
            for variant in new.deployment.every_variant
        }
        if new.started:
            _resize(new, wanted)
        else:
            new.start(wanted)
        self._report("ActivatingTraffic", share, new)
        if old is None or (share >= 1 and not self._watched):
            self.traffic.install(*self._place, new)
        else:
            self.traffic.shift(*self._place, new, share)
        self._bake("Baking", self.plan.wait_aws_s, share, new)

    @property
    def _watched(self) -> bool:
        """Whether the old fleet must be kept for a while, in case of alarms."""
        return bool(self.plan.alarms or self.plan.wait_aws_s or self.plan.termination_wait_aws_s)

    def _bake(
        self, phase: str, aws_s: float, share: float = 1.0, new: RunningDeployment | None = None
    ) -> None:
        """Wait, and watch the alarms meanwhile; once at least."""
        if aws_s:
            self._report(phase, share, new)
        remaining = self.timing.scaled(aws_s)
        while True:
            rang = self.ringing(self.endpoint.region, list(self.plan.alarms))
            if rang:
                raise RolledBackError(
                    "The deployment was rolled back because the following CloudWatch alarm(s) are "
                    f"in ALARM state: {', '.join(rang)}."
                )
            if remaining <= 0 or self.closing.wait(min(_POLL_S, remaining)):
                return
            remaining -= _POLL_S

    def _report(self, phase: str, share: float, new: RunningDeployment | None) -> None:
        counts = _sizes(new) if new is not None and new.started else {}
        self.tell(Progress(started_at=self.began, phase=phase, share=share, counts=counts))


def _rest(count: int, share: float) -> int:
    return count - math.floor(count * share + 1e-9)


def _sizes(running: RunningDeployment) -> dict[str, int]:
    """Instances of every variant."""
    return {
        name: runner.instance_count
        for name, runner in running.runners.items()
        if not isinstance(runner, ServerlessPool)
    }


def _resize(running: RunningDeployment, wanted: dict[str, int]) -> None:
    for name, runner in running.runners.items():
        if isinstance(runner, ServerlessPool) or name not in wanted:
            continue
        if runner.instance_count != wanted[name]:
            runner.scale(wanted[name])
