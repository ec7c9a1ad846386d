"""Which sentence of the found notes answers a question best.

A sentence counts by its meaning, by the words it shares with the question, by its note's rank, and
by whether it states a quantity of the kind that was asked for.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from knowledge.asking import Bound, Wanted
from knowledge.measuring import Fit, fitting, says, spans
from knowledge.note import Note
from knowledge.retrieval import Candidate, Library
from knowledge.terms import expand_aliases, identifiers, terms

# Tuned on the tuning half of tests/integration/knowledge/open_questions.toml only.
_MEANING, _WORDS, _NOTE, _QUANTITY, _SUMMARY, _CONFLICT, _BOUND = (
    1.0,
    0.7,
    0.6,
    0.15,
    0.08,
    0.3,
    0.15,
)
_FACT, _CERTAIN_FACT = 0.6, 0.9
_UNSEEN = 0.25  # the cosine of a sentence that was not among the nearest passages
_COMMON = frozenset(
    [
        "endpoint",
        "inference",
        "model",
        "request",
        "amazon",
        "sagemaker",
        "limit",
        "maximum",
        "max",
        "default",
        "largest",
        "biggest",
        "most",
        "allowed",
        "value",
        "setting",
        "one",
        "single",
        "mean",
        "difference",
        "work",
        "happen",
        "need",
    ]
)
_COMMON_WEIGHT = 0.3
_IN_TITLE = 0.6
_IDENTIFIER = 0.2  # where a name is asked for
_OTHER = 0.6  # what is said of another way of inference answers nothing
_OPTIONS = ("serverless", "asynchronous", "real-time", "batch")
SURE_FACT, _CERTAIN = 0.55, 0.82
_BOUND_WORDS = {
    "default": re.compile(r"\b(?:default|unset|without|set no)\b", re.I),
    "max": re.compile(
        r"\b(?:at most|max\w*|up to|limit\w*|largest|longest|may not exceed|within)\b", re.I
    ),
    "min": re.compile(r"\b(?:at least|min\w*|from|ranges?|smallest)\b", re.I),
}
CONFLICT = re.compile(
    r"\b(?:conflict\w*|disagree\w*|differ between sources|sources differ)\b", re.I
)


class Weighed(NamedTuple):
    """A sentence with its weight, and the asked fact of its note where it states it."""

    note_id: str
    ordinal: int
    sentence: str
    weight: float
    fit: Fit | None


def weigh(
    library: Library, found: Sequence[Candidate], question: str, wanted: Wanted, bound: Bound | None
) -> list[Weighed]:
    """All sentences of the found notes, the best first; ties in the order of the notes.

    Args:
        library: The notes.
        found: The notes to quote, the best first.
        question: In English, spelling mended.
        wanted: What the question asks for.
        bound: The bound that is asked for here, where the question asks for several.
    """
    asked = set(terms(expand_aliases(question)))
    names = set(identifiers(question))
    top = found[0].score if found else 0.0
    weighed = []
    for candidate in found:
        note = library.notes[candidate.note_id]
        fits = fitting(note, question, wanted, bound) if wanted.kind in _MEASURED else []
        in_title = set(terms(expand_aliases(note.title)))
        for ordinal, sentence in enumerate((note.summary_en, *note.sentences)):
            fit = _stated(sentence, fits)
            weight = _MEANING * candidate.sentences.get(ordinal, _UNSEEN)
            weight += _WORDS * shared(asked, sentence, in_title)
            weight += _NOTE * (candidate.score - top)
            weight += _SUMMARY * (ordinal == 0)
            weight += _WORDS / 2 * bool(names & set(identifiers(sentence)))
            if wanted.kind in _MEASURED and wanted.dimension is not None:
                weight += _QUANTITY * any(s.dimension == wanted.dimension for s in spans(sentence))
            weight += _of_fact(fit) + _BOUND * _names_bound(sentence, bound)
            weight += _CONFLICT * (_sure(fit) and CONFLICT.search(sentence) is not None)
            weight += _IDENTIFIER * (wanted.names_wanted and bool(identifiers(sentence)))
            weight -= _OTHER * of_another_option(question, f"{note.title} {sentence}")
            weighed.append(Weighed(candidate.note_id, ordinal, sentence, weight, fit))
    return sorted(weighed, key=lambda w: -w.weight)


_MEASURED = frozenset({"quantity"})


def _sure(fit: Fit | None) -> bool:
    return fit is not None and fit.score >= SURE_FACT


def options(text: str) -> set[str]:
    """The ways of inference that a text names."""
    lowered = expand_aliases(text).lower()
    return {name for name in _OPTIONS if name in lowered}


def of_another_option(question: str, text: str) -> bool:
    """Whether the question names a way of inference, and the text others only."""
    asked, named = options(question), options(text)
    return bool(asked and named) and not asked & named


def _of_fact(fit: Fit | None) -> float:
    if fit is None or fit.score < SURE_FACT:
        return 0.0
    return (_CERTAIN_FACT if fit.score >= _CERTAIN else _FACT) * fit.score


def _names_bound(sentence: str, bound: Bound | None) -> bool:
    return bound is not None and _BOUND_WORDS[bound].search(sentence) is not None


def _stated(sentence: str, fits: Sequence[Fit]) -> Fit | None:
    return next((fit for fit in fits if says(sentence, fit.fact)), None)


def shared(asked: set[str], sentence: str, in_title: set[str] = frozenset()) -> float:  # type: ignore[assignment]
    """The share of the asked words that a sentence has, a little less for those of its title."""
    have = set(terms(expand_aliases(sentence)))
    total = sum(_weight(word) for word in asked)
    got = sum(_weight(w) for w in asked if w in have)
    got += sum(_weight(w) * _IN_TITLE for w in asked if w not in have and w in in_title)
    return got / total if total else 0.0


def _weight(word: str) -> float:
    return _COMMON_WEIGHT if word in _COMMON else 1.0


def vietnamese_clauses(note: Note) -> list[str]:
    """The sentences of a note's Vietnamese summary."""
    return [s for s in re.split(r"(?<=[.!?])\s+", note.summary_vi) if s]
