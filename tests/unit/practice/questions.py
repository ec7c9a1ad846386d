"""A small bank, and a clock that is turned by hand."""

from datetime import UTC, date, datetime, timedelta

from knowledge.practice.practice import Practice
from knowledge.question import TASKS, Case, Question, QuestionSet

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TOPICS = ("serverless", "auto-scaling", "cost")


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **step: float) -> None:
        self.now += timedelta(**step)


def question(name: str, **changes) -> Question:
    options = [{"key": k, "text": f"{name} says {k}", "rationale": f"why {k}"} for k in "ABCD"]
    values = {
        "id": name, "kind": "single", "task": "3.1", "topics": ["serverless"], "difficulty": 1,
        "stem": f"What about {name}?", "options": options, "answer": ["B"],
        "notes": ["serverless-limits"], "as_of": date(2026, 11, 24),
    }  # fmt: skip
    return Question.model_validate({**values, **changes})


def bank(each: int = 4) -> QuestionSet:
    """`each` questions for each task; topics take turns."""
    made = [
        question(f"q{task.replace('.', '')}-{n}", task=task, topics=[TOPICS[n % 3]])
        for task in TASKS
        for n in range(each)
    ]
    case = Case(id="shop", text="A shop sells.")
    return QuestionSet(questions=tuple(made), cases=(case,))


def practice(home, clock, *, user: str = "ana", questions: QuestionSet | None = None) -> Practice:
    return Practice(home, user, now=clock, questions=questions or bank())
