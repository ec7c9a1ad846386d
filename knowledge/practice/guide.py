"""What the practice exam imitates: figures of the exam, from their note."""

from functools import cache

from pydantic import BaseModel, ConfigDict

from knowledge.note import NOTES_FOLDER, parse_note
from knowledge.question import TASKS, Task

NOTE_ID = "mla-c01-exam"
#: The scale that results are told on.
LEAST_SCORE, MOST_SCORE = 100, 1000


class ExamGuide(BaseModel):
    """Figures of MLA-C01.

    Attributes:
        questions: In the whole exam.
        minutes: For the whole exam.
        pass_mark: On the scale from 100 to 1000.
        weights: Percent of the exam by domain, for the domains practised here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: int
    minutes: int
    pass_mark: int
    weights: dict[str, int]

    @property
    def seconds_each(self) -> float:
        """Seconds a question."""
        return self.minutes * 60 / self.questions

    @property
    def covered_percent(self) -> int:
        """How much of the whole exam the practised domains are."""
        return sum(self.weights.values())

    @property
    def mock_questions(self) -> int:
        """How many of the exam's questions are of the practised domains."""
        return round(self.questions * self.covered_percent / 100)


@cache
def exam_guide() -> ExamGuide:
    """Return the figures.

    Raises:
        KnowledgeError: The note cannot be read.
    """
    path = NOTES_FOLDER / f"{NOTE_ID}.md"
    note = parse_note(path.read_text(encoding="utf-8"), source=path.name)
    facts = {fact.name: int(fact.value) for fact in note.facts}
    domains = sorted({domain_of(task) for task in TASKS})
    return ExamGuide(
        questions=facts["mla_questions"],
        minutes=facts["mla_time"],
        pass_mark=facts["mla_pass_mark"],
        weights={domain: facts[f"mla_domain_{domain}"] for domain in domains},
    )


def domain_of(task: Task) -> str:
    """Return "3" for task "3.1"."""
    return task.partition(".")[0]


def scaled(share: float) -> int:
    """Return a share of right answers, 0 to 1, on the exam's scale: a straight line.

    AWS does not publish how raw results become scaled ones, so this is an estimate.
    """
    return round(LEAST_SCORE + (MOST_SCORE - LEAST_SCORE) * share)
