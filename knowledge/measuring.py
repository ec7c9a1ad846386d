"""Quantities in sentences and in the notes' typed facts, brought to one unit to be compared."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from knowledge.asking import Bound, Dimension, Wanted
from knowledge.fact_words import MEANS, OPTION_PREFIXES, VIETNAMESE_NOUNS
from knowledge.note import Fact, Note
from knowledge.terms import stem, terms

_UNITS: dict[str, tuple[Dimension, float]] = {
    "byte": ("bytes", 1),
    "kb": ("bytes", 1e3),
    "kib": ("bytes", 1024),
    "mb": ("bytes", 1e6),
    "mib": ("bytes", 2**20),
    "gb": ("bytes", 1e9),
    "gib": ("bytes", 2**30),
    "gb-month": ("price", 1),
    "ms": ("time", 1e-3),
    "millisecond": ("time", 1e-3),
    "microsecond": ("time", 1e-6),
    "second": ("time", 1),
    "minute": ("time", 60),
    "hour": ("time", 3600),
    "day": ("time", 86400),
    "week": ("time", 604800),
    "month": ("time", 2629800),
    "%": ("percent", 1),
    "percent": ("percent", 1),
    "usd": ("price", 1),
    "character": ("characters", 1),
    "giây": ("time", 1),
    "phút": ("time", 60),
    "giờ": ("time", 3600),
    "ký tự": ("characters", 1),
}
_SPAN = re.compile(
    r"(?<![\w.,])(?P<number>\d+(?:[.,]\d+)*)(?:\s?(?P<unit>USD(?: per [\w-]+)?|bytes?|[KMG]i?B|ms|"
    r"milliseconds?|microseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|percent|%|"
    r"characters?|"
    r"giây|phút|giờ|ký tự)(?![\w]))?"
)
_JOINED = re.compile(r" (?:to|and|or|đến|hoặc) ")
# A GB and a GiB, a MB and a MiB, a KB and a KiB are the same to a reader.
_BYTE_RATIOS = (1.0, 1.024, 1.024**2, 1.024**3)
_QUALIFIERS = frozenset(
    {"to", "max", "min", "default", "option", "documented", "recommended", "advice", "used"}
)


class Span(NamedTuple):
    """A quantity in a sentence, as written and in base units (bytes, seconds, percent, USD)."""

    text: str
    value: float
    dimension: Dimension


def spans(sentence: str) -> Iterator[Span]:
    """Every number of a sentence with its unit; one without is a count, a version is none.

    In "10 to 50 %" both numbers have the unit of the second.
    """
    for found in _SPAN.finditer(sentence):
        value = _number(found["number"])
        if value is None:
            continue
        unit = found["unit"] or _unit_behind(sentence, found.end())
        dimension, factor = _unit(unit)
        text = found.group() if found["unit"] or not unit else f"{found.group()} {unit}"
        yield Span(text, value * factor, dimension)


def _unit_behind(sentence: str, end: int) -> str:
    """The unit that a number takes from the one that follows it in a range or a pair."""
    joined = _JOINED.match(sentence, end)
    following = _SPAN.match(sentence, joined.end()) if joined else None
    return (following["unit"] or "") if following else ""


def _unit(name: str) -> tuple[Dimension, float]:
    """What a unit measures and how many base units it has; a count for everything else."""
    first = name.lower() if name == "ký tự" else name.split(" ")[0].lower()
    return _UNITS.get(first) or _UNITS.get(first.rstrip("s")) or ("count", 1.0)


def _number(text: str) -> float | None:
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text):
        return float(re.sub(r"[.,]", "", text))
    return float(text.replace(",", ".")) if len(re.findall(r"[.,]", text)) < 2 else None


def in_base(fact: Fact) -> tuple[float, Dimension]:
    """A fact's value in base units; what is counted stays as it is."""
    dimension, factor = _unit(fact.unit)
    return fact.value * factor, dimension


