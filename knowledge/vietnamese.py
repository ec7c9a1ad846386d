"""Vietnamese questions: recognised, and put into English terms that the embedding model knows."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from knowledge.terms import fold

GLOSSARY_PATH = Path(__file__).parent / "data" / "glossary.toml"
# Letters that Vietnamese has and other languages written in Latin letters mostly lack.
_LETTERS = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉĩịọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]", re.IGNORECASE)
_TECHNICAL = re.compile(r"[A-Za-z0-9][\w./:%-]*")


@cache
def glossary() -> Mapping[str, str]:
    """English by folded Vietnamese phrase, the longest phrases first."""
    table = tomllib.loads(GLOSSARY_PATH.read_text(encoding="utf-8"))["terms"]
    folded = {fold(vietnamese): english for vietnamese, english in table.items()}
    return dict(sorted(folded.items(), key=lambda item: (-len(item[0]), item[0])))


def is_vietnamese(text: str) -> bool:
    """True with Vietnamese letters, or with two glossary phrases of several syllables."""
    if _LETTERS.search(text):
        return True
    words = " ".join(re.findall(r"[^\W_]+", fold(text)))
    folded = f" {words} "
    return sum(f" {phrase} " in folded for phrase in glossary() if " " in phrase) >= 2


def to_english_terms(text: str) -> str:
    """The English of every glossary phrase, with names and numbers kept as they are.

    The longest phrase wins at each place; what the glossary lacks is left out, unless it is
    plain ASCII (names of services, options and metrics are not translated).
    """
    words = [(w, fold(w)) for w in re.findall(r"[\w./:%-]+", text)]
    english: list[str] = []
    position = 0
    while position < len(words):
        taken, translation = _longest_phrase(words, position)
        if taken:
            english.append(translation)
        elif _TECHNICAL.fullmatch(words[position][0]) and words[position][0].isascii():
            english.append(words[position][0])
        position += max(1, taken)
    return " ".join(english)


def _longest_phrase(words: list[tuple[str, str]], position: int) -> tuple[int, str]:
    """How many words the longest phrase at this place takes, and its English; 0 for none."""
    for length in range(min(6, len(words) - position), 0, -1):
        phrase = " ".join(folded for _, folded in words[position : position + length]).strip(".")
        if phrase in glossary():
            return length, glossary()[phrase]
    return 0, ""
