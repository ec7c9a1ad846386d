"""How an update shifts traffic, and the alarms that turn it back: DeploymentConfig. Pure.

Ranges: API_BlueGreenUpdatePolicy, API_RollingUpdatePolicy, API_AutoRollbackConfig. Guardrails are
for real-time and asynchronous endpoints (docs: deployment-guardrails).
"""

from collections.abc import Sequence
from typing import Any, Literal

from tools.errors import InvalidInputError

Strategy = Literal["all-at-once", "canary", "linear", "rolling"]
#: Time that the new fleet is watched before the old one goes: two periods of each alarm and one
#: more, so that what breaks is seen.
BAKING_S = 180
#: The least that AWS takes, and enough for one bake (range 600 to 28,800).
_LONGEST_S = 3600
_PART_PERCENT = 50
_TWO = 2


def deployment_config(
    strategy: Strategy | None, *, instance_count: int, alarm_names: Sequence[str]
) -> dict[str, Any] | None:
    """Return DeploymentConfig, or None for AWS's default (all at once, no alarms).

    Args:
        strategy: As asked for; None for a canary where there are alarms and instances for one.
        instance_count: Of the smallest variant that shifts.
        alarm_names: Alarms that turn the update back; 1 to 10, or none.

    Raises:
        InvalidInputError: Part of one instance is asked for.
    """
    if strategy in {"canary", "linear", "rolling"} and instance_count < _TWO:
        raise InvalidInputError(
            f"A {strategy} update moves part of the fleet first, and there is one instance.",
            remedy="Raise the instance count to two, or update all at once.",
        )
    if strategy is None and not alarm_names:
        return None
    chosen = strategy or ("canary" if instance_count >= _TWO else "all-at-once")
    alarms = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": a} for a in alarm_names]}}
    policy = (
        {"RollingUpdatePolicy": _rolling()}
        if chosen == "rolling"
        else {"BlueGreenUpdatePolicy": _blue_green(chosen)}
    )
    return {**policy, **(alarms if alarm_names else {})}


def _rolling() -> dict[str, Any]:
    return {
        "MaximumBatchSize": _half(),
        "WaitIntervalInSeconds": BAKING_S,
        "MaximumExecutionTimeoutInSeconds": _LONGEST_S,
    }


def _blue_green(chosen: str) -> dict[str, Any]:
    sizes = {"canary": "CanarySize", "linear": "LinearStepSize"}
    part = {sizes[chosen]: _half()} if chosen in sizes else {}
    return {
        "TrafficRoutingConfiguration": {
            "Type": chosen.upper().replace("-", "_"),
            "WaitIntervalInSeconds": BAKING_S,
            **part,
        },
        "TerminationWaitInSeconds": 0,
        "MaximumExecutionTimeoutInSeconds": _LONGEST_S,
    }


def _half() -> dict[str, Any]:
    """The largest part that canary, linear step and batch may be, and the smallest of two."""
    return {"Type": "CAPACITY_PERCENT", "Value": _PART_PERCENT}
