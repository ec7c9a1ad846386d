"""`sagepilot invoke`: one request to an endpoint; an asynchronous result is waited for."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from assistant.cli.common import JSON, app, emit
from tools.errors import InvalidInputError

if TYPE_CHECKING:
    from assistant.bootstrap import App
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
@click.argument("source", required=False)
@click.option("--content-type", help="Of the request; by default from the file's ending.")
@click.option("--accept", help="Content type wanted back.")
@click.option("--component", help="The inference component that answers.")
@click.option("--target-model", help="Of several models in one container, the one that answers.")
@click.option("--target-variant", help="The variant that answers, whatever the weights say.")
@click.option("--no-wait", is_flag=True, help="Asynchronous: print where the result will be.")
@click.option(
    "--batch", type=click.Path(path_type=Path), help="Asynchronous: every file of this folder."
)
@click.option(
    "--results", type=click.Path(path_type=Path), help="Folder of a batch's answers and record."
)
@click.option(
    "--wait-s",
    default=300.0,
    show_default=True,
    type=click.FloatRange(0, 86_400),
    help="How long results are waited for.",
)
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    endpoint: str,
    source: str | None,
    batch: Path | None,
    **options: Any,  # noqa: ANN401 - the options
) -> None:
    """Send SOURCE (a file, or - for standard input) to ENDPOINT and write the answer.

    With --batch every file of a folder is sent to an asynchronous endpoint and the answers are
    collected; run it again to go on where it was stopped.
    """
    asked = _Asked(**options)
    if batch is not None and source is None:
        _send_folder(app(ctx), endpoint, batch, asked)
    elif source is not None and batch is None:
        _send_one(app(ctx), endpoint, source, asked)
    else:
        raise click.UsageError("Give one request (a file or -), or --batch FOLDER.")


class _Asked(NamedTuple):
    """The options."""

    content_type: str | None
    accept: str | None
    component: str | None
    target_model: str | None
    target_variant: str | None
    no_wait: bool
    results: Path | None
    wait_s: float
    as_json: bool

    @property
    def aim(self) -> dict[str, str | None]:
        """What is to answer, by the names of a request's fields."""
        return {
            "inference_component": self.component,
            "target_model": self.target_model,
            "target_variant": self.target_variant,
        }

    def content_type_of(self, path: Path) -> str:
        return self.content_type or content_type_of(path)


def _send_folder(made: "App", endpoint: str, folder: Path, asked: _Asked) -> None:
    from assistant.cli.batching import run

    folder = folder if folder.name not in {"", ".."} else folder.resolve()
    results = asked.results or folder.parent / f"{folder.name}-results"
    run(
        made,
        (endpoint, folder, results, asked.content_type_of),
        wait_s=asked.wait_s,
        as_json=asked.as_json,
    )


def _send_one(made: "App", endpoint: str, source: str, asked: _Asked) -> None:
    body, kind = body_of(source), asked.content_type_of(Path(source))
    if asked.no_wait:
        _submit(made, endpoint, (body, kind, asked.accept), as_json=asked.as_json)
        return
    answer = made.invoke(
        endpoint, body, content_type=kind, accept=asked.accept, wait_s=asked.wait_s, **asked.aim
    )
    refusal = None if answer.ok else _refusal(answer)
    if asked.as_json:
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


def _submit(
    made: "App", endpoint: str, asked: tuple[bytes, str, str | None], *, as_json: bool
) -> None:
    from tools.invocation import Request, submit

    body, kind, accept = asked
    clients = made.place.clients(made.region_of_endpoint(endpoint))
    taken = submit(endpoint, Request(body=body, content_type=kind, accept=accept), clients)
    if as_json:
        emit({**taken.model_dump(mode="json"), "endpoint_name": endpoint, "target": made.target})
    else:
        click.echo(taken.output_location)


def content_type_of(path: Path) -> str:
    """Return the content type that a file's ending stands for; JSON when it says nothing."""
    return _BY_SUFFIX.get(path.suffix.lower(), "application/json")


def _refusal(answer: "Invocation") -> dict[str, str]:
    said = answer.body[:500].decode("utf-8", errors="replace")
    return {
        "type": "RequestRefusedError",
        "message": f"The model answered {answer.status_code}: {said}",
        "remedy": "Send what the model takes: see its content types and the endpoint's log.",
    }


def body_of(source: str) -> bytes:
    """Return a file's bytes, or standard input's for "-".

    Raises:
        InvalidInputError: It cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        why = getattr(error, "strerror", None) or error
        raise InvalidInputError(
            f"{source} cannot be read: {str(why).lower()}.",
            remedy="Name a file that exists, or - for standard input.",
        ) from error
