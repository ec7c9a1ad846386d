"""Vietnamese questions: recognised, and put into English terms that the embedding model knows."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from knowledge.terms import fold, is_identifier

GLOSSARY_PATH = Path(__file__).parent / "data" / "glossary.toml"
# Letters that Vietnamese has and other languages written in Latin letters mostly lack.
_LETTERS = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉĩịọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]", re.IGNORECASE)
_FUNCTION_WORDS = frozenset(("là", "gì", "và", "không", "thì", "cái", "nào", "thế", "nếu"))
# Telling without diacritics, too: no other language writes these pairs.
_FUNCTION_PHRASES = (
    "lam sao",
    "bao nhieu",
    "nhu the nao",
    "la gi",
    "the nao",
    "lam the",
    "co the",
    "khi nao",
)
_LONGEST_PHRASE = 6  # words
_LONGEST_SYLLABLE = 7  # letters: "nghieng"
_MOSTLY = 0.75  # of the words that are not English


@cache
def glossary() -> Mapping[str, str]:
    """English by Vietnamese phrase in lower case, with its diacritics."""
    table = tomllib.loads(GLOSSARY_PATH.read_text(encoding="utf-8"))["terms"]
    return {_normal(vietnamese): english for vietnamese, english in table.items()}


@cache
def folded_glossary() -> Mapping[str, str]:
    """English by phrase without diacritics; single syllables would mean too many things."""
    return {fold(phrase): english for phrase, english in glossary().items() if " " in phrase}


def is_vietnamese(text: str) -> bool:
    """Whether Vietnamese letters or words say so; without diacritics it takes telling phrases."""
    normal = _normal(text)
    words = re.findall(r"[^\W_]+", normal)
    if _LETTERS.search(normal) or _FUNCTION_WORDS.intersection(words):
        return True
    spaced = f" {' '.join(fold(w) for w in words)} "
    telling = sum(f" {phrase} " in spaced for phrase in _FUNCTION_PHRASES)
    return telling + sum(f" {phrase} " in spaced for phrase in folded_glossary()) >= 2


def is_plain_vietnamese(
    text: str, is_syllable: Callable[[str], bool], is_english: Callable[[str], bool]
) -> bool:
    """Whether most words are Vietnamese syllables without diacritics and no English words.

    Args:
        text: A question.
        is_syllable: Whether Vietnamese texts of the notes have a word, written without diacritics.
        is_english: Whether a word is English.
    """
    words = [w.lower() for w in re.findall(r"[^\W_]+", text) if w.isascii() and w.isalpha()]
    foreign = [w for w in words if not is_english(w)]
    syllables = [w for w in foreign if len(w) <= _LONGEST_SYLLABLE and is_syllable(w)]
    return (
        len(syllables) >= 2
        and len(syllables) >= _MOSTLY * max(1, len(foreign))
        and (len(syllables) * 3 >= len(words))
    )


def to_english_terms(text: str, is_known: Callable[[str], bool]) -> str:
    """The English of every glossary phrase, with names and numbers kept as they are.

    Args:
        text: Vietnamese, with or without diacritics.
        is_known: Whether the notes use an English word; others are left out as Vietnamese.

    Returns:
        English words in the order of the text; the longest phrase wins at each place.
    """
    words = re.findall(r"[\w./:%-]+", unicodedata.normalize("NFC", text))
    accented = any(not word.isascii() for word in words)
    table = glossary() if accented else folded_glossary()
    english: list[str] = []
    position = 0
    while position < len(words):
        taken, translation = _longest_phrase(words, position, table)
        if taken:
            english.append(translation)
        elif _is_technical(words[position], is_known):
            english.append(words[position])
        position += max(1, taken)
    return " ".join(english)


def _longest_phrase(words: list[str], position: int, table: Mapping[str, str]) -> tuple[int, str]:
    """How many words the longest phrase at this place takes, and its English; 0 for none."""
    for length in range(min(_LONGEST_PHRASE, len(words) - position), 0, -1):
        phrase = " ".join(words[position : position + length]).lower().strip(".:/-")
        if phrase in table:
            return length, table[phrase]
    return 0, ""


def _is_technical(word: str, is_known: Callable[[str], bool]) -> bool:
    """A name, a number, or an English word of the notes that is not also a Vietnamese syllable."""
    if not word.isascii():
        return False
    if is_identifier(word) or any(c.isdigit() or c.isupper() for c in word):
        return True
    return len(word) > 2 and is_known(word.lower())


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()
