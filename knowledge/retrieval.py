"""Finding notes: by meaning in the vector store, exactly by the names and numbers in a query."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge.asked import ASKED_ORDINAL, asked_passages, load_asked
from knowledge.elsewhere import ELSEWHERE_ID, elsewhere_passages
from knowledge.embedders import open_embedder
from knowledge.embedding import EnglishWords, Vectors
from knowledge.index_choice import PACKAGED, IndexChoice, chosen_index
from knowledge.indexing import NoteTerms
from knowledge.lay_words import in_aws_words
from knowledge.note import NOTES_FOLDER, Note, load_notes
from knowledge.passage import Passage, passages_of
from knowledge.spelling import Spelling
from knowledge.store import PassageStore, import_chromadb
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
from knowledge.vectors import VECTORS_PATH, complete_vectors, load_vectors
from knowledge.vietnamese import is_plain_vietnamese, is_vietnamese, to_english_terms

# Tuned on the tuning half of tests/integration/knowledge/retrieval.toml only.
DENSE_WEIGHT = 0.28
NEAREST_THREE_WEIGHT = 0.28
LEXICAL_WEIGHT = 0.55
IDENTIFIER_WEIGHT = 0.33
ASKED_WEIGHT = 0.39
_NEAREST = 3
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


class Query(BaseModel):
    """A query as it is looked for.

    Attributes:
        english: What is embedded: spelling mended, Vietnamese put into English terms.
        vietnamese: Whether the query was Vietnamese.
        terms: What is counted in the notes' English.
        syllables: What is counted in the notes' Vietnamese summaries; empty for English.
        identifiers: What has to be found exactly.
        foreign_names: Proper names that no note has: the question is about something else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    english: str
    vietnamese: bool
    terms: tuple[str, ...]
    syllables: tuple[str, ...]
    identifiers: tuple[str, ...]
    foreign_names: tuple[str, ...]


class Candidate(BaseModel):
    """A note with all that speaks for it; every part lies between 0 and 1 (cosine: -1 and 1).

    Attributes:
        note_id: The note.
        dense: The cosine of its most similar passage.
        nearest_three: The mean cosine of its three most similar passages.
        asked: The cosine of the most similar phrase that asks for it.
        lexical: Its share of the counted words, by BM25.
        exact: The share of the query's identifiers that it has.
        coverage: The share of the query's words that it has at all.
        sentences: The cosine of each of its passages near the query, by ordinal.
        elsewhere: The cosine of the nearest subject that no note covers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    note_id: str
    dense: float
    nearest_three: float
    asked: float
    lexical: float
    exact: float
    coverage: float
    sentences: Mapping[int, float]
    elsewhere: float

    @property
    def score(self) -> float:
        """The weighted sum that orders the notes."""
        parts = (
            DENSE_WEIGHT * self.dense,
            NEAREST_THREE_WEIGHT * self.nearest_three,
            ASKED_WEIGHT * self.asked,
            LEXICAL_WEIGHT * self.lexical,
            IDENTIFIER_WEIGHT * self.exact,
        )
        return round(sum(parts), 6)


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
        with ThreadPoolExecutor(1) as background:
            # The model loads while chromadb is imported: both take long, on different cores.
            loading = background.submit(open_embedder, index)
            import_chromadb()
            self._embedder = loading.result()
        ours = folder == NOTES_FOLDER
        self._store = self._open_store(home, folder, ours=ours, server=index.chroma_url)
        self._words = EnglishWords()
        asked = dict(load_asked()) if ours else {}
        self._terms = NoteTerms(tuple(self.notes.values()), asked)
        self._common = general_abbreviations()
        self._pairs = {p for n in self.notes.values() for p in neighbours(_prose(n))}
        self._spelling = Spelling(self._terms.english.vocabulary, self._is_word)

    def _is_word(self, word: str) -> bool:
        return word in self._terms.asked or word in self._words

    def _open_store(
        self, home: Path, folder: Path, *, ours: bool, server: str | None
    ) -> PassageStore:
        model = self._embedder.name
        name = f"notes-{model}" if ours else f"own-{_key(f'{folder.resolve()} {model}')}"
        # Strangers' notes may be about anything: nothing lies elsewhere, and nobody asks for them.
        more = (*asked_passages(), *elsewhere_passages()) if ours else ()
        return PassageStore(
            home / "knowledge", name, [*self.passages.values(), *more], self._vectors_of, server
        )

    def _vectors_of(self, passages: Sequence[Passage]) -> Mapping[str, Vectors]:
        """The shipped vectors; what was written since is embedded here."""
        shipped = load_vectors(VECTORS_PATH, self._embedder.name)
        return complete_vectors(passages, shipped, self._embedder)[0]

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
        found = [
            self._candidate(
                query, note.id, sentences[note.id], max(english[note.id], vietnamese[note.id]),
                elsewhere,
            )
            for note in self.notes.values()
            if not topics or set(topics) & set(note.topics)
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda c: (-c.score, c.note_id)))

    def _candidate(
        self,
        query: Query,
        note_id: str,
        near: Mapping[int, float],
        lexical: float,
        elsewhere: float,
    ) -> Candidate:
        own = {n: s for n, s in near.items() if n < ASKED_ORDINAL}
        best = sorted(own.values(), reverse=True)[:_NEAREST]
        return Candidate(
            note_id=note_id,
            dense=best[0] if best else 0.0,
            nearest_three=sum(best) / len(best) if best else 0.0,
            asked=max((s for n, s in near.items() if n >= ASKED_ORDINAL), default=0.0),
            lexical=lexical,
            exact=self._terms.english.coverage(query.identifiers, note_id),
            coverage=max(
                self._terms.english.coverage(query.terms, note_id),
                self._terms.vietnamese.coverage(query.syllables, note_id),
            ),
            sentences=own,
            elsewhere=elsewhere,
        )

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


def _key(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:16]


def open_library(home: Path, folder: Path = NOTES_FOLDER) -> Library:
    """The library of this folder, opened once a process and again when a note has changed."""
    stamp = tuple((p.name, p.stat().st_mtime_ns) for p in sorted(folder.glob("*.md")))
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
