"""Sizes with what was asked for by name in place of what sizing would choose."""

from dataclasses import replace

from tools import neo
from tools.catalog import Catalog
from tools.options import DeploymentOptions
from tools.recommending.sizing import (
    Chosen,
    InstanceSizing,
    ServerlessSizing,
    choose_instance,
    instances_needed,
)
from tools.recommending.workload import Workload


def asked_instance(asked: DeploymentOptions, workload: Workload, catalog: Catalog) -> Chosen | None:
    """Return the named type where it is offered, else the cheapest that fits; None: there is none.

    Whether a model fits the named type is for the rules to say.
    """
    name = asked.instance_type
    if name is None:
        within = neo.families() if asked.compilation == "neo" else None
        return choose_instance(workload, catalog, within=within)
    instance = catalog.instance(name)
    if instance is None or not catalog.offers(name, workload.region):
        return None
    price = catalog.price(name, workload.region)
    return instance, price.usd_per_hour if price else None


def asked_counts(
    sizing: InstanceSizing | None, asked: DeploymentOptions, workload: Workload, *, queued: bool
) -> InstanceSizing | None:
    """Return the counts as they were asked for.

    Args:
        sizing: What is sensible; None when there is no type.
        asked: What was said.
        workload: What it is for.
        queued: A queue evens out peaks.
    """
    if sizing is None:
        return None
    if asked.auto_scaling is False:
        return _fixed(sizing, asked, workload, queued=queued)
    if asked.inference_components:
        return sizing if asked.initial_instance_count is None else _starting(sizing, asked)
    return _bounded(sizing, asked)


def _starting(sizing: InstanceSizing, asked: DeploymentOptions) -> InstanceSizing:
    first = asked.initial_instance_count or sizing.initial
    return replace(
        sizing,
        initial=first,
        minimum=min(sizing.minimum, first),
        maximum=max(sizing.maximum, first),
    )


def _fixed(
    sizing: InstanceSizing, asked: DeploymentOptions, workload: Workload, *, queued: bool
) -> InstanceSizing:
    """What does not follow traffic must hold its peak from the start."""
    peak = instances_needed(workload.peak_requests_per_second, sizing.capacity_rps)
    count = asked.initial_instance_count or max(sizing.initial, 1 if queued else peak)
    return replace(sizing, minimum=count, initial=count, maximum=count)


def _bounded(sizing: InstanceSizing, asked: DeploymentOptions) -> InstanceSizing:
    """The bounds that were named; the other one gives way to them."""
    least, most = asked.min_capacity, asked.max_capacity
    first = asked.initial_instance_count
    low = least if least is not None else (first or sizing.minimum)
    if least is None and most is not None:
        low = min(low, most)
    high = most if most is not None else max(sizing.maximum, low + 1, first or 0)
    initial = first or max(1, min(max(sizing.initial, low), high))
    return replace(sizing, minimum=low, initial=initial, maximum=high)


def asked_serverless(
    sizing: ServerlessSizing, asked: DeploymentOptions, catalog: Catalog
) -> ServerlessSizing:
    """Return memory, concurrency and warm environments as they were asked for."""
    ceiling = int(catalog.limit_number("serverless_provisioned_concurrency_max"))
    warm = asked.provisioned_concurrency
    if warm is None:
        warm = asked.min_capacity or sizing.provisioned_concurrency
    if warm == 0 and asked.provisioned_concurrency is None and asked.max_capacity:
        warm = 1  # a bound on warm environments means that there are some
    follows = asked.auto_scaling or asked.scaling_metric or asked.scaling_target_value
    room = asked.max_capacity or (2 * warm if follows else warm)
    most = asked.max_concurrency or min(ceiling, max(sizing.max_concurrency, room))
    return replace(
        sizing,
        memory_size_in_mb=asked.memory_size_in_mb or sizing.memory_size_in_mb,
        max_concurrency=max(most, warm) if asked.max_concurrency is None else most,
        provisioned_concurrency=warm,
    )
