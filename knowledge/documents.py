"""A person's own documents: kept in their home, searched on request, cited as theirs.

They share neither file nor collection nor result with the product's notes, and stay on this machine
even where the notes' index is on a server.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.document_chunks import Chunk, chunks_of
from knowledge.document_reading import clean, read_document
from knowledge.embedders import open_embedder
from knowledge.embedding import TextEmbedder, Vectors
from knowledge.errors import KnowledgeError
from knowledge.index_choice import IndexChoice, chosen_index
from knowledge.lexical import TermIndex
from knowledge.passage import Passage
from knowledge.store import PassageStore
from knowledge.terms import expand_aliases, syllable_terms, terms
from knowledge.vectors import complete_vectors
from knowledge.vietnamese import is_vietnamese, to_english_terms

MAX_DOCUMENTS = 200
MAX_CHUNKS = 4000  # of one document
_DENSE_WEIGHT = 0.5
_LEXICAL_WEIGHT = 0.5
_NEAR = 200  # chunks whose cosine counts
#: A chunk answers when it says half of what is asked, or means nearly the same.
_COVERAGE_NEEDED = 0.5
_DENSE_NEEDED = 0.5


class Document(BaseModel):
    """A document of the person's own.

    Attributes:
        name: The file's name; unique, a second file of that name replaces the first.
        digest: SHA-256 of the file.
        pages: How many pages it has; None where it has none.
        added_at: Aware UTC.
        chunks: Its pieces, in order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    digest: str
    pages: int | None
    added_at: datetime
    chunks: tuple[Chunk, ...]


