"""An answer put together from the notes' sentences, the direct answer first, a citation to each.

Nothing is worded anew but "Yes", "No" and the quantity that leads, which is copied out of the
sentence that it introduces.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from knowledge.asking import Wanted
from knowledge.deciding import verdict, yes_no_question
from knowledge.measuring import says, spans
from knowledge.retrieval import Candidate, Library
from knowledge.terms import expand_aliases, identifiers, terms
from knowledge.weighing import CONFLICT, SURE_FACT, Weighed, of_another_option, shared, weigh

_LIST = 4  # so many values make a list of which one is told
MOST_WORDS = 110
_MORE_SENTENCES = 2
_OF_A_SIDE = 3  # the best sentences for a side, of which the first new one is told
_SPEAKS = 0.5  # the share of a side's words that a sentence about it has
_TRIED = 6  # sentences that may settle a yes/no question
_NEAR = 0.45  # how much less than the first they may weigh
_NEAR_ENOUGH = 0.28  # how much less a further sentence may weigh


class Line(NamedTuple):
    """A sentence of the answer, the notes' own, with what leads it in.

    Attributes:
        lead: "Yes", "No", a quantity out of the sentence, or nothing.
        direct: Whether it answers; the others only add to it.
    """

    lead: str
    note_id: str
    ordinal: int
    sentence: str
    direct: bool = True


class Asked(NamedTuple):
    """One question as it is composed for.

    Attributes:
        text: As it was put.
        english: In English, spelling mended.
        wanted: What it asks for.
        vietnamese: Whether it was put in Vietnamese.
    """

    text: str
    english: str
    wanted: Wanted
    vietnamese: bool


def compose(library: Library, found: Sequence[Candidate], asked: Asked) -> list[Line]:
    """The sentences that answer one question, the direct answer first; at most 110 words.

    Empty when only a number answers the question and no sentence has one.

    Args:
        library: The notes.
        found: Notes to quote, the best first; one at least.
        asked: The question.
    """
    lines: list[Line] = []
    bounds = asked.wanted.bounds if _several(asked.wanted) else asked.wanted.bounds[:1] or (None,)
    for bound in bounds:
        ranked = weigh(library, found, asked.english, asked.wanted, bound)
        if asked.wanted.amount and not _holds_amount(ranked, asked.wanted):
            continue
        line = _first(library, ranked, asked)
        if not _among(line, lines):
            lines.append(line)
    return [*lines, *_further(ranked, lines, asked.english)] if lines else []


def _holds_amount(ranked: Sequence[Weighed], wanted: Wanted) -> bool:
    """Whether a sentence near the best one has a number; of the kind that a price is."""
    near = [w for w in ranked if ranked[0].weight - w.weight <= _NEAR]
    found = {span.dimension for weighed in near for span in spans(weighed.sentence)}
    return wanted.dimension in found if wanted.dimension == "price" else bool(found)


def _several(wanted: Wanted) -> bool:
    return "default" in wanted.bounds and len(wanted.bounds) > 1 and wanted.kind == "quantity"


def _first(library: Library, ranked: Sequence[Weighed], asked: Asked) -> Line:
    """The best sentence; to a yes/no question the best of those near it that settle it."""
    if asked.wanted.kind != "yes-no":
        first = ranked[0]._replace(sentence=_cut(ranked[0].sentence, asked.english))
        return _line(first, _quantity(first, asked.wanted))
    question = yes_no_question(asked.english, vietnamese=False)
    own = yes_no_question(asked.text, vietnamese=True)
    for weighed in ranked[:_TRIED]:
        if ranked[0].weight - weighed.weight > _NEAR:
            break
        told = verdict(question, weighed.sentence, library.notes[weighed.note_id].title)
        if told is None and asked.vietnamese and not weighed.ordinal:
            told = verdict(own, library.notes[weighed.note_id].summary_vi, "")
        if told is not None:
            return _line(weighed, "Yes" if told else "No")
    return _line(ranked[0])


def _cut(sentence: str, question: str) -> str:
    """Of a list of values by name, the item that was asked for, with the words before the list."""
    names = identifiers(question)
    items = re.split(r", | and (?=\d)", sentence.rstrip("."))
    valued = [item for item in items if re.search(r"\d", item)]
    wanted = [item for item in items if any(name in item.lower() for name in names)]
    head = re.match(r"\D*?(?=\d+(?:[.,]\d+)* )", re.sub(r"-\d\b", "-~", items[0]))
    if len(items) < _LIST or len(valued) < len(items) or len(wanted) != 1 or head is None:
        return sentence
    opening = items[0][: head.end()]
    return f"{opening}{wanted[0].removeprefix(opening)}."


def _quantity(first: Weighed, wanted: Wanted) -> str:
    """The quantity that was asked for, as the sentence writes it; nothing where that is unsure."""
    fit = first.fit
    if (
        wanted.kind != "quantity"
        or fit is None
        or fit.score < SURE_FACT
        or CONFLICT.search(first.sentence)
    ):
        return ""
    span = says(first.sentence, fit.fact)
    return span.text if span is not None else ""


def _further(ranked: Sequence[Weighed], lines: Sequence[Line], question: str) -> list[Line]:
    """Sentences that add something, in the order of their weight, within the words allowed."""
    taken = {(line.note_id, line.ordinal) for line in lines}
    words = sum(len(line.sentence.split()) for line in lines)
    more: list[Line] = []
    for weighed in ranked:
        if len(more) >= _MORE_SENTENCES or ranked[0].weight - weighed.weight > _NEAR_ENOUGH:
            break
        length = len(weighed.sentence.split())
        if of_another_option(question, weighed.sentence):
            continue
        if (weighed.note_id, weighed.ordinal) in taken or words + length > MOST_WORDS:
            continue
        more.append(Line("", weighed.note_id, weighed.ordinal, weighed.sentence, direct=False))
        words += length
    return more


def side_lines(
    library: Library,
    found: Sequence[Candidate],
    question: str,
    sides: Sequence[tuple[str, Sequence[Candidate]]],
) -> list[Line]:
    """What compares both sides where a sentence does, then the best sentence for each side.

    Args:
        library: The notes.
        found: Notes for the whole question.
        question: In English.
        sides: The English of each side, and the notes found for it.
    """
    asked = [set(terms(expand_aliases(side))) for side, _ in sides]
    whole = weigh(library, found, question, Wanted(kind="comparison"), None)
    lines = [_line(w) for w in whole[:4] if all(_speaks_of(w, side) for side in asked)][:1]
    for words, (side, notes) in zip(asked, sides, strict=True):
        pool = [*notes, *(c for c in found if c.note_id not in {n.note_id for n in notes})]
        ranked = weigh(library, pool, side, Wanted(kind="comparison"), None)
        own = [w for w in ranked if _speaks_of(w, words)] or ranked
        lines += [line for line in map(_line, own[:_OF_A_SIDE]) if not _among(line, lines)][:1]
    return within(lines)


def _line(weighed: Weighed, lead: str = "") -> Line:
    return Line(lead, weighed.note_id, weighed.ordinal, weighed.sentence)


def _among(line: Line, lines: Sequence[Line]) -> bool:
    return any((line.note_id, line.ordinal) == (o.note_id, o.ordinal) for o in lines)


def _speaks_of(weighed: Weighed, side: set[str]) -> bool:
    return shared(side, weighed.sentence) >= _SPEAKS


def within(lines: Sequence[Line]) -> list[Line]:
    """The first lines that fit the words allowed, each once; the first always."""
    kept: list[Line] = []
    words = 0
    for line in lines:
        words += len(line.sentence.split())
        if kept and (words > MOST_WORDS or _among(line, kept)):
            continue
        kept.append(line)
    return kept
