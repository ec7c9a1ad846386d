"""`sagepilot search`: retrieval alone."""

from typing import Any

import click

from assistant.cli.common import JSON, JSONL, as_text, each_line, emit
from tools.errors import InvalidInputError


@click.command()
@click.argument("query")
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 50), help="How many.")
@click.option("--topic", "topics", multiple=True, help="Only notes of this topic; repeatable.")
@JSON
@JSONL
def command(query: str, k: int, topics: tuple[str, ...], as_json: bool, as_jsonl: bool) -> None:
    """Search the notes for QUERY (or one a line from -)."""
    if as_jsonl or query == "-":
        each_line(lambda value: _hits(value, k, topics))
        return
    hits = _hits(query, k, topics)
    if as_json:
        emit(hits)
        return
    for hit in hits:
        click.echo(f"{hit['score']:.2f}  {hit['note_id']}  {hit['title']}  {hit['source_url']}")


def _hits(
    value: Any,  # noqa: ANN401 - a line of input
    k: int,
    topics: tuple[str, ...],
) -> list[dict[str, Any]]:
    from assistant.index_setting import use_chosen_index
    from assistant.settings import Settings
    from knowledge.retrieval import search

    text = value.get("query") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.strip():
        raise InvalidInputError("There is nothing to search for.", remedy="Give a query as text.")
    settings = Settings()
    use_chosen_index(settings, asks_once=True)
    _check(topics)
    found = search(as_text(text, "The query"), k, home=settings.home, topics=topics)
    return [hit.model_dump(mode="json") for hit in found]


def _check(topics: tuple[str, ...]) -> None:
    """Refuse topics that no note has; reads the notes only when there is one to check."""
    from difflib import get_close_matches

    from knowledge.note import load_notes

    known = {topic for note in load_notes() for topic in note.topics} if topics else set()
    for topic in topics:
        if topic not in known:
            near = get_close_matches(topic, sorted(known), n=3, cutoff=0.4)
            raise InvalidInputError(
                f"No note has the topic {topic[:40]!r}.",
                remedy=f"Did you mean {', '.join(near)}?"
                if near
                else "`sagepilot notes list` shows the notes' topics.",
            )