class DocumentHit(BaseModel):
    """A piece of a document that fits a query.

    Attributes:
        origin: Always "yours": it is not of the product's notes.
        document: The file's name.
        heading: The headings above it; may be empty.
        page: From 1; None where the document has no pages.
        score: Higher is better; comparable within one search only.
        answers: Whether enough speaks for it to be quoted as an answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    origin: Literal["yours"] = "yours"
    document: str
    heading: str
    page: int | None
    text: str
    score: float
    answers: bool


class Documents:
    """The documents of one home."""

    def __init__(self, home: Path, index: IndexChoice | None = None) -> None:
        """Opens nothing; `index` is this process's unless given."""
        self._home = home
        self._folder = home / "documents"
        self._index = index or chosen_index()

    def add(self, path: Path, now: datetime) -> Document:
        """Keeps the text of a file; the file itself is needed no longer. `now` is aware UTC.

        Returns:
            What is kept; the same again for a file that is here already.

        Raises:
            KnowledgeError: The file is refused, there are too many, or the home cannot be written.
        """
        pages = read_document(path)
        chunks = chunks_of(pages)
        name = clean(path.name)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        held = {document.name: document for document in self.list()}
        if name in held and held[name].digest == digest:
            return held[name]
        if len(chunks) > MAX_CHUNKS or (name not in held and len(held) >= MAX_DOCUMENTS):
            raise KnowledgeError(
                f"{name[:100]} would be more than can be kept.",
                remedy=f"Keep to {MAX_DOCUMENTS} documents of {MAX_CHUNKS} pieces; remove some.",
            )
        document = Document(
            name=name, digest=digest, chunks=chunks, added_at=now,
            pages=len(pages) if pages[0].number else None,
        )  # fmt: skip
        self._keep(document)
        return document

    def _keep(self, document: Document) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            new = self._path(document.name).with_suffix(".new")
            new.write_text(document.model_dump_json(), encoding="utf-8")
            new.replace(self._path(document.name))
        except OSError as error:
            raise KnowledgeError(
                f"Documents cannot be kept in {self._folder}: {error.strerror}.",
                remedy="Set SAGEPILOT_HOME to a folder that can be written to.",
            ) from error

    def _path(self, name: str) -> Path:
        # The name is a stranger's: it never becomes a path.
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def list(self) -> tuple[Document, ...]:
        """All documents, by name; a file that cannot be read any more is left out."""
        found = []
        for path in self._folder.glob("*.json"):
            try:
                found.append(Document.model_validate_json(path.read_text(encoding="utf-8")))
            except (ValidationError, json.JSONDecodeError, UnicodeDecodeError):
                continue
        return tuple(sorted(found, key=lambda document: document.name))

    def remove(self, name: str) -> Document:
        """Forgets a document, in the index too, and returns what it was.

        Raises:
            KnowledgeError: There is no such document.
        """
        held = {document.name: document for document in self.list()}
        if name not in held:
            known = ", ".join(sorted(held)[:5]) or "there are none"
            raise KnowledgeError(
                f"You have no document {clean(name)[:100]!r}.", remedy=f"Yours: {known}."
            )
        self._path(name).unlink(missing_ok=True)
        self._store(tuple(d for d in held.values() if d.name != name))
        return held[name]

    @cached_property
    def _embedder(self) -> TextEmbedder:
        return open_embedder(self._index)

    def _store(self, documents: Sequence[Document]) -> PassageStore:
        """The index of exactly these documents; only new pieces are embedded."""
        name = f"documents-{self._embedder.name}"
        passages = [p for document in documents for p in _passages(document)]
        return PassageStore(self._home / "knowledge", name, passages, self._vectors_of)

    def _vectors_of(self, passages: Sequence[Passage]) -> Mapping[str, Vectors]:
        return complete_vectors(passages, {}, self._embedder)[0]

    def search(self, query: str, k: int = 5) -> tuple[DocumentHit, ...]:
        """The k pieces that fit a query best, over all documents.

        Args:
            query: English or Vietnamese, as the documents may be.
            k: At least 1.

        Raises:
            KnowledgeError: The embedding model or the index cannot be used.
        """
        documents = self.list()
        pieces = {f"{_id(d)}#{n}": (d, c) for d in documents for n, c in enumerate(d.chunks)}
        wanted = syllable_terms(query) if is_vietnamese(query) else terms(expand_aliases(query))
        if not pieces or not wanted:
            return ()
        vector = self._embedder.embed([_spoken(query)])[0]
        matches = self._store(documents).nearest(vector, min(_NEAR, len(pieces)))
        near = {f"{m.note_id}#{m.ordinal}": m.similarity for m in matches}
        counted = TermIndex({i: _terms(f"{c.heading} {c.text}") for i, (_, c) in pieces.items()})
        shares = counted.scores(wanted)
        words = [term for term in wanted if " " not in term]  # pairs of syllables only rank
        found = [
            DocumentHit(
                document=document.name, heading=chunk.heading, page=chunk.page, text=chunk.text,
                score=round(
                    _DENSE_WEIGHT * near.get(i, 0.0) + _LEXICAL_WEIGHT * shares[i], 6
                ),
                answers=near.get(i, 0.0) >= _DENSE_NEEDED
                or counted.coverage(words, i) >= _COVERAGE_NEEDED,
            )
            for i, (document, chunk) in pieces.items()
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda hit: (-hit.score, hit.document, hit.text))[:k])


def _id(document: Document) -> str:
    return document.digest[:16] + hashlib.sha256(document.name.encode()).hexdigest()[:16]


def _passages(document: Document) -> list[Passage]:
    return [
        Passage(
            note_id=_id(document), ordinal=n, sentence=chunk.text,
            text=f"{chunk.heading}. {chunk.text}" if chunk.heading else chunk.text,
        )
        for n, chunk in enumerate(document.chunks)
    ]  # fmt: skip


def _terms(text: str) -> list[str]:
    """English terms and Vietnamese syllables alike: a document may be in either language."""
    return [*terms(expand_aliases(text)), *syllable_terms(text)]


def _spoken(query: str) -> str:
    """What is embedded: a Vietnamese question in English terms, too, for English documents."""
    if not is_vietnamese(query):
        return query
    return to_english_terms(query, lambda _: False) or query
