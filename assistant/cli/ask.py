"""`sagepilot ask`: one grounded, cited answer. Loads neither LangChain nor AWS."""

from typing import Any, Literal

import click

from assistant.cli.common import JSON, JSONL, as_text, each_line, emit
from tools.errors import InvalidInputError


@click.command()
@click.argument("question")
@click.option("--documents", is_flag=True, help="Quote your own documents beside the answer.")
@JSON
@JSONL
def command(question: str, documents: bool, as_json: bool, as_jsonl: bool) -> None:
    """Answer QUESTION (or one a line from -) from the notes and rules, with citations.

    A line may be an object with "question" and "history", the earlier questions.
    """
    if as_jsonl or question == "-":
        each_line(lambda value: _answer(value, documents))
        return
    told = _answer(question, documents)
    if as_json:
        emit(told)
        return
    click.echo(told["answer"])
    for citation in told["citations"]:
        click.echo(f"  [{citation['note_id']}] {citation['title']}  {citation['source_url']}")
    if documents:
        click.echo(f"\n{told['documents']['answer']}")


def _answer(
    value: Any,  # noqa: ANN401 - a line of input
    documents: bool,
) -> dict[str, Any]:
    from assistant.index_setting import use_chosen_index
    from assistant.offline.language import detect
    from assistant.ruled_answers import answered
    from assistant.settings import Settings

    text, history = _asked(value)
    settings = Settings()
    use_chosen_index(settings, asks_once=True)
    language = settings.language or detect(text)[0] or _language_of(history)
    found = answered(
        as_text(text, "The question"), home=settings.home, language=language, history=history
    )
    told = found.model_dump(mode="json")
    if documents:
        from knowledge.document_answers import answer_from_documents

        own = answer_from_documents(text, home=settings.home, language=language)
        told["documents"] = own.model_dump(mode="json")
    return told


def _asked(value: Any) -> tuple[str, tuple[str, ...]]:  # noqa: ANN401 - a line of input
    """The question and the earlier ones, the oldest first."""
    text = value.get("question") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError("There is no question.", remedy="Give a question as text.")
    history = value.get("history", []) if isinstance(value, dict) else []
    if not isinstance(history, list) or not all(isinstance(earlier, str) for earlier in history):
        raise InvalidInputError(
            "`history` is not a list of questions.",
            remedy='Give the earlier questions as texts, for example "history": ["..."].',
        )
    return text, tuple(as_text(earlier, "An earlier question") for earlier in history)


def _language_of(history: tuple[str, ...]) -> Literal["en", "vi"]:
    from assistant.offline.language import detect

    return next((told for text in reversed(history) if (told := detect(text)[0])), "en")
