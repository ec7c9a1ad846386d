"""`sagepilot ask`: one grounded, cited answer. Loads neither LangChain nor AWS."""

from typing import Any

import click

from assistant.cli.common import JSON, JSONL, as_text, each_line, emit
from tools.errors import InvalidInputError


@click.command()
@click.argument("question")
@JSON
@JSONL
def command(question: str, as_json: bool, as_jsonl: bool) -> None:
    """Answer QUESTION (or one a line from -) from the notes, with citations."""
    if as_jsonl or question == "-":
        each_line(_answer)
        return
    told = _answer(question)
    if as_json:
        emit(told)
        return
    click.echo(told["answer"])
    for citation in told["citations"]:
        click.echo(f"  [{citation['note_id']}] {citation['title']}  {citation['source_url']}")


def _answer(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a line of input
    from assistant.offline.language import detect
    from assistant.settings import Settings
    from knowledge.answering import answer

    text = value.get("question") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError("There is no question.", remedy="Give a question as text.")
    settings = Settings()
    language = settings.language or detect(text)[0] or "en"
    return answer(as_text(text, "The question"), home=settings.home, language=language).model_dump(
        mode="json"
    )
