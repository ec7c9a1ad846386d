"""Plans for another version of an endpoint that serves, and for going back to the one before."""

from typing import Any, NamedTuple

from tools.endpoint import EndpointSpec
from tools.errors import InvalidInputError
from tools.plan import DeploymentPlan, Step, UndoCall, check
from tools.planners.api import scaling_steps
from tools.planners.guardrails import Strategy, deployment_config
from tools.planners.lineage import Removal, Turn, history, standing_calls
from tools.planners.moves import (
    Inverse,
    Move,
    as_steps,
    numbered,
    plain_moves,
    restored,
    suspended,
    taking_back,
)
from tools.planners.observed import Observed, observe_endpoint
from tools.planners.parking import require_in_service, still_served


class Version(NamedTuple):
    """What is to serve instead.

    Attributes:
        before: Uploads and permissions that the models need.
        models: CreateModel's parameters of what is not there yet.
        config: CreateEndpointConfig's parameters, under a new name.
        alarms: Alarms to make before the update.
        alarm_names: Alarms that turn the update back.
        scaling: Variants with their new scaling; None keeps the scaling that is there.
        strategy: How traffic shifts; None for what alarms and instances allow.
        told: Fields of the plan that say what it is for and what it costs.
        drafted: The variant that changes, in an endpoint of its own, with any new alarms.
    """

    before: tuple[Step, ...]
    models: tuple[dict[str, Any], ...]
    config: dict[str, Any]
    alarms: tuple[Step, ...] = ()
    alarm_names: tuple[str, ...] = ()
    scaling: EndpointSpec | None = None
    strategy: Strategy | None = None
    told: dict[str, Any] | None = None
    drafted: EndpointSpec | None = None


def plan_update(seen: Observed, version: Version, removal: Removal) -> DeploymentPlan:
    """Plan to serve another version; the present one serves until the new one is in service.

    A count that scaling moved is kept, unless the plan changes counts. A scaled variant that
    changes its type or goes is deregistered first and registered again (AWS refuses otherwise).

    Raises:
        InvalidInputError: The endpoint is not in service, the change is none that an update can
            make, or a call breaks botocore's model.
    """
    require_in_service(seen)
    check_kind(seen, version)
    moves = plain_moves([*version.before, *_making(version), *version.alarms])
    away = seen.scaling.of(_suspended_resources(seen, version))
    moves += suspended(away, len(moves))
    moves.append(_shift(seen, version))
    if version.scaling is not None:
        moves += plain_moves(scaling_steps(version.scaling, first=len(moves)))
    else:
        kept = {
            _resource(seen.name, v["VariantName"]) for v in version.config["ProductionVariants"]
        }
        moves += restored(away.of(kept), len(moves))
    steps, undo = numbered(moves)
    return checked(
        DeploymentPlan.model_validate(
            {
                **(version.told or {}),
                **removal.place_of_plan(),
                "kind": "update",
                "endpoint_name": seen.name,
                "steps": steps,
                "undo": undo,
                "preconditions": (still_served(seen),),
            }
        )
    )


def checked(plan: DeploymentPlan) -> DeploymentPlan:
    """Return a plan that botocore's models have nothing against.

    Raises:
        InvalidInputError: Says what they have.
    """
    faults = check(plan)
    if faults:
        raise InvalidInputError(
            f"AWS would refuse this plan: {'; '.join(faults[:3])}",
            remedy="Change what the message names.",
        )
    return plan


def check_kind(seen: Observed, version: Version) -> None:
    """Refuse what UpdateEndpoint cannot change (docs: serverless-endpoints-update).

    Raises:
        InvalidInputError: Says which.
    """
    was_async, is_async = ("AsyncInferenceConfig" in c for c in (seen.config, version.config))
    if was_async != is_async:
        raise InvalidInputError(
            "An update does not turn an asynchronous endpoint into another kind, or back.",
            remedy="Plan another endpoint beside it, move the callers, then delete this one.",
        )
    if _serverless(version.config) and not _serverless(seen.config):
        raise InvalidInputError(
            "AWS does not update an endpoint on instances to a serverless one.",
            remedy="Plan a serverless endpoint beside it, move the callers, then delete this one.",
        )


def _serverless(config: dict[str, Any]) -> bool:
    return any("ServerlessConfig" in variant for variant in config["ProductionVariants"])


def _making(version: Version) -> list[Step]:
    return [
        *(
            Step(
                operation="sagemaker.create_model",
                parameters=parameters,
                why="Name image, model data and role of the new version.",
            )
            for parameters in version.models
        ),
        Step(
            operation="sagemaker.create_endpoint_config",
            parameters=version.config,
            why="Say how the new version is served; the old configuration stays for the way back.",
        ),
    ]


def _suspended_resources(seen: Observed, version: Version) -> set[str]:
    if version.scaling is not None:
        return {target["ResourceId"] for target in seen.scaling.targets}
    after = {v["VariantName"]: v for v in version.config["ProductionVariants"]}
    return {
        _resource(seen.name, variant["VariantName"])
        for variant in seen.variants
        if after.get(variant["VariantName"], {}).get("InstanceType") != variant.get("InstanceType")
        or variant["VariantName"] not in after
    }


def _resource(endpoint_name: str, variant_name: str) -> str:
    return f"endpoint/{endpoint_name}/variant/{variant_name}"


