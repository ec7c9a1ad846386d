"""The steps of an update by its DeploymentConfig: how much capacity and traffic, how long.

Source: developer guide, deployment-guardrails-blue-green, -rolling and -configuration.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools.sandbox.hosting_state import Deployment
from tools.sandbox.wire import AwsError, validation_exception

_MOST_CANARY_PERCENT = 50
_LINEAR_PERCENT = (10, 50)
_ROLLING_PERCENT = (5, 50)
_DEFAULT_TIMEOUT_S = 14_400


@dataclass(frozen=True)
class RolloutPlan:
    """How a new fleet takes over.

    Attributes:
        shares: Part of the capacity and of the traffic that is new, step by step; the last is 1.
        wait_aws_s: Baking time after each step, seconds of AWS.
        termination_wait_aws_s: Time the old fleet is kept after the last.
        rolling: Whether the old fleet shrinks as the new one grows.
        alarms: Names of the alarms that roll the update back.
    """

    shares: tuple[float, ...] = (1.0,)
    wait_aws_s: float = 0.0
    termination_wait_aws_s: float = 0.0
    rolling: bool = False
    alarms: tuple[str, ...] = ()


def rollout_plan(config: Mapping[str, Any] | None, deployment: Deployment) -> RolloutPlan:
    """The plan that a DeploymentConfig makes for a deployment.

    Raises:
        AwsError: `ValidationException`: a size or a time is out of its range, or the fleet is too
            small for it.
    """
    if not config:
        return RolloutPlan()
    alarms = tuple(
        one["AlarmName"] for one in config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    )
    blue_green, rolling = config.get("BlueGreenUpdatePolicy"), config.get("RollingUpdatePolicy")
    if blue_green is not None and rolling is not None:
        raise validation_exception(
            "Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be specified in "
            "DeploymentConfig."
        )
    _check_kind(deployment, config)
    total = _smallest_fleet(deployment)
    if rolling is not None:
        step = _size(rolling["MaximumBatchSize"], total, "MaximumBatchSize", _ROLLING_PERCENT)
        plan = RolloutPlan(_steps(step, total), rolling["WaitIntervalInSeconds"], 0.0, True, alarms)
        _check_time(plan, rolling)
        return plan
    if blue_green is None:
        return RolloutPlan(alarms=alarms)
    routing = blue_green["TrafficRoutingConfiguration"]
    plan = RolloutPlan(
        _blue_green_shares(routing, total),
        routing["WaitIntervalInSeconds"],
        blue_green.get("TerminationWaitInSeconds", 0),
        False,
        alarms,
    )
    _check_time(plan, blue_green)
    return plan


def _check_kind(deployment: Deployment, config: Mapping[str, Any]) -> None:
    if any(variant.serverless for variant in deployment.variants) and config:
        raise validation_exception(
            "DeploymentConfig is not supported for serverless endpoints: deployment guardrails "
            "need instances."
        )


def _smallest_fleet(deployment: Deployment) -> int:
    return min((variant.desired_instance_count or 0) for variant in deployment.variants)


def _blue_green_shares(routing: Mapping[str, Any], total: int) -> tuple[float, ...]:
    match routing["Type"]:
        case "CANARY":
            if "CanarySize" not in routing:
                raise validation_exception("CanarySize must be specified for traffic type CANARY.")
            size = _size(routing["CanarySize"], total, "CanarySize", (1, _MOST_CANARY_PERCENT))
            return (size / total, 1.0)
        case "LINEAR":
            if "LinearStepSize" not in routing:
                raise validation_exception(
                    "LinearStepSize must be specified for traffic type LINEAR."
                )
            size = _size(routing["LinearStepSize"], total, "LinearStepSize", _LINEAR_PERCENT)
            return _steps(size, total)
        case _:
            for member in ("CanarySize", "LinearStepSize"):
                if member in routing:
                    raise validation_exception(
                        f"{member} cannot be specified for traffic type ALL_AT_ONCE."
                    )
            return (1.0,)


def _size(given: Mapping[str, Any], total: int, name: str, percent: tuple[int, int]) -> int:
    """Instances in a step; at most half of the fleet, so a fleet of one has no step."""
    value = int(given["Value"])
    if given["Type"] == "CAPACITY_PERCENT":
        if not percent[0] <= value <= percent[1]:
            raise _out_of_range(name, f"{value} %", f"{percent[0]} and {percent[1]} %")
        size = max(math.floor(total * value / 100), 1)
    else:
        size = value
    if total < 2 or size > total / 2:
        raise _too_large(name, size, total)
    return size


def _out_of_range(name: str, value: str, bounds: str) -> AwsError:
    return validation_exception(f"{name} must be between {bounds} of the capacity, got {value}.")


def _too_large(name: str, size: int, total: int) -> AwsError:
    return validation_exception(
        f"{name} must be less than or equal to 50% of the variant's total instance count: {size} "
        f"of {total} instances. At least two instances are needed."
    )


def _steps(size: int, total: int) -> tuple[float, ...]:
    counts = list(range(size, total, size))
    return (*(count / total for count in counts), 1.0)


def _check_time(plan: RolloutPlan, policy: Mapping[str, Any]) -> None:
    limit = policy.get("MaximumExecutionTimeoutInSeconds", _DEFAULT_TIMEOUT_S)
    needed = plan.wait_aws_s * len(plan.shares) + plan.termination_wait_aws_s
    if needed > limit:
        raise validation_exception(
            f"MaximumExecutionTimeoutInSeconds {limit} is shorter than the waiting times of the "
            f"deployment, {needed:g} seconds."
        )
