"""What a specification costs by itself, when nothing is known about its traffic; pure."""

from decimal import Decimal
from typing import NamedTuple

from tools.catalog import Catalog
from tools.endpoint import EndpointSpec, InferenceOption, ProductionVariant
from tools.estimation import HOURS_PER_MONTH, SECONDS_PER_MONTH, cents


class StandingCost(NamedTuple):
    """US dollars a month without a request; None when a price is not known.

    Attributes:
        started: At the capacity that it starts with.
        forgotten: At the least capacity that its scaling goes down to.
    """

    started: Decimal | None
    forgotten: Decimal | None


def standing_cost(
    spec: EndpointSpec, variants: tuple[ProductionVariant, ...], catalog: Catalog
) -> StandingCost:
    """Return what `variants` of `spec` cost while they stand, shadow variants like all others.

    Requests to a serverless variant, data and storage come on top.
    """
    started: Decimal | None = Decimal(0)
    forgotten: Decimal | None = Decimal(0)
    for variant in variants:
        one = _unit(spec, variant, catalog)
        first, least = _units(spec, variant)
        started = None if started is None or one is None else started + one * first
        forgotten = None if forgotten is None or (one is None and least) else forgotten + (
            (one or 0) * least
        )  # fmt: skip
    return StandingCost(
        None if started is None else cents(started),
        None if forgotten is None else cents(forgotten),
    )


def _unit(spec: EndpointSpec, variant: ProductionVariant, catalog: Catalog) -> Decimal | None:
    """A month of one instance, or of one warm environment."""
    if spec.inference_option is InferenceOption.SERVERLESS:
        if not variant.provisioned_concurrency:
            return Decimal(0)
        warm = catalog.provisioned_concurrency_price(variant.memory_size_in_mb or 0, spec.region)
        return None if warm is None else warm.usd_per_second_warm * SECONDS_PER_MONTH
    price = catalog.price(variant.instance_type or "", spec.region)
    return None if price is None else price.usd_per_hour * HOURS_PER_MONTH


def _units(spec: EndpointSpec, variant: ProductionVariant) -> tuple[int, int]:
    """How many it starts with, and how many are left when nobody asks."""
    serverless = spec.inference_option is InferenceOption.SERVERLESS
    first = (variant.provisioned_concurrency if serverless else variant.initial_instance_count) or 0
    if variant.managed_instance_scaling is not None:
        return first, variant.managed_instance_scaling.min_instance_count
    scaling = variant.scaling
    follows = scaling is not None and bool(scaling.policies)
    return first, scaling.min_capacity if scaling is not None and follows else first
