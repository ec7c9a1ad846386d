"""Search over the catalogue: task, framework, size, licence, instance type, price, words; pure."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from tools.catalog import Catalog
from tools.jumpstart.model import CatalogueModel, Listing
from tools.jumpstart.suitability import serverless_obstacle

#: Specifications that one search reads at most: each is a request to S3.
MOST_SPECIFICATIONS = 40


class Criteria(BaseModel):
    """What is looked for; None does not matter.

    Attributes:
        words: Each must be in id, task, framework or keywords.
        max_parameters: Of the model, where its id tells them; unknown sizes are left out.
        licence: Part of the licence's name; "open" leaves gated and proprietary models out.
        instance_type: The model must support it.
        max_usd_per_hour: Of its default instance type; unknown prices are left out.
        serverless: Whether it can be served serverless.
        within_quota: The account may have its default instance type; unknown quotas are left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str = ""
    task: str | None = None
    framework: str | None = None
    max_parameters: int | None = None
    licence: str | None = None
    instance_type: str | None = None
    max_usd_per_hour: Decimal | None = None
    serverless: bool | None = None
    within_quota: bool | None = None
    limit: int = 10


class Found(BaseModel):
    """One hit, with what decides between hits.

    Attributes:
        access: "open", "gated" (a licence is accepted) or "proprietary" (a subscription).
        usd_per_hour: Of the default instance type in this region; None when not known.
        quota: How many of that type the account may have for endpoints; None when not known.
        offered: Whether SageMaker hosts that type in the region; None when not known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_id: str
    version: str
    task: str
    framework: str
    licence: str | None
    access: str
    parameter_count: int | None
    default_instance_type: str | None
    instance_types: tuple[str, ...]
    usd_per_hour: Decimal | None
    offered: bool | None
    quota: float | None = None
    serverless: bool
    gpu_only: bool


def search(
    criteria: Criteria,
    listings: Iterable[Listing],
    load: Callable[[str], CatalogueModel],
    catalog: Catalog,
    quotas: Mapping[str, float] | None = None,
) -> tuple[Found, ...]:
    """Return models that fit, cheapest default instance first, unknown prices last.

    Args:
        criteria: What is looked for.
        listings: The manifest.
        load: Returns a model by id, with its specification.
        catalog: Prices and regions.
        quotas: Of the account, by instance type.
    """
    plausible = [row for row in listings if _fits_listing(row, criteria)]
    found = [
        _found(load(row.model_id), catalog, quotas or {}) for row in plausible[:MOST_SPECIFICATIONS]
    ]
    fitting = [hit for hit in found if _fits(hit, criteria)]
    fitting.sort(key=lambda hit: (hit.usd_per_hour is None, hit.usd_per_hour or 0, hit.model_id))
    return tuple(fitting[: criteria.limit])


def _fits_listing(row: Listing, criteria: Criteria) -> bool:
    text = " ".join((row.model_id, row.task, row.framework, *row.keywords)).lower()
    size = row.parameter_count
    small = criteria.max_parameters is None or (
        size is not None and size <= criteria.max_parameters
    )
    return (
        small
        and all(word in text for word in criteria.words.lower().split())
        and _matches(criteria.task, row.task)
        and _matches(criteria.framework, row.framework)
    )


def _matches(wanted: str | None, value: str) -> bool:
    if wanted is None:
        return True
    plain = wanted.lower().replace(" ", "-").replace("_", "-")
    return plain in value.lower() or value.lower() in plain


def _found(model: CatalogueModel, catalog: Catalog, quotas: Mapping[str, float]) -> Found:
    row, default = model.listing, model.default_instance_type
    price = catalog.price(default, model.region) if default else None
    return Found(
        model_id=row.model_id,
        version=row.version,
        task=row.task,
        framework=row.framework,
        licence=row.licence,
        access="proprietary" if row.proprietary else "gated" if model.gated else "open",
        parameter_count=row.parameter_count,
        default_instance_type=default,
        instance_types=model.instance_types,
        usd_per_hour=price.usd_per_hour if price else None,
        offered=catalog.offers(default, model.region) if default else None,
        quota=quotas.get(default) if default else None,
        serverless=not row.proprietary and serverless_obstacle(model) is None,
        gpu_only=model.gpu_only,
    )


def _fits(hit: Found, criteria: Criteria) -> bool:
    cheap = criteria.max_usd_per_hour is None or (
        hit.usd_per_hour is not None and hit.usd_per_hour <= criteria.max_usd_per_hour
    )
    on_type = criteria.instance_type is None or criteria.instance_type in hit.instance_types
    servable = criteria.serverless is None or criteria.serverless == hit.serverless
    allowed = criteria.within_quota is None or (
        hit.quota is not None and (hit.quota >= 1) == criteria.within_quota
    )
    return cheap and on_type and servable and allowed and _licensed(hit, criteria.licence)


def _licensed(hit: Found, wanted: str | None) -> bool:
    if wanted is None:
        return True
    if wanted.lower() in {"open", "gated", "proprietary"}:
        return hit.access == wanted.lower()
    return wanted.lower() in (hit.licence or "").lower()
