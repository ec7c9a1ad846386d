"""The chat model's tool for a multiple-choice question that the user pasted. It changes nothing."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from assistant.lifecycle_tools import Arguments
from assistant.workplace import Workplace
from tools.errors import InvalidInputError, UserError


class AnswerExamQuestion(Arguments):
    """Answer a multiple-choice exam question that the user pasted, by rules, facts and notes."""

    question: str = Field(
        min_length=1, max_length=20_000, description="As pasted: stem and options, any layout."
    )


def answered(
    arguments: AnswerExamQuestion, state: Mapping[str, Any], place: Workplace
) -> dict[str, Any]:
    """Return letters, confidence, a reason for each option, and citations.

    Raises:
        InvalidInputError: The text has no options.
        UserError: The notes cannot be read.
    """
    del state, place  # a question is judged by itself
    from assistant.exam.parsing import parse_pasted
    from assistant.exam.solving import solve
    from knowledge.errors import KnowledgeError

    question = parse_pasted(arguments.question)
    if question is None:
        raise InvalidInputError(
            "No options were found in the question.",
            remedy="Put each option on a line of its own, marked A., B., C.",
        )
    try:
        solved = solve(question)
    except KnowledgeError as error:
        raise UserError(error.message, remedy=error.remedy) from error
    return {**solved.model_dump(mode="json"), "options": dict(question.options)}
