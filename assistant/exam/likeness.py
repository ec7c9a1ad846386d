"""The third and fourth way: what features are for, and likeness to the notes.

Every number here depends on the stem: an option is nothing by itself, so that options without their
question give no answer away.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assistant.exam.evidence import Evidence, Scores
from knowledge.feature import Feature

NEAREST = 30  # statements nearest to the stem that options are held against
_TOP = 2
_PRIOR = 0.4  # share of an option's likeness to just anything that does not count
_NOT_FOR = 0.6


class Liking(NamedTuple):
    """What speaks for each option, in the order given; each about 0 to 2 and comparable within.

    Attributes:
        retrieval: Statements near the stem that the option shares.
        purpose: Whether a feature that the option names is for what the stem needs.
        best: The statement that speaks most for each option.
        feature: The feature that speaks most for each option.
    """

    retrieval: Scores
    purpose: Scores
    best: tuple[int, ...]
    feature: tuple[Feature | None, ...]


def liking(stem: str, options: Sequence[str], known: Evidence) -> Liking:
    """Hold options against what is known, given a stem."""
    of_stem = known.likeness_to_stem(stem)
    of_options = known.likeness_to_options(stem, options)
    usable = np.where(known.holds, of_stem, -9.0)
    near = np.argsort(-usable, kind="stable")[:NEAREST]
    together = of_stem[near, None] + of_options[near]
    anything = np.where(known.holds[:, None], of_options, -9.0)
    retrieval = _top(together) - _PRIOR * _top(anything)
    purposes = [_purpose(of_stem, known.named_in(option), known) for option in options]
    average = _mean([score for score, feature in purposes if feature])
    return Liking(
        retrieval=retrieval,
        purpose=np.array([score if feature else average for score, feature in purposes]),
        best=tuple(int(near[i]) for i in together.argmax(axis=0)),
        feature=tuple(feature for _, feature in purposes),
    )


def _top(scores: Scores) -> Scores:
    result: Scores = np.sort(scores, axis=0)[-_TOP:].mean(axis=0)
    return result


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0


def _purpose(
    of_stem: Scores, named: Sequence[Feature], known: Evidence
) -> tuple[float, Feature | None]:
    """How far the features that an option names are for what the stem needs."""
    scored = [(_fit(of_stem, feature, known), feature) for feature in named]
    if not scored:
        return 0.0, None
    best = max(scored, key=lambda pair: pair[0])
    return 0.5 * best[0] + 0.5 * _mean([s for s, _ in scored]), best[1]


def _fit(of_stem: Scores, feature: Feature, known: Evidence) -> float:
    for_it = float(of_stem[known.rows(feature, holds=True)].max())
    against = known.rows(feature, holds=False)
    against_it = float(of_stem[against].max()) if against else 0.0
    return for_it - _NOT_FOR * max(0.0, against_it - 0.8 * for_it)
