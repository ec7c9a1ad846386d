"""Yes or no: whether a sentence affirms or denies what was asked; None where it is not plain.

A wrong yes is worse than none: a sentence that only touches the question settles nothing.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from knowledge.terms import expand_aliases, fold, stem, terms

_CLAUSE = re.compile(
    r"\s*(?:[;:]|\.\s|\bbut\b|\bwhile\b|\bbecause\b|\balthough\b|\bunless\b|\bso that\b|"
    r",\s*(?:so|which|and)\b|"
    r" - |\btrong khi\b|\bnhưng\b|\bđể\b)\s*"
)
_DENIAL = re.compile(
    r"\b(?:not|no longer|no|none|never|cannot|can't|without|neither|nor|refuse[sd]?|lacks?|"
    r"unsupported|removed|"
    r"blocked|rules? (?:\w+ )?out|không|chưa|chẳng)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|chỉ)\b", re.IGNORECASE)
_WITHOUT = re.compile(r"\b(?:without|no|not|không cần)\s+(?:a |any |the )?([\w-]+)", re.IGNORECASE)
_GENERIC = frozenset(
    [
        "endpoint",
        "inference",
        "model",
        "amazon",
        "sagemaker",
        "support",
        "have",
        "possible",
        "available",
        "still",
        "work",
        "allow",
        "allowed",
        "instance",
        "contain",
        "take",
        "handle",
        "alone",
        "run",
        "go",
        "possible",
        "really",
    ]
)
_ENDINGS = re.compile(r"(?:ation|ing|ed|s)$")
_VIETNAMESE_FILLERS = frozenset(
    [
        "co",
        "the",
        "khong",
        "duoc",
        "la",
        "thi",
        "cho",
        "ve",
        "bi",
        "hay",
        "nao",
        "cac",
        "nhung",
        "mot",
        "va",
        "cua",
        "khi",
        "den",
        "dung",
        "ho",
        "tro",
        "may",
    ]
)
_OPTIONS = ("serverless", "asynchron", "real-tim", "batch")
_VIETNAMESE_OPTIONS = ("serverless", "bat dong bo", "thoi gian thuc", "batch")
_SUBJECTS = frozenset((*_OPTIONS, "bat", "dong", "bo", "thoi", "gian", "thuc"))
_PARTS_OF_NAMES = frozenset({"real", "tim"})  # of "real-time", which is counted whole
_SURE, _SURE_OF_YES, _SURE_OF_VIETNAMESE_YES = 0.6, 0.85, 0.75
_FROM_TITLE = 0.9


class Question(NamedTuple):
    """The words of a yes/no question that tell, and what it wants to do without."""

    words: tuple[str, ...]
    without: frozenset[str]
    vietnamese: bool


def yes_no_question(text: str, *, vietnamese: bool) -> Question:
    """Takes a question apart; Vietnamese is compared with the notes' Vietnamese."""
    words = [w for w in roots(text, vietnamese=vietnamese) if w not in _GENERIC]
    without = {stem(w.lower()) for w in _WITHOUT.findall(text)} if not vietnamese else set()
    return Question(tuple(dict.fromkeys(words)), frozenset(without), vietnamese)


def roots(text: str, *, vietnamese: bool = False) -> list[str]:
    """Counted words without endings: "deleting" is "delete", "configuration" is "config"."""
    if vietnamese:
        return [w for w in re.findall(r"[^\W_]+", fold(text)) if w not in _VIETNAMESE_FILLERS]
    found = ["0" if word == "zero" else _root(word) for word in terms(expand_aliases(text))]
    return [word for word in found if word not in _PARTS_OF_NAMES]


def _root(word: str) -> str:
    short = _ENDINGS.sub("", word.replace("configuration", "config"))
    return (short if len(short) > 2 else word).rstrip("e")


def verdict(question: Question, sentence: str, about: str) -> bool | None:
    """What a sentence says to a yes/no question; None where it does not settle it.

    Args:
        question: Taken apart.
        sentence: A note's, in the question's language.
        about: The note's title, which tells what its sentences are about.
    """
    if _of_another_option(question, f"{about} {sentence}"):
        return None
    context = set(roots(f"{about} {sentence}", vietnamese=question.vietnamese))
    told = [
        _told(question, clause, context) for clause in _CLAUSE.split(sentence) if clause.strip()
    ]
    settled = [t for t in told if t is not None]
    return max(settled, key=lambda t: t[0])[1] if settled else None


def _of_another_option(question: Question, text: str) -> bool:
    """Whether a way of inference was asked for, and the text speaks of others only."""
    asked = _options(" ".join(question.words), question)
    named = _options(text, question)
    return bool(asked and named) and not asked & named and "only" not in text.lower()


def _options(text: str, question: Question) -> set[str]:
    folded = fold(expand_aliases(text)) if question.vietnamese else expand_aliases(text).lower()
    names = _VIETNAMESE_OPTIONS if question.vietnamese else _OPTIONS
    return {name for name in names if name in folded}


def _told(question: Question, clause: str, context: set[str]) -> tuple[float, bool] | None:
    """How much of the question a clause speaks of, and what it says."""
    have = set(roots(clause, vietnamese=question.vietnamese))
    direct = [w for w in question.words if w in have]
    absent = [w for w in question.words if w not in have]
    telling = [w for w in question.words if w not in _SUBJECTS]
    if not direct or (telling and not set(telling) & have):
        return None
    from_context = sum(w in context for w in absent)
    share = (len(direct) + _FROM_TITLE * from_context) / len(question.words)
    if share < _SURE or len(direct) * 3 < len(question.words):
        return None
    restricted = _ONLY.search(clause) is not None
    if _denied(question, clause) or (restricted and absent):
        return share + 0.05 * len(direct), False
    enough = _SURE_OF_VIETNAMESE_YES if question.vietnamese else _SURE_OF_YES
    return (share, True) if share >= enough and _stated_as_such(direct, absent) else None


def _stated_as_such(direct: Sequence[str], absent: Sequence[str]) -> bool:
    """Whether most of the words stand in the clause itself, not in what surrounds it."""
    return len(direct) >= len(absent)


def _denied(question: Question, clause: str) -> bool:
    for found in _DENIAL.finditer(clause):
        following = roots(clause[found.end() : found.end() + 25], vietnamese=question.vietnamese)
        if not any(_root(w) in following for w in question.without):
            return True
    return False
