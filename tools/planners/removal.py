"""Plans that take away: undo a deployment, or delete an endpoint (its name must be typed)."""

from typing import Any

from tools.aws import AwsClients
from tools.errors import InvalidInputError, NotFoundError
from tools.invocation import component_names
from tools.operations import is_removal
from tools.plan import SERVING_KINDS, DeploymentPlan, Step, UndoCall
from tools.planners.inverse import GONE_WHEN
from tools.planners.lifecycle import plan_unpark
from tools.planners.lineage import Removal, Turn, history, plan_of, standing_calls
from tools.planners.moves import as_steps
from tools.planners.stacks.turns import is_by_stack, plan_stack_back
from tools.planners.updating import plan_update_undo
from tools.reconcile import plan_tag
from tools.waiting import seen

__all__ = ["Removal", "plan_deletion", "plan_undo"]

_WHY = {
    "s3.delete_bucket": "Remove the bucket; it stays when anything else is in it.",
    "sagemaker.delete_endpoint": "Stop the endpoint and its charges.",
}
#: What goes first when the turns of a long life are taken away together: what is charged for
#: before what is used by it, a role after what it serves.
_ORDER = (
    "sagemaker.delete_tags", "scheduler.delete_schedule", "cloudwatch.delete_alarms",
    "application-autoscaling.delete_scheduled_action",
    "application-autoscaling.delete_scaling_policy",
    "application-autoscaling.deregister_scalable_target",
    "sagemaker.delete_inference_component", "sagemaker.delete_endpoint",
    "cloudformation.delete_stack",
    "sagemaker.delete_endpoint_config", "sagemaker.stop_transform_job", "sagemaker.delete_model",
    "sagemaker.delete_compilation_job", "iam.delete_role_policy",
    "iam.delete_role", "s3.delete_object", "s3.delete_bucket",
)  # fmt: skip
_CALLS_OF_PARKED = (_ORDER[0], *_ORDER[2:8])


def plan_undo(deployment_id: str | None, removal: Removal) -> DeploymentPlan:
    """Plan to go back to before a deployment, the newest standing one when no id is given.

    A first deployment goes with all that was made for its endpoint since; an update goes back to
    the configuration before; a park is undone by unparking.

    Raises:
        NotFoundError: There is no such deployment, or nothing of it is left.
        InvalidInputError: Something newer stands on it.
    """
    turn = _standing(deployment_id, removal)
    match turn.plan.kind:
        case "update" | "unpark" if is_by_stack(turn.plan):
            return plan_stack_back(turn, removal)
        case "update":
            return plan_update_undo(turn, removal)
        case "park":
            return plan_unpark(turn.plan.endpoint_name, removal)
        case "unpark":
            calls = standing_calls(turn, removal.journal)
            steps = as_steps(calls, "Parked again.")
            return _plan("undo", turn.plan.endpoint_name, steps, removal, turn.deployment_id)
        case _:
            return _whole("undo", turn.plan.endpoint_name, (turn,), removal)


def _standing(deployment_id: str | None, removal: Removal) -> Turn:
    """Find the turn that is meant; only an endpoint's newest can be undone by itself."""
    for row in removal.journal.deployments():
        if deployment_id not in {None, row["deployment_id"]}:
            continue
        made = plan_of(row, removal.journal)
        if made is None or made.kind not in {*SERVING_KINDS, "park", "transform"}:
            continue
        turn = Turn(row["deployment_id"], made)
        if row["status"] not in {"deployed", "undone"} and deployment_id is not None:
            if standing_calls(turn, removal.journal):
                return turn
            continue
        past = history(row["endpoint_name"], removal.journal)
        if turn.deployment_id not in {t.deployment_id for t in past}:
            continue
        if made.kind != "deploy" and past[0].deployment_id != turn.deployment_id:
            raise InvalidInputError(
                f"{past[0].deployment_id} came after {turn.deployment_id} and stands on it.",
                remedy=f"Undo {past[0].deployment_id} first.",
            )
        return turn
    raise NotFoundError(
        f"There is no deployment {deployment_id or ''} to undo.".replace("  ", " "),
        remedy="Look at `sagepilot endpoints` for what stands.",
    )


