"""`sagepilot invoke`: one request to an endpoint; an asynchronous result is waited for."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.common import JSON, app, emit
from tools.errors import InvalidInputError

if TYPE_CHECKING:
    from tools.invocation import Invocation

_BY_SUFFIX = {
    ".json": "application/json",
    ".csv": "text/csv",
    ".npy": "application/x-npy",
    ".txt": "text/plain",
    ".libsvm": "text/libsvm",
    ".jsonl": "application/jsonlines",
}


@click.command()
@click.argument("endpoint")
@click.argument("source")
@click.option("--content-type", help="Of the request; by default from the file's ending.")
@click.option("--accept", help="Content type wanted back.")
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    endpoint: str,
    source: str,
    content_type: str | None,
    accept: str | None,
    as_json: bool,
) -> None:
    """Send SOURCE (a file, or - for standard input) to ENDPOINT and write the answer."""
    body = _body(source)
    kind = content_type or _BY_SUFFIX.get(Path(source).suffix.lower(), "application/json")
    made = app(ctx)
    answer = made.invoke(endpoint, body, content_type=kind, accept=accept)
    refusal = None if answer.ok else _refusal(answer)
    if as_json:
        text = answer.body.decode("utf-8", errors="replace")
        told = answer.model_dump(mode="json", exclude={"body"})
        failed = {"error": refusal} if refusal else {}
        emit({**told, "endpoint_name": endpoint, "body": text, "target": made.target, **failed})
    elif answer.ok:
        sys.stdout.buffer.write(answer.body)
        sys.stdout.buffer.flush()
        click.echo(f"\n{answer.status_code} in {answer.latency_ms} ms ({made.target})", err=True)
    if refusal:
        click.echo(f"{refusal['message']}\n{refusal['remedy']}", err=True)
        sys.exit(1)


def _refusal(answer: "Invocation") -> dict[str, str]:
    said = answer.body[:500].decode("utf-8", errors="replace")
    return {
        "type": "RequestRefusedError",
        "message": f"The model answered {answer.status_code}: {said}",
        "remedy": "Send what the model takes: see its content types and the endpoint's log.",
    }


def _body(source: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or error
        raise InvalidInputError(
            f"{source} cannot be read: {str(why).lower()}.",
            remedy="Name a file that exists, or - for standard input.",
        ) from error
