"""Shipped vectors compared one by one: for a process that asks once, faster than opening Chroma."""

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge.embedding import Vectors
from knowledge.passage import Passage
from knowledge.store import PassageMatch


class MemoryStore:
    """Passages and their vectors in memory; the same cosines as the vector store's.

    Attributes:
        written: Always 0: nothing is kept.
    """

    written = 0

    def __init__(self, passages: Sequence[Passage], vectors: Mapping[str, Vectors]) -> None:
        """Takes a unit vector for every passage, by text hash."""
        self._passages = passages
        self._rows = np.stack([vectors[p.text_hash] for p in passages])

    def nearest(self, vector: Vectors, count: int) -> tuple[PassageMatch, ...]:
        """At most `count` passages, the most similar first; equals in the order of their ids."""
        cosines = self._rows @ vector
        matches = (
            PassageMatch(
                note_id=self._passages[i].note_id,
                ordinal=self._passages[i].ordinal,
                similarity=round(float(cosines[i]), 6),
            )
            for i in np.argsort(-cosines)[:count]
        )
        return tuple(sorted(matches, key=lambda m: (-m.similarity, m.note_id, m.ordinal)))
