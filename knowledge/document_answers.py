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

    def place(self, language: Literal["en", "vi"]) -> str:
        """Page and heading in words; empty for a document with neither."""
        page = f"{_PAGE[language]} {self.page}" if self.page else ""
        return ", ".join(part for part in (page, self.heading) if part)


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
    cited = tuple(
        OwnCitation(document=hit.document, page=hit.page, heading=hit.heading) for hit in quoted
    )
    lines = [
        _line(n, question, pair, language)
        for n, pair in enumerate(zip(quoted, cited, strict=True), 1)
    ]
    return OwnAnswer(answer="\n".join((_FOUND[language], *lines)), citations=cited, grounded=True)


def _line(
    n: int, question: str, pair: tuple[DocumentHit, OwnCitation], language: Literal["en", "vi"]
) -> str:
    hit, citation = pair
    place = ", ".join(filter(None, (citation.document, citation.place(language))))
    return f"“{_best_sentences(question, hit.text)}” [yours {n}] ({place})"


def _best_sentences(question: str, text: str) -> str:
    """The sentences that share most words with the question, in the order of the text."""
    wanted = {*terms(expand_aliases(question)), *syllable_terms(question)} - STOPWORDS
    sentences = _SENTENCE_END.split(text)

    def shared(n: int) -> int:
        own = {*terms(expand_aliases(sentences[n])), *syllable_terms(sentences[n])}
        return len(wanted & own)

    best = sorted(range(len(sentences)), key=lambda n: (-shared(n), n))[:_SENTENCES]
    return " ".join(sentences[n] for n in sorted(best))
