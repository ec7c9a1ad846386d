"""The chat model's view of the JumpStart catalogue: a search that changes nothing."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.workplace import Workplace
from tools.errors import SagepilotError
from tools.jumpstart.search import Criteria, Found, search
from tools.preflighting.quotas import quotas


class SearchModels(BaseModel):
    """Search JumpStart's catalogue of ready models, for a user who has no model of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: str = Field(default="", max_length=200, description="In id, task, framework, keywords.")
    task: str | None = Field(default=None, max_length=80, description="For example text-embedding.")
    framework: str | None = Field(default=None, max_length=80)
    licence: str | None = Field(
        default=None, max_length=80, description="'open', 'gated', 'proprietary' or a name."
    )
    max_parameters: int | None = Field(default=None, ge=1)
    instance_type: str | None = Field(default=None, pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$")
    max_usd_per_hour: Decimal | None = Field(default=None, gt=0)
    serverless: bool | None = Field(default=None, description="Whether serverless can serve it.")
    within_quota: bool | None = Field(
        default=None, description="Whether the account may have its default instance type."
    )
    region: str | None = Field(default=None, pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    limit: int = Field(default=10, ge=1, le=40)


def found_models(wanted: SearchModels, place: Workplace, region: str) -> tuple[Found, ...]:
    """Return the models of the region's catalogue that fit.

    Raises:
        NotFoundError: JumpStart has no catalogue in this region.
        UserError: AWS refused a read.
    """
    catalogue = place.catalogue(wanted.region or region)
    criteria = Criteria.model_validate(wanted.model_dump(exclude={"region"}))
    known: dict[str, float] = {}
    with suppress(SagepilotError):  # without the right to read quotas there are none to tell
        known = quotas(place.clients(catalogue.region))
    return search(criteria, catalogue.listings(), catalogue.model, place.catalog, known)


def told(hit: Found) -> dict[str, Any]:
    """Return a hit as JSON; prices as numbers."""
    price = hit.usd_per_hour
    return {
        **hit.model_dump(mode="json"),
        "usd_per_hour": None if price is None else float(price),
    }
