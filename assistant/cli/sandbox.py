"""`sagepilot sandbox`: the local AWS."""

from typing import Any

import click

from assistant.cli.common import JSON, emit


@click.group()
def command() -> None:
    """The local AWS: start it, look at it, forget everything in it, stop it."""


def _tell(status: Any, *, as_json: bool) -> None:  # noqa: ANN401 - SandboxStatus, imported lazily
    told = status.model_dump(mode="json")
    if as_json:
        emit(told)
    elif status.running:
        click.echo(f"up at {status.endpoint_url} (region {status.region}, pid {status.pid})")
    else:
        click.echo("down")


def _add(name: str, function: str, text: str) -> None:
    @command.command(name, help=text)
    @JSON
    def run(as_json: bool) -> None:
        from assistant.settings import Settings
        from tools.sandbox import control

        _tell(getattr(control, function)(Settings().home), as_json=as_json)


_add("up", "ensure_running", "Start it, if it is not up.")
_add("status", "status", "Say whether it is up, and where.")
_add("reset", "reset", "Forget everything in it.")
_add("down", "down", "Stop it and every model it serves.")
