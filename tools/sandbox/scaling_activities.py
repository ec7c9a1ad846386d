"""The history of scaling, in Application Auto Scaling's wording.

Wording: https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tools.sandbox.hosting_state import HostingState, ScalableTarget, ScalingActivity
from tools.sandbox.scaling_rules import COUNTED

_KEPT_PER_TARGET = 100
_HISTORY = timedelta(weeks=6)
_SET = "Successfully set"
_ATTEMPT = "Attempting to scale due to alarm triggered"


@dataclass(frozen=True)
class Begun:
    """A change of capacity: from what to what, and why.

    Attributes:
        policy_name: The policy behind it; None when a schedule or a limit was.
    """

    present: int
    wanted: int
    cause: str
    policy_name: str | None = None


class Activities:
    """Writes scaling activities and finds them again; they outlive their target."""

    def __init__(self, state: HostingState) -> None:
        self._state = state

    def of(self, region: str, resource_id: str, dimension: str) -> list[ScalingActivity]:
        """A target's activities, newest first."""
        return [
            one
            for one in self._newest_first(region)
            if (one.resource_id, one.dimension) == (resource_id, dimension)
        ]

    def listed(self, region: str, params: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
        """What DescribeScalingActivities shows, newest first."""
        unscaled = bool(params.get("IncludeNotScaledActivities"))
        return [
            _described(one)
            for one in self._newest_first(region)
            if params.get("ResourceId") in (None, one.resource_id)
            and params.get("ScalableDimension") in (None, one.dimension)
            and (unscaled or not one.not_scaled_reasons)
            and now - one.started_at < _HISTORY
        ]

    def _newest_first(self, region: str) -> list[ScalingActivity]:
        return list(reversed(self._state.all(ScalingActivity, region)))

    def begun(self, target: ScalableTarget, begun: Begun, now: datetime) -> ScalingActivity:
        """A change of capacity that the service is asked for."""
        what = f"{COUNTED[target.dimension]} to {begun.wanted}"
        return self._save(
            _new(
                target,
                now,
                cause=begun.cause,
                description=f"Setting {what}.",
                status="InProgress",
                message=f"{_SET} {what}. Waiting for change to be fulfilled by sagemaker.",
                ended_at=None,
                change=(begun.present, begun.wanted),
                policy_name=begun.policy_name,
            )
        )

    def fulfilled(self, activity: ScalingActivity, now: datetime) -> None:
        """The change is done."""
        what = f"{COUNTED[activity.dimension]} to {(activity.change or (0, 0))[1]}"
        text = f"{_SET} {what}. Change successfully fulfilled by sagemaker."
        self._end(activity, "Successful", text, now)

    def failed(self, activity: ScalingActivity, reason: str, now: datetime) -> None:
        """The change did not come about."""
        what = f"{COUNTED[activity.dimension]} to {(activity.change or (0, 0))[1]}"
        self._end(activity, "Failed", f"Failed to set {what}. Reason: {reason}", now)

    def _end(self, activity: ScalingActivity, status: str, text: str, now: datetime) -> None:
        changes = {"status": status, "message": text, "ended_at": now}
        self._state.save(activity.model_copy(update=changes))

    def limits_set(
        self, target: ScalableTarget, name: str, limits: Iterable[str], now: datetime
    ) -> None:
        """A scheduled action changed the limits; `limits` such as `min capacity to 2`."""
        what = " and ".join(limits)
        self._save(
            _new(
                target,
                now,
                cause=f"scheduled action name {name} was triggered",
                description=f"Setting {what}",
                status="Successful",
                message=f"{_SET} {what}",
            )
        )

    def not_scaled(
        self, target: ScalableTarget, cause: str, reason: dict[str, Any], now: datetime
    ) -> None:
        """An alarm rang and nothing was changed; the same finding is kept once, the latest."""
        for one in self.of(target.region, target.resource_id, target.dimension):
            same = any(held["Code"] == reason["Code"] for held in one.not_scaled_reasons)
            if same and one.cause == cause:
                self._state.drop(one)
        self._save(
            _new(
                target,
                now,
                cause=cause,
                description=_ATTEMPT,
                status="Failed",
                not_scaled_reasons=(reason,),
            )
        )

    def _save(self, activity: ScalingActivity) -> ScalingActivity:
        self._state.save(activity)
        held = self.of(activity.region, activity.resource_id, activity.dimension)
        for old in held[_KEPT_PER_TARGET:]:
            self._state.drop(old)
        return activity


def _new(target: ScalableTarget, now: datetime, **about: Any) -> ScalingActivity:  # noqa: ANN401
    known: dict[str, Any] = {
        "region": target.region,
        "name": str(uuid.uuid4()),
        "resource_id": target.resource_id,
        "dimension": target.dimension,
        "started_at": now,
        "ended_at": now,
        "message": "",
        "not_scaled_reasons": (),
        "change": None,
        "policy_name": None,
    }
    return ScalingActivity(**(known | about))


def _described(activity: ScalingActivity) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ActivityId": activity.name,
        "ServiceNamespace": "sagemaker",
        "ResourceId": activity.resource_id,
        "ScalableDimension": activity.dimension,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": activity.started_at,
        "StatusCode": activity.status,
    }
    if activity.ended_at is not None:
        found["EndTime"] = activity.ended_at
    if activity.message:
        found["StatusMessage"] = activity.message
    if activity.not_scaled_reasons:
        found["NotScaledReasons"] = list(activity.not_scaled_reasons)
    return found
