"""Starters: ready requirements for what people deploy most, to begin from and to change.

Each is said in the user's words, needs no model of one's own, and says what to change first.
"""

import json
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.errors import NotFoundError
from tools.requirements import Requirements, merge
from tools.sample import SampleFiles
from tools.starters.models import made

__all__ = ["StandIn", "Starter", "Text", "find_starter", "needs_of", "starters"]

#: A model source that begins so is made on this machine.
_OURS = "starter:"


class Text(BaseModel):
    """A sentence or two in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    vi: str

    def within(self, language: str) -> str:
        """Return it in a language; English for one that is not here."""
        return self.vi if language == "vi" else self.en


class StandIn(BaseModel):
    """What is deployed where the starter's own model cannot run.

    Attributes:
        requirements: In place of the starter's.
        why: What cannot run here, and what stands in for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    why: Text
    requirements: Requirements


class Starter(BaseModel):
    """One starter.

    Attributes:
        id: By which it is asked for.
        purpose: What it is for.
        why: Why it is as it is.
        source_url: Where AWS says so.
        requirements: A whole wish; a local model `starter:NAME` is made when it is planned.
        stand_in: For the sandbox, where it cannot execute the starter's own model.
        change: Fields to set to one's own before it is worth anything.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: Text
    purpose: Text
    why: Text
    source_url: str
    requirements: Requirements
    stand_in: StandIn | None = None
    change: tuple[str, ...] = ()


@cache
def starters() -> tuple[Starter, ...]:
    """Return all starters, simplest first."""
    text = files("tools.data").joinpath("starters.json").read_text(encoding="utf-8")
    return tuple(Starter.model_validate(row) for row in json.loads(text)["starters"])


def find_starter(name: str) -> Starter:
    """Return the starter of that name.

    Raises:
        NotFoundError: There is none; names what is near.
    """
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-").replace("/", "-")
    known = {starter.id: starter for starter in starters()}
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=3, cutoff=0.4) or list(known)
    raise NotFoundError(f"There is no starter {name[:60]!r}.", remedy=f"Choose {', '.join(near)}.")


def needs_of(
    starter: Starter,
    changes: Mapping[str, Any],
    *,
    folder: Path,
    sample: Callable[[], SampleFiles],
    sandbox: bool,
) -> Requirements:
    """Return what a starter wishes for, with one's own values on top.

    Args:
        starter: The starter.
        changes: Requirements of one's own; a model of one's own is never stood in for.
        folder: Where models of starters are made.
        sample: Returns the sample model's files.
        sandbox: Whether it is for the sandbox.

    Raises:
        pydantic.ValidationError: A changed value is out of range.
    """
    given = starter.requirements
    if sandbox and starter.stand_in is not None and "model_source" not in changes:
        given = starter.stand_in.requirements
    merged = merge(given, dict(changes))
    source = merged.model_source
    if source is None or not source.uri.startswith(_OURS):
        return merged
    model = made(source.uri.removeprefix(_OURS), folder, sample)
    settled: dict[str, Any] = {"model_source": {"kind": "local", "uri": str(model.path)}}
    if merged.sample_path is None and model.sample is not None:
        settled["sample_path"] = str(model.sample)
    return merge(merged, settled)
