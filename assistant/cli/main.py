"""The `sagepilot` command. Each subcommand's module is imported only when it is used."""

import importlib
import io
import json
import logging
import sqlite3
import sys
from itertools import pairwise
from typing import Any

import click

from knowledge.errors import KnowledgeError
from tools.errors import SagepilotError

logger = logging.getLogger(__name__)

#: Command to the line that `--help` shows; the module of that name holds `command`.
COMMANDS = {
    "ui": "Start the browser app on 127.0.0.1:8501.",
    "chat": "Converse in the terminal, or over JSON lines.",
    "ask": "One grounded, cited answer.",
    "search": "Search the notes.",
    "documents": "Your own documents: add, list, search, remove.",
    "notes": "The notes and the rules that rest on them; are they up to date?",
    "recommend": "Requirements in, recommendation out.",
    "try": "Serve a model once, locally, before there is an endpoint.",
    "models": "Search JumpStart's catalogue of ready models.",
    "plan": "Requirements in, one exact plan out.",
    "render": "A plan made before, as code.",
    "starters": "Ready templates to plan from.",
    "deploy": "Carry out exactly one approved plan.",
    "import": "An endpoint or a template as a specification.",
    "audit": "What is wrong with a template, a plan or an endpoint.",
    "endpoints": "What runs and what it costs.",
    "invoke": "Send one request, or a folder of them, to an endpoint.",
    "metrics": "Latency, errors, backlog, instances and cost so far.",
    "compare": "The same traffic to two endpoints or variants.",
    "undo": "Take a deployment back, approved by digest.",
    "update": "Another version of an endpoint, approved by digest.",
    "park": "Stop an endpoint and keep what restores it, approved by digest.",
    "unpark": "Restore a parked endpoint, approved by digest.",
    "delete": "Delete an endpoint, approved by digest and its typed name.",
    "exam": "Practice for the AWS exam MLA-C01.",
    "sandbox": "The local AWS: up, status, reset, down.",
    "doctor": "What works here, what does not, and the remedy.",
}
#: Commands whose name no module can have.
_MODULES = {"import": "importing", "try": "trying"}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = _MODULES.get(cmd_name, cmd_name)
        command: click.Command = importlib.import_module(f"assistant.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--target", type=click.Choice(["sandbox", "aws"]), help="Where calls go.")
@click.option("--region", help="AWS region.")
@click.option("--profile", help="AWS profile, for --target aws.")
@click.option("--verbose", is_flag=True, help="Log to standard error.")
@click.version_option(package_name="sagepilot")
@click.pass_context
def cli(ctx: click.Context, /, verbose: bool, **overrides: str | None) -> None:
    """From a sentence to an Amazon SageMaker endpoint that works."""
    ctx.obj = {key: value for key, value in overrides.items() if value is not None}
    level = logging.INFO if verbose else logging.CRITICAL
    logging.basicConfig(level=level, stream=sys.stderr)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; the process's one error boundary. No traceback reaches a user."""
    _speak_utf8()
    given = _hoisted(sys.argv[1:] if arguments is None else arguments)
    wants_json = any(a in {"--json", "--jsonl"} for a in given) or _form(given).startswith("json")
    try:
        status = cli.main(args=given, prog_name="sagepilot", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped; nothing that was approved is lost.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the process's edge
        _report(*_told(error), as_json=wants_json)


def _form(given: list[str]) -> str:
    """What `--format` asks for; empty without it."""
    after = (word for option, word in pairwise(given) if option == "--format")
    inside = (a.partition("=")[2] for a in given if a.startswith("--format="))
    return next(iter([*after, *inside]), "")


def _told(error: Exception) -> tuple[str, str, str]:
    """Return an error's type, message and remedy."""
    if isinstance(error, SagepilotError | KnowledgeError):
        return type(error).__name__, error.message, error.remedy
    logger.error("command.failed", exc_info=error)
    if isinstance(error, OSError | sqlite3.Error):
        return (
            "StateFolderError",
            f"The state cannot be kept: {_first_line(error)}.",
            "Set SAGEPILOT_HOME to a folder that can be written to; `sagepilot doctor` shows it.",
        )
    return (
        type(error).__name__,
        f"Something unexpected went wrong: {_first_line(error)}",
        "Run it again with --verbose and report what it logs.",
    )


def _speak_utf8() -> None:
    """UTF-8 whatever the locale; other bytes come in as surrogates, which readers refuse."""
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "replace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")


def _hoisted(arguments: list[str]) -> list[str]:
    """Let `--target`, `--region` and `--profile` stand after the command too."""
    first: list[str] = []
    rest = list(arguments)
    for option in ("--target", "--region", "--profile"):
        for index, word in enumerate(rest):
            if word == option and index + 1 < len(rest):
                first += [rest.pop(index), rest.pop(index)]
                break
            if word.startswith(f"{option}="):
                first.append(rest.pop(index))
                break
    return first + rest


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0]


def _report(kind: str, message: str, remedy: str, *, as_json: bool) -> None:
    click.echo(f"{message}\n{remedy}".rstrip(), err=True)
    if as_json:
        told: dict[str, Any] = {"error": {"type": kind, "message": message, "remedy": remedy}}
        click.echo(json.dumps(told, ensure_ascii=False))
    sys.exit(1)


if __name__ == "__main__":
    main()
