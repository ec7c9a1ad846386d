"""A document in pieces that can be found and cited, each under its heading."""

import re
from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict

from knowledge.document_reading import Page

MAX_WORDS = 120
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_UNDERLINE = re.compile(r"^(=+|-{3,})\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


class Chunk(BaseModel):
    """A piece of a document.

    Attributes:
        heading: The headings above it, outermost first, joined by " > "; empty without any.
        page: From 1; None where the document has no pages.
        text: At most 120 words, one paragraph or several.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    heading: str
    page: int | None
    text: str


def chunks_of(pages: Iterable[Page]) -> tuple[Chunk, ...]:
    """The pieces of all pages, in order; a heading holds until the next of its level."""
    headings: dict[int, str] = {}
    return tuple(
        Chunk(heading=heading, page=page.number, text=text)
        for page in pages
        for heading, section in _sections(page.text, headings)
        for text in _pieces(section)
    )


def _sections(text: str, headings: dict[int, str]) -> Iterator[tuple[str, str]]:
    """Heading path and text of each section; `headings` by level is carried from page to page."""
    lines: list[str] = []
    fenced = False
    for line in text.split("\n"):
        fenced ^= bool(_FENCE.match(line))
        found = None if fenced else _heading(line, lines)
        if found is None:
            lines.append(line)
            continue
        yield _path(headings), "\n".join(lines)
        lines.clear()
        level, title = found
        for deeper in [known for known in headings if known >= level]:
            del headings[deeper]
        headings[level] = title[:120]
    yield _path(headings), "\n".join(lines)


def _heading(line: str, before: list[str]) -> tuple[int, str] | None:
    """Level and title of a Markdown heading; an underlined one is taken off the lines before."""
    if found := _HEADING.match(line):
        return len(found[1]), found[2]
    if _UNDERLINE.match(line) and before and before[-1].strip() and len(before[-1]) <= 120:
        alone = len(before) < 2 or not before[-2].strip()
        if alone:
            return (1 if line.startswith("=") else 2), before.pop().strip()
    return None


def _path(headings: dict[int, str]) -> str:
    return " > ".join(headings[level] for level in sorted(headings))


def _pieces(section: str) -> Iterator[str]:
    """Whole sentences up to the limit; a longer sentence is cut between words."""
    held: list[str] = []
    count = 0
    for sentence in _sentences(section):
        words = len(sentence.split())
        if held and count + words > MAX_WORDS:
            yield " ".join(held)
            held, count = [], 0
        held.append(sentence)
        count += words
    if held:
        yield " ".join(held)


def _sentences(section: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)", section):
        for sentence in _SENTENCE_END.split(" ".join(paragraph.split())):
            words = sentence.split()
            for start in range(0, len(words), MAX_WORDS):
                yield " ".join(words[start : start + MAX_WORDS])
