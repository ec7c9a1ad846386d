"""What is known, to be held against a stem and its options: the notes' sentences and the features.

Likeness is the cosine of sentence vectors plus the share of counted words in common.
"""

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from knowledge.embedding import MiniLmEmbedder
from knowledge.feature import Feature, load_features
from knowledge.feature_vectors import FEATURE_VECTORS_PATH, statements_of
from knowledge.note import load_notes
from knowledge.passage import passages_of
from knowledge.terms import terms
from knowledge.vectors import VECTORS_PATH, load_vectors

Scores = npt.NDArray[np.float64]

_LEXICAL_OF_STEM = 1.2
_LEXICAL_OF_OPTION = 1.1
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])")
_PLURAL = r"(?:s|es)?"


class Statement(NamedTuple):
    """One thing that is known; `holds` is False where it says what a feature is not for."""

    text: str
    said: str
    source: str
    is_feature: bool
    holds: bool


class Evidence:
    """Statements with their vectors and words."""

    def __init__(self) -> None:
        """Reads notes, features and their shipped vectors; embeds only what changed since.

        Raises:
            KnowledgeError: A note, the features or the embedding model cannot be used.
        """
        self.features = {feature.id: feature for feature in load_features()}
        self.notes = {note.id: note for note in load_notes()}
        self.statements = (*self._of_notes(), *self._of_features())
        self._embedder = MiniLmEmbedder()
        self._matrix = self._vectors()
        self.holds = np.array([s.holds for s in self.statements])
        self._postings: dict[str, list[int]] = defaultdict(list)
        for place, statement in enumerate(self.statements):
            for word in set(terms(statement.text)):
                self._postings[word].append(place)
        self._rows: dict[tuple[str, bool], list[int]] = defaultdict(list)
        for place, statement in enumerate(self.statements):
            if statement.is_feature:
                self._rows[statement.source, statement.holds].append(place)
        self._names = sorted(
            ((name, feature) for feature in self.features.values() for name in feature.names),
            key=lambda pair: -len(pair[0]),
        )
        self._compiled = [
            (re.compile(rf"(?<![\w-]){re.escape(name)}{_PLURAL}(?![\w-])"), feature)
            for name, feature in self._names
        ]

    def _of_notes(self) -> list[Statement]:
        return [
            Statement(p.text, p.sentence, p.note_id, False, True)
            for note in self.notes.values()
            for p in passages_of(note)
        ]

    def _of_features(self) -> list[Statement]:
        return [
            Statement(text, said, feature.id, True, holds)
            for feature in self.features.values()
            for text, said, holds in statements_of(feature)
        ]

    def _vectors(self) -> Scores:
        known = {
            **load_vectors(VECTORS_PATH, self._embedder.name),
            **load_vectors(FEATURE_VECTORS_PATH, self._embedder.name),
        }
        hashes = [hashlib.sha256(s.text.encode()).hexdigest() for s in self.statements]
        missing = [i for i, h in enumerate(hashes) if h not in known]
        made = self._embedder.embed([self.statements[i].text for i in missing])
        known |= {hashes[i]: made[n] for n, i in enumerate(missing)}
        return np.array([known[h] for h in hashes], dtype=np.float64)

    def embed(self, texts: Sequence[str]) -> Scores:
        """Unit vectors, one a text."""
        return self._embedder.embed(texts).astype(np.float64)

    def likeness_to_stem(self, stem: str) -> Scores:
        """How near every statement is to a stem: to one of its sentences, and to the whole."""
        sentences = [s for s in _SENTENCE_END.split(stem) if s.strip()][-12:]
        vectors = self.embed([*sentences, stem])
        cosines = self._matrix @ vectors.T
        dense = 0.5 * np.maximum(cosines.max(axis=1), 0) + 0.5 * cosines[:, -1]
        result: Scores = dense + _LEXICAL_OF_STEM * self._common(terms(stem))
        return result

    def likeness_to_options(self, stem: str, options: Sequence[str]) -> Scores:
        """The same for options, shape (statements, options); words of the stem do not count."""
        said = set(terms(stem))
        dense = self._matrix @ self.embed(options).T
        lexical = [self._common([t for t in terms(o) if t not in said]) for o in options]
        result: Scores = dense + _LEXICAL_OF_OPTION * np.array(lexical).T
        return result

    def _common(self, words: Sequence[str]) -> Scores:
        """The share of `words`, weighted by rarity, that each statement has."""
        share = np.zeros(len(self.statements))
        whole = 0.0
        for word in dict.fromkeys(words):
            places = self._postings.get(word)
            if places:
                weight = math.log(1 + len(self.statements) / len(places))
                share[places] += weight
                whole += weight
        return share / whole if whole else share

    def rows(self, feature: Feature, *, holds: bool) -> list[int]:
        """Where the statements on a feature stand."""
        return self._rows[feature.id, holds]

    def named_in(self, text: str) -> tuple[Feature, ...]:
        """The features that a text names, longest names first, each part of the text once."""
        folded = text.lower().replace("optimis", "optimiz")
        taken: list[tuple[int, int]] = []
        found: dict[str, Feature] = {}
        for pattern, feature in self._compiled:
            for match in pattern.finditer(folded):
                if all(match.end() <= a or match.start() >= b for a, b in taken):
                    taken.append(match.span())
                    found[feature.id] = feature
        return tuple(found.values())


@lru_cache(maxsize=1)
def evidence() -> Evidence:
    """Everything that is known, read once a process."""
    return Evidence()
