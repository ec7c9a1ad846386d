"""What an answer was worth, and how a session went."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from knowledge.errors import KnowledgeError
from knowledge.practice.guide import exam_guide, scaled
from knowledge.practice.history import Asked, Session
from knowledge.practice.pool import Pool
from knowledge.practice.standing import wilson
from knowledge.question import Question


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Marked(_Value):
    """What an answer was worth; letters are as they were shown.

    Attributes:
        question_id: What was answered.
        given: The answer; empty when it was skipped.
        correct: Whether it is right.
        right: The right letters.
        rationales: Letter to why that option is right or wrong.
        notes: Ids of the notes that the question rests on.
        due: When it is worth asking again.
    """

    question_id: str
    given: tuple[str, ...]
    correct: bool
    right: tuple[str, ...]
    rationales: dict[str, str]
    notes: tuple[str, ...]
    due: datetime


class Result(_Value):
    """How a session went, or goes.

    Attributes:
        questions: How many it has.
        answered: How many were answered.
        right: How many rightly.
        tasks: Task to right answers and questions.
        score: Estimate on the exam's scale, for a practice exam; else None.
        score_low: The same for the lower end of the 95 % interval of the share.
        score_high: And for the upper end.
        passed: Whether the estimate reaches the pass mark.
        remaining_s: Until its deadline; None without one.
    """

    session: Session
    questions: int
    answered: int
    right: int
    tasks: dict[str, tuple[int, int]]
    score: int | None = None
    score_low: int | None = None
    score_high: int | None = None
    passed: bool | None = None
    remaining_s: float | None = None


def marked(shown: Question, given: tuple[str, ...], *, right: bool, due: datetime) -> Marked:
    """Return what an answer to a question, as it was shown, was worth."""
    return Marked(
        question_id=shown.id,
        given=given,
        correct=right,
        right=shown.answer,
        rationales={option.key: option.rationale for option in shown.options},
        notes=shown.notes,
        due=due,
    )


def result_of(session: Session, answered: Sequence[Asked], pool: Pool, now: datetime) -> Result:
    """Return how a session went, or goes; an estimate on the exam's scale for a practice exam."""
    right = sum(bool(one.right) for one in answered)
    made = Result(
        session=session,
        questions=session.count,
        answered=len(answered),
        right=right,
        tasks=_by_task(session, answered, pool),
    )
    if session.deadline is None:
        return made
    low, high = wilson(right, session.count)
    score = scaled(right / session.count)
    return made.model_copy(
        update={
            "score": score,
            "score_low": scaled(low),
            "score_high": scaled(high),
            "passed": score >= exam_guide().pass_mark,
            "remaining_s": max(0.0, (session.deadline - now).total_seconds()),
        }
    )


def _by_task(session: Session, answered: Sequence[Asked], pool: Pool) -> dict[str, tuple[int, int]]:
    """Right answers and questions by task; a practice exam counts those not reached, too."""
    ids = session.planned if session.mode == "mock" else [a.question_id for a in answered]
    rights = [one.question_id for one in answered if one.right]
    found: dict[str, tuple[int, int]] = {}
    for question_id in ids:
        question = pool.find(question_id)
        if question is None:
            continue
        right, count = found.get(question.task, (0, 0))
        if question_id in rights:
            rights.remove(question_id)
            right += 1
        found[question.task] = (right, count + 1)
    return dict(sorted(found.items()))


def letters_of(question: Question, letters: Iterable[str]) -> tuple[str, ...]:
    """Return an answer's letters, in capitals.

    Raises:
        KnowledgeError: A letter is not there.
    """
    given = tuple(letter.strip().upper() for letter in letters)
    known = [option.key for option in question.options]
    if strange := [letter for letter in given if letter not in known]:
        raise KnowledgeError(
            f"{strange[0][:20]!r} is no option of this question.",
            remedy=f"Answer with letters from {known[0]} to {known[-1]}.",
        )
    return given
