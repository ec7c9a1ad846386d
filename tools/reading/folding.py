"""Text without case, accents and typographic signs, traceable to what was written.

People write Vietnamese with and without diacritics, and type dashes and quotes of many kinds.
Patterns
are matched on the folded text; what is quoted to people is always the original.
"""

import unicodedata
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

_SIGNS = {
    "đ": "d",
    "\u2010": "-",
    "\u2011": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2019": "'",
    "\u2018": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "\u00a0": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\t": " ",
    "\u00d7": "x",
    "≤": "<",
    "≥": ">",
    "≈": "~",
    "\u00b5": "u",
    "\u03bc": "u",
}


class FoldedText(BaseModel):
    """A text and its folded form.

    Attributes:
        original: The text as it was written.
        text: Lower case, without marks; matched by patterns.
        offsets: For each folded character the index of the original one, and one more for the end.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    original: str
    text: str
    offsets: tuple[int, ...]

    def quote(self, start: int, end: int) -> str:
        """Return the original slice that the folded `start:end` stands for, with its marks."""
        return self.original[self.offsets[start] : self.offsets[end]]


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    lowered = character.lower()
    if lowered in _SIGNS:
        return _SIGNS[lowered]
    plain = "".join(
        c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c)
    )
    plain = "".join(_SIGNS.get(c, c) for c in plain)
    compatible = unicodedata.normalize("NFKC", plain)
    return compatible if len(compatible) == len(plain) else plain


def fold(text: str) -> FoldedText:
    """Fold `text`; composed and decomposed accents give the same result."""
    if text.isascii():
        return FoldedText(
            original=text,
            text=text.lower().replace("\t", " "),
            offsets=tuple(range(len(text) + 1)),
        )
    folded: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(text):
        for plain in _fold_character(character):
            folded.append(plain)
            offsets.append(index)
    offsets.append(len(text))
    return FoldedText(original=text, text="".join(folded), offsets=tuple(offsets))