def says(sentence: str, fact: Fact) -> Span | None:
    """Where a sentence states a fact's value; None where it does not."""
    value, dimension = in_base(fact)
    for span in spans(sentence):
        same_kind = span.dimension == dimension or (
            dimension == "bytes" and span.dimension == "count"
        )
        same = same_bytes if dimension == "bytes" else math.isclose
        if same_kind and same(span.value, value):
            return span
    return None


def in_english_nouns(question: str) -> str:
    """The English of the nouns of a Vietnamese question that facts are named by."""
    lowered = question.lower()
    return " ".join(english for vietnamese, english in VIETNAMESE_NOUNS if vietnamese in lowered)


def same_bytes(one: float, other: float) -> bool:
    """Whether two sizes are the same, be they given in units of 1000 or of 1024."""
    ratio = max(one, other) / max(min(one, other), 1e-9)
    return any(math.isclose(ratio, known, rel_tol=1e-4) for known in _BYTE_RATIOS)


class Fit(NamedTuple):
    """A fact with how well it is what was asked for, 0 to about 1."""

    fact: Fact
    score: float


def fitting(note: Note, question: str, wanted: Wanted, bound: Bound | None) -> list[Fit]:
    """The note's facts of the asked dimension, the best first.

    Of a fact with several values (a choice of sizes) the largest is the maximum, the smallest the
    minimum; without a bound none of them is the answer.
    """
    asked = _asked_words(question)
    several = {name for name, n in Counter(f.name for f in note.facts).items() if n > 1}
    fits = [
        Fit(fact, _fit(fact, asked, wanted, bound))
        for fact in note.facts
        if fact.name not in several or bound in {"max", "min"}
    ]
    upwards = 1 if bound == "min" else -1
    ranked = sorted(fits, key=lambda fit: (-fit.score, upwards * in_base(fit.fact)[0]))
    return [fit for fit in ranked if fit.score > 0]


def _asked_words(question: str) -> set[str]:
    words = set(terms(question)) | {stem(w) for w in re.findall(r"[a-z0-9]+", question.lower())}
    more = {meant for word in words for meant in MEANS.get(word, ())}
    return words | more | {w.replace("-", "") for w in words}


def _fit(fact: Fact, asked: set[str], wanted: Wanted, bound: Bound | None) -> float:
    parts = fact.name.split("_")
    is_bound = next((b for b in ("default", "max", "min") if b in parts), None)
    words = _words(fact)
    matched = sum(w in asked for w in words)
    unfit = (
        wanted.dimension is not None and in_base(fact)[1] != wanted.dimension,
        "example" in parts,
        _of_another_option(parts[0], asked),
        bound == "default" and is_bound in {"max", "min"},
        bound in {"max", "min"} and is_bound is not None and is_bound != bound,
        not matched,
    )
    if any(unfit):
        return 0.0
    exactly = 0.1 if bound is not None and is_bound == bound else 0.0
    counted = 0.1 if stem(fact.unit.split(" ")[0].lower()) in asked else 0.0
    return matched / len(words) * 0.85 + exactly + counted + 0.01 * matched


def best_by_fact(
    notes: Iterable[Note], question: str, wanted: Wanted, bound: Bound | None
) -> str | None:
    """The note of the fact that fits best of all; None where none fits surely.

    A fact fits surely when every word of its name was asked for, and there are two or more.
    """
    asked = _asked_words(question)
    sure = [
        (fit, note.id)
        for note in notes
        for fact in note.facts
        if len(_words(fact)) > 1
        and all(w in asked for w in _words(fact))
        and (fit := _fit(fact, asked, wanted, bound)) > 0
    ]
    return max(sure, key=lambda found: found[0])[1] if sure else None


def _of_another_option(first: str, asked: set[str]) -> bool:
    """Whether a fact is one of a way of inference, and others only were asked for."""
    return first in OPTION_PREFIXES and bool(OPTION_PREFIXES & asked) and first not in asked


def _words(fact: Fact) -> list[str]:
    return [stem(part) for part in fact.name.split("_") if part not in _QUALIFIERS]
