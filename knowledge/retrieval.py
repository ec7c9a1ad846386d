"""Finding notes: by meaning in the vector store, exactly by the names and numbers in a query."""

import os
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge.asked import asked_passages, load_asked
from knowledge.candidate import Candidate as Candidate
from knowledge.candidate import Query as Query
from knowledge.candidate import candidate
from knowledge.elsewhere import ELSEWHERE_ID, elsewhere_passages
from knowledge.embedding import EnglishWords
from knowledge.index_choice import PACKAGED, IndexChoice, chosen_index
from knowledge.indexing import NoteTerms
from knowledge.lay_words import in_aws_words
from knowledge.note import NOTES_FOLDER, Note, load_notes
from knowledge.opening import open_index
from knowledge.passage import passages_of
from knowledge.spelling import Spelling
from knowledge.terms import (
    STOPWORDS,
    expand_aliases,
    general_abbreviations,
    identifiers,
    is_instance_type,
    neighbours,
    proper_names,
    stem,
    syllable_terms,
    terms,
    without_common_names,
)
from knowledge.vietnamese import is_plain_vietnamese, is_vietnamese, to_english_terms

_PASSAGES = 300


class Hit(BaseModel):
    """A note that fits a query.

    Attributes:
        note_id: The note.
        title: Its title.
        text: Its summary and body.
        score: Higher is better; comparable within one search only.
        source_url: Its most important source.
        as_of: The day up to which its facts were gathered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    note_id: str
    title: str
    text: str
    score: float
    source_url: str
    as_of: date


class Library:
    """A folder of notes, indexed."""

    def __init__(
        self, home: Path, folder: Path = NOTES_FOLDER, index: IndexChoice = PACKAGED
    ) -> None:
        """Reads the notes and brings the index up to date; embeds only what has changed.

        Raises:
            KnowledgeError: A note is invalid or the embedding model is not the expected one.
        """
        self.notes = {note.id: note for note in load_notes(folder)}
        self.passages = {p.id: p for note in self.notes.values() for p in passages_of(note)}
        ours = folder == NOTES_FOLDER
        # Strangers' notes may be about anything: nothing lies elsewhere, and nobody asks for them.
        more = (*asked_passages(), *elsewhere_passages()) if ours else ()
        passages = (*self.passages.values(), *more)
        self._embedder, self._store = open_index(home, None if ours else folder, passages, index)
        self._words = EnglishWords()
        asked = dict(load_asked()) if ours else {}
        self._terms = NoteTerms(tuple(self.notes.values()), asked)
        self._common = general_abbreviations()
        self._pairs = {p for n in self.notes.values() for p in neighbours(_prose(n))}
        self._spelling = Spelling(self._terms.english.vocabulary, self._is_word)

    def _is_word(self, word: str) -> bool:
        return word in self._terms.asked or word in self._words

    def understand(self, text: str) -> Query:
        """Mends spelling, recognises Vietnamese, and takes the query apart."""
        vietnamese = is_vietnamese(text) or is_plain_vietnamese(
            text, self._terms.asked_vietnamese.__contains__, self._is_english
        )
        if vietnamese:
            english = expand_aliases(to_english_terms(text, self._terms.english.__contains__))
        else:
            english = expand_aliases(in_aws_words(self._spelling.mend(text)))
        named = text if vietnamese else english
        names = identifiers(text)
        subjects = [*proper_names(named), *(n for n in names if not is_instance_type(n))]
        return Query(
            english=english,
            vietnamese=vietnamese,
            terms=tuple(terms(english)),
            syllables=tuple(syllable_terms(text)) if vietnamese else (),
            identifiers=tuple(names),
            foreign_names=tuple(n for n in subjects if not self._is_ours(n)),
        )

    def _is_ours(self, name: str) -> bool:
        """Whether some note uses a name, of one word or of two neighbouring ones."""
        return (
            name in self._pairs
            if " " in name
            else name in self._terms.english or name in self._common
        )

    def _is_english(self, word: str) -> bool:
        return word in STOPWORDS or stem(word) in self._terms.asked

    def candidates(self, query: Query, topics: Collection[str] = ()) -> tuple[Candidate, ...]:
        """All notes with any of the topics (none given: all), the best first; ties by id."""
        sentences = self._similar_sentences(query.english)
        elsewhere = max(sentences[ELSEWHERE_ID].values(), default=0.0)
        english = self._terms.asked.scores(query.terms)
        vietnamese = self._terms.asked_vietnamese.scores(query.syllables)
        exact = self._terms.english.coverages(query.identifiers)
        said = self._terms.english.coverages(query.terms)
        said_vi = self._terms.vietnamese.coverages(query.syllables)
        found = [
            candidate(
                note.id,
                sentences[note.id],
                lexical=max(english[note.id], vietnamese[note.id]),
                exact=exact[note.id],
                coverage=max(said[note.id], said_vi[note.id]),
                elsewhere=elsewhere,
            )
            for note in self.notes.values()
            if not topics or set(topics) & set(note.topics)
        ]
        return tuple(sorted(found, key=lambda c: (-c.score, c.note_id)))

    def _similar_sentences(self, english: str) -> dict[str, dict[int, float]]:
        """Cosines by note id and ordinal of the passages near the query."""
        result: dict[str, dict[int, float]] = defaultdict(dict)
        if english.strip() and self.passages:
            vector = self._embedder.embed([without_common_names(english)])[0]
            for match in self._store.nearest(vector, _PASSAGES):
                result[match.note_id][match.ordinal] = match.similarity
        return result


def _prose(note: Note) -> str:
    return f"{note.title}. {note.summary_en} {note.body}"


def open_library(home: Path, folder: Path = NOTES_FOLDER) -> Library:
    """The library of this folder, opened once a process and again when a note has changed."""
    with os.scandir(folder) as entries:
        stamp = tuple(
            sorted((e.name, e.stat().st_mtime_ns) for e in entries if e.name.endswith(".md"))
        )
    return _library(home, folder, stamp, chosen_index())


@lru_cache(maxsize=4)
def _library(
    home: Path, folder: Path, _stamp: tuple[tuple[str, int], ...], index: IndexChoice
) -> Library:
    return Library(home, folder, index)


def search(
    query: str,
    k: int = 5,
    *,
    home: Path,
    topics: Collection[str] = (),
    notes_folder: Path = NOTES_FOLDER,
) -> tuple[Hit, ...]:
    """The k notes that fit a query best.

    Args:
        query: A question or a few words, in English or Vietnamese (with or without diacritics).
        k: At least 1.
        home: Where the index lives; filled on first use.
        topics: Only notes with one of these topics; empty for all.
        notes_folder: The notes; those that ship with the product by default.

    Returns:
        The best first; empty when the query holds no words.

    Raises:
        ValueError: k is below 1.
    """
    if k < 1:
        raise ValueError("k must be at least 1")
    library = open_library(home, notes_folder)
    parts = library.understand(query)
    if not (parts.english.strip() or parts.syllables):
        return ()
    return tuple(
        _hit(library.notes[c.note_id], c.score) for c in library.candidates(parts, topics)[:k]
    )


def _hit(note: Note, score: float) -> Hit:
    return Hit(
        note_id=note.id,
        title=note.title,
        text=f"{note.summary_en}\n\n{note.body}",
        score=score,
        source_url=note.source_urls[0],
        as_of=note.as_of,
    )
