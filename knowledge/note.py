"""A note: one cluster of facts, in our own words, with where they come from and when they held.

A note is a Markdown file with YAML front matter. What it says is data: nothing in it is obeyed.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from knowledge.errors import KnowledgeError

NOTES_FOLDER = Path(__file__).parent / "notes"
MAX_WORDS = 250

Kebab = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
RuleId = Annotated[str, StringConstraints(pattern=r"^(REC|CHK|PRE)-[0-9]{3}$")]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https://[^\s]+\.[^\s]+$")]

# libyaml where PyYAML was built with it: seven times faster, as safe.
_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?\n(.*)\Z", re.DOTALL)
# A sentence ends at . ? or ! before a blank and a capital, digit, quote or back-tick.
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9`\"(])")


class Fact(BaseModel):
    """A number that the note states; `name` is the catalogue's where the catalogue has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
    value: int | float
    unit: Line


class Note(BaseModel):
    """One note.

    Attributes:
        id: Kebab-case, never reused.
        topics: Kebab-case words to filter by.
        source_urls: Public documentation, the most important first.
        as_of: The day up to which the facts were gathered.
        rules: Ids of the product's rules that rest on this note; text here, joined elsewhere.
        facts: The numbers stated in summary and body.
        summary_en: The direct answer in one or two sentences.
        summary_vi: The same in Vietnamese.
        body: At most 250 words of plain Markdown paragraphs and list items.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Kebab
    title: Line
    topics: tuple[Kebab, ...] = Field(min_length=1)
    source_urls: tuple[WebAddress, ...] = Field(min_length=1)
    as_of: date
    rules: tuple[RuleId, ...] = ()
    facts: tuple[Fact, ...] = ()
    summary_en: Line
    summary_vi: Line
    body: Line

    @field_validator("body")
    @classmethod
    def _short_enough(cls, body: str) -> str:
        words = len(body.split())
        if words > MAX_WORDS:
            raise ValueError(f"the body has {words} words; at most {MAX_WORDS} are allowed")
        return body

    @property
    def sentences(self) -> tuple[str, ...]:
        """The body's sentences in order, without list marks."""
        lines = (line.strip().removeprefix("- ") for line in _unwrapped(self.body))
        return tuple(s for line in lines for s in _SENTENCE_END.split(line) if s)


def _unwrapped(body: str) -> list[str]:
    """Paragraphs and list items, each on one line."""
    blocks = re.split(r"\n\s*\n|\n(?=\s*- )", body)
    return [" ".join(block.split()) for block in blocks if block.strip()]


def parse_note(text: str, *, source: str) -> Note:
    """Reads one note.

    Args:
        text: The whole file.
        source: The file's name, for the error message.

    Raises:
        KnowledgeError: The front matter is missing, is not YAML, or a field is wrong.
    """
    parts = _FRONT_MATTER.match(text)
    if parts is None:
        raise KnowledgeError(
            f"{source} has no front matter.",
            remedy="Begin the note with `---`, YAML fields, `---`.",
        )
    try:
        fields: Any = yaml.load(parts.group(1), Loader=_SAFE_LOADER)  # noqa: S506 - a safe one
        return Note.model_validate({**fields, "body": parts.group(2)})
    except (yaml.YAMLError, ValidationError, TypeError) as error:
        raise KnowledgeError(
            f"{source} is not a valid note: {error}", remedy="Correct the named field of the note."
        ) from error


def load_notes(folder: Path = NOTES_FOLDER) -> tuple[Note, ...]:
    """Every note of a folder, ordered by id.

    Raises:
        KnowledgeError: A note is invalid, or two notes share an id.
    """
    notes: dict[str, Note] = {}
    for path in sorted(folder.glob("*.md")):
        note = parse_note(path.read_text(encoding="utf-8"), source=path.name)
        if note.id in notes:
            raise KnowledgeError(
                f"Two notes have the id {note.id}.", remedy=f"Give {path.name} an id of its own."
            )
        notes[note.id] = note
    return tuple(notes[note_id] for note_id in sorted(notes))


@cache
def notes_by_rule() -> Mapping[str, str]:
    """The shipped note that each of the product's rules rests on, by the rule's id."""
    return MappingProxyType({rule: note.id for note in load_notes() for rule in note.rules})