def plan_deletion(endpoint_name: str, removal: Removal) -> DeploymentPlan:
    """Plan to delete an endpoint with all that belongs to it; its name must be typed to approve.

    An endpoint of ours, parked or not, goes with everything that its plans made. One that we did
    not make goes with its scalable targets, configuration and models, as AWS describes them now.

    Raises:
        NotFoundError: There is no such endpoint.
    """
    past = history(endpoint_name, removal.journal)
    where = {"EndpointName": endpoint_name}
    if past and not removal.clients.exists("sagemaker.describe_endpoint", where):
        return _whole("delete", endpoint_name, past, removal)  # parked, or its time was up
    endpoint = removal.clients.call("sagemaker.describe_endpoint", where)
    digest = plan_tag(endpoint["EndpointArn"], removal.clients)
    if digest is not None and digest in {turn.plan.digest for turn in past}:
        return _whole("delete", endpoint_name, past, removal)
    described = reversed(_observed(endpoint, removal.clients))
    calls = sorted(_once([*_made(past, removal), *described]), key=_rank)
    return _removal_plan("delete", endpoint_name, _renumbered(calls), removal, None)


def _whole(
    kind: str, endpoint_name: str, turns: tuple[Turn, ...], removal: Removal
) -> DeploymentPlan:
    """Return the plan that takes away all that was made since the endpoint's first deployment."""
    past = history(endpoint_name, removal.journal) or turns
    parked = past[0].plan.kind == "park"
    calls = [
        call
        for call in _made(past, removal)
        if not (parked and call.operation in _CALLS_OF_PARKED) and not _has_ended(call, removal)
    ]
    if not calls:
        raise NotFoundError("Nothing of that deployment is left.", remedy="There is nothing to do.")
    first = past[-1].deployment_id
    made = _removal_plan(kind, endpoint_name, _renumbered(calls), removal, first)
    return _of_job(made, past[-1].plan)


def _has_ended(call: UndoCall, removal: Removal) -> bool:
    """A job that is over cannot be stopped, and needs not be."""
    if call.operation != "sagemaker.stop_transform_job":
        return False
    status = seen("transform_stopped", call.parameters, removal.clients).status
    return status not in {"InProgress", "Stopping"}


def _of_job(made: DeploymentPlan, undone: DeploymentPlan) -> DeploymentPlan:
    """Say what stays of a batch transform: its results, and its name in AWS's list of jobs."""
    spec = undone.transform
    if spec is None:
        return made
    kept = (
        f"The results in {spec.output_uri} are kept. AWS keeps the record of the job for good, "
        "at no cost."
    )
    summary = f"Remove what was made for batch transform job {spec.name} ({len(made.steps)} calls)."
    return made.model_copy(update={"summary": summary, "warnings": (kept,)})


def _made(turns: tuple[Turn, ...], removal: Removal) -> list[UndoCall]:
    """Return the removals of everything that turns made, each once, in the order to go."""
    found = _once(
        [
            call
            for turn in turns
            for call in reversed(standing_calls(turn, removal.journal))
            if is_removal(call.operation)
        ]
    )
    stacks = {c.parameters["StackName"] for c in found if c.operation.endswith("delete_stack")}
    found = [c for c in found if not _goes_with(c, stacks)]
    return found if len(turns) == 1 else sorted(found, key=_rank)


def _goes_with(call: UndoCall, stacks: set[str]) -> bool:
    """A change set goes with its stack."""
    is_change_set = call.operation == "cloudformation.delete_change_set"
    return is_change_set and call.parameters["StackName"] in stacks


def _once(calls: list[UndoCall]) -> list[UndoCall]:
    return list({f"{call.operation} {call.parameters}": call for call in calls}.values())


def _rank(call: UndoCall) -> int:
    known = call.operation if call.operation in _ORDER else _CALLS_OF_PARKED[-1]
    return _ORDER.index(known)


