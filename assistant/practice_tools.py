"""The chat model's tools for exam practice. They write the practice history and nothing else.

No answer is told before it was asked for: a question goes out without its letters, its rationales
and its proof, and only what was answered is explained.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from assistant.exam.practising import (
    as_asked,
    as_user_errors,
    cited,
    flowing,
    practice_of,
    show,
)
from assistant.lifecycle_tools import Arguments
from assistant.workplace import Workplace
from knowledge.practice.guide import exam_guide
from knowledge.practice.marking import Marked, Result
from knowledge.practice.practice import Practice
from knowledge.question import Question
from tools.errors import InvalidInputError, UserError

State = Mapping[str, Any]
#: What the tool answers, and the thread's `practice` from now on.
Told = tuple[dict[str, Any], dict[str, Any]]


class PracticeQuestion(Arguments):
    """Ask the user an exam practice question: the next one, or the first of a new session."""

    topic: str | None = Field(default=None, max_length=80, description="For example serverless.")
    task: Literal["3.1", "3.2", "3.3", "4.1", "4.2", "4.3"] | None = None
    mode: Literal["adaptive", "mixed", "mock"] | None = Field(
        default=None, description="Only to begin a session; mock is timed."
    )
    count: int | None = Field(default=None, ge=1, le=200, description="Questions of a new session.")


class PracticeAnswer(Arguments):
    """Mark the user's own answer to the practice question that waits. Never answer for them."""

    letters: tuple[str, ...] = Field(
        max_length=10, description="As the user gave them, in order; empty skips the question."
    )


class PracticeExplain(Arguments):
    """Explain the practice question that was answered: why an option is right or wrong."""

    letter: str | None = Field(default=None, pattern=r"^[A-Ja-j]$", description="None: all.")
    show: bool = Field(default=False, description="Let the product itself show what is right.")


class PracticeProgress(Arguments):
    """Say how the user's exam practice goes: by task and topic, weak topics, what is due."""

    end_session: bool = Field(default=False, description="The user wants to stop practising.")


def asked_question(arguments: PracticeQuestion, state: State, place: Workplace) -> Told:
    """Ask the next question; a wish for a topic, a task or a mode begins a new session.

    Raises:
        UserError: There are no such questions.
    """
    with as_user_errors():
        mine = practice_of(place)
        session_id = _session(state)
        wish = arguments.model_dump(exclude_none=True)
        if wish or session_id is None:
            session_id = mine.start(**wish).id
        return _next(mine, session_id)


def marked_answer(arguments: PracticeAnswer, state: State, place: Workplace) -> Told:
    """Mark an answer; a practice exam says nothing until its end and goes on at once.

    Raises:
        UserError: No question waits, or a letter is not there.
    """
    kept = _kept(state, answered=False)
    with as_user_errors():
        mine = practice_of(place)
        session_id = str(kept["session_id"])
        made = mine.answer(str(kept["question_id"]), arguments.letters, session_id=session_id)
        if mine.session(session_id).mode == "mock":
            told, practice = _next(mine, session_id)
            return {"noted": list(made.given), **told}, practice
        shown = mine.shown(made.question_id, session_id)
        told = _marked(made, shown)
        result = mine.result(session_id)
        left = result.questions - result.answered
        told |= {"result": _result(result), "left": left, "citations": cited(made.notes)}
    return told, {**kept, "answered": True}


def explained(arguments: PracticeExplain, state: State, place: Workplace) -> Told:
    """Explain one option or all of the question that was answered last; show it when asked.

    Raises:
        UserError: Nothing was answered yet, or the option is not there.
    """
    kept = _kept(state, answered=True)
    with as_user_errors():
        mine = practice_of(place)
        shown = mine.shown(str(kept["question_id"]), str(kept["session_id"]))
        told: dict[str, Any] = {"right": list(shown.answer), "citations": cited(shown.notes)}
        told["options"] = _rationales(shown, arguments.letter)
        if arguments.show:
            told["shown"] = shown_json(shown, place)
    return told, dict(kept)


def progress(arguments: PracticeProgress, state: State, place: Workplace) -> Told:
    """Tell the user's progress; `end_session` ends the session of this conversation first."""
    with as_user_errors():
        mine, session_id = practice_of(place), _session(state)
        told: dict[str, Any] = {}
        if arguments.end_session and session_id is not None:
            told["result"] = _result(mine.finish(session_id))
        made = mine.progress()
        told["overall"] = made.overall.model_dump(mode="json")
        told["tasks"] = [row.model_dump(mode="json") for row in made.tasks if row.answers]
        told["weak"] = list(made.weak[:5])
        told["due"] = made.overall.due
    kept = dict(state.get("practice") or {})
    return told, {} if arguments.end_session else kept


def shown_json(question: Question, place: Workplace) -> dict[str, Any]:
    """Return what the product shows for a question, as JSON; a plan is only described."""
    seen = show(question, place)
    told = seen.model_dump(mode="json", exclude={"plan"})
    plan = seen.plan
    told["plan"] = None if plan is None else {
        "summary": plan.summary,
        "endpoint_name": plan.endpoint_name,
        "inference_option": plan.inference_option,
        "method": plan.method,
        "operations": [step.operation for step in plan.steps],
        "cost_usd_per_month": plan.model_dump(mode="json")["cost_usd_per_month"],
    }  # fmt: skip
    return told


def _next(mine: Practice, session_id: str) -> Told:
    question = mine.next(session_id)
    result = mine.result(session_id)
    if question is None:
        return {"finished": True, "result": _result(result)}, {}
    asked = as_asked(question, mine)
    asked |= {"number": result.answered + 1, "of": result.questions}
    if result.remaining_s is not None:
        asked["remaining_s"] = round(result.remaining_s)
    keep = {"id", "kind", "options", "choose"}
    practice = {key: value for key, value in asked.items() if key in keep}
    practice["question_id"] = practice.pop("id")
    return {"question": asked}, {"session_id": session_id, **practice, "answered": False}


def _session(state: State) -> str | None:
    practice = state.get("practice") or {}
    return str(practice["session_id"]) if practice.get("session_id") else None


def _kept(state: State, *, answered: bool) -> dict[str, Any]:
    practice = dict(state.get("practice") or {})
    if not practice:
        raise UserError("No practice question waits here.", remedy='Say "quiz me" to be asked one.')
    if bool(practice.get("answered")) != answered:
        message = "The question was answered." if not answered else "It is not answered yet."
        remedy = "Ask for the next one." if not answered else "Answer with a letter first."
        raise UserError(message, remedy=remedy)
    return practice


def _marked(made: Marked, shown: Question) -> dict[str, Any]:
    return {
        "correct": made.correct,
        "given": list(made.given),
        "right": list(made.right),
        "options": _rationales(shown, None),
        "due": made.due.isoformat(),
    }


def _rationales(shown: Question, letter: str | None) -> list[dict[str, Any]]:
    wanted = letter.upper() if letter else None
    rows = [
        {"letter": option.key, "text": flowing(option.text), "rationale": flowing(option.rationale),
         "right": option.key in shown.answer}
        for option in shown.options
        if wanted in (None, option.key)
    ]  # fmt: skip
    if not rows:
        raise InvalidInputError(
            f"There is no option {wanted}.", remedy="Name a letter of the question."
        )
    return rows


def _result(made: Result) -> dict[str, Any]:
    told = made.model_dump(mode="json", exclude={"session"})
    return told | {"mode": made.session.mode, "pass_mark": exam_guide().pass_mark}
