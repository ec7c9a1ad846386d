"""The life of an endpoint after its first deployment: each turn of it is a plan, approved anew."""

from tools.plan import DeploymentPlan
from tools.planners.expiring import plan_expiry
from tools.planners.observed import observe_endpoint
from tools.planners.parking import (
    is_parked,
    parked_endpoints,
    plan_park,
    plan_unpark,
    require_in_service,
)
from tools.planners.updating import Version
from tools.planners.updating import plan_update as plan_version
from tools.planners.version import Bench, WantedVersion, version_for

__all__ = [
    "Bench", "Version", "WantedVersion", "is_parked", "parked_endpoints", "plan_expiry",
    "plan_park", "plan_unpark", "plan_update", "plan_version",
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
    seen = observe_endpoint(endpoint_name, bench.removal.clients)
    require_in_service(seen)
    return plan_version(seen, version_for(seen, wanted, bench), bench.removal)
