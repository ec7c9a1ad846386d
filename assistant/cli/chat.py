"""`sagepilot chat`: a conversation in the terminal, or over JSON lines for programs."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.common import as_text, parse_json, recovered
from assistant.events import Event, Failed, TurnFinished
from tools.errors import InvalidInputError

if TYPE_CHECKING:
    from assistant.conversation import Conversation


@click.command()
@click.option("--thread", default="default", show_default=True, help="Name of the conversation.")
@click.option("--jsonl", "as_jsonl", is_flag=True, help="JSON lines in and out.")
@click.pass_context
def command(ctx: click.Context, thread: str, as_jsonl: bool) -> None:
    """Converse; the same THREAD continues where it was left."""
    app = recovered(ctx)
    conversation = app.conversation(thread)
    if as_jsonl:
        _programs(conversation)
        return
    from assistant.cli.terminal import talk

    talk(conversation, app)


def _programs(conversation: "Conversation") -> None:
    for line in sys.stdin:
        if not line.strip():
            continue
        for event in _turn(conversation, line):
            sys.stdout.write(json.dumps(event.model_dump(mode="json"), ensure_ascii=False) + "\n")
            sys.stdout.flush()


def _turn(conversation: "Conversation", line: str) -> Iterator[Event]:
    try:
        asked = parse_json(as_text(line))
    except InvalidInputError:
        asked = None
    match asked:
        case {"say": str(text)}:
            yield from conversation.say(text)
        case {"approve": str(digest)}:
            yield from conversation.approve(digest, **_answers(asked))
        case {"reject": str(digest)}:
            yield from conversation.reject(digest, str(asked.get("reason") or ""))
        case _:
            yield Failed(
                type="InvalidInputError",
                message="This line is no input.",
                remedy='Write {"say": ".."}, {"approve": "DIGEST"} or {"reject": "DIGEST"}.',
            )
            yield TurnFinished()


def _answers(asked: dict[str, Any]) -> dict[str, Any]:
    name = asked.get("typed_name")
    return {
        "typed_name": name if isinstance(name, str) else None,
        "accept_eula": asked.get("accept_eula") is True,
    }
