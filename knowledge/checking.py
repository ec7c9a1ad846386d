"""Whether notes can still be relied on: broken front matter, and facts gathered too long ago."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.errors import KnowledgeError
from knowledge.note import NOTES_FOLDER, Note, parse_note

#: Days after which a note counts as stale: AWS changes limits about twice a year.
STALE_AFTER_DAYS = 180

Kind = Literal["broken", "stale", "disagrees", "unknown-rule"]
Level = Literal["error", "warning"]


class NoteProblem(BaseModel):
    """Something wrong with one note; an error is wrong today, a warning may be.

    Attributes:
        note: The note's id, or the file's name when the id cannot be read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: str
    kind: Kind
    level: Level
    text: str


def read_notes(folder: Path = NOTES_FOLDER) -> tuple[tuple[Note, ...], tuple[NoteProblem, ...]]:
    """Return the notes that can be read, and a problem for each file that cannot."""
    notes: dict[str, Note] = {}
    broken = []
    for path in sorted(folder.glob("*.md")):
        try:
            note = parse_note(path.read_text(encoding="utf-8"), source=path.name)
            why = "" if note.id not in notes else f"{path.name} repeats the id {note.id}."
        except (KnowledgeError, UnicodeDecodeError) as error:
            why = error.message if isinstance(error, KnowledgeError) else "It is not UTF-8 text."
        if why:
            broken.append(NoteProblem(note=path.stem, kind="broken", level="error", text=why))
        else:
            notes[note.id] = note
    return tuple(notes[key] for key in sorted(notes)), tuple(broken)


def stale(notes: tuple[Note, ...], *, today: date, days: int) -> Iterator[NoteProblem]:
    """Yield a warning for every note whose facts were gathered more than `days` ago."""
    for note in notes:
        age = (today - note.as_of).days
        if age > days:
            text = f"Its facts are of {note.as_of}, {age} days ago; look at {note.source_urls[0]}."
            yield NoteProblem(note=note.id, kind="stale", level="warning", text=text)
