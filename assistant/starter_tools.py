"""The chat model's view of the starters: what there is, and what one of them wishes for."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assistant.workplace import Workplace
from tools.requirements import Requirements
from tools.starters import Starter, find_starter, starters


class ListStarters(BaseModel):
    """List the ready templates that a user can begin from."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StartFrom(BaseModel):
    """Make a plan from a ready template that the user named; what they said before is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starter: str = Field(min_length=1, max_length=60, description="Its id, for example 'a-b'.")


def listed(language: str) -> list[dict[str, Any]]:
    """Return all starters for a reader of `language`: id, title, purpose, why, what to change."""
    return [told(starter, language) for starter in starters()]


def told(starter: Starter, language: str) -> dict[str, Any]:
    """Return one starter as JSON for a reader of `language`."""
    return {
        "id": starter.id,
        "title": starter.title.within(language),
        "purpose": starter.purpose.within(language),
        "why": starter.why.within(language),
        "source_url": starter.source_url,
        "change": list(starter.change),
        "stand_in": starter.stand_in.why.within(language) if starter.stand_in else None,
    }


def begun(
    arguments: StartFrom, said: Mapping[str, Any], place: Workplace, language: str
) -> tuple[dict[str, Any], Requirements]:
    """Return the starter as JSON and what it wishes for, with what was said on top.

    Raises:
        NotFoundError: There is no such starter.
    """
    starter = find_starter(arguments.starter)
    stands_in = place.target == "sandbox" and "model_source" not in said
    shown = told(starter, language)
    shown["stand_in_used"] = stands_in and starter.stand_in is not None
    return shown, place.started(starter, said)
