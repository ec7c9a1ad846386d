"""Numbers as people write them in two languages: "1,5", "2k", "half a", "hai triệu".

All functions take folded text (`tools/folding.py`).
"""

import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

_ONES = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_VIETNAMESE_ONES = {
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "nam": 5,
    "lam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
}
_MAGNITUDES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "lakh": 1e5,
    "million": 1e6,
    "millions": 1e6,
    "milion": 1e6,
    "millon": 1e6,
    "mil": 1e6,
    "mio": 1e6,
    "mln": 1e6,
    "mm": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "tram": 1e2,
    "nghin": 1e3,
    "ngan": 1e3,
    "ngin": 1e3,
    "trieu": 1e6,
    "tr": 1e6,
    "ty": 1e9,
    "ti": 1e9,
}
_PER_TIME = (
    r"(?:/|per\b|an?\b|each\b|every\b|moi\b|mot\b)\s*(?:s|sec|second|min|minute|h|hr|hour|"
    r"day|week|month|year|giay|phut|gio|ngay|tuan|thang|nam)\b"
)
#: "m" is a million only where nothing else can be meant: "2m requests", "2M a day", "350M
#: parameters".
_M_MEANS_MILLION = (
    rf"(?=\s*(?:{_PER_TIME}|(?:req|call|quer|hit|predict|infer|transact|invoc|row|param|"
    rf"user|record|"
    r"tham so|yeu cau|luot)\w*|rp[smhd]\b|daily\b|monthly\b))"
)
_B_MEANS_BILLION = r"(?=[\s-]*(?:param|tham so|req|call|weights\b))"
_MAGNITUDE = (
    r"(?:\s?(?P<magnitude>k(?!\w)|bn\b|mln\b|mio\b|tr\b"
    rf"|m(?!\w){_M_MEANS_MILLION}|b(?!\w){_B_MEANS_BILLION})"
    r"|[\s-]+(?P<word_magnitude>hundred thousand|hundred|thousand|lakh|millions?|milion|"
    r"millon|mil|billion|trillion"
    r"|tram nghin|tram ngan|tram|nghin|ngan|trieu|ty|ti(?!\w))\b)?"
    r"(?P<half>\s+ruoi\b|\s+and\s+a\s+half\b)?"
)
_DIGITS = (
    r"(?<![\w.,/\\#:])(?P<digits>(?:\d{1,3}(?:[., _]\d{3}){1,6}(?:[.,]\d{1,9})?|"
    r"\d{1,18}(?:[.,]\d{1,15})?|"
    r"\.\d{1,15})(?:e\+?\d{1,3})?)"
    r"(?!\d|[.,]\d)(?P<fraction>½)?"
)
_EN_WORD = "|".join(sorted(_ONES, key=len, reverse=True))
_VI_ONE = "|".join(_VIETNAMESE_ONES)
_WORDS = (
    r"(?<![\w-])(?P<words>half\s+(?:of\s+)?(?:an?)\b|an?\s+half\b|half\b(?=[\s-]second|"
    r"[\s-]minute|[\s-]hour)"
    r"|(?:a\s+)?quarter(?:\s+of)?\s+(?:an?)\b|three\s+quarters\s+of\s+an?\b"
    r"|an?\s+couple(?:\s+of)?\b|couple\s+of\b|(?:an?|half\s+a)\s+dozen\b|"
    r"a(?=\s+(?:hundred|thousand|million|billion)\b)"
    rf"|(?:{_EN_WORD})(?:[\s-](?:{_EN_WORD}))?\b"
    rf"|nua\b|(?:{_VI_ONE})\s+muoi(?:\s+(?:{_VI_ONE}))?\b|muoi(?:\s+(?:{_VI_ONE}))?\b|"
    rf"(?:{_VI_ONE})\b|vai\s+(?=khong))"
)
_NUMBER = re.compile(
    rf"(?:(?P<sign>(?<![\w)])-|\bminus\s+|\bnegative\s+|(?<=\s)am\s+(?=\d))?{_DIGITS}|"
    rf"{_WORDS}){_MAGNITUDE}"
)
_FIXED = {"half": 0.5, "quarter": 0.25, "couple": 2.0, "dozen": 12.0, "nua": 0.5}


class Numeral(BaseModel):
    """A number in a text.

    Attributes:
        value: What it says, magnitude words included.
        start: Index of its first character (its sign, if any) in the folded text.
        end: Index after its last character.
        spelled: It was written in words, not digits.
        magnitude: What a word such as "thousand" multiplied it by.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    start: int
    end: int
    spelled: bool = False
    magnitude: float = 1.0


def _read_digits(digits: str, *, vietnamese: bool) -> float:
    """Read digits with separators; "1.500" is 1500 in Vietnamese, 1.5 in English."""
    mantissa, _, exponent = digits.replace("_", "").replace(" ", "").partition("e")
    marks = [c for c in mantissa if c in ".,"]
    thousands = re.fullmatch(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*", mantissa)
    if len(set(marks)) == 2:
        decimal = marks[-1]
        mantissa = mantissa.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    elif thousands and (len(marks) > 1 or marks[0] == "," or vietnamese):
        mantissa = mantissa.replace(marks[0], "")
    else:
        mantissa = mantissa.replace(",", ".")
    return float(mantissa) * 10.0 ** int(exponent or 0)


def _read_words(words: str) -> float:
    if words.startswith("three quarters"):
        return 0.75
    if "half" in words and "dozen" in words:
        return 6.0
    for word, value in _FIXED.items():
        if word in words.split() or (word == "half" and words.startswith("half")):
            return value
    if words == "a":
        return 1.0
    total, tens = 0.0, False
    for word in re.split(r"[\s-]+", words):
        if word == "muoi":
            total, tens = max(total, 1.0) * 10, True
        else:
            total += _ONES.get(word, 0) or _VIETNAMESE_ONES.get(word, 0)
    return total if total or tens else 0.0


def numerals(text: str, *, vietnamese: bool = False) -> Iterator[Numeral]:
    """Yield the numbers of a folded text in order; numbers glued to words ("ml.m5") are none."""
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            try:
                value = _read_digits(match["digits"], vietnamese=vietnamese)
            except (ValueError, OverflowError):  # a shape that is no number, such as "1e999999"
                continue
        else:
            value = _read_words(match["words"])
        value += 0.5 if match["fraction"] else 0.0
        scale = 1.0
        for word in (match["word_magnitude"] or match["magnitude"] or "").split():
            scale *= _MAGNITUDES[word]
        value = (value + (0.5 if match["half"] else 0.0)) * scale
        if match["sign"]:
            value = -value
        yield Numeral(
            value=value,
            start=match.start(),
            end=match.end(),
            spelled=not match["digits"],
            magnitude=scale,
        )
