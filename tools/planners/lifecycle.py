"""The life of an endpoint after its first deployment: each turn of it is a plan, approved anew."""

from tools.plan import DeploymentPlan
from tools.planners import parking
from tools.planners.expiring import plan_expiry
from tools.planners.lineage import Removal, history
from tools.planners.observed import observe_endpoint
from tools.planners.parking import (
    is_parked,
    parked_endpoints,
    require_in_service,
    told_if_parked,
)
from tools.planners.stacks.revision import stack_of
from tools.planners.stacks.turns import is_by_stack, plan_stack_park, plan_stack_unpark
from tools.planners.stacks.versions import plan_stack_update
from tools.planners.updating import Version
from tools.planners.updating import plan_update as plan_version
from tools.planners.version import Bench, WantedVersion, version_for

__all__ = [
    "Bench", "Version", "WantedVersion", "is_parked", "parked_endpoints", "plan_expiry",
    "plan_park", "plan_unpark", "plan_update", "plan_version", "told_if_parked",
]  # fmt: skip


def plan_update(endpoint_name: str, wanted: WantedVersion, bench: Bench) -> DeploymentPlan:
    """Plan another version of an endpoint that serves. AWS is only read.

    Args:
        endpoint_name: The endpoint's.
        wanted: What is to be different; the rest stays as AWS describes it.
        bench: What a new version is made with.

    Raises:
        NotFoundError: There is no such endpoint.
        InvalidInputError: It is not in service, nothing would change, or AWS cannot change it so.
        UserError: The model, or the account, does not allow it.
        AwsUnavailableError: No answer.
    """
    with told_if_parked(endpoint_name, bench.removal):
        seen = observe_endpoint(endpoint_name, bench.removal.clients)
    require_in_service(seen)
    version, stack = version_for(seen, wanted, bench), stack_of(endpoint_name, bench.removal)
    if stack is not None:
        return plan_stack_update(seen, version, bench.removal, stack)
    return plan_version(seen, version, bench.removal)


def plan_park(endpoint_name: str, removal: Removal) -> DeploymentPlan:
    """Plan to take an endpoint and its scaling away, with everything that restores them exactly.

    Raises:
        NotFoundError: There is no such endpoint.
        InvalidInputError: It is not in service, or its stack is not at rest.
    """
    with told_if_parked(endpoint_name, removal):
        stack = stack_of(endpoint_name, removal)
        if stack is not None:
            return plan_stack_park(endpoint_name, removal, stack)
        return parking.plan_park(endpoint_name, removal)


def plan_unpark(endpoint_name: str, removal: Removal) -> DeploymentPlan:
    """Plan to restore a parked endpoint as it was, scaling included.

    Raises:
        NotFoundError: No endpoint of that name is parked.
        InvalidInputError: Its stack is not at rest, or was changed since.
    """
    past = history(endpoint_name, removal.journal)
    if past and past[0].plan.kind == "park" and is_by_stack(past[0].plan):
        return plan_stack_unpark(past[0], removal)
    return parking.plan_unpark(endpoint_name, removal)
