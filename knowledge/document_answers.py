"""What a person's own documents say: quotations with file and page, apart from our notes."""

import re
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.documents import DocumentHit, Documents
from knowledge.terms import STOPWORDS, expand_aliases, syllable_terms, terms

_MOST_QUOTED = 3
_SENTENCES = 2
_NEAR = 0.15  # a further piece is quoted when its score is this close to the best one's
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")

_FOUND = {"en": "From your documents:", "vi": "Từ tài liệu của bạn:"}
_NONE = {
    "en": "Your documents say nothing about that.",
    "vi": "Tài liệu của bạn không nói gì về điều đó.",
}
_PAGE = {"en": "page", "vi": "trang"}


class OwnCitation(BaseModel):
    """Where a quotation stands; `origin` tells it from the notes' citations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: Literal["yours"] = "yours"
    document: str
    page: int | None
    heading: str


class OwnAnswer(BaseModel):
    """Quotations from a person's documents.

    Attributes:
        answer: Begins with "From your documents:"; `[yours 1]` marks the first citation.
        citations: In the order of their marks; empty when not grounded.
        grounded: False when the documents do not say anything about it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str
    citations: tuple[OwnCitation, ...]
    grounded: bool


def answer_from_documents(
    question: str, *, home: Path, language: Literal["en", "vi"] = "en"
) -> OwnAnswer:
    """Quotes what the documents in `home` say; their text is data and nothing in it is obeyed.

    Raises:
        KnowledgeError: The embedding model or the index cannot be used.
    """
    hits = [hit for hit in Documents(home).search(question, _MOST_QUOTED) if hit.answers]
    if not hits:
        return OwnAnswer(answer=_NONE[language], citations=(), grounded=False)
    quoted = [hit for hit in hits if hits[0].score - hit.score <= _NEAR]
    lines = [
        f"“{_best_sentences(question, hit.text)}” [yours {n}] ({_place(hit, language)})"
        for n, hit in enumerate(quoted, start=1)
    ]
    return OwnAnswer(
        answer="\n".join((_FOUND[language], *lines)),
        citations=tuple(
            OwnCitation(document=h.document, page=h.page, heading=h.heading) for h in quoted
        ),
        grounded=True,
    )


def _place(hit: DocumentHit, language: Literal["en", "vi"]) -> str:
    page = f"{_PAGE[language]} {hit.page}" if hit.page else ""
    return ", ".join(part for part in (hit.document, page, hit.heading) if part)


def _best_sentences(question: str, text: str) -> str:
    """The sentences that share most words with the question, in the order of the text."""
    wanted = {*terms(expand_aliases(question)), *syllable_terms(question)} - STOPWORDS
    sentences = _SENTENCE_END.split(text)

    def shared(n: int) -> int:
        own = {*terms(expand_aliases(sentences[n])), *syllable_terms(sentences[n])}
        return len(wanted & own)

    best = sorted(range(len(sentences)), key=lambda n: (-shared(n), n))[:_SENTENCES]
    return " ".join(sentences[n] for n in sorted(best))
