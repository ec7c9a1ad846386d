"""Park and unpark: the endpoint and its scaling go, all that makes them again stays in the plan."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tools.errors import InvalidInputError, NotFoundError
from tools.plan import DeploymentPlan, Precondition, Step, parse_plan
from tools.planners.inverse import undo_for
from tools.planners.lineage import Removal, history
from tools.planners.moves import Inverse, Move, as_steps, numbered, suspended
from tools.planners.observed import Observed, observe_endpoint

KEPT = "Configuration, models, archives, role and logs are kept; they cost next to nothing."


def plan_park(endpoint_name: str, removal: Removal) -> DeploymentPlan:
    """Plan to delete an endpoint and its scaling, with everything needed to restore them exactly.

    Raises:
        NotFoundError: There is no such endpoint.
        InvalidInputError: It is not in service.
    """
    seen = observe_endpoint(endpoint_name, removal.clients)
    require_in_service(seen)
    moves = suspended(seen.scaling, 0)
    moves += [_component_deleted(component) for component in seen.components]
    moves.append(_deleted(seen))
    steps, undo = numbered(moves)
    return DeploymentPlan.model_validate(
        {
            **removal.place_of_plan(),
            "kind": "park",
            "endpoint_name": endpoint_name,
            "steps": steps,
            "undo": undo,
            "preconditions": (still_served(seen),),
            "summary": f"Park endpoint {endpoint_name}: it stops answering and costing. {KEPT}",
            "cost_usd_per_month": 0,
            "cost_if_forgotten_usd_per_month": 0,
            "warnings": counts_not_kept(seen),
        }
    )


def _component_deleted(made: dict[str, Any]) -> Move:
    name = made["InferenceComponentName"]
    return Move(
        Step(
            operation="sagemaker.delete_inference_component",
            parameters={"InferenceComponentName": name},
            why="Take the component off the instances; an endpoint goes after its components.",
            wait_for="component_deleted",
        ),
        Inverse("sagemaker.create_inference_component", made, "component_in_service"),
    )


def _deleted(seen: Observed) -> Move:
    tags = [{"Key": key, "Value": value} for key, value in sorted(seen.tags.items())]
    made: dict[str, Any] = {
        "EndpointName": seen.name,
        "EndpointConfigName": seen.config_name,
        **({"Tags": tags} if tags else {}),
    }
    return Move(
        Step(
            operation="sagemaker.delete_endpoint",
            parameters={"EndpointName": seen.name},
            why="Stop the endpoint and its charges; its configuration stays.",
            wait_for="endpoint_deleted",
        ),
        Inverse("sagemaker.create_endpoint", made, "endpoint_in_service"),
    )


def counts_not_kept(seen: Observed) -> tuple[str, ...]:
    """Return a warning where more instances run than will be started again."""
    scaled = [v["VariantName"] for v in seen.variants if _scaled_out(seen, v)]
    if not scaled:
        return ()
    return (
        f"Variant {', '.join(scaled)} has more instances now than its configuration starts with; "
        "after unparking it begins with those and scales again.",
    )


def _scaled_out(seen: Observed, variant: dict[str, Any]) -> bool:
    begins_with = int(variant.get("InitialInstanceCount", 0))
    return seen.instance_count(variant["VariantName"]) > begins_with > 0


def plan_unpark(endpoint_name: str, removal: Removal) -> DeploymentPlan:
    """Plan to restore a parked endpoint with its targets, policies, alarms and schedules.

    Raises:
        NotFoundError: No endpoint of that name is parked.
    """
    past = history(endpoint_name, removal.journal)
    parked = past[0].plan if past and past[0].plan.kind == "park" else None
    if parked is None:
        raise NotFoundError(
            f"No endpoint {endpoint_name} is parked.",
            remedy="Look at `sagepilot endpoints` for what stands.",
        )
    steps = as_steps(parked.undo, "As it was before it was parked.")
    served = next((turn.plan for turn in past if turn.plan.kind != "park"), None)
    config = next(s.parameters["EndpointConfigName"] for s in steps
                  if s.operation == "sagemaker.create_endpoint")  # fmt: skip
    known = {} if served is None else carried_over(served)
    return DeploymentPlan.model_validate(
        {
            **known,
            **removal.place_of_plan(),
            "kind": "unpark",
            "endpoint_name": endpoint_name,
            "undoes": past[0].deployment_id,
            "steps": steps,
            "undo": undo_for(steps),
            "preconditions": (
                Precondition(
                    operation="sagemaker.describe_endpoint",
                    parameters={"EndpointName": endpoint_name},
                    found=False,
                ),
                Precondition(
                    operation="sagemaker.describe_endpoint_config",
                    parameters={"EndpointConfigName": config},
                    found=True,
                ),
            ),
            "summary": f"Unpark endpoint {endpoint_name}: as it was before, scaling included; "
            f"{len(steps)} calls.",
        }
    )


def carried_over(served: DeploymentPlan) -> dict[str, Any]:
    """Return what is still so of the plan that the endpoint served under, as fields of a plan."""
    keys = ("inference_option", "cost_usd_per_month", "cost_if_forgotten_usd_per_month",
            "sample", "recommendation", "requirements")  # fmt: skip
    return {key: getattr(served, key) for key in keys}


def is_parked(endpoint_name: str, removal: Removal) -> bool:
    """Say whether the newest thing that was done to an endpoint was to park it."""
    past = history(endpoint_name, removal.journal)
    return bool(past) and past[0].plan.kind == "park"


@contextmanager
def told_if_parked(endpoint_name: str, removal: Removal) -> Iterator[None]:
    """Say of an endpoint that is not there that it is parked, where it is.

    Raises:
        NotFoundError: Whatever was done inside did not find it.
    """
    try:
        yield
    except NotFoundError as error:
        if not is_parked(endpoint_name, removal):
            raise
        raise NotFoundError(
            f"Endpoint {endpoint_name} is parked.",
            remedy=f"`sagepilot unpark {endpoint_name}` brings it back.",
        ) from error


def parked_endpoints(removal: Removal) -> tuple[str, ...]:
    """Return the names of what is parked in this region, newest first."""
    names = dict.fromkeys(
        row["endpoint_name"]
        for row in removal.journal.deployments()
        if (text := removal.journal.plan_json(row["digest"]))
        and (plan := parse_plan(text)).kind == "park"
        and plan.region == removal.clients.target.region_name
        and plan.target == removal.clients.target.name
    )
    return tuple(name for name in names if is_parked(name, removal))


def require_in_service(seen: Observed) -> None:
    """Refuse what can only be done to an endpoint that serves.

    Raises:
        InvalidInputError: It is Failed (which can only be deleted), or something is under way.
    """
    if seen.status == "InService":
        return
    if seen.status in {"Failed", "UpdateRollbackFailed", "OutOfService"}:
        reason = seen.endpoint.get("FailureReason") or "no reason given"
        raise InvalidInputError(
            f"Endpoint {seen.name} is {seen.status} ({reason}). A failed endpoint can only be "
            "deleted.",
            remedy=f"Delete it (`sagepilot delete {seen.name}`) and plan anew.",
        )
    raise InvalidInputError(
        f"Endpoint {seen.name} is {seen.status}; something is under way.",
        remedy="Wait until it is InService, then plan again.",
    )


def still_served(seen: Observed) -> Precondition:
    """Return the condition that an endpoint serves with the configuration that was seen."""
    return Precondition(
        operation="sagemaker.describe_endpoint",
        parameters={"EndpointName": seen.name},
        found=True,
        answered={"EndpointConfigName": seen.config_name, "EndpointStatus": "InService"},
    )
