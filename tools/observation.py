"""What runs now: endpoints as AWS describes them, with what they cost. Reads only."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tools.aws import AwsClients
from tools.catalog import Catalog
from tools.errors import NotFoundError
from tools.reconcile import plan_tag

HOURS_PER_MONTH = 730


def endpoint_rows(clients: AwsClients, catalog: Catalog) -> tuple[dict[str, Any], ...]:
    """Return a row for each endpoint of the region, newest first.

    Each has `endpoint_name`, `endpoint_arn`, `status`, `inference_option`, `instance_type`,
    `instance_count`, `memory_size_in_mb`, `max_concurrency`, `created_at` (ISO), `region`,
    `cost_usd_per_month` (standing cost, None when a price is not known), `expires_at` and `ours`.

    Raises:
        UserError: AWS refused.
        AwsUnavailableError: No answer.
    """
    return tuple(_rows(clients, catalog))


def _rows(clients: AwsClients, catalog: Catalog) -> Iterator[dict[str, Any]]:
    for summary in _summaries(clients):
        try:
            yield _row(summary["EndpointName"], clients, catalog)
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


def _row(name: str, clients: AwsClients, catalog: Catalog) -> dict[str, Any]:
    endpoint = clients.call("sagemaker.describe_endpoint", {"EndpointName": name})
    config = clients.call(
        "sagemaker.describe_endpoint_config",
        {"EndpointConfigName": endpoint["EndpointConfigName"]},
    )
    variant = config["ProductionVariants"][0]
    serverless = variant.get("ServerlessConfig") or {}
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
        "expires_at": None,
        "ours": plan_tag(endpoint["EndpointArn"], clients) is not None,
    }
    return {**row, "cost_usd_per_month": _standing_cost(row, serverless, catalog)}


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
