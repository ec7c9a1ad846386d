"""Parked endpoints as rows beside those that run: what they were, and what brings them back."""

from collections.abc import Iterator
from typing import Any

from tools.endpoint import EndpointSpec
from tools.planners.lineage import Removal, Turn, history
from tools.planners.parking import parked_endpoints

PARKED = "Parked"


def parked_rows(removal: Removal) -> tuple[dict[str, Any], ...]:
    """Return a row for each endpoint that is parked in this region, newest first.

    Returns:
        The keys of `tools.observation.endpoint_rows`: `status` is "Parked", nothing runs or costs,
        `restored_by` is the command that brings it back.

    Raises:
        UserError: AWS refused.
        AwsUnavailableError: No answer.
    """
    return tuple(_rows(removal))


def _rows(removal: Removal) -> Iterator[dict[str, Any]]:
    for name in parked_endpoints(removal):
        if removal.clients.exists("sagemaker.describe_endpoint", {"EndpointName": name}):
            continue  # somebody else has made one of that name since
        past = history(name, removal.journal)
        yield _row(name, past, removal)


def _row(name: str, past: tuple[Turn, ...], removal: Removal) -> dict[str, Any]:
    spec = next((turn.plan.spec for turn in past if turn.plan.spec is not None), None)
    served = next((turn.plan for turn in past if turn.plan.kind != "park"), past[0].plan)
    row = removal.journal.deployment(past[0].deployment_id) or {}
    return {
        "endpoint_name": name,
        "endpoint_arn": "",
        "status": PARKED,
        "failure_reason": None,
        "inference_option": served.inference_option,
        **(_kept(past[0], removal) or _capacity(spec)),
        "created_at": row.get("started_at", ""),
        "region": removal.clients.target.region_name,
        "expires_at": None,
        "expires_soon": False,
        "restored_by": f"sagepilot unpark {name}",
        "ours": True,
        "cost_usd_per_month": 0.0,
        "cost_so_far_usd": None,
    }


def _kept(turn: Turn, removal: Removal) -> dict[str, Any]:
    """What it comes back as, by the configuration that was kept; a stack's is gone, so {}."""
    names = (call.parameters.get("EndpointConfigName") for call in turn.plan.undo)
    where = {"EndpointConfigName": next(filter(None, names), None)}
    operation = "sagemaker.describe_endpoint_config"
    if where["EndpointConfigName"] is None or not removal.clients.exists(operation, where):
        return {}
    first = removal.clients.call(operation, where)["ProductionVariants"][0]
    serverless = first.get("ServerlessConfig", {})
    return {
        "instance_type": first.get("InstanceType"),
        "instance_count": 0 if "InstanceType" in first else None,
        "memory_size_in_mb": serverless.get("MemorySizeInMB"),
        "max_concurrency": serverless.get("MaxConcurrency"),
    }


def _capacity(spec: EndpointSpec | None) -> dict[str, Any]:
    """What it was first, with no instance running."""
    first = None if spec is None else spec.first
    by_instances = first is not None and first.instance_type is not None
    return {
        "instance_type": first.instance_type if first else None,
        "instance_count": 0 if by_instances else None,
        "memory_size_in_mb": first.memory_size_in_mb if first else None,
        "max_concurrency": first.max_concurrency if first else None,
    }
