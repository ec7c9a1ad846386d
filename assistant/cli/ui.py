"""`sagepilot ui`: the Streamlit app on loopback."""

import contextlib
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import click

from assistant.cli.common import app
from tools.errors import InvalidInputError, SagepilotError


@click.command()
@click.option("--port", default=8501, show_default=True, type=click.IntRange(1, 65535))
@click.pass_context
def command(ctx: click.Context, port: int) -> None:
    """Start the browser app on 127.0.0.1."""
    made = app(ctx)
    threading.Thread(target=_warm, args=(made,), daemon=True).start()
    click.echo(f"Sagepilot on http://127.0.0.1:{port}  (target: {made.target})", err=True)
    sys.exit(subprocess.call(_command_line(port), env=_environment(made)))  # noqa: S603 - our own


def _warm(made: object) -> None:
    """Start the sandbox and make the sample while the browser opens; the page reports failures."""
    with contextlib.suppress(SagepilotError):
        made.place.clients(made.region)  # type: ignore[attr-defined]  # an App, imported lazily
        made.place.sample()  # type: ignore[attr-defined]


def _command_line(port: int) -> list[str]:
    spec = find_spec("ui")
    if spec is None or not spec.submodule_search_locations:
        raise InvalidInputError("The browser app is not installed.", remedy="Run make setup.")
    page = Path(next(iter(spec.submodule_search_locations))) / "app.py"
    options = {
        "server.address": "127.0.0.1",
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(page), *flags]


def _environment(made: object) -> dict[str, str]:
    from assistant.settings import exported

    return exported(made.settings)  # type: ignore[attr-defined]  # an App, imported lazily
