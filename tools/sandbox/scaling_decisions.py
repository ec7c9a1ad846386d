"""What a scaling policy wants: pure arithmetic on capacity and metric.

Sources: the Application Auto Scaling user guide, pages on target tracking and step scaling; the
exact arithmetic of target tracking is not published, so capacity here follows the metric in
proportion, which is what the guide says it aims at.
"""

import math
from collections.abc import Mapping
from typing import Any

DEFAULT_COOLDOWN_S = 300


def tracking_capacity(capacity: int, value: float, target: float) -> int:
    """The capacity at which a metric that falls in proportion would meet its target.

    From zero (a backlog without instances) the value counts as that of one.
    """
    return math.ceil(max(capacity, 1) * value / target - 1e-9)


def step_capacity(
    configuration: Mapping[str, Any], capacity: int, value: float, threshold: float
) -> int | None:
    """The capacity that a step policy asks for; None when no step covers the breach."""
    step = _step(configuration["StepAdjustments"], value - threshold)
    if step is None:
        return None
    adjustment = int(step["ScalingAdjustment"])
    match configuration["AdjustmentType"]:
        case "ExactCapacity":
            return adjustment
        case "PercentChangeInCapacity":
            change = _rounded(capacity * adjustment / 100.0)
            least = int(configuration.get("MinAdjustmentMagnitude", 0))
            if abs(change) < least:
                change = least if adjustment >= 0 else -least
            return capacity + change
        case _:
            return capacity + adjustment


def _step(steps: list[Mapping[str, Any]], breach: float) -> Mapping[str, Any] | None:
    """The step that covers a breach: lower bounds belong to it above the threshold, upper below."""
    for step in steps:
        low = step.get("MetricIntervalLowerBound", -math.inf)
        high = step.get("MetricIntervalUpperBound", math.inf)
        if low <= breach < high if breach >= 0 else low < breach <= high:
            return step
    return None


def _rounded(change: float) -> int:
    """Round a percent change as the guide says: towards zero, but never to zero."""
    if 0 < change < 1:
        return 1
    if -1 < change < 0:
        return -1
    return math.trunc(change)


def cooldown_aws_s(policy_type: str, configuration: Mapping[str, Any], *, out: bool) -> float:
    """The cooldown after a change in that direction, in seconds of AWS."""
    if policy_type == "StepScaling":
        return float(configuration.get("Cooldown", DEFAULT_COOLDOWN_S))
    member = "ScaleOutCooldown" if out else "ScaleInCooldown"
    return float(configuration.get(member, DEFAULT_COOLDOWN_S))
