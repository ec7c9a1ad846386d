"""How much of the account's hosting quotas endpoints use, and the refusal above them."""

from collections import Counter

from tools.sandbox.hosting_state import Deployment, Endpoint, HostingState
from tools.sandbox.service_quotas import (
    SERVERLESS_CONCURRENCY,
    SERVERLESS_ENDPOINTS,
    quota_value,
)
from tools.sandbox.wire import AwsError


def quota_use(deployment: Deployment) -> Counter[str]:
    """What a deployment takes, by quota name."""
    use: Counter[str] = Counter()
    for variant in deployment.every_variant:
        serverless = variant.desired_serverless or variant.serverless
        if serverless is not None:
            use[SERVERLESS_CONCURRENCY] += serverless["MaxConcurrency"]
            use[SERVERLESS_ENDPOINTS] += 1
        else:
            use[f"{variant.instance_type} for endpoint usage"] += (
                variant.desired_instance_count or 0
            )
    return use


def check_quotas(
    state: HostingState, region: str, wanted: Deployment, replaced: Deployment | None = None
) -> None:
    """Refuse a deployment that goes over a quota.

    Args:
        state: All endpoints.
        region: Quotas are counted per region.
        wanted: The deployment that is asked for.
        replaced: What it takes the place of, if anything.

    Raises:
        AwsError: `ResourceLimitExceeded`, with AWS's wording.
    """
    used: Counter[str] = Counter()
    for endpoint in state.all(Endpoint, region):
        deployment = endpoint.pending or endpoint.live
        if deployment is not None and endpoint.status not in ("Failed", "Deleting"):
            used += quota_use(deployment)
    if replaced is not None:
        used -= quota_use(replaced)
    for name, delta in quota_use(wanted).items():
        quota = quota_value(region, name)
        if quota is not None and used[name] + delta > quota:
            raise AwsError(
                "ResourceLimitExceeded", quota_refusal(name, int(quota), used[name], delta)
            )


def quota_refusal(name: str, quota: int, used: int, delta: int) -> str:
    """AWS's sentence (aws/amazon-sagemaker-examples#307)."""
    unit = "Instances" if name.endswith("usage") else "Units"
    return (
        f"The account-level service limit '{name}' is {quota} {unit}, with current utilization of "
        f"{used} {unit} and a request delta of {delta} {unit}. Please use AWS Service Quotas to "
        "request an increase for this quota. If AWS Service Quotas is not available, contact AWS "
        "support to request an increase for this quota."
    )
