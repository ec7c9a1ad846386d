"""Typing errors: a word that is neither English nor ours becomes the nearest word of the notes."""

import re
from collections.abc import Callable, Iterable

_WORD = re.compile(r"[A-Za-z][A-Za-z_]{3,}")
_NEAR_ENOUGH = 82.0  # Indel similarity in percent: about one slip in six letters


class Spelling:
    """Mends words towards the vocabulary of the notes."""

    def __init__(self, vocabulary: Iterable[str], is_word: Callable[[str], bool]) -> None:
        """Takes the notes' terms and a test for well-spelt English words."""
        self._known = frozenset(vocabulary)
        self._targets = sorted(w for w in self._known if w.isascii() and w.isalpha() and len(w) > 3)
        self._is_word = is_word

    def mend(self, text: str) -> str:
        """The text with every unknown word replaced, where something near enough exists."""
        return _WORD.sub(lambda match: self._mend_word(match.group()), text)

    def _mend_word(self, word: str) -> str:
        lowered = word.lower()
        if lowered in self._known or lowered.rstrip("s") in self._known or self._is_word(lowered):
            return word
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        found = process.extractOne(
            lowered,
            self._targets,
            scorer=Indel.normalized_similarity,
            score_cutoff=_NEAR_ENOUGH / 100,
        )
        return str(found[0]) if found else word
