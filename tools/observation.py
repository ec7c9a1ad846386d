"""What runs now: endpoints as AWS describes them, with what they cost. Reads only."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from tools.aws import AwsClients
from tools.catalog import Catalog
from tools.errors import NotFoundError
from tools.expiry import EXPIRES_TAG, is_soon
from tools.plan import PLAN_TAG

HOURS_PER_MONTH = 730


def endpoint_rows(
    clients: AwsClients, catalog: Catalog, now: datetime
) -> tuple[dict[str, Any], ...]:
    """Return a row for each endpoint of the region, newest first.

    Args:
        clients: For reading.
        catalog: For prices.
        now: Aware; costs so far are up to then.

    Each has `endpoint_name`, `endpoint_arn`, `status`, `inference_option`, `instance_type`,
    `instance_count`, `memory_size_in_mb`, `max_concurrency`, `created_at` (ISO), `region`,
    `cost_usd_per_month` (standing cost, which is what it costs if forgotten; None when a price is
    not known), `cost_so_far_usd` (since it was made, at the present capacity), `expires_at` (ISO,
    None when nothing was planned), `expires_soon` (within a day), `restored_by` (None: it runs)
    and `ours`.

    Raises:
        UserError: AWS refused.
        AwsUnavailableError: No answer.
    """
    return tuple(_rows(clients, catalog, now))


def _rows(clients: AwsClients, catalog: Catalog, now: datetime) -> Iterator[dict[str, Any]]:
    for summary in _summaries(clients):
        try:
            yield endpoint_row(summary["EndpointName"], clients, catalog, now)
        except NotFoundError:  # deleted since it was listed
            continue


def _summaries(clients: AwsClients) -> Iterator[dict[str, Any]]:
    token: dict[str, str] = {}
    while True:
        answer = clients.call("sagemaker.list_endpoints", {"MaxResults": 100, **token})
        yield from answer["Endpoints"]
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def endpoint_row(name: str, clients: AwsClients, catalog: Catalog, now: datetime) -> dict[str, Any]:
    """Return one endpoint's row, as in `endpoint_rows`.

    Raises:
        NotFoundError: There is no such endpoint.
        UserError: AWS refused.
        AwsUnavailableError: No answer.
    """
    endpoint = clients.call("sagemaker.describe_endpoint", {"EndpointName": name})
    config = clients.call(
        "sagemaker.describe_endpoint_config",
        {"EndpointConfigName": endpoint["EndpointConfigName"]},
    )
    variant = config["ProductionVariants"][0]
    serverless = variant.get("ServerlessConfig") or {}
    tags = _tags(endpoint["EndpointArn"], clients)
    running = (endpoint.get("ProductionVariants") or [{}])[0]
    count = running.get("CurrentInstanceCount", variant.get("InitialInstanceCount"))
    row = {
        "endpoint_name": name,
        "endpoint_arn": endpoint["EndpointArn"],
        "status": endpoint["EndpointStatus"],
        "failure_reason": endpoint.get("FailureReason"),
        "inference_option": _option(config, serverless),
        "instance_type": variant.get("InstanceType"),
        "instance_count": None if serverless else count,
        "memory_size_in_mb": serverless.get("MemorySizeInMB"),
        "max_concurrency": serverless.get("MaxConcurrency"),
        "created_at": endpoint["CreationTime"].isoformat(),
        "region": clients.target.region_name,
        "expires_at": tags.get(EXPIRES_TAG),
        "expires_soon": is_soon(tags.get(EXPIRES_TAG), now),
        "restored_by": None,
        "ours": PLAN_TAG in tags,
    }
    monthly = _standing_cost(row, serverless, catalog)
    hours = (now - endpoint["CreationTime"]).total_seconds() / 3600
    so_far = None if monthly is None else round(monthly * hours / HOURS_PER_MONTH, 2)
    return {**row, "cost_usd_per_month": monthly, "cost_so_far_usd": so_far}


def _tags(arn: str, clients: AwsClients) -> dict[str, str]:
    tags = clients.call("sagemaker.list_tags", {"ResourceArn": arn}).get("Tags", ())
    return {tag["Key"]: tag["Value"] for tag in tags}


def _option(config: dict[str, Any], serverless: dict[str, Any]) -> str:
    if serverless:
        return "serverless"
    return "asynchronous" if config.get("AsyncInferenceConfig") else "real-time"


def _standing_cost(
    row: dict[str, Any], serverless: dict[str, Any], catalog: Catalog
) -> float | None:
    if serverless:
        return None if serverless.get("ProvisionedConcurrency") else 0.0
    price = catalog.price(row["instance_type"], row["region"])
    if price is None or row["instance_count"] is None:
        return None
    return float(price.usd_per_hour * Decimal(row["instance_count"]) * HOURS_PER_MONTH)
