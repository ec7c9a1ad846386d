"""`sagepilot exam`: practice for MLA-C01; bare it asks questions, its subcommands do the rest."""

import importlib
from typing import Any

import click

from assistant.cli.common import JSON, JSONL, app

#: Subcommand to its module and the name there; each is imported only when it is used.
_COMMANDS = {
    "answer": ("exam_answer", "command", "Answer pasted multiple-choice questions."),
    "progress": ("exam_history", "progress", "Shares right, what is due, weak topics."),
    "show": ("exam_history", "show", "Let the product show a question's answer."),
    "why": ("exam_history", "why", "Why an option is right or wrong."),
    "import": ("exam_sets", "import_set", "Add a question set of your own."),
    "export": ("exam_sets", "export", "Write questions to a file."),
    "reset": ("exam_history", "reset", "Forget a user's practice history."),
}
MODES = ("adaptive", "mixed", "mock")


class _Exam(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        found: click.Command = getattr(importlib.import_module(f"assistant.cli.{module}"), name)
        return found

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in _COMMANDS.items()])


@click.group(cls=_Exam, invoke_without_command=True)
@click.option("--topic", help="For example serverless or 'auto scaling'.")
@click.option("--task", help="Of the exam guide: 3.1, 3.2, 3.3, 4.1, 4.2 or 4.3.")
@click.option("--mode", type=click.Choice(MODES), help="mock is timed; default adaptive.")
@click.option("--count", type=click.IntRange(1, 200), help="How many questions.")
@click.option("--set", "source", help="A question set of your own, or 'own' for all of them.")
@click.option("--new", is_flag=True, help="Begin anew instead of going on with a session.")
@click.option("--user", help="Whose history; default you.")
@click.option("--reply", help="With --json: the answer to the question that waits.")
@JSON
@JSONL
@click.pass_context
def command(
    ctx: click.Context,
    /,
    user: str | None,
    reply: str | None,
    *,
    new: bool,
    as_json: bool,
    as_jsonl: bool,
    **wish: Any,  # noqa: ANN401 - click's values
) -> None:
    """Practise for the exam: one question at a time, marked, explained, and asked again when due.

    An interrupted session goes on where it was; a topic, a task, a mode or a count begins anew.
    """
    if ctx.invoked_subcommand is not None:
        return
    from assistant.cli.exam_session import Face, practise
    from assistant.exam.practising import as_user_errors, practice_of

    if reply is not None and not as_json:
        raise click.UsageError("--reply goes with --json.")
    place = app(ctx).place
    with as_user_errors():
        mine = practice_of(place, user)
        asked = {key: value for key, value in wish.items() if value is not None}
        going_on = None if new or asked else mine.resume()
        session = going_on or mine.start(**asked)
        face: Face = "json" if as_json else "jsonl" if as_jsonl else "terminal"
        practise(mine, session, place, face, reply)
