"""`sagepilot search`: retrieval alone."""

from typing import Any

import click

from assistant.cli.common import JSON, JSONL, as_text, each_line, emit
from tools.errors import InvalidInputError


@click.command()
@click.argument("query")
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 50), help="How many.")
@JSON
@JSONL
def command(query: str, k: int, as_json: bool, as_jsonl: bool) -> None:
    """Search the notes for QUERY (or one a line from -)."""
    if as_jsonl or query == "-":
        each_line(lambda value: _hits(value, k))
        return
    hits = _hits(query, k)
    if as_json:
        emit(hits)
        return
    for hit in hits:
        click.echo(f"{hit['score']:.2f}  {hit['note_id']}  {hit['title']}  {hit['source_url']}")


def _hits(value: Any, k: int) -> list[dict[str, Any]]:  # noqa: ANN401 - a line of input
    from assistant.settings import Settings
    from knowledge.retrieval import search

    text = value.get("query") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError("There is nothing to search for.", remedy="Give a query as text.")
    found = search(as_text(text, "The query"), k, home=Settings().home)
    return [hit.model_dump(mode="json") for hit in found]
