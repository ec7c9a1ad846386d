"""`sagepilot exam import` and `export`: question sets of one's own, as TOML."""

from pathlib import Path

import click

from assistant.cli.common import JSON, app, emit
from assistant.exam.practising import as_user_errors, cited, practice_of


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--name", help="The set's name; default the file's.")
@JSON
@click.pass_context
def import_set(ctx: click.Context, /, file: Path, name: str | None, *, as_json: bool) -> None:
    """Add the question set FILE (TOML) to your own; it stays apart from the product's questions."""
    from knowledge.practice.sets import keep_set, read_set

    mine = practice_of(app(ctx.find_root()).place)
    with as_user_errors():
        taken = {q.id for q in mine.pool.bank.questions}
        taken |= {q.id for one in mine.pool.own().values() for q in one.questions}
        found = read_set(file, taken=taken)
        kept = keep_set(found, name or file.stem, mine.pool.folder)
    notes = sorted({note for question in found.questions for note in question.notes})
    unknown = [note for note in notes if not cited((note,))]
    if as_json:
        emit({"set": kept.stem, "questions": len(found.questions), "cases": len(found.cases),
              "unknown_notes": unknown})  # fmt: skip
        return
    click.echo(f"Took {len(found.questions)} questions as {kept.stem}.")
    if unknown:
        click.echo(f"Mind: these notes are not there: {', '.join(unknown)}.")
    click.echo(f"Practise them: sagepilot exam --set {kept.stem}")


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--topic", help="Only this topic.")
@click.option("--task", help="Only this task.")
@click.option("--set", "source", default="bank", help="A set of your own; default the product's.")
@JSON
@click.pass_context
def export(
    ctx: click.Context,
    /,
    file: Path,
    topic: str | None,
    task: str | None,
    source: str,
    *,
    as_json: bool,
) -> None:
    """Write questions with their answers and rationales to FILE (TOML, or - for the output)."""
    from knowledge.practice.sets import as_toml, part_of, write_set

    above = ctx.parent.params if ctx.parent is not None else {}
    with as_user_errors():
        pool = practice_of(app(ctx.find_root()).place).pool
        chosen = pool.chosen(topic or above.get("topic"), task or above.get("task"), source)
        found = part_of(pool.of(source), chosen)
        if str(file) == "-":
            click.echo(as_toml(found), nl=False)
            return
        write_set(found, file)
    if as_json:
        emit({"file": str(file), "questions": len(chosen), "cases": len(found.cases)})
    else:
        click.echo(f"Wrote {len(chosen)} questions to {file}.")
