"""`sagepilot exam progress`, `why`, `show` and `reset`."""

import click

from assistant.cli.common import JSON, app, emit
from assistant.exam.practising import as_user_errors, cited, flowing, practice_of
from tools.errors import InvalidInputError

USER = click.option("--user", help="Whose history; default you.")


def user_of(ctx: click.Context, user: str | None) -> str | None:
    """Return the user of a subcommand, or the one named before it."""
    above = ctx.parent.params.get("user") if ctx.parent is not None else None
    return user or above


@click.command("progress")
@USER
@JSON
@click.pass_context
def progress(ctx: click.Context, /, user: str | None, *, as_json: bool) -> None:
    """Say how practice goes: by task and topic, weak topics, what is due."""
    place = app(ctx.find_root()).place
    with as_user_errors():
        made = practice_of(place, user_of(ctx, user)).progress()
    if as_json:
        emit(made.model_dump(mode="json"))
        return
    from assistant.cli.exam_tables import show_progress

    show_progress(made)


@click.command("why")
@click.argument("question_id", metavar="QUESTION")
@click.argument("letter", required=False)
@JSON
@click.pass_context
def why(ctx: click.Context, /, question_id: str, letter: str | None, *, as_json: bool) -> None:
    """Say why option LETTER of QUESTION (as exported: its own letters) is right or wrong.

    Where the question was asked in your newest session, its letters are those of that session.
    """
    place = app(ctx.find_root()).place
    with as_user_errors():
        mine = practice_of(place, user_of(ctx, None))
        question = mine.as_last_shown(question_id)
    wanted = letter.strip().upper() if letter else None
    options = [o for o in question.options if wanted in (None, o.key)]
    if not options:
        raise InvalidInputError(
            f"{question_id} has no option {str(letter)[:20]!r}.",
            remedy=f"Name a letter from A to {question.options[-1].key}.",
        )
    rows = [{"letter": o.key, "text": flowing(o.text), "right": o.key in question.answer,
             "rationale": flowing(o.rationale)} for o in options]  # fmt: skip
    if as_json:
        emit({"question_id": question.id, "options": rows, "citations": cited(question.notes)})
        return
    for row in rows:
        click.echo(f"{row['letter']}  {row['text']}")
        click.echo(f"   {'right' if row['right'] else 'wrong'}: {row['rationale']}")
    for note in cited(question.notes):
        click.echo(f"   [{note['note_id']}] {note['title']}  {note['source_url']}")


@click.command("show")
@click.argument("question_id", metavar="QUESTION")
@JSON
@click.pass_context
def show(ctx: click.Context, /, question_id: str, *, as_json: bool) -> None:
    """Let the product itself show the answer of QUESTION, with a plan where there can be one."""
    from assistant.exam import practising

    place = app(ctx.find_root()).place
    with as_user_errors():
        question = practice_of(place, user_of(ctx, None)).as_last_shown(question_id)
        seen = practising.show(question, place)
    if as_json:
        emit({"question_id": question.id, **seen.model_dump(mode="json")})
        return
    from assistant.cli.exam_tables import show_shown

    show_shown(seen)


@click.command("reset")
@USER
@click.option("--yes", is_flag=True, help="Do not ask.")
@JSON
@click.pass_context
def reset(ctx: click.Context, /, user: str | None, *, yes: bool, as_json: bool) -> None:
    """Forget a user's practice history; question sets stay."""
    mine = practice_of(app(ctx.find_root()).place, user_of(ctx, user))
    if not yes:
        click.confirm(f"Forget the practice history of {mine.user}?", abort=True)
    count = mine.reset()
    if as_json:
        emit({"user": mine.user, "forgotten": count})
    else:
        click.echo(f"Forgot {count} answers of {mine.user}.")