def _renumbered(calls: list[UndoCall]) -> list[UndoCall]:
    """Number calls that are to be made first to last as if they were made last to first."""
    ordered = list(reversed(calls))
    return [call.model_copy(update={"for_step": number}) for number, call in enumerate(ordered)]


def _observed(endpoint: dict[str, Any], clients: AwsClients) -> list[UndoCall]:
    name, config_name = endpoint["EndpointName"], endpoint["EndpointConfigName"]
    config = clients.call("sagemaker.describe_endpoint_config", {"EndpointConfigName": config_name})
    variants = config["ProductionVariants"]
    components = _hosted(name, clients) if any(not v.get("ModelName") for v in variants) else {}
    models = sorted({*components.values(), *(v.get("ModelName") for v in variants)} - {None})
    calls: list[tuple[str, dict[str, Any]]]
    calls = [("sagemaker.delete_model", {"ModelName": model}) for model in models]
    calls += [
        ("sagemaker.delete_endpoint_config", {"EndpointConfigName": config_name}),
        ("sagemaker.delete_endpoint", {"EndpointName": name}),
    ]
    calls += [
        ("sagemaker.delete_inference_component", {"InferenceComponentName": one})
        for one in components
    ]
    calls += [
        ("application-autoscaling.deregister_scalable_target", target)
        for variant in variants
        for target in _targets(f"endpoint/{name}/variant/{variant['VariantName']}", clients)
    ]
    calls += [
        ("application-autoscaling.deregister_scalable_target", target)
        for component in components
        for target in _targets(f"inference-component/{component}", clients)
    ]
    return [
        UndoCall(
            operation=operation,
            parameters=parameters,
            for_step=number,
            wait_for=GONE_WHEN.get(operation),
        )
        for number, (operation, parameters) in enumerate(calls)
    ]


def _hosted(endpoint_name: str, clients: AwsClients) -> dict[str, str | None]:
    """Inference components, to the model that each serves."""
    found: dict[str, str | None] = {}
    for name in component_names(endpoint_name, clients):
        described = clients.call(
            "sagemaker.describe_inference_component", {"InferenceComponentName": name}
        )
        found[name] = described.get("Specification", {}).get("ModelName")
    return found


def _targets(resource_id: str, clients: AwsClients) -> list[dict[str, str]]:
    keys = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    answer = clients.call(
        "application-autoscaling.describe_scalable_targets",
        {"ServiceNamespace": "sagemaker", "ResourceIds": [resource_id]},
    )
    return [{key: target[key] for key in keys} for target in answer["ScalableTargets"]]


def _removal_plan(
    kind: str,
    endpoint_name: str,
    calls: list[UndoCall],
    removal: Removal,
    deployment_id: str | None,
) -> DeploymentPlan:
    if not calls:
        raise InvalidInputError("There is nothing to remove.", remedy="Name another endpoint.")
    steps = tuple(
        Step(
            operation=call.operation,
            parameters=_own_token(call, removal),
            why=_WHY.get(call.operation, ""),
            wait_for=call.wait_for,
        )
        for call in reversed(calls)
    )
    return _plan(kind, endpoint_name, steps, removal, deployment_id)


def _own_token(call: UndoCall, removal: Removal) -> dict[str, Any]:
    """A token is for one request: the second plan that deletes a stack has another."""
    if "ClientRequestToken" not in call.parameters:
        return call.parameters
    return {**call.parameters, "ClientRequestToken": f"sagepilot-{removal.nonce}-deleted"}


def _plan(
    kind: str,
    endpoint_name: str,
    steps: tuple[Step, ...],
    removal: Removal,
    deployment_id: str | None,
) -> DeploymentPlan:
    return DeploymentPlan.model_validate(
        {
            **removal.place_of_plan(),
            "kind": kind,
            "endpoint_name": endpoint_name,
            "undoes": deployment_id,
            "steps": steps,
            "typed_name_required": endpoint_name if kind == "delete" else None,
            "summary": f"Remove endpoint {endpoint_name} and what was made for it "
            f"({len(steps)} calls). This cannot be taken back.",
            "cost_usd_per_month": 0,
            "cost_if_forgotten_usd_per_month": 0,
        }
    )
