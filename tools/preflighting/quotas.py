"""The region's quotas of SageMaker, by what they limit."""

from collections.abc import Iterator
from typing import Any

from tools.aws import AwsClients
from tools.preflighting.remembered import remembered

CONCURRENCY, ENDPOINTS = "serverless concurrency", "serverless endpoints"
HOSTING, JOBS = " for endpoint usage", " for transform job usage"


def quotas(clients: AwsClients, usage: str = HOSTING) -> dict[str, float]:
    """Return quotas by instance type, and those of serverless; kept for some minutes.

    Args:
        clients: Of the region.
        usage: How the names of the quotas end that count.

    Raises:
        SagepilotError: Service Quotas cannot be asked.
    """
    return remembered(clients, f"quotas{usage}", lambda: _read(clients, usage))


def _read(clients: AwsClients, usage: str) -> dict[str, float]:
    found = {}
    for row in pages(clients, "service-quotas.list_service_quotas",
                     {"ServiceCode": "sagemaker", "MaxResults": 100}, "Quotas"):  # fmt: skip
        name = str(row["QuotaName"])
        lowered = name.lower()
        if lowered.endswith(usage):
            found[name.split(" ", 1)[0]] = float(row["Value"])
        elif "serverless" in lowered and "concurrency" in lowered:
            found[CONCURRENCY] = float(row["Value"])
        elif "serverless endpoints" in lowered:
            found[ENDPOINTS] = float(row["Value"])
    return found


def pages(
    clients: AwsClients, operation: str, parameters: dict[str, Any], key: str
) -> Iterator[dict[str, Any]]:
    """Yield the rows of every page of a listing."""
    token: dict[str, Any] = {}
    while True:
        answer = clients.call(operation, {**parameters, **token})
        yield from answer.get(key) or ()
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}
