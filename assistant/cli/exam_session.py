"""A practice session in the terminal, over JSON lines, or one step as one JSON object."""

import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from assistant.cli.common import emit, parse_json
from assistant.cli.exam_tables import (
    show_case,
    show_marked,
    show_question,
    show_result,
    show_shown,
)
from assistant.exam.practising import as_asked, as_user_errors, cited, show
from assistant.exam.replying import letters_meant
from knowledge.practice.history import Session
from knowledge.practice.marking import Marked
from knowledge.practice.practice import Practice
from knowledge.question import Question
from tools.errors import InvalidInputError, SagepilotError

if TYPE_CHECKING:
    from assistant.workplace import Workplace

Face = Literal["terminal", "json", "jsonl"]
_STOP = frozenset({"stop", "quit", "exit", "q"})
_SKIP = frozenset({"skip", "pass", ""})


def practise(
    mine: Practice, session: Session, place: "Workplace", face: Face, reply: str | None
) -> None:
    """Ask until the session or the input ends.

    Args:
        mine: The user's practice.
        session: New, or to be gone on with.
        place: For "show".
        face: How to ask.
        reply: For "json": the answer to the question that waits.

    Raises:
        UserError: An answer is none (not over JSON lines, where that is a line).
    """
    if face == "json":
        told = _replied(mine, session, reply) if reply is not None else {}
        emit({**told, **_next_json(mine, session)})
    elif face == "jsonl":
        emit(_next_json(mine, session))
        for line in sys.stdin:
            if line.strip() and _step(mine, session, line.strip()):
                return
    else:
        _in_the_terminal(mine, session, place)


def _step(mine: Practice, session: Session, line: str) -> bool:
    """Answer one line; True at the end of the session."""
    try:
        with as_user_errors():
            given = _line(line)
            if given in _STOP:
                emit(_ended(mine, session))
                return True
            emit(_replied(mine, session, given))
            told = _next_json(mine, session)
    except SagepilotError as error:
        kind = type(error).__name__
        emit({"error": {"type": kind, "message": error.message, "remedy": error.remedy}})
        return False
    emit(told)
    return bool(told["event"] == "result")


def _line(line: str) -> str:
    value = parse_json(line) if line[0] in '{["' else line
    if isinstance(value, dict):
        value = "stop" if value.get("stop") else value.get("answer", "")
    if isinstance(value, list):
        value = " ".join(str(one) for one in value)
    if not isinstance(value, str):
        raise InvalidInputError("There is no answer.", remedy='Write {"answer": ["B"]} or B.')
    return value


def _replied(mine: Practice, session: Session, text: str) -> dict[str, Any]:
    question = mine.next(session.id)
    if question is None:
        return {}
    made = mine.answer(question.id, letters_of_reply(text, question), session_id=session.id)
    if session.mode == "mock":
        return {"event": "marked", "marked": {"question_id": question.id, "given": made.given}}
    told = made.model_dump(mode="json") | {"citations": cited(made.notes)}
    return {"event": "marked", "marked": told}


def letters_of_reply(text: str, question: Question) -> tuple[str, ...]:
    """Return the letters that a reply means; none for "skip".

    Raises:
        InvalidInputError: It is no answer to this question.
    """
    if text.strip().lower() in _SKIP:
        return ()
    options = {option.key: option.text for option in question.options}
    found = letters_meant(text, options, question.kind)
    if found is None:
        raise InvalidInputError(
            f"{text.strip()[:60]!r} is no answer to this question.",
            remedy="Answer with the letters of options, with skip, or with stop.",
        )
    return found


def _next_json(mine: Practice, session: Session) -> dict[str, Any]:
    question = mine.next(session.id)
    if question is None:
        return _ended(mine, session)
    result = mine.result(session.id)
    asked = as_asked(question, mine) | {"number": result.answered + 1, "of": result.questions}
    return {
        "event": "question",
        "session_id": session.id,
        "mode": session.mode,
        "remaining_s": result.remaining_s,
        "question": asked,
    }


def _ended(mine: Practice, session: Session) -> dict[str, Any]:
    result = mine.finish(session.id).model_dump(mode="json", exclude={"session"})
    return {"event": "result", "session_id": session.id, "mode": session.mode, "result": result}


def _in_the_terminal(mine: Practice, session: Session, place: "Workplace") -> None:
    before: tuple[Question, Marked] | None = None
    told_case: str | None = None
    while (question := mine.next(session.id)) is not None:
        case = mine.pool.case_of(question)
        if case is not None and case.id != told_case:
            show_case(case)
        told_case = case.id if case is not None else None
        show_question(question, mine.result(session.id))
        given = _heard(question, before[0] if before else None, place)
        if given is None:
            break
        made = mine.answer(question.id, given, session_id=session.id)
        before = (question, made)
        if session.mode != "mock":
            show_marked(question, made)
    show_result(mine.finish(session.id), mine.answered(session.id))


def _heard(
    question: Question, before: Question | None, place: "Workplace"
) -> tuple[str, ...] | None:
    """Return the answer's letters; None to stop. "show" shows the question before this one."""
    while True:
        text = click.prompt("Answer", default="", show_default=False).strip()
        word = text.lower()
        if word in _STOP:
            return None
        if word == "show" and before is not None:
            show_shown(show(before, place))
            continue
        try:
            return letters_of_reply(text if text else "skip", question)
        except InvalidInputError as error:
            click.echo(f"{error.message} {error.remedy}")