def _shift(seen: Observed, version: Version) -> Move:
    there = {"EndpointName": seen.name, "EndpointConfigName": version.config["EndpointConfigName"]}
    back = {"EndpointName": seen.name, "EndpointConfigName": seen.config_name}
    if _serverless(seen.config):
        forward = Step(
            operation="sagemaker.update_endpoint",
            parameters=there,
            why="Serve the new version; the old one answers until it is in service.",
            wait_for="endpoint_updated",
        )
        way_back = Inverse("sagemaker.update_endpoint", back, "endpoint_updated")
        return Move(forward, way_back if _serverless(version.config) else None)
    kept = _retained(seen, version)
    guarded = deployment_config(
        version.strategy,
        instance_count=smallest_count(seen, version),
        alarm_names=version.alarm_names,
    )
    return Move(
        Step(
            operation="sagemaker.update_endpoint",
            parameters={**there, **kept, **({"DeploymentConfig": guarded} if guarded else {})},
            why="Serve the new version; the old one answers until it is in service"
            + (", and again if an alarm rings." if version.alarm_names else "."),
            wait_for="endpoint_updated",
        ),
        Inverse("sagemaker.update_endpoint", {**back, **kept}, "endpoint_updated"),
    )


def _retained(seen: Observed, version: Version) -> dict[str, Any]:
    """Keep counts and weights as they are now, but for what the plan means to change."""
    before = {v["VariantName"]: v for v in seen.variants}
    after = {v["VariantName"]: v for v in version.config["ProductionVariants"]}
    both = [(before[name], after[name]) for name in before if name in after]
    changed = {
        "DesiredInstanceCount": any(_differ(pair, "InitialInstanceCount") for pair in both),
        "DesiredWeight": any(_differ(pair, "InitialVariantWeight") for pair in both)
        or before.keys() != after.keys(),
        "DataCaptureConfig": seen.config.get("DataCaptureConfig")
        != version.config.get("DataCaptureConfig"),
    }
    excluded = [{"VariantPropertyType": kind} for kind, meant in changed.items() if meant]
    return {
        "RetainAllVariantProperties": True,
        **({"ExcludeRetainedVariantProperties": excluded} if excluded else {}),
    }


def _differ(pair: tuple[dict[str, Any], dict[str, Any]], key: str) -> bool:
    return bool(pair[0].get(key) != pair[1].get(key))


def smallest_count(seen: Observed, version: Version) -> int:
    """Return the instances of the smallest variant, as they will be when the traffic shifts."""
    before = {v["VariantName"]: v.get("InitialInstanceCount") for v in seen.variants}
    return min(
        wanted
        if wanted != before.get(variant["VariantName"])
        else max(seen.instance_count(variant["VariantName"]), 1)
        for variant in version.config["ProductionVariants"]
        if (wanted := variant.get("InitialInstanceCount")) is not None
    )


def plan_update_undo(turn: Turn, removal: Removal) -> DeploymentPlan:
    """Plan to go back to the configuration before an update, and remove what the update made.

    Raises:
        InvalidInputError: The endpoint is not in service, another configuration serves by now, or
            the update was one that AWS cannot take back.
    """
    made = turn.plan
    seen = observe_endpoint(made.endpoint_name, removal.clients)
    require_in_service(seen)
    calls = standing_calls(turn, removal.journal)
    shift = next((s for s in made.steps if s.operation == "sagemaker.update_endpoint"), None)
    if shift is None:
        return _undone(turn, removal, calls)
    back = next((c for c in calls if c.operation == "sagemaker.update_endpoint"), None)
    if back is None:
        raise InvalidInputError(
            "AWS cannot turn an endpoint on instances back into a serverless one.",
            remedy="Plan a serverless endpoint beside it, move the callers, then delete this one.",
        )
    if seen.config_name != shift.parameters["EndpointConfigName"]:
        raise InvalidInputError(
            f"{seen.name} serves {seen.config_name} by now, which this update did not make.",
            remedy="Undo what came after it first.",
        )
    before = next(
        (t.plan for t in history(seen.name, removal.journal)
         if t.deployment_id != turn.deployment_id and t.plan.kind != "park"), None
    )  # fmt: skip
    return DeploymentPlan.model_validate(
        {
            **removal.place_of_plan(),
            "kind": "undo",
            "endpoint_name": seen.name,
            "undoes": turn.deployment_id,
            "steps": as_steps(calls, "Back to the version before."),
            "undo": taking_back(made, calls, until="sagemaker.update_endpoint"),
            "preconditions": (still_served(seen),),
            "summary": f"Endpoint {seen.name} goes back to configuration "
            f"{back.parameters['EndpointConfigName']}; what the update made is removed.",
            "cost_usd_per_month": before.cost_usd_per_month if before else None,
            "cost_if_forgotten_usd_per_month": (
                before.cost_if_forgotten_usd_per_month if before else None
            ),
        }
    )


def _undone(turn: Turn, removal: Removal, calls: tuple[UndoCall, ...]) -> DeploymentPlan:
    """Take back what changed beside the version: a moment at which the endpoint is to go."""
    return DeploymentPlan.model_validate(
        {
            **removal.place_of_plan(),
            "kind": "undo",
            "endpoint_name": turn.plan.endpoint_name,
            "undoes": turn.deployment_id,
            "steps": as_steps(calls, "As it was before."),
            "summary": f"Take back: {turn.plan.summary}",
            "cost_usd_per_month": turn.plan.cost_usd_per_month,
            "cost_if_forgotten_usd_per_month": turn.plan.cost_usd_per_month,
        }
    )
