"""Which share of a query's weight do a note's words cover? BM25's parts, kept between 0 and 1."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

_K1 = 1.2
_B = 0.5


class TermIndex:
    """Counted terms of a fixed set of notes."""

    def __init__(self, documents: Mapping[str, Sequence[str]]) -> None:
        """Counts the terms of every document, by note id."""
        self._counts = {note_id: Counter(words) for note_id, words in documents.items()}
        self._lengths = {note_id: len(words) for note_id, words in documents.items()}
        self._mean = sum(self._lengths.values()) / max(1, len(self._lengths)) or 1.0
        frequency = Counter(term for counts in self._counts.values() for term in counts)
        n = len(documents)
        self._idf = {t: math.log(1 + (n - f + 0.5) / (f + 0.5)) for t, f in frequency.items()}
        self._unseen = math.log(1 + (n + 0.5) / 0.5)

    def __contains__(self, term: str) -> bool:
        return term in self._idf

    @property
    def vocabulary(self) -> Iterable[str]:
        """Every term that some note has."""
        return self._idf.keys()

    def weight(self, term: str) -> float:
        """How telling a term is; a term of no note is the most telling."""
        return self._idf.get(term, self._unseen)

    def scores(self, query: Iterable[str]) -> dict[str, float]:
        """BM25 divided by what a perfect note would get: 0 to 1, by note id."""
        wanted = set(query)
        total = sum(self.weight(t) for t in wanted)
        if not total:
            return dict.fromkeys(self._counts, 0.0)
        weights = {t: self.weight(t) for t in wanted}
        return {
            note_id: sum(w * self._saturation(note_id, c[t]) for t, w in weights.items() if t in c)
            / total
            for note_id, c in self._counts.items()
        }

    def coverage(self, query: Iterable[str], note_id: str) -> float:
        """The share of the query's weight whose terms the note has at all: 0 to 1."""
        wanted = set(query)
        total = sum(self.weight(t) for t in wanted)
        have = self._counts[note_id]
        return sum(self.weight(t) for t in wanted if t in have) / total if total else 0.0

    def coverages(self, query: Iterable[str]) -> dict[str, float]:
        """`coverage` of every note, by note id."""
        weights = {t: self.weight(t) for t in set(query)}
        total = sum(weights.values())
        if not total:
            return dict.fromkeys(self._counts, 0.0)
        return {
            note_id: sum(w for t, w in weights.items() if t in have) / total
            for note_id, have in self._counts.items()
        }

    def _saturation(self, note_id: str, count: int) -> float:
        length = 1 - _B + _B * self._lengths[note_id] / self._mean
        return count / (count + _K1 * length)
