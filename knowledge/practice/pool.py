"""All questions there are: the product's own, and sets of one's own apart from them."""

from pathlib import Path

from knowledge.errors import KnowledgeError
from knowledge.practice import choosing, sets
from knowledge.question import TASKS, Case, Question, QuestionSet

BANK, OWN = "bank", "own"


class Pool:
    """The questions of one home."""

    def __init__(self, folder: Path, questions: QuestionSet | None = None) -> None:
        """Nothing is read yet.

        Args:
            folder: Holds the sets of one's own.
            questions: Instead of the product's own.
        """
        self.folder = folder
        self._bank = questions

    @property
    def bank(self) -> QuestionSet:
        """The product's questions."""
        return self._bank if self._bank is not None else sets.bank()

    def own(self) -> dict[str, QuestionSet]:
        """Return one's own sets by name."""
        return sets.own_sets(self.folder, taken={q.id for q in self.bank.questions})

    def of(self, source: str = BANK) -> QuestionSet:
        """Return the product's questions, all of one's own, or one set of them.

        Raises:
            KnowledgeError: There is no such set.
        """
        if source == BANK:
            return self.bank
        own = self.own()
        if source != OWN and source not in own:
            raise KnowledgeError(
                f"There is no question set {source[:60]!r}.",
                remedy=f"Name one of: {', '.join([BANK, *own])}; or import one.",
            )
        chosen = list(own.values()) if source == OWN else [own[source]]
        return QuestionSet(
            questions=tuple(q for one in chosen for q in one.questions),
            cases=tuple(c for one in chosen for c in one.cases),
        )

    def chosen(
        self, topic: str | None = None, task: str | None = None, source: str = BANK
    ) -> tuple[Question, ...]:
        """Return the questions of a topic (as a person calls it) and a task.

        Raises:
            KnowledgeError: There are none; says what there is.
        """
        questions = self.of(source).questions
        if task is not None and task not in TASKS:
            raise KnowledgeError(
                f"There is no task {task[:20]!r}.", remedy=f"Name one of: {', '.join(TASKS)}."
            )
        if topic is not None:
            meant = set(choosing.topics_meant(topic, questions))
            questions = tuple(q for q in questions if meant & set(q.topics))
        questions = tuple(q for q in questions if task in (None, q.task))
        if not questions:
            raise KnowledgeError(
                "There are no such questions.", remedy="Leave the topic or the task out."
            )
        return questions

    def find(self, question_id: str) -> Question | None:
        """Return a question with its own letters; None when it is no more."""
        found = _by_id(self.bank, question_id)
        sets_left = iter(()) if found else iter(self.own().values())
        return found or next((q for one in sets_left if (q := _by_id(one, question_id))), None)

    def question(self, question_id: str) -> Question:
        """Return a question with its own letters.

        Raises:
            KnowledgeError: There is none of that id.
        """
        found = self.find(question_id)
        if found is None:
            raise KnowledgeError(
                f"There is no question {question_id[:80]!r}.",
                remedy="Name a question by its id, as practice shows it.",
            )
        return found

    def case_of(self, question: Question) -> Case | None:
        """Return the scenario that a question shares with others."""
        if question.case is None:
            return None
        ours = self.bank.case_of(question)
        return ours or next(
            (case for one in self.own().values() if (case := one.case_of(question))), None
        )


def _by_id(found: QuestionSet, question_id: str) -> Question | None:
    return next((q for q in found.questions if q.id == question_id), None)
