"""Calls with their exact inverse, side by side; numbered into a plan at the end. Pure."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from tools.plan import OUTPUT, DeploymentPlan, Step, UndoCall, substitute
from tools.planners.inverse import undo_for
from tools.planners.observed import ObservedScaling
from tools.waiting import Waiter

POLICY_ARN = r"arn:aws[a-z-]*:autoscaling:[a-z0-9-]+:\d{12}:scalingPolicy:.+"
_TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_AAS = "application-autoscaling"


class Inverse(NamedTuple):
    """What takes a call back."""

    operation: str
    parameters: dict[str, Any]
    wait_for: Waiter | None = None


class Move(NamedTuple):
    """A call and what takes it back; None where nothing has to be."""

    step: Step
    inverse: Inverse | None


def plain_moves(steps: Iterable[Step]) -> list[Move]:
    """Return steps with the inverse that the table gives them."""
    made = tuple(steps)
    return [
        Move(step, Inverse(call.operation, call.parameters, call.wait_for))
        for step, call in zip(made, undo_for(made), strict=True)
    ]


def numbered(moves: Iterable[Move]) -> tuple[tuple[Step, ...], tuple[UndoCall, ...]]:
    """Return the steps, and the inverses with the numbers of their steps."""
    made = tuple(moves)
    undo = tuple(
        UndoCall(
            operation=move.inverse.operation,
            parameters=move.inverse.parameters,
            for_step=number,
            wait_for=move.inverse.wait_for,
        )
        for number, move in enumerate(made)
        if move.inverse is not None
    )
    return tuple(move.step for move in made), undo


def as_steps(calls: Iterable[UndoCall], why: str) -> tuple[Step, ...]:
    """Return undo calls as the steps of a plan of their own, last first.

    A reference to another call's answer follows it to its new number.
    """
    ordered = tuple(reversed(tuple(calls)))
    place = {call.for_step: number for number, call in enumerate(ordered)}

    def moved(reference: dict[str, Any]) -> dict[str, Any]:
        return {OUTPUT: {**reference, "step": place[reference["step"]]}}

    return tuple(
        Step(
            operation=call.operation,
            parameters=substitute(call.parameters, {OUTPUT: moved}),
            why=why,
            wait_for=call.wait_for,
        )
        for call in ordered
    )


def taking_back(
    made: DeploymentPlan, calls: Iterable[UndoCall], *, until: str
) -> tuple[UndoCall, ...]:
    """Return the inverse of `as_steps(calls)`: the steps of the plan that was made, once more.

    Args:
        made: The plan whose undo calls these are.
        calls: As given to `as_steps`.
        until: The last operation that has an inverse; what comes after it only tidies up.
    """
    ordered = tuple(reversed(tuple(calls)))
    place = {call.for_step: number for number, call in enumerate(ordered)}
    last = max((n for n, call in enumerate(ordered) if call.operation == until), default=-1)

    def moved(reference: dict[str, Any]) -> dict[str, Any]:
        return {OUTPUT: {**reference, "step": place[reference["step"]]}}

    return tuple(
        UndoCall(
            operation=again.operation,
            parameters=substitute(again.parameters, {OUTPUT: moved}),
            for_step=number,
            wait_for=again.wait_for,
        )
        for number, call in enumerate(ordered[: last + 1])
        for again in (made.steps[call.for_step],)
    )


def suspended(scaling: ObservedScaling, first: int) -> list[Move]:
    """Return the calls that take an endpoint's scaling away, so that it can be given back exactly.

    Alarms go first, because what they would call goes; then schedules, policies, targets.

    Args:
        scaling: What is there.
        first: The number that the first of these calls will have.
    """
    moves: list[Move] = []
    of_policy = first + len(scaling.alarms) + len(scaling.actions)
    numbers = {arn: of_policy + place for place, arn in enumerate(scaling.policies)}
    for alarm in scaling.alarms:
        back = Inverse("cloudwatch.put_metric_alarm", _rewired(alarm, numbers))
        gone = {"AlarmNames": [alarm["AlarmName"]]}
        moves.append(_away("cloudwatch.delete_alarms", gone, back, "Take the alarm away."))
    for action in scaling.actions:
        back = Inverse(f"{_AAS}.put_scheduled_action", action)
        gone = _keyed(action, "ScheduledActionName")
        moves.append(
            _away(f"{_AAS}.delete_scheduled_action", gone, back, "Take the schedule away.")
        )
    for policy in scaling.policies.values():
        back = Inverse(f"{_AAS}.put_scaling_policy", policy)
        gone = _keyed(policy, "PolicyName")
        moves.append(_away(f"{_AAS}.delete_scaling_policy", gone, back, "Take the policy away."))
    for target in scaling.targets:
        back = Inverse(f"{_AAS}.register_scalable_target", target)
        gone = _keyed(target)
        moves.append(_away(f"{_AAS}.deregister_scalable_target", gone, back, "Stop the scaling."))
    return moves


def restored(scaling: ObservedScaling, first: int) -> list[Move]:
    """Return the calls that give scaling back after it was taken away in the same plan."""
    steps = [
        Step(operation=f"{_AAS}.register_scalable_target", parameters=t, why="Scale again.")
        for t in scaling.targets
    ]
    numbers = {arn: first + len(steps) + place for place, arn in enumerate(scaling.policies)}
    steps += [
        Step(operation=f"{_AAS}.put_scaling_policy", parameters=p, why="The policy again.")
        for p in scaling.policies.values()
    ]
    steps += [
        Step(operation=f"{_AAS}.put_scheduled_action", parameters=a, why="The schedule again.")
        for a in scaling.actions
    ]
    steps += [
        Step(
            operation="cloudwatch.put_metric_alarm",
            parameters=_rewired(alarm, numbers),
            why="The alarm again.",
        )
        for alarm in scaling.alarms
    ]
    return plain_moves(steps)


def _away(operation: str, parameters: dict[str, Any], back: Inverse, why: str) -> Move:
    return Move(Step(operation=operation, parameters=parameters, why=why), back)


def _keyed(made: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: made[key] for key in (*keys, *_TARGET)}


def _rewired(alarm: dict[str, Any], numbers: dict[str, int]) -> dict[str, Any]:
    """A policy that is made again has another ARN: the alarm refers to the answer."""
    keys = ("AlarmActions", "OKActions", "InsufficientDataActions")
    return {
        **alarm,
        **{
            key: [_answer(numbers[arn], arn) if arn in numbers else arn for arn in alarm[key]]
            for key in keys
            if key in alarm
        },
    }


def _answer(step: int, arn: str) -> dict[str, Any]:
    return {OUTPUT: {"step": step, "path": "PolicyARN", "pattern": POLICY_ARN, "example": arn}}
