"""The second way: the numbers in options against typed facts, and against what can be worked out.

A fact is found by the words of its name, by its dimension and by what the stem is about; an option
is right so far as its number is the fact's.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from assistant.exam.calculations import Result, worked_out
from knowledge.note import load_notes
from knowledge.terms import terms
from tools.catalog import BYTES_PER_UNIT, load_catalog
from tools.reading.folding import fold
from tools.reading.measures import measures
from tools.reading.units import Dimension

_SAME = 1e-3
_BINARY = 0.08  # 1 GB may be 10**9 or 2**30 bytes
_ENOUGH = 0.66  # share of a fact's words that a question must have
_DIMENSIONS = {
    "seconds": (Dimension.DURATION, 1.0), "minutes": (Dimension.DURATION, 60.0),
    "hours": (Dimension.DURATION, 3600.0), "milliseconds": (Dimension.DURATION, 1e-3),
    "percent": (Dimension.SHARE, 0.01), "weeks": (Dimension.DURATION, 604800.0),
}  # fmt: skip
#: Words of facts' names, as people say them.
_SPOKEN = {
    "max": "maximum", "min": "minimum", "realtime": "real-time", "async": "asynchronous",
    "mme": "multi-model", "ic": "component", "cfn": "cloudformation", "aas": "autoscaling",
}  # fmt: skip
_SYNONYMS = {
    "maximum": {
        "maximum", "max", "largest", "most", "limit", "up", "upper", "highest", "longest",
        "how long", "how large", "how many", "exceed",
    },
    "minimum": {"minimum", "min", "smallest", "least", "lowest", "lower", "shortest", "fewest"},
    "default": {"default", "unset", "nothing is set", "without setting", "not set", "no value"},
    "timeout": {"timeout", "time-out", "time out", "time limit", "how long", "processing", "time"},
    "payload": {"payload", "request", "input", "body", "size", "large"},
    "invocation": {"invocation", "invoke", "request", "call", "processing"},
    "concurrency": {"concurrency", "concurrent", "parallel", "at once", "same time"},
    "memory": {"memory", "memorysizeinmb", "ram"},
    "processing": {"processing", "process", "run", "inference", "take"},
    "batch": {"batch transform", "transform job", "batch", "transform"},
    "ttl": {"ttl", "queue", "requestttlseconds", "wait"},
    "cooldown": {"cooldown", "cool-down", "wait between"},
}  # fmt: skip
_QUIET = frozenset(
    {"used", "documented", "api", "model", "reported", "start", "guide", "size", "total"}
)


#: A stem that asks for a number, or for which statement holds; elsewhere numbers only occur.
_ASKS_FOR_A_FACT = re.compile(
    r"\b(?:maximum|max|minimum|limits?|defaults?|at most|at least|up to|longest|largest|"
    r"smallest|highest|lowest|quota|"
    r"how (?:long|many|much|large|big|often|high)|which (?:\w+ )?(?:value|number|range|size|"
    r"statement|claim)s?|"
    r"statements?|true|correct|tối đa|tối thiểu|mặc định|giới hạn|bao nhiêu|bao lâu)\b",
    re.I,
)
_WAYS = ("real-time", "serverless", "asynchronous", "batch")


class Claim(NamedTuple):
    """What facts say on one option: -1 to 1, and the sentence that decides."""

    score: float
    text: str
    source_url: str


class TypedFact(NamedTuple):
    """A fact with the words that a question about it has."""

    name: str
    words: tuple[str, ...]
    dimension: Dimension
    values: tuple[float, ...]
    shown: str
    source_url: str


@lru_cache(maxsize=1)
def typed_facts() -> tuple[TypedFact, ...]:
    """All facts that have a number."""
    catalog = load_catalog()
    found = []
    for name in sorted(catalog.limit_names()):
        fact = catalog.limit(name)
        values = fact.value if isinstance(fact.value, tuple) else (fact.value,)
        if not all(isinstance(v, int | float) for v in values) or name.startswith("price_"):
            continue
        dimension, factor = _unit(fact.unit)
        told = ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values)
        shown = f"{name.replace('_', ' ')}: {told} {fact.unit}"
        found.append(
            TypedFact(
                name, tuple(_SPOKEN.get(w, w) for w in re.sub(r"\d+", "", name).split("_") if w),
                dimension, tuple(float(v) * factor for v in values), shown, fact.source_url,
            )
        )  # fmt: skip
    return tuple(found)


def _unit(unit: str) -> tuple[Dimension, float]:
    if unit in BYTES_PER_UNIT:
        return Dimension.BYTES, float(BYTES_PER_UNIT[unit])
    return _DIMENSIONS.get(unit, (Dimension.PLAIN, 1.0))


def claims(stem: str, options: Mapping[str, str]) -> dict[str, Claim]:
    """Judge the options by their numbers; empty when no fact is about them.

    Args:
        stem: What is asked.
        options: Letter to text.
    """
    results = worked_out(stem)
    if results and (told := _by_results(results, options)):
        return told
    asked = " ".join(re.split(r"(?<=[.!?])\s+", stem.strip())[-2:])
    if not _ASKS_FOR_A_FACT.search(asked):
        return {}
    told = {letter: _claim(stem, text) for letter, text in options.items()}
    return told if any(c.score for c in told.values()) else {}


def _by_results(results: Sequence[Result], options: Mapping[str, str]) -> dict[str, Claim]:
    """Options whose number is one that can be worked out; only when it tells them apart."""
    for result in results:
        hits = [
            k for k, text in options.items() if any(_close(n, result.value) for n in _plain(text))
        ]
        if 0 < len(hits) < len(options):
            return {
                k: Claim(1.0 if k in hits else -0.6, result.shown if k in hits else "", "")
                for k in options
            }
    return {}


def _claim(stem: str, text: str) -> Claim:
    best = Claim(0.0, "", "")
    found = list(_quantities(text))
    bare = len(terms(text)) <= 4
    for dimension, value in found:
        for fact in typed_facts():
            if fact.dimension is not dimension:
                continue
            about = f"{stem} {text}" if not bare else stem
            fit = _fit(fact, about)
            if fit < _ENOUGH:
                continue
            right = any(_equal(dimension, value, v) for v in fact.values)
            score = fit if right else -0.5 * fit
            if abs(score) > abs(best.score):
                best = Claim(score, fact.shown, fact.source_url)
    return best


def _fit(fact: TypedFact, about: str) -> float:
    """The share of a fact's words that a text has; 0 when it is about another way of inference."""
    text = about.lower()
    words = [w for w in fact.words if w not in _QUIET]
    if not words or any(w in _WAYS and not _has(text, w) for w in words):
        return 0.0
    return sum(_has(text, word) for word in words) / len(words)


def _has(text: str, word: str) -> bool:
    return any(
        re.search(rf"(?<!\w){re.escape(w)}", text) for w in _SYNONYMS.get(word, {word}) | {word}
    )


def _quantities(text: str) -> Iterator[tuple[Dimension, float]]:
    for measure in measures(fold(text).text):
        if measure.dimension in {
            Dimension.BYTES,
            Dimension.DURATION,
            Dimension.SHARE,
            Dimension.PLAIN,
        }:
            yield measure.dimension, measure.high


def _plain(text: str) -> list[float]:
    """Numbers of a text in their base units and as they stand."""
    standing = [
        float(n.replace(",", "")) for n in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?", text)
    ]
    return [*standing, *(value for _, value in _quantities(text))]


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_SAME, abs_tol=1e-9)


def _equal(dimension: Dimension, one: float, other: float) -> bool:
    if dimension is Dimension.BYTES:
        return other > 0 and abs(one / other - 1) < _BINARY
    return _close(one, other)


@lru_cache(maxsize=1)
def notes_of_facts() -> dict[str, str]:
    """Fact to the first note that states it."""
    found: dict[str, str] = {}
    for note in load_notes():
        for fact in note.facts:
            found.setdefault(fact.name, note.id)
    return found
