"""The chat model's tools for an endpoint's later life: each plans, none changes anything."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.grounding import said_by_user
from assistant.workplace import Workplace
from tools.expiry import expiry_moment
from tools.plan import DeploymentPlan
from tools.planners.lifecycle import (
    WantedVersion,
    plan_expiry,
    plan_park,
    plan_unpark,
    plan_update,
)
from tools.quantities import parse_value
from tools.requirements import Requirements, merge


class Arguments(BaseModel):
    """Arguments of a tool."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SaidFact(Arguments):
    """One thing the user said."""

    field: str = Field(description="A requirement field, for example latency_p95_ms.")
    value: Any = Field(description="As the user put it, with its unit ('50 ms'); null forgets it.")
    quote: str = Field(description="The user's own words, verbatim.")


class PlanUpdate(Arguments):
    """Plan another version of an endpoint that serves: a new model, other capacity or needs."""

    endpoint_name: str = Field(min_length=1, max_length=63)
    facts: tuple[SaidFact, ...] = Field(
        default=(), max_length=20, description="What is to be different, in the user's words."
    )
    instance_type: str | None = Field(
        default=None,
        pattern=r"^ml\.[a-z0-9-]+\.[a-z0-9]+$",
        description="Only if the user named one.",
    )
    initial_instance_count: int | None = Field(
        default=None, ge=1, le=1000, description="Only if the user named one."
    )


class PlanPark(Arguments):
    """Plan to stop an endpoint and keep everything that restores it exactly, scaling included."""

    endpoint_name: str = Field(min_length=1, max_length=63)


class PlanUnpark(Arguments):
    """Plan to restore a parked endpoint exactly as it was."""

    endpoint_name: str = Field(min_length=1, max_length=63)


class PlanExpiry(Arguments):
    """Plan that AWS itself deletes an endpoint at a moment, whoever is there then."""

    endpoint_name: str = Field(min_length=1, max_length=63)
    at: str = Field(
        min_length=1, max_length=40, description="'20:00' (the next one) or an ISO date and time."
    )
    timezone: str | None = Field(default=None, description="IANA name; the machine's when absent.")


def update_plan(arguments: PlanUpdate, state: Any, place: Workplace) -> DeploymentPlan:  # noqa: ANN401
    """Plan an update; what was not said by the user is refused."""
    needs = Requirements()
    for fact in arguments.facts:
        said_by_user(fact.field, fact.value, fact.quote, state)
        needs = merge(needs, {fact.field: parse_value(fact.field, fact.value)})
    wanted = WantedVersion(
        needs=needs,
        instance_type=arguments.instance_type,
        initial_instance_count=arguments.initial_instance_count,
    )
    region = place.region_of_endpoint(arguments.endpoint_name)
    return plan_update(arguments.endpoint_name, wanted, place.bench(region))


def park_plan(arguments: PlanPark, _: Any, place: Workplace) -> DeploymentPlan:  # noqa: ANN401
    """Plan to park."""
    region = place.region_of_endpoint(arguments.endpoint_name)
    return plan_park(arguments.endpoint_name, place.removal(region))


def unpark_plan(arguments: PlanUnpark, _: Any, place: Workplace) -> DeploymentPlan:  # noqa: ANN401
    """Plan to unpark."""
    region = place.region_of_endpoint(arguments.endpoint_name)
    return plan_unpark(arguments.endpoint_name, place.removal(region))


def expiry_plan(arguments: PlanExpiry, _: Any, place: Workplace) -> DeploymentPlan:  # noqa: ANN401
    """Plan the end."""
    return planned_end(place, arguments.endpoint_name, arguments.at, arguments.timezone)


def planned_end(
    place: Workplace, endpoint_name: str, at: str, timezone: str | None
) -> DeploymentPlan:
    """Plan that an endpoint goes at a moment; a time without a zone is this machine's.

    Raises:
        InvalidInputError: It is no moment ahead, or the endpoint is not in service.
        UserError: AWS refused a read.
    """
    now = place.now()
    moment = expiry_moment(at, now.astimezone(), timezone)
    region = place.region_of_endpoint(endpoint_name)
    return plan_expiry(endpoint_name, moment, now, place.removal(region), place.catalog)
