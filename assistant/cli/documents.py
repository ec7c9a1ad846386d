"""`sagepilot documents`: a person's own Markdown, text and PDF files, beside the notes."""

from pathlib import Path
from typing import Any

import click

from assistant.cli.common import JSON, as_text, emit
from knowledge.documents import Document, Documents


@click.group()
def command() -> None:
    """Your own documents (Markdown, text, PDF); `sagepilot ask --documents` quotes them."""


def _documents() -> Documents:
    from assistant.index_setting import use_chosen_index
    from assistant.settings import Settings

    settings = Settings()
    use_chosen_index(settings)
    return Documents(settings.home)


@command.command("add")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@JSON
def add(paths: tuple[Path, ...], as_json: bool) -> None:
    """Keep the text of the files PATHS; one of the same name is replaced."""
    from datetime import UTC, datetime

    documents = _documents()
    now = datetime.now(UTC)  # noqa: TID251 - the process's edge
    added = [documents.add(path, now) for path in paths]
    _tell(added, as_json=as_json)


@command.command("list")
@JSON
def list_documents(as_json: bool) -> None:
    """List your documents."""
    _tell(list(_documents().list()), as_json=as_json)


def _tell(documents: list[Document], *, as_json: bool) -> None:
    if as_json:
        emit({"documents": [_row(document) for document in documents]})
        return
    for document in documents:
        size = f"{document.pages} pages" if document.pages else f"{len(document.chunks)} pieces"
        click.echo(f"{document.name}  {size}  added {document.added_at:%Y-%m-%d}")
    if not documents:
        click.echo("You have no documents. `sagepilot documents add FILE` keeps one.")


def _row(document: Document) -> dict[str, Any]:
    told = document.model_dump(mode="json", exclude={"chunks"})
    return {**told, "pieces": len(document.chunks), "origin": "yours"}


@command.command("remove")
@click.argument("name")
@JSON
def remove(name: str, as_json: bool) -> None:
    """Forget the document NAME."""
    removed = _documents().remove(name)
    if as_json:
        emit({"removed": _row(removed)})
        return
    click.echo(f"{removed.name} is forgotten.")


@command.command("search")
@click.argument("query")
@click.option("-k", default=5, show_default=True, type=click.IntRange(1, 50), help="How many.")
@JSON
def search(query: str, k: int, as_json: bool) -> None:
    """Search your documents, and nothing else, for QUERY."""
    hits = _documents().search(as_text(query, "The query"), k)
    if as_json:
        emit([hit.model_dump(mode="json") for hit in hits])
        return
    for hit in hits:
        place = f"{hit.document}, page {hit.page}" if hit.page else hit.document
        click.echo(f"{hit.score:.2f}  {place}  {hit.heading}\n      {hit.text[:200]}")
