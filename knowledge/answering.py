"""A cited answer without a language model: the direct answer, then the sentences that fit best.

Every word of an answer is a note's; so is every number. A question in several parts, and the sides
of a comparison, are answered one by one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from knowledge.asking import Wanted, wanted_by
from knowledge.composing import Asked, Line, compose, side_lines, within
from knowledge.followups import standing_alone, with_subject
from knowledge.measuring import best_by_fact, in_english_nouns
from knowledge.note import NOTES_FOLDER
from knowledge.retrieval import Candidate, Library, Query, open_library
from knowledge.saying import in_english, in_vietnamese
from knowledge.terms import is_instance_type

Language = Literal["en", "vi"]

# Tuned on the tuning half of tests/integration/knowledge/questions.toml only.
EVIDENCE_NEEDED = 0.48
_COVERAGE_WEIGHT = 0.5
_ELSEWHERE_FACTOR = 0.6
_COVERED = 0.8  # a note with so many of the words is not outdone by a subject of others
_COVERAGE_OF_NUMBERS, _EVIDENCE_OF_NUMBERS = 0.3, 0.65
PRICE_TERMS = frozenset({"price", "cost", "charge", "hourly", "usd", "pricing"})
_MOST_NOTES = 3
_NOTE_NEAR = 0.25  # a further note is read when its score is this close to the first's

NOT_IN_NOTES: dict[Language, str] = {
    "en": (
        "That is not in my notes, so I will not guess. My notes cover deploying, scaling, "
        "securing, paying for and monitoring models on Amazon SageMaker."
    ),
    "vi": (
        "Điều này không có trong ghi chú của tôi nên tôi không đoán. Ghi chú của tôi nói về "
        "triển khai, mở rộng, bảo mật, chi phí và giám sát mô hình trên Amazon SageMaker."
    ),
}


class Citation(BaseModel):
    """Where a claim comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note_id: str
    title: str
    source_url: str


class Answer(BaseModel):
    """An answer out of the notes.

    Attributes:
        answer: The text; `[1]` marks the first citation.
        citations: In the order of their marks; empty when not grounded.
        grounded: False when the notes do not answer the question.
        rules: Ids of the product's rules that decided; none when the notes alone answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str
    citations: tuple[Citation, ...]
    grounded: bool
    rules: tuple[str, ...] = ()

    @model_serializer(mode="wrap")
    def _without_empty_rules(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Rules are told only where some decided."""
        fields: dict[str, Any] = told(self)
        return fields if self.rules else {k: v for k, v in fields.items() if k != "rules"}


def answer(
    question: str,
    *,
    home: Path,
    language: Language = "en",
    history: Sequence[str] = (),
    notes_folder: Path = NOTES_FOLDER,
) -> Answer:
    """Answers a question from the notes, or says that they do not hold the answer.

    Args:
        question: In English or Vietnamese; the language of the answer is `language`.
        home: Where the index lives; filled on first use.
        language: "vi" answers with the notes' Vietnamese summaries.
        history: The person's earlier questions, the oldest first; "and its timeout?" leans on them.
        notes_folder: The notes; those that ship with the product by default.

    Raises:
        KnowledgeError: A note or the embedding model cannot be used.
    """
    library = open_library(home, notes_folder)
    asked = standing_alone(question, history)
    wanted = wanted_by(asked)
    lines = (
        _compared(library, asked, wanted) if wanted.sides else _part_by_part(library, asked, wanted)
    )
    if not lines:
        return Answer(answer=NOT_IN_NOTES[language], citations=(), grounded=False)
    say = in_vietnamese if language == "vi" else in_english
    text, used = say(lines, library.notes)
    return Answer(answer=text, citations=tuple(_citation(library, i) for i in used), grounded=True)


def _part_by_part(library: Library, question: str, wanted: Wanted) -> list[Line]:
    """The lines for each part of the question; a part that the notes lack has none."""
    lines: list[Line] = []
    for part in wanted.parts:
        whole = with_subject(part, question)
        lines += _answered(library, whole, wanted_by(whole))[:1]
    return within(lines) or _answered(library, question, wanted)


def _answered(library: Library, question: str, wanted: Wanted) -> list[Line]:
    query = library.understand(question)
    english = f"{query.english} {in_english_nouns(question)}" if query.vietnamese else query.english
    query = query.model_copy(update={"english": english.strip()})
    found = _found(library, query, wanted)
    if not found:
        return []
    return compose(library, found, Asked(question, query.english, wanted, query.vietnamese))


def _compared(library: Library, question: str, wanted: Wanted) -> list[Line]:
    """What sets both sides against each other, then what is said of each."""
    query = library.understand(question)
    found = _found(library, query, wanted)
    if not found:
        return []
    sides = [library.understand(side) for side in wanted.sides]
    more = [(side.english, _found(library, side, wanted) or found) for side in sides]
    return side_lines(library, found, query.english, more)


def _found(library: Library, query: Query, wanted: Wanted) -> list[Candidate]:
    """The notes to read for a query, the best first; none when they do not answer it."""
    ranked = library.candidates(query) if query.english.strip() or query.syllables else ()
    if not ranked or evidence(query, ranked[0]) < EVIDENCE_NEEDED:
        return []
    if wanted.dimension == "price" and any(map(is_instance_type, query.identifiers)):
        ranked = tuple(c for c in ranked if c.exact == 1.0)
    found = [c for c in ranked[:_MOST_NOTES] if ranked[0].score - c.score <= _NOTE_NEAR]
    if wanted.kind == "quantity":
        bound = wanted.bounds[0] if wanted.bounds else None
        holds = best_by_fact(library.notes.values(), query.english, wanted, bound)
        found += [c for c in ranked if c.note_id == holds and c not in found]
        if holds is None and found and _is_faint(query, found[0]):
            return []
    return found


def _is_faint(query: Query, best: Candidate) -> bool:
    """Whether too few words of a question for a number are the note's to trust its numbers."""
    return best.coverage < _COVERAGE_OF_NUMBERS and evidence(query, best) < _EVIDENCE_OF_NUMBERS


def evidence(query: Query, best: Candidate) -> float:
    """How much speaks for the best note: meaning, and the share of the query's words it has.

    A proper name or an identifier that no note has means that the question is about something
    else, however alike the words; so does a subject of ours that is less like the question than
    one that we do not cover. A price of one instance type says nothing of another's.
    """
    if PRICE_TERMS & set(query.terms) and any(map(is_instance_type, query.identifiers)):
        return best.dense + best.exact if best.exact == 1.0 else 0.0
    nearer = best.elsewhere > best.dense and best.coverage < _COVERED
    elsewhere = bool(query.foreign_names) or nearer
    return (_ELSEWHERE_FACTOR if elsewhere else 1.0) * (
        best.dense + _COVERAGE_WEIGHT * best.coverage
    )


def _citation(library: Library, note_id: str) -> Citation:
    note = library.notes[note_id]
    return Citation(note_id=note.id, title=note.title, source_url=note.source_urls[0])
