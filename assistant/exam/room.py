"""Practice as a page holds it: everything in and out is plain JSON."""

from collections.abc import Callable
from typing import Any

from assistant.exam.practising import Shown, as_asked, as_user_errors, cited, flowing
from knowledge.practice.guide import exam_guide
from knowledge.practice.marking import Marked, Result
from knowledge.practice.practice import Practice
from knowledge.question import TASKS, Question


class PracticeRoom:
    """One user's practice; refuses with `UserError`s."""

    def __init__(self, practice: Practice, show: Callable[[Question], Shown]) -> None:
        """Nothing is read yet.

        Args:
            practice: The user's.
            show: Lets the product show a question's answer.
        """
        self._practice = practice
        self._show = show

    def choices(self) -> dict[str, Any]:
        """Return what a session can be about.

        Returns:
            `topics`, the most frequent first; `tasks` with their titles; `sets` of one's own;
            `guide` with the exam's figures.
        """
        with as_user_errors():
            pool = self._practice.pool
            count: dict[str, int] = {}
            for question in pool.bank.questions:
                for topic in question.topics:
                    count[topic] = count.get(topic, 0) + 1
            guide = exam_guide()
            figures = {
                "mock_questions": guide.mock_questions,
                "minutes": round(guide.mock_questions * guide.seconds_each / 60),
                "pass_mark": guide.pass_mark,
                "covered_percent": guide.covered_percent,
            }
            return {
                "questions": len(pool.bank.questions),
                "topics": sorted(count, key=lambda topic: (-count[topic], topic)),
                "tasks": dict(TASKS),
                "sets": list(pool.own()),
                "guide": figures,
            }

    def start(self, **wish: Any) -> str:  # noqa: ANN401 - as `Practice.start`
        """Begin a session and return its id; `wish` as `Practice.start` takes it."""
        with as_user_errors():
            return self._practice.start(**wish).id

    def resume(self) -> str | None:
        """Return the id of the newest session if it goes on still."""
        found = self._practice.resume()
        return None if found is None else found.id

    def asked(self, session_id: str) -> dict[str, Any] | None:
        """Return the question that waits, without its answer; None when the session is over."""
        with as_user_errors():
            question = self._practice.next(session_id)
            if question is None:
                return None
            result = self._practice.result(session_id)
            asked = as_asked(question, self._practice)
            return asked | {
                "number": result.answered + 1,
                "of": result.questions,
                "mode": result.session.mode,
                "remaining_s": result.remaining_s,
            }

    def answer(self, session_id: str, question_id: str, letters: list[str]) -> dict[str, Any]:
        """Mark an answer; no letters skip the question.

        Returns:
            As `Marked`, with the question as it was asked, its `citations`, and whether the product
            can show it (`proven`).
        """
        with as_user_errors():
            made = self._practice.answer(question_id, letters, session_id=session_id)
            return self._told(made, session_id)

    def result(self, session_id: str) -> dict[str, Any]:
        """Return how a session went, with the questions that were missed."""
        with as_user_errors():
            made = self._practice.result(session_id)
            rows = self._practice.answered(session_id)
        missed = [(question, row) for question, row in rows if not row.right]
        return _json(made) | {
            "missed": [
                as_asked(question, self._practice)
                | {
                    "right": list(question.answer),
                    "rationales": {o.key: flowing(o.rationale) for o in question.options},
                    "citations": cited(question.notes),
                }
                for question, row in missed
            ]
        }

    def finish(self, session_id: str) -> None:
        """End a session."""
        with as_user_errors():
            self._practice.finish(session_id)

    def show(self, session_id: str, question_id: str) -> dict[str, Any]:
        """Let the product show a question's answer; a plan is told by its calls and cost."""
        with as_user_errors():
            seen = self._show(self._practice.shown(question_id, session_id))
        told = seen.model_dump(mode="json", exclude={"plan"})
        return told | {"plan": None if seen.plan is None else seen.plan.model_dump(mode="json")}

    def progress(self) -> dict[str, Any]:
        """Return where the user stands, as `knowledge.practice.standing.Progress`."""
        with as_user_errors():
            return self._practice.progress().model_dump(mode="json")

    def _told(self, made: Marked, session_id: str) -> dict[str, Any]:
        shown = self._practice.shown(made.question_id, session_id)
        asked = as_asked(shown, self._practice)
        rationales = {key: flowing(text) for key, text in made.rationales.items()}
        told = made.model_dump(mode="json") | {"citations": cited(made.notes)}
        told["proven"] = shown.proof is not None
        return asked | told | {"rationales": rationales}


def _json(made: Result) -> dict[str, Any]:
    told = made.model_dump(mode="json", exclude={"session"})
    return told | {"mode": made.session.mode, "pass_mark": exam_guide().pass_mark}
