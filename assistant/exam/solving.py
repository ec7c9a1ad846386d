"""A pasted question answered without a language model, and how sure the answer is.

Four ways judge every option; their weighted sum orders the options. The weights and the sharpness
are fitted on half of the practice bank (docs/exam.md); nothing here knows a question.
"""

import itertools
import re
from collections.abc import Mapping

import numpy as np

from assistant.exam.claims import Claim, claims
from assistant.exam.evidence import Evidence, Scores, evidence
from assistant.exam.explaining import explained
from assistant.exam.likeness import Liking, liking
from assistant.exam.pasted import PastedQuestion, Solved, Way
from assistant.exam.ruling import Ruling, rulings

#: Fitted by logistic regression over sets of options.
WEIGHTS: Mapping[str, float] = {"rules": 2.8, "facts": 1.1, "purpose": 1.5, "retrieval": 4.4}
_WAYS: Mapping[str, Way] = {
    "rules": "rules",
    "facts": "facts",
    "purpose": "features",
    "retrieval": "retrieval",
}
_NEGATED = re.compile(
    r"\b(?:NOT|EXCEPT|LEAST likely)\b|\b(?:is|are|would) (?:not (?:true|correct|right|supported|"
    r"possible|suitable|valid|a )|false|incorrect|wrong|untrue)\b|\bexcept\?|\bkhông (?:đúng|"
    r"phù hợp)\b|\bngoại trừ\b"
)
_WORDS = re.compile(r"\w{2,}")


def solve(question: PastedQuestion) -> Solved:
    """Answer a question; pure but for the index, which is read once a process.

    Args:
        question: Taken apart; its words are data and are never obeyed.

    Raises:
        KnowledgeError: The notes or the embedding model cannot be read.
    """
    known = evidence()
    letters = list(question.options)
    judged = judge(question, known)
    total = sum(WEIGHTS[name] * column for name, column in judged.scores.items())
    if _asks_for_the_wrong_one(question.stem):
        total = -total
    chosen, confidence = _chosen(np.asarray(total, dtype=float), question.choose)
    answer = tuple(letters[i] for i in chosen)
    return explained(question, answer, confidence, _way(judged.scores, chosen), judged, known)


class Judged:
    """What each way says on the options, in their order; every column has the mean 0."""

    def __init__(
        self,
        scores: Mapping[str, Scores],
        ruled: Mapping[str, Ruling],
        claimed: Mapping[str, Claim],
        liked: Liking,
    ) -> None:
        """Keeps what the explanation needs."""
        self.scores, self.ruled, self.claimed, self.liked = scores, ruled, claimed, liked


def judge(question: PastedQuestion, known: Evidence) -> Judged:
    """Let every way judge the options; without a stem none says anything."""
    letters, texts = list(question.options), list(question.options.values())
    liked = liking(question.stem, texts, known)
    if not _WORDS.search(question.stem):
        return Judged(dict.fromkeys(WEIGHTS, np.zeros(len(letters))), {}, {}, liked)
    ruled = rulings(question.stem, question.options)
    claimed = claims(question.stem, question.options)
    columns = {
        "rules": np.array([ruled[k].score if k in ruled else 0.0 for k in letters]),
        "facts": np.array([claimed[k].score if k in claimed else 0.0 for k in letters]),
        "retrieval": liked.retrieval,
        "purpose": liked.purpose,
    }
    return Judged({n: c - c.mean() for n, c in columns.items()}, ruled, claimed, liked)


def _asks_for_the_wrong_one(stem: str) -> bool:
    asked = re.split(r"(?<=[.!?])\s+", stem.strip())[-1]
    return bool(_NEGATED.search(asked))


def _chosen(total: Scores, choose: int | None) -> tuple[tuple[int, ...], float]:
    """The likeliest set of options, and its chance among all sets of that size."""
    if choose is None:
        likely = [i for i, score in enumerate(total) if score > total.mean()] or [
            int(total.argmax())
        ]
        choose = min(len(likely), len(total) - 1)
    sets = list(itertools.combinations(range(len(total)), choose))
    sums = np.array([total[list(chosen)].sum() for chosen in sets])
    chances = np.exp(sums - sums.max())
    chances /= chances.sum()
    best = int(chances.argmax())
    return sets[best], round(float(chances[best]), 3)


def _way(scores: Mapping[str, Scores], chosen: tuple[int, ...]) -> Way:
    """The way that lifts what was chosen most above the best of the rest."""
    rest = [i for i in range(len(next(iter(scores.values())))) if i not in chosen]
    lifts: dict[Way, float] = {}
    for name, column in scores.items():
        lift = float(column[list(chosen)].mean() - column[rest].max()) if rest else 0.0
        lifts[_WAYS[name]] = lifts.get(_WAYS[name], 0.0) + WEIGHTS[name] * lift
    return max(lifts, key=lambda way: lifts[way])
