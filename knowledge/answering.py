"""A cited answer without a language model: the direct answer, then the sentences that fit best.

Every word of an answer is a note's; so is every number.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.note import NOTES_FOLDER
from knowledge.retrieval import Candidate, Library, Query, open_library
from knowledge.terms import is_instance_type

Language = Literal["en", "vi"]

# Tuned on the tuning half of tests/integration/knowledge/questions.toml only.
EVIDENCE_NEEDED = 0.48
_COVERAGE_WEIGHT = 0.5
_ELSEWHERE_FACTOR = 0.6
PRICE_TERMS = frozenset({"price", "cost", "charge", "hourly", "usd", "pricing"})
_MORE_SENTENCES = 3
_SENTENCE_NEAR = 0.10  # a further sentence may be this much less similar than the note's best one
_SECOND_NOTE_NEAR = 0.06  # a second note is quoted when its score is this close to the first's

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
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str
    citations: tuple[Citation, ...]
    grounded: bool


def answer(
    question: str,
    *,
    home: Path,
    language: Language = "en",
    notes_folder: Path = NOTES_FOLDER,
) -> Answer:
    """Answers a question from the notes, or says that they do not hold the answer.

    Args:
        question: In English or Vietnamese; the language of the answer is `language`.
        home: Where the index lives; filled on first use.
        language: "vi" answers with the notes' Vietnamese summaries.
        notes_folder: The notes; those that ship with the product by default.

    Raises:
        KnowledgeError: A note or the embedding model cannot be used.
    """
    library = open_library(home, notes_folder)
    query = library.understand(question)
    ranked = library.candidates(query) if query.english.strip() or query.syllables else ()
    if not ranked or evidence(query, ranked[0]) < EVIDENCE_NEEDED:
        return Answer(answer=NOT_IN_NOTES[language], citations=(), grounded=False)
    quoted = [c for c in ranked[:2] if ranked[0].score - c.score <= _SECOND_NOTE_NEAR]
    compose = _vietnamese_text if language == "vi" else _english_text
    text, used = compose(library, quoted)
    return Answer(answer=text, citations=tuple(_citation(library, i) for i in used), grounded=True)


def evidence(query: Query, best: Candidate) -> float:
    """How much speaks for the best note: meaning, and the share of the query's words it has.

    A proper name or an identifier that no note has means that the question is about something
    else, however alike the words; so does a subject of ours that is less like the question than
    one that we do not cover. A price of one instance type says nothing of another's.
    """
    if PRICE_TERMS & set(query.terms) and any(map(is_instance_type, query.identifiers)):
        return best.dense + best.exact if best.exact == 1.0 else 0.0
    elsewhere = bool(query.foreign_names) or best.elsewhere > best.dense
    return (_ELSEWHERE_FACTOR if elsewhere else 1.0) * (
        best.dense + _COVERAGE_WEIGHT * best.coverage
    )


def _english_text(library: Library, quoted: list[Candidate]) -> tuple[str, list[str]]:
    """The first note's summary, then at most three sentences of the quoted notes."""
    first = quoted[0].note_id
    used = [first]
    lines = [f"{library.notes[first].summary_en} [1]"]
    for note_id, sentence in _further_sentences(library, quoted):
        if note_id not in used:
            used.append(note_id)
        lines.append(f"{sentence} [{used.index(note_id) + 1}]")
    return "\n\n".join((lines[0], " ".join(lines[1:]))).strip(), used


def _further_sentences(library: Library, quoted: list[Candidate]) -> list[tuple[str, str]]:
    """Note id and sentence of those most similar to the question, in the order of the notes."""
    ranked = sorted(
        (
            (similarity, c.note_id, ordinal)
            for c in quoted
            for ordinal, similarity in c.sentences.items()
        ),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    summary = (quoted[0].note_id, 0)
    best = ranked[0][0] if ranked else 0.0
    near = [
        (note_id, ordinal)
        for similarity, note_id, ordinal in ranked
        if best - similarity <= _SENTENCE_NEAR and (note_id, ordinal) != summary
    ]
    order = [c.note_id for c in quoted]
    chosen = sorted(near[:_MORE_SENTENCES], key=lambda found: (order.index(found[0]), found[1]))
    return [(note_id, library.passages[f"{note_id}#{n}"].sentence) for note_id, n in chosen]


def _vietnamese_text(library: Library, quoted: list[Candidate]) -> tuple[str, list[str]]:
    """The Vietnamese summaries of the quoted notes."""
    used = [c.note_id for c in quoted]
    lines = [
        f"{library.notes[note_id].summary_vi} [{i}]" for i, note_id in enumerate(used, start=1)
    ]
    return "\n\n".join(lines), used


def _citation(library: Library, note_id: str) -> Citation:
    note = library.notes[note_id]
    return Citation(note_id=note.id, title=note.title, source_url=note.source_urls[0])
