"""Instance types and quotas of the account in the region (PRE-4xx)."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tools.errors import NotFoundError
from tools.preflighting.probe import (
    FAILED,
    NOT_LOOKED_AT,
    PASSED,
    WARNING,
    Found,
    Subject,
    probe,
    worst,
)
from tools.preflighting.quotas import CONCURRENCY, ENDPOINTS, HOSTING, JOBS, pages, quotas

_MOST_ENDPOINTS = 200  # more are not counted one by one
_SIDE_BY_SIDE = 8
_ASK = "Ask for a higher quota in Service Quotas, or choose another instance type or region."


def _offered(subject: Subject) -> Found | None:
    kinds = dict.fromkeys(c.instance_type for c in subject.seen.capacities if c.instance_type)
    region = subject.plan.region
    serverless = any(c.serverless for c in subject.seen.capacities)
    found = [_offers(subject, kind) for kind in kinds]
    if serverless:
        there = region in subject.catalog.serverless_regions()
        found.append(
            Found(PASSED, f"Serverless inference is offered in {region}.")
            if there
            else Found(
                WARNING,
                f"No price of serverless inference in {region} is known.",
                "Find out whether the region has serverless inference.",
            )
        )
    return worst(found)


def _offers(subject: Subject, kind: str) -> Found:
    region = subject.plan.region
    if subject.catalog.offers(kind, region):
        return Found(PASSED, f"{kind} is offered for hosting in {region}.")
    return Found(
        FAILED, f"{kind} is not offered for hosting in {region}.",
        "Choose another instance type or region.",
    )  # fmt: skip


def _within_quotas(subject: Subject) -> Found | None:
    wanted, most = _wanted(subject), _wanted(subject, scaled=True)
    if not wanted:
        return None
    usage = _usage(subject)
    known = quotas(subject.clients, usage)
    countable = any(wanted[name] <= known[name] for name in wanted if name in known)
    look = _used_by_jobs if usage == JOBS else _used
    used = look(subject) if countable else None
    return worst(_within(name, known.get(name), wanted[name], most[name], used) for name in wanted)


def _wanted(subject: Subject, *, scaled: bool = False) -> Counter[str]:
    """What the plan takes, by quota, at its start or scaled out."""
    found: Counter[str] = Counter()
    for one in subject.seen.capacities:
        if one.serverless:
            found[CONCURRENCY] += one.max_concurrency or 0
            found[ENDPOINTS] += 1
        elif one.instance_type is not None:
            count = max(one.most_instances, one.instances) if scaled else one.instances
            found[one.instance_type] += count
    return found


def _usage(subject: Subject) -> str:
    """How the names of the quotas end that count here."""
    return JOBS if subject.plan.kind == "transform" else HOSTING


def _used(subject: Subject) -> Counter[str] | None:
    """What the region's other endpoints take; None when there are too many to count."""
    rows = list(
        pages(subject.clients, "sagemaker.list_endpoints", {"MaxResults": 100}, "Endpoints")
    )
    names = [
        str(row["EndpointName"])
        for row in rows
        if row["EndpointName"] != subject.plan.endpoint_name
        and row.get("EndpointStatus") not in {"Failed", "Deleting"}
    ]
    if len(names) > _MOST_ENDPOINTS:
        return None
    if not names:
        return Counter()
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return sum(pool.map(lambda name: _taken(subject, name), names), Counter())


def _used_by_jobs(subject: Subject) -> Counter[str] | None:
    """What the region's transform jobs take now; None when there are too many to count."""
    rows = list(
        pages(subject.clients, "sagemaker.list_transform_jobs",
            {"MaxResults": 100, "StatusEquals": "InProgress"}, "TransformJobSummaries",
        )
    )  # fmt: skip
    if len(rows) > _MOST_ENDPOINTS:
        return None
    found: Counter[str] = Counter()
    for row in rows:
        name = {"TransformJobName": row["TransformJobName"]}
        resources = subject.clients.call("sagemaker.describe_transform_job", name)
        wanted = resources["TransformResources"]
        found[str(wanted["InstanceType"])] += int(wanted["InstanceCount"])
    return found


def _taken(subject: Subject, name: str) -> Counter[str]:
    try:
        endpoint = subject.clients.call("sagemaker.describe_endpoint", {"EndpointName": name})
        config = subject.clients.call(
            "sagemaker.describe_endpoint_config",
            {"EndpointConfigName": endpoint["EndpointConfigName"]},
        )
    except NotFoundError:  # deleted since it was listed
        return Counter()
    running = {v["VariantName"]: v for v in endpoint.get("ProductionVariants") or ()}
    return _sum(config["ProductionVariants"], running)


def _sum(variants: Iterable[dict[str, Any]], running: dict[str, dict[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for variant in variants:
        serverless = variant.get("ServerlessConfig")
        if serverless:
            found[CONCURRENCY] += int(serverless["MaxConcurrency"])
            found[ENDPOINTS] += 1
            continue
        now = running.get(variant["VariantName"], {})
        count = now.get("DesiredInstanceCount", variant.get("InitialInstanceCount")) or 0
        found[str(variant.get("InstanceType"))] += int(count)
    return found


def _within(
    name: str, quota: float | None, wanted: int, most: int, used: Counter[str] | None
) -> Found:
    if quota is None:
        return Found(NOT_LOOKED_AT, f"The quota of {name} for endpoints is not listed.")
    if wanted > quota:
        return Found(FAILED, f"The quota of {name} is {quota:g}, the plan takes {wanted}.", _ASK)
    if used is None:
        return Found(NOT_LOOKED_AT, f"More than {_MOST_ENDPOINTS} endpoints run; the quota of "
                     f"{name} is {quota:g}.")  # fmt: skip
    taken = used[name]
    if taken + wanted > quota:
        return Found(
            FAILED, f"The quota of {name} is {quota:g}, {taken} are in use and the plan takes "
            f"{wanted}.", f"{_ASK} Or delete or park an endpoint.",
        )  # fmt: skip
    if taken + most > quota:
        return Found(
            WARNING, f"Scaled out to {most} the endpoint is over the quota of {name}: {quota:g}, "
            f"{taken} in use.", _ASK,
        )  # fmt: skip
    return Found(PASSED, f"The quota of {name} is {quota:g}: {taken} in use, {wanted} planned.")


CAPACITY_PROBES = (
    probe("PRE-401", _offered),
    probe(
        "PRE-402",
        _within_quotas,
        (
            "servicequotas:ListServiceQuotas",
            "sagemaker:ListEndpoints",
            "sagemaker:DescribeEndpoint",
            "sagemaker:DescribeEndpointConfig",
        ),
    ),
)
