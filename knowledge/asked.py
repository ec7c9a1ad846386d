"""Phrases of people who do not know AWS's words, looked for like a note's sentences, never quoted.

`knowledge/data/asked.toml` holds the phrases, a table a note, in English and Vietnamese.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge.passage import Passage

ASKED_PATH = Path(__file__).parent / "data" / "asked.toml"
#: Ordinals of such passages begin here; no note has as many sentences.
ASKED_ORDINAL = 1000


class Asked(BaseModel):
    """Phrases that ask for one note."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: tuple[str, ...] = ()
    vi: tuple[str, ...] = ()


@cache
def load_asked(path: Path = ASKED_PATH) -> Mapping[str, Asked]:
    """The phrases by note id."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {note_id: Asked.model_validate(table) for note_id, table in tables.items()}


def asked_passages() -> tuple[Passage, ...]:
    """One passage an English phrase; the Vietnamese ones are found by their words."""
    return tuple(
        Passage(note_id=note_id, ordinal=ASKED_ORDINAL + i, sentence=phrase, text=phrase)
        for note_id, asked in load_asked().items()
        for i, phrase in enumerate(asked.en)
    )
