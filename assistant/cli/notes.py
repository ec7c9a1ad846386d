"""`sagepilot notes`: list them, show one with the rules that rest on it, check them all."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from assistant.cli.common import JSON, app, emit
from knowledge.checking import STALE_AFTER_DAYS
from knowledge.note import NOTES_FOLDER, Note, load_notes
from tools.errors import NotFoundError

#: Exit status when a note is wrong.
WRONG = 1


@click.group()
def command() -> None:
    """The notes that answers, questions and rules rest on."""


@command.command("list")
@click.option("--topic", help="Only notes of this topic.")
@JSON
def list_notes(topic: str | None, as_json: bool) -> None:
    """List notes: id, title, topics, date."""
    found = [note for note in load_notes() if topic is None or topic in note.topics]
    if topic is not None and not found:
        topics = sorted({t for note in load_notes() for t in note.topics})
        raise NotFoundError(
            f"No note has the topic {topic[:40]!r}.", remedy=f"Topics: {', '.join(topics)}."
        )
    if as_json:
        emit({"notes": [_row(note) for note in found]})
        return
    for note in found:
        click.echo(f"{note.id:<34}  {note.as_of}  {note.title}")


def _row(note: Note) -> dict[str, Any]:
    told = note.model_dump(mode="json", include={"id", "title", "topics", "as_of", "rules"})
    return {**told, "source_url": note.source_urls[0]}


@command.command("show")
@click.argument("note_id", metavar="ID")
@JSON
def show(note_id: str, as_json: bool) -> None:
    """Show note ID, or the note that rule ID (REC-511) rests on."""
    from assistant.note_links import rule_titles

    note = _note(note_id)
    titles = rule_titles()
    rules = [{"id": rule, "title": titles.get(rule, "")} for rule in note.rules]
    if as_json:
        emit({**note.model_dump(mode="json"), "rules": rules})
        return
    click.echo(f"{note.title} [{note.id}]\n\n{note.summary_en}\n{note.summary_vi}\n\n{note.body}\n")
    for rule in rules:
        click.echo(f"rule {rule['id']}: {rule['title']}")
    for url in note.source_urls:
        click.echo(f"source {url}")
    click.echo(f"facts of {note.as_of}")


def _note(wanted: str) -> Note:
    from difflib import get_close_matches

    from knowledge.note import notes_by_rule

    notes = {note.id: note for note in load_notes()}
    key = wanted.strip()
    if found := notes.get(key) or notes.get(notes_by_rule().get(key.upper(), "")):
        return found
    near = get_close_matches(key, list(notes), n=3, cutoff=0.4)
    remedy = f"Did you mean {', '.join(near)}? " if near else ""
    raise NotFoundError(
        f"There is no note {key[:60]!r}.", remedy=f"{remedy}`sagepilot notes list` shows them all."
    )


@command.command("check")
@click.option("--days", default=STALE_AFTER_DAYS, show_default=True, type=click.IntRange(min=1),
              help="Age in days above which a note is stale.")  # fmt: skip
@click.option("--folder", default=NOTES_FOLDER, show_default="the shipped notes",
              type=click.Path(exists=True, file_okay=False, path_type=Path))  # fmt: skip
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="Count ages from this day.")
@JSON
@click.pass_context
def check(
    ctx: click.Context, /, days: int, folder: Path, today: datetime | None, *, as_json: bool
) -> int:
    """Report stale, broken and contradicting notes; status 1 if one is wrong."""
    from assistant.note_links import check_notes
    from tools.catalog import load_catalog

    day = (today or app(ctx.find_root()).place.now()).date()
    found = check_notes(load_catalog(), today=day, days=days, folder=folder)
    wrong = sum(problem.level == "error" for problem in found)
    count = len(list(folder.glob("*.md")))
    if as_json:
        rows = [problem.model_dump(mode="json") for problem in found]
        emit({"ok": not wrong, "notes": count, "problems": rows})
    else:
        for problem in found:
            click.echo(f"{problem.level:<7}  {problem.note}  {problem.kind}: {problem.text}")
        click.echo(f"{count} notes: {wrong} wrong, {len(found) - wrong} stale.")
    return WRONG if wrong else 0
