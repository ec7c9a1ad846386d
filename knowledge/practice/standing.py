"""How far somebody has come: shares with their uncertainty, what is weak, what is due."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from math import sqrt

from pydantic import BaseModel, ConfigDict

from knowledge.practice.memory import due_at, retention
from knowledge.question import TASKS, Question

#: Fewer answers say too little to call a topic weak.
FEWEST_ANSWERS = 3
#: A topic is judged by its newest answers, so that who learns does not stay weak.
RECENT_ANSWERS = 20
#: Below this share of right answers a topic is weak; a little above the exam's pass mark.
STRONG_SHARE = 0.75
_Z_95 = 1.959964  # of the normal distribution, for 95 %


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Answered(_Value):
    """One answer of the history; `letters` are the question's own, not as they were shown."""

    session_id: str
    question_id: str
    letters: tuple[str, ...]
    right: bool
    seconds: float | None
    at: datetime


class Standing(_Value):
    """Where somebody stands in a topic or a task.

    Attributes:
        name: The topic, the task, or "all".
        questions: How many there are.
        seen: How many of them were answered at least once.
        answers: How many answers were given.
        right: How many of them were right.
        share: Right of the newest answers, 0 to 1; None without any.
        low: Lower end of its 95 % Wilson interval.
        high: Upper end.
        retention: Mean chance that what was seen is still known, 0 to 1.
        due: Questions that are worth asking again now.
        weak: Enough answers, and too few of the newest were right.
    """

    name: str
    questions: int
    seen: int
    answers: int
    right: int
    share: float | None
    low: float
    high: float
    retention: float | None
    due: int
    weak: bool


class Day(_Value):
    """What was answered on one day (UTC)."""

    day: date
    answers: int
    right: int


class Progress(_Value):
    """Everything about one user; `weak` has topics, the weakest first; `own` a row for each set."""

    user: str
    overall: Standing
    tasks: tuple[Standing, ...]
    topics: tuple[Standing, ...]
    weak: tuple[str, ...]
    own: tuple[Standing, ...]
    days: tuple[Day, ...]


def wilson(right: int, answers: int) -> tuple[float, float]:
    """Return the 95 % interval of a share after Wilson; (0, 1) without answers."""
    if answers == 0:
        return 0.0, 1.0
    share, z2 = right / answers, _Z_95**2
    middle = share + z2 / (2 * answers)
    half = _Z_95 * sqrt(share * (1 - share) / answers + z2 / (4 * answers**2))
    scale = 1 + z2 / answers
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def standing(
    name: str,
    questions: Sequence[Question],
    history: Sequence[Answered],
    cards: Mapping[str, str],
    now: datetime,
) -> Standing:
    """Return where somebody stands in some questions; `history` is in the order of time."""
    ids = {question.id for question in questions}
    rows = [row for row in history if row.question_id in ids]
    known = [cards[one] for one in sorted(ids & cards.keys())]
    recent = rows[-RECENT_ANSWERS:]
    right = sum(row.right for row in recent)
    share = right / len(recent) if recent else None
    low, high = wilson(right, len(recent))
    return Standing(
        name=name,
        questions=len(ids),
        seen=len({row.question_id for row in rows}),
        answers=len(rows),
        right=sum(row.right for row in rows),
        share=share,
        low=low,
        high=high,
        retention=sum(retention(card, now) for card in known) / len(known) if known else None,
        due=sum(due_at(card) <= now for card in known),
        weak=share is not None and len(recent) >= FEWEST_ANSWERS and share < STRONG_SHARE,
    )


def by_task(
    questions: Sequence[Question], judge: Callable[[str, Sequence[Question]], Standing]
) -> tuple[Standing, ...]:
    """Return a row for each task, in the guide's order."""
    return tuple(judge(task, [q for q in questions if q.task == task]) for task in TASKS)


def by_topic(
    questions: Sequence[Question], judge: Callable[[str, Sequence[Question]], Standing]
) -> tuple[Standing, ...]:
    """Return a row for each topic, in alphabetical order."""
    topics = sorted({topic for question in questions for topic in question.topics})
    return tuple(judge(topic, [q for q in questions if topic in q.topics]) for topic in topics)


def weakest(topics: Iterable[Standing]) -> tuple[str, ...]:
    """Return the weak topics, the weakest first."""
    return tuple(row.name for row in sorted(topics, key=lambda row: row.low) if row.weak)


def by_day(history: Iterable[Answered]) -> tuple[Day, ...]:
    """Return a row for each day with answers, the oldest first."""
    days: dict[date, list[bool]] = {}
    for row in history:
        days.setdefault(row.at.date(), []).append(row.right)
    return tuple(
        Day(day=day, answers=len(marks), right=sum(marks)) for day, marks in sorted(days.items())
    )
