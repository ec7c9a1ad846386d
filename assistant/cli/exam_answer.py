"""`sagepilot exam answer`: pasted multiple-choice questions, answered without a language model."""

import sys
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.common import JSON, JSONL, as_text, emit, parse_json, read_text
from knowledge.errors import KnowledgeError
from tools.errors import InvalidInputError, SagepilotError

if TYPE_CHECKING:
    from assistant.exam.pasted import PastedQuestion

_REMEDY = 'Give {"question": "...", "options": {"A": "...", "B": "..."}, "kind": "single"}.'


@click.command()
@click.argument("source", metavar="FILE|-")
@JSON
@JSONL
def command(source: str, as_json: bool, as_jsonl: bool) -> None:
    """Answer a pasted question (text in any layout), or with --jsonl one JSON object a line.

    Says the letters, what speaks for and against each option, its sources, and how sure it is.
    """
    if as_jsonl:
        _each(source)
        return
    told = _answer(read_text(source))
    if as_json:
        emit(told)
        return
    click.echo(f"Answer: {', '.join(told['answer'])}  ({told['confidence']:.0%} sure)")
    click.echo(told["explanation"])
    for letter, reason in told["per_option"].items():
        click.echo(f"  {letter}  {reason}")
    for citation in told["citations"]:
        click.echo(f"  [{citation['note_id']}] {citation['title']}  {citation['source_url']}")


def _each(source: str) -> None:
    """One answer a line, in order; what cannot be answered is an error under its own id."""
    for line in sys.stdin if source == "-" else read_text(source).splitlines():
        if not line.strip():
            continue
        value: Any = None
        try:
            text = as_text(line).strip()
            value = parse_json(text) if text[0] in '{"' else text
            emit(_answer(value))
        except (SagepilotError, KnowledgeError) as error:
            told = {"type": type(error).__name__, "message": error.message}
            emit({**_identity(value), "error": {**told, "remedy": error.remedy}})


def _answer(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a line of input
    from assistant.exam.solving import solve

    return {**_identity(value), **solve(_question(value)).model_dump(mode="json")}


def _identity(value: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"id": value.get("id")} if isinstance(value, dict) else {}


def _question(value: Any) -> "PastedQuestion":  # noqa: ANN401
    from assistant.exam.parsing import parse_pasted, stated

    if isinstance(value, dict) and value.get("options") is not None:
        return stated(value)
    text = value.get("question") if isinstance(value, dict) else value
    if not isinstance(text, str):
        raise InvalidInputError("There is no question.", remedy=_REMEDY)
    parsed = parse_pasted(as_text(text, "The question"))
    if parsed is None:
        raise InvalidInputError(
            "No options were found in the question.",
            remedy="Put each option on a line of its own, marked A., B., C.",
        )
    return parsed
