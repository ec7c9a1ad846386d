"""Scaling in motion: alarms that ring, schedules that fall due, and the capacity that follows."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from tools.sandbox.alarm_states import Alarm
from tools.sandbox.hosting_state import (
    HostingState,
    ScalableTarget,
    ScalingActivity,
    ScalingPolicy,
    ScheduledAction,
)
from tools.sandbox.scaling_activities import Activities, Begun
from tools.sandbox.scaling_decisions import cooldown_aws_s, step_capacity, tracking_capacity
from tools.sandbox.schedules import next_due
from tools.sandbox.timing import Timing
from tools.sandbox.wire import AwsError

logger = logging.getLogger(__name__)

_LIMITS = (("MinCapacity", "min_capacity", "min"), ("MaxCapacity", "max_capacity", "max"))


@dataclass(frozen=True)
class CapacityNow:
    """A resource's capacity.

    Attributes:
        desired: What it is told to have.
        current: What it has.
        movable: Whether a change would be taken now; not while the resource is being changed.
        failure: Why the last change did not come about, if it did not.
    """

    desired: int
    current: int
    movable: bool
    failure: str | None = None


class Capacity(Protocol):
    """Reads and sets what a scalable target scales (`scalable_capacity.py`)."""

    def read(self, target: ScalableTarget) -> CapacityNow | None:
        """The capacity; None when the resource is gone."""

    def set(self, target: ScalableTarget, wanted: int) -> None:
        """Ask the service for another capacity.

        Raises:
            AwsError: The service refuses.
        """


class ScalingEngine:
    """Carries policies and schedules out."""

    def __init__(
        self,
        state: HostingState,
        capacity: Capacity,
        timing: Timing,
        now: Callable[[], datetime],
        ringing: Callable[[str, list[str]], list[str]],
    ) -> None:
        """Take `ringing(region, alarm names)`: those of the alarms that are in ALARM."""
        self._state = state
        self._capacity = capacity
        self._timing = timing
        self._now = now
        self._ringing = ringing
        self.activities = Activities(state)
        self._changed_limits: set[tuple[str, str]] = set()
        self._due: dict[tuple[str, str], tuple[datetime, datetime | None]] = {}
        self._wishes: dict[tuple[str, str], int] = {}

    def limits_changed(self, target: ScalableTarget) -> None:
        """Bring capacity within new limits at the next look, as registering a target does."""
        self._changed_limits.add((target.region, target.name))

    def look(self) -> None:
        """One round: changes that were fulfilled, schedules that are due, limits that moved."""
        for activity in self._state.all(ScalingActivity):
            if activity.status == "InProgress":
                self._conclude(activity)
        for action in self._state.all(ScheduledAction):
            self._run_if_due(action)
        for region, name in list(self._changed_limits):
            # First: limits that move again meanwhile have another look coming.
            self._changed_limits.discard((region, name))
            target = self._state.get(ScalableTarget, region, name)
            if target is not None and not self._within_limits(target):
                self._changed_limits.add((region, name))

    # --- changes under way
    def _conclude(self, activity: ScalingActivity) -> None:
        target = self._target(activity)
        found = self._capacity.read(target) if target else None
        if found is None:
            self.activities.failed(activity, "The resource is gone.", self._now())
        elif found.movable:
            wanted = (activity.change or (0, 0))[1]
            if found.current == wanted:
                self.activities.fulfilled(activity, self._now())
            else:
                reason = found.failure or "The capacity was changed meanwhile."
                self.activities.failed(activity, reason, self._now())

    def _target(self, about: ScalingActivity | ScalingPolicy) -> ScalableTarget | None:
        name = f"{about.resource_id}|{about.dimension}"
        return self._state.get(ScalableTarget, about.region, name)

    def _change(self, target: ScalableTarget, begun: Begun) -> None:
        activity = self.activities.begun(target, begun, self._now())
        try:
            self._capacity.set(target, begun.wanted)
        except AwsError as error:
            self.activities.failed(activity, f"{error.code}: {error.message}", self._now())

    # --- limits and schedules
    def _within_limits(self, target: ScalableTarget) -> bool:
        """Whether capacity is, or has been asked to come, within the target's limits."""
        found = self._capacity.read(target)
        if found is None:
            return True
        if not found.movable:
            return False
        if found.desired < target.min_capacity:
            cause = f"minimum capacity was set to {target.min_capacity}"
            self._change(target, Begun(found.desired, target.min_capacity, cause))
        elif found.desired > target.max_capacity:
            cause = f"maximum capacity was set to {target.max_capacity}"
            self._change(target, Begun(found.desired, target.max_capacity, cause))
        return True

    def _run_if_due(self, action: ScheduledAction) -> None:
        place, checked = (action.region, action.name), action.checked_at or action.created_at
        if self._due.get(place, (None, None))[0] != checked:
            self._due[place] = (checked, self._next_due(action, checked))
        due, now = self._due[place][1], self._now()
        if due is None or due > now:
            return
        self._state.save(action.model_copy(update={"checked_at": now}))
        end = action.definition.get("EndTime")
        name = f"{action.resource_id}|{action.dimension}"
        target = self._state.get(ScalableTarget, action.region, name)
        ended = end is not None and now.timestamp() > end
        if target is not None and not ended and not target.suspended["ScheduledScalingSuspended"]:
            self._apply(target, action)

    def _next_due(self, action: ScheduledAction, checked: datetime) -> datetime | None:
        start = action.definition.get("StartTime")
        begin = datetime.fromtimestamp(start, tz=checked.tzinfo) if start else action.created_at
        return next_due(
            action.definition["Schedule"],
            action.definition.get("Timezone"),
            after=max(checked, begin - timedelta(microseconds=1)) if start else checked,
            created=begin,
            scaled=self._timing.scaled,
        )

    def _apply(self, target: ScalableTarget, action: ScheduledAction) -> None:
        wanted: Mapping[str, Any] = action.definition["ScalableTargetAction"]
        limits = {attr: wanted[member] for member, attr, _ in _LIMITS if member in wanted}
        low = limits.get("min_capacity", target.min_capacity)
        high = limits.get("max_capacity", target.max_capacity)
        # One limit alone moves the other out of its way, as the service keeps them in order.
        ordered = {
            "min_capacity": low if "min_capacity" in limits else min(low, high),
            "max_capacity": high if "max_capacity" in limits else max(low, high),
        }
        changed = target.model_copy(update=ordered)
        self._state.save(changed)
        shown = [f"{word} capacity to {wanted[m]}" for m, _, word in _LIMITS if m in wanted]
        self.activities.limits_set(changed, action.action_name, shown, self._now())
        self._changed_limits.add((changed.region, changed.name))

    # --- policies
    def on_policy(self, alarm: Alarm, policy_arn: str, value: float | None) -> None:
        """An alarm is in ALARM and names a policy as its action."""
        found = [
            one for one in self._state.all(ScalingPolicy, alarm.region) if one.arn == policy_arn
        ]
        target = self._target(found[0]) if found else None
        capacity = self._capacity.read(target) if target else None
        if target is None or capacity is None or value is None:
            return
        policy = found[0]
        cause = f"monitor alarm {alarm.name} in state ALARM triggered policy {policy.policy_name}"
        wanted = _wanted(policy, alarm, capacity.desired, value)
        if wanted is None:
            return
        scale_in = _is_low(policy, alarm) or wanted < capacity.desired
        if not scale_in:
            base = self._base(target, policy, capacity.desired)
            wanted = _wanted(policy, alarm, base, value) or 0
        wanted = max(min(wanted, target.max_capacity), target.min_capacity)
        if self._blocked(target, policy, capacity.desired, wanted, scale_in=scale_in):
            return
        reason = self._reason_not_to(target, capacity, wanted, scale_in=scale_in)
        if reason is not None:
            self.activities.not_scaled(target, cause, reason, self._now())
            return
        if wanted < capacity.desired and policy.policy_type == "TargetTrackingScaling":
            agreed = self._agreed(target, policy, wanted)
            if agreed is None or agreed >= capacity.desired:
                return
            wanted = agreed
        self._change(target, Begun(capacity.desired, wanted, cause, policy.policy_name))

    def _last_dynamic(self, target: ScalableTarget) -> ScalingActivity | None:
        for one in self.activities.of(target.region, target.resource_id, target.dimension):
            if one.policy_name is not None and one.status in ("Successful", "InProgress"):
                return one
        return None

    def _cooling(self, target: ScalableTarget, policy: ScalingPolicy) -> ScalingActivity | None:
        """The last change by a policy, while its cooldown lasts."""
        last = self._last_dynamic(target)
        if last is None or last.change is None:
            return None
        out = last.change[1] > last.change[0]
        lasts = self._timing.scaled(
            cooldown_aws_s(policy.policy_type, policy.configuration, out=out)
        )
        until = (last.ended_at or self._now()) + timedelta(seconds=lasts)
        return last if self._now() < until else None

    def _base(self, target: ScalableTarget, policy: ScalingPolicy, desired: int) -> int:
        """What a change counts from: what a cooling scale-out has added counts towards the next."""
        last = self._cooling(target, policy)
        if last is not None and last.change and last.change[0] < last.change[1] == desired:
            return last.change[0]
        return desired

    def _blocked(
        self,
        target: ScalableTarget,
        policy: ScalingPolicy,
        desired: int,
        wanted: int,
        *,
        scale_in: bool,
    ) -> bool:
        """Whether the target is suspended, or a cooldown holds the change back.

        A scale-out that is cooling lets only a larger one through and blocks no scale-in; a
        scale-in that is cooling blocks the next one, and a scale-out interrupts it.
        """
        side = "DynamicScalingInSuspended" if scale_in else "DynamicScalingOutSuspended"
        if target.suspended[side]:
            return True
        last = self._cooling(target, policy)
        if last is None or last.change is None:
            return False
        if last.change[1] > last.change[0]:
            return not scale_in and wanted <= desired and desired < target.max_capacity
        return scale_in and desired > target.min_capacity

    def _reason_not_to(
        self, target: ScalableTarget, capacity: CapacityNow, wanted: int, *, scale_in: bool
    ) -> dict[str, Any] | None:
        if not capacity.movable:
            return {"Code": "TargetServicePutResourceAsUnscalable"}
        if wanted != capacity.desired and (wanted < capacity.desired) == scale_in:
            return None
        if scale_in and capacity.desired <= target.min_capacity:
            return {"Code": "AlreadyAtMinCapacity", "MinCapacity": target.min_capacity}
        if not scale_in and capacity.desired >= target.max_capacity:
            return {"Code": "AlreadyAtMaxCapacity", "MaxCapacity": target.max_capacity}
        return {"Code": "AlreadyAtDesiredCapacity", "CurrentCapacity": capacity.desired}

    def _agreed(self, target: ScalableTarget, policy: ScalingPolicy, wanted: int) -> int | None:
        """The largest wish of all policies that may scale in; None while one does not want to."""
        self._wishes[policy.region, policy.name] = wanted
        wishes = [wanted]
        for other in self._state.all(ScalingPolicy, target.region):
            same = (other.resource_id, other.dimension) == (target.resource_id, target.dimension)
            tracks = other.policy_type == "TargetTrackingScaling"
            if other.name == policy.name or not same or not tracks:
                continue
            if other.configuration.get("DisableScaleIn"):
                continue
            lows = [one["AlarmName"] for one in other.alarms if "-AlarmLow-" in one["AlarmName"]]
            if not self._ringing(target.region, lows):
                return None
            wishes.append(self._wishes.get((other.region, other.name), wanted))
        return max(wishes)


def _is_low(policy: ScalingPolicy, alarm: Alarm) -> bool:
    """Whether the alarm is the one by which target tracking scales in."""
    return policy.policy_type == "TargetTrackingScaling" and "-AlarmLow-" in alarm.name


def _wanted(policy: ScalingPolicy, alarm: Alarm, base: int, value: float) -> int | None:
    if policy.policy_type == "StepScaling":
        return step_capacity(policy.configuration, base, value, alarm.threshold)
    wanted = tracking_capacity(base, value, float(policy.configuration["TargetValue"]))
    return min(wanted, base) if _is_low(policy, alarm) else max(wanted, base)
