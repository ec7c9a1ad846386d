"""The conversation in a terminal: text as it is written, plans as tables, approval by typing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.prompt import Prompt

from assistant import events
from assistant.cli.tables import plan_table

if TYPE_CHECKING:
    from assistant.bootstrap import App
    from assistant.conversation import Conversation

ACCEPTANCE = "accept-licence"
SHOWN = 12  # characters of a digest that are enough to type


def talk(conversation: "Conversation", app: "App") -> None:
    """Read, answer, and repeat until the end of input."""
    console = Console()
    console.print(
        f"[bold]Sagepilot[/bold] · {app.target_label} · chat model {app.chat_model_label}"
    )
    console.print("Say what you need. End with Ctrl-D.", style="dim")
    while True:
        try:
            text = Prompt.ask("\n[bold]you[/bold]", console=console).strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if text:
            _show(_answer(conversation, text), console)


def _answer(conversation: "Conversation", text: str) -> Iterator[events.Event]:
    """`/approve DIGEST [NAME] [accept-licence]` and `/reject [REASON]` answer what waits."""
    word, _, rest = text.partition(" ")
    pending = conversation.pending_plan()
    if word in {"/approve", "/reject"} and pending is None:
        yield events.Failed(type="InvalidInputError", message="No plan waits for an answer.")
    elif word == "/approve" and pending is not None:
        digest, _, name = rest.strip().partition(" ")
        whole = len(digest) >= SHOWN and pending.digest.startswith(digest)
        words = name.split()
        accepted = ACCEPTANCE in words
        yield from conversation.approve(
            pending.digest if whole else digest,
            typed_name=" ".join(word for word in words if word != ACCEPTANCE) or None,
            accept_eula=accepted,
        )
    elif word == "/reject" and pending is not None:
        yield from conversation.reject(pending.digest, rest)
    else:
        yield from conversation.say(text)


def _show(stream: Iterator[events.Event], console: Console) -> None:
    licensed = False
    for event in stream:
        match event:
            case events.TextDelta():
                plain = event.text.replace("**", "")  # Markdown's bold, which a terminal lacks
                console.print(plain, end="", markup=False, highlight=False)
            case events.PlanProposed():
                licensed = event.eula_required
                console.print(plan_table(event.model_dump(mode="json")))
                if event.licence:
                    console.print(event.licence.get("text", ""), markup=False, style="dim")
            case events.ApprovalRequested():
                name = f" {event.typed_name_required}" if event.typed_name_required else ""
                name += f" {ACCEPTANCE}" if licensed else ""
                console.print(
                    f"To approve: /approve {event.digest[:SHOWN]}{name}    To turn down: /reject",
                    style="bold",
                    markup=False,
                )
            case events.Rendered():
                console.print(event.text, markup=False, highlight=False, soft_wrap=True)
            case events.Progress():
                console.print(
                    f"[{event.step}/{event.of}] {event.operation} {event.detail}",
                    style="dim",
                    markup=False,
                )
            case events.Failed():
                console.print(f"{event.message} {event.remedy}", style="red", markup=False)
            case events.Message():
                console.print()
            case _:
                pass
