"""Which letters a person means who answers a practice question: "B", "a and c", "serverless"."""

import re
from collections.abc import Mapping

from knowledge.terms import fold

#: Around the letters of an answer, in English and Vietnamese without marks.
_AROUND = frozenset(
    re.findall(
        r"\S+",
        """i i'd i'll i'm the my answer answers option options choice choices is are it its it's
        think thinks would say go with choose pick take choosing guess believe probably maybe must
        be should letter letters and then plus or final ok okay well so um hmm please sure
        dap an chon cau la toi minh em nghi phuong va roi sau do chac co le tra loi""",
    )
)
_SEPARATORS = re.compile(r"[\s,;:.>/&+()\[\]\-\u2013\u2014\u2192=!\"*]+")
_PAIR = re.compile(r"(\d+)\s*[-:=.)\u2192>]*\s*([a-j])(?![a-z])")
_LONGEST = 300
_SURE, _AHEAD = 90.0, 10.0  # of 100: how alike words must be, and how much more than any other


def letters_meant(
    text: str, options: Mapping[str, str], kind: str, *, words: bool = True
) -> tuple[str, ...] | None:
    """Return the letters that a text answers with; None when it is no answer.

    Args:
        text: A person's words.
        options: Letter to text, as the question was shown.
        kind: single, multiple, ordering or matching.
        words: Whether an option's own words count, too.
    """
    folded = fold(text).strip()
    if not folded or len(folded) > _LONGEST or folded.endswith("?"):
        return None
    if kind == "matching" and (pairs := _PAIR.findall(folded)):
        rest = _PAIR.sub(" ", folded)
        if not _left_over(rest, frozenset()):
            return tuple(letter.upper() for _, letter in sorted(pairs, key=lambda p: int(p[0])))
    found = _letters(folded, frozenset(key.lower() for key in options), kind)
    if found or not words or kind in {"ordering", "matching"}:
        return found
    return _by_words(folded, options, kind)


def _letters(folded: str, keys: frozenset[str], kind: str) -> tuple[str, ...] | None:
    parts = [part for p in _SEPARATORS.split(folded) if (part := p.strip("'`"))]
    found: list[str] = []
    for part in parts:
        if part in keys:
            found.append(part)
        elif part not in _AROUND:
            if not _runs_together(part, keys, kind):
                return None
            found += part
    if not found or (kind == "single" and len(set(found)) > 1):
        return None
    repeats = kind == "matching"
    return tuple(letter.upper() for letter in (found if repeats else dict.fromkeys(found)))


def _runs_together(part: str, keys: frozenset[str], kind: str) -> bool:
    """Whether a word is letters without blanks: "ac", and "cab" only where order counts."""
    if kind == "single" or not set(part) <= keys or len(part) > len(keys):
        return False
    if kind == "multiple":
        return list(part) == sorted(set(part))
    return kind == "matching" or len(set(part)) == len(part)


def _left_over(text: str, keys: frozenset[str]) -> list[str]:
    return [p for p in _SEPARATORS.split(text) if p and p not in _AROUND and p not in keys]


def _by_words(folded: str, options: Mapping[str, str], kind: str) -> tuple[str, ...] | None:
    pieces = re.split(r"\s*(?:[;,]|\band\b|\bva\b)\s*", folded) if kind == "multiple" else [folded]
    found = [_most_like(piece, options) for piece in pieces if piece]
    if not found or None in found:
        whole = _most_like(folded, options)
        return (whole,) if whole and kind == "single" else None
    return tuple(dict.fromkeys(letter for letter in found if letter))


def _most_like(words: str, options: Mapping[str, str]) -> str | None:
    from rapidfuzz.fuzz import token_set_ratio

    said = " ".join(p for p in _SEPARATORS.split(words) if p not in _AROUND)
    if not any(len(part) > 3 for part in said.split()):
        return None
    scored = sorted(
        ((token_set_ratio(said, " ".join(_SEPARATORS.split(fold(text)))), key)
         for key, text in options.items()),
        reverse=True,
    )  # fmt: skip
    if scored[0][0] < _SURE or (len(scored) > 1 and scored[0][0] - scored[1][0] < _AHEAD):
        return None
    return scored[0][1]
