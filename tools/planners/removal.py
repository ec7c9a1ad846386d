"""Plans that take away: undo a deployment, or delete an endpoint (its name must be typed)."""

from typing import Any, NamedTuple

from tools.aws import AwsClients
from tools.errors import InvalidInputError, NotFoundError
from tools.journal import Journal
from tools.plan import DeploymentPlan, Step, UndoCall, parse_plan
from tools.reconcile import plan_tag

_WHY = {
    "s3.delete_bucket": "Remove the bucket; it stays when anything else is in it.",
    "sagemaker.delete_endpoint": "Stop the endpoint and its charges.",
}


class Removal(NamedTuple):
    """What an undo or a deletion is planned on."""

    clients: AwsClients
    journal: Journal
    nonce: str


def plan_undo(deployment_id: str | None, removal: Removal) -> DeploymentPlan:
    """Plan to take a deployment back, the newest standing one when no id is given.

    Raises:
        NotFoundError: There is no such deployment, or nothing of it is left.
    """
    row = next(
        (
            row
            for row in removal.journal.deployments()
            if (deployment_id is None and row["status"] == "deployed")
            or row["deployment_id"] == deployment_id
        ),
        None,
    )
    made = None if row is None else _plan_of(row, removal.journal)
    if row is None or made is None or made.kind != "deploy" or row["status"] == "undone":
        raise NotFoundError(
            f"There is no deployment {deployment_id or ''} to undo.".replace("  ", " "),
            remedy="Look at `sagepilot endpoints` for what stands.",
        )
    begun = removal.journal.steps(row["deployment_id"])
    standing = [c for c in made.undo if begun.get(c.for_step, ("", {}))[0] in {"started", "done"}]
    if not standing:
        raise NotFoundError("Nothing of that deployment is left.", remedy="There is nothing to do.")
    return _removal_plan("undo", made.endpoint_name, standing, removal, row["deployment_id"])


def _plan_of(row: dict[str, Any], journal: Journal) -> DeploymentPlan | None:
    text = journal.plan_json(row["digest"])
    return None if text is None else parse_plan(text)


def plan_deletion(endpoint_name: str, removal: Removal) -> DeploymentPlan:
    """Plan to delete an endpoint with all that belongs to it; its name must be typed to approve.

    An endpoint of ours goes with everything its plan made. One that we did not make goes with its
    scalable targets, configuration and models, as AWS describes them now.

    Raises:
        NotFoundError: There is no such endpoint.
    """
    endpoint = removal.clients.call("sagemaker.describe_endpoint", {"EndpointName": endpoint_name})
    digest = plan_tag(endpoint["EndpointArn"], removal.clients)
    for row in removal.journal.deployments():
        if row["digest"] == digest and row["endpoint_name"] == endpoint_name:
            made = plan_undo(row["deployment_id"], removal)
            return made.model_copy(update={"kind": "delete", "typed_name_required": endpoint_name})
    steps = _observed(endpoint, removal.clients)
    return _removal_plan("delete", endpoint_name, steps, removal, None)


def _observed(endpoint: dict[str, Any], clients: AwsClients) -> list[UndoCall]:
    name, config_name = endpoint["EndpointName"], endpoint["EndpointConfigName"]
    config = clients.call("sagemaker.describe_endpoint_config", {"EndpointConfigName": config_name})
    variants = config["ProductionVariants"]
    models = sorted({v["ModelName"] for v in variants if v.get("ModelName")})
    calls = [("sagemaker.delete_model", {"ModelName": model}) for model in models]
    calls += [
        ("sagemaker.delete_endpoint_config", {"EndpointConfigName": config_name}),
        ("sagemaker.delete_endpoint", {"EndpointName": name}),
    ]
    calls += [
        ("application-autoscaling.deregister_scalable_target", target)
        for variant in variants
        for target in _targets(f"endpoint/{name}/variant/{variant['VariantName']}", clients)
    ]
    return [
        UndoCall(
            operation=operation,
            parameters=parameters,
            for_step=number,
            wait_for="endpoint_deleted" if operation.endswith("delete_endpoint") else None,
        )
        for number, (operation, parameters) in enumerate(calls)
    ]


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
    target = removal.clients.target
    steps = tuple(
        Step(
            operation=call.operation,
            parameters=call.parameters,
            why=_WHY.get(call.operation, ""),
            wait_for=call.wait_for,
        )
        for call in reversed(calls)
    )
    return DeploymentPlan.model_validate(
        {
            "kind": kind,
            "target": target.name,
            "account": removal.clients.account,
            "region": target.region_name,
            "endpoint_name": endpoint_name,
            "nonce": removal.nonce,
            "undoes": deployment_id,
            "steps": steps,
            "typed_name_required": endpoint_name if kind == "delete" else None,
            "summary": f"Remove endpoint {endpoint_name} and what was made for it "
            f"({len(steps)} calls). This cannot be taken back.",
            "cost_usd_per_month": 0,
            "cost_if_forgotten_usd_per_month": 0,
        }
    )
