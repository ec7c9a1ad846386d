"""What several commands share: the app, reading input, writing JSON."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tools.errors import InvalidInputError, SagepilotError

if TYPE_CHECKING:
    from assistant.bootstrap import App
    from tools.requirements import Requirements

JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
JSONL = click.option(
    "--jsonl", "as_jsonl", is_flag=True, help="One input a line (-), one JSON answer a line."
)


def app(ctx: click.Context) -> "App":
    """Return the app, composed from the environment and the command's own options.

    Raises:
        InvalidInputError: A setting cannot be used.
    """
    from pydantic import ValidationError

    from assistant.bootstrap import bootstrap
    from assistant.settings import Settings

    try:
        return bootstrap(Settings(**(ctx.obj or {})))
    except ValidationError as error:
        first = error.errors()[0]
        name = "SAGEPILOT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidInputError(
            f"{name}: {first['msg']}", remedy="Correct the setting or leave it out."
        ) from error


def recovered(ctx: click.Context) -> "App":
    """Return the app after finishing what a killed process left behind."""
    made = app(ctx)
    for item in made.recover():
        told = item.model_dump(mode="json")
        what = told.get("status") or told.get("message")
        click.echo(f"Continued an interrupted deployment: {what}", err=True)
    return made


def emit(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Write one JSON value as one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def _plain(value: Any) -> Any:  # noqa: ANN401
    from decimal import Decimal

    return float(value) if isinstance(value, Decimal) else str(value)


def read_text(source: str) -> str:
    """Return a file's text, or standard input's for "-".

    Raises:
        InvalidInputError: There is no such file, or it is no text.
    """
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"{source} cannot be read: {type(error).__name__}.",
            remedy="Name a text file that exists, or - for standard input.",
        ) from error


def lines() -> Iterator[Any]:
    """Yield standard input's lines: JSON where it is JSON, else the text itself."""
    for line in sys.stdin:
        text = line.strip()
        if text:
            yield _json_or_text(text)


def _json_or_text(text: str) -> Any:  # noqa: ANN401
    if text[0] in '{["':
        try:
            return json.loads(text)
        except ValueError as error:
            if text[0] == "{":
                raise InvalidInputError(
                    f"This line is no JSON: {error}", remedy="Write one JSON object a line."
                ) from error
    return text


def each_line(answer: Callable[[Any], Any]) -> None:
    """Answer each input line with one output line, in order; an error is an answer too."""
    source = lines()
    while True:
        try:
            value = next(source)
            emit(answer(value))
        except StopIteration:
            return
        except SagepilotError as error:
            told = {"type": type(error).__name__, "message": error.message}
            emit({"error": {**told, "remedy": error.remedy}})
            source = lines()


def requirements_of(value: Any) -> "Requirements":  # noqa: ANN401
    """Return requirements from an object, `{"text": ..}` or a plain sentence.

    Raises:
        InvalidInputError: Unknown fields, values out of range, or not an object.
    """
    from pydantic import ValidationError

    from tools.requirements import Requirements

    if isinstance(value, str):
        return _from_sentence(value)
    if not isinstance(value, dict):
        raise InvalidInputError(
            "Requirements are one JSON object.", remedy='Give {"field": value} or {"text": ".."}.'
        )
    fields = {key: member for key, member in value.items() if key != "text"}
    said = _from_sentence(str(value["text"])) if value.get("text") else Requirements()
    try:
        given = {key: member for key, member in fields.items() if member is not None}
        return Requirements.model_validate({**said.said(), **given})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(
            f"{where}: {first['msg']}", remedy=f"Correct or leave out {where}."
        ) from error


def _from_sentence(text: str) -> "Requirements":
    from assistant.offline.understanding import understand
    from tools.requirements import Requirements, merge

    needs = Requirements()
    for fact in understand(text).facts:
        needs = merge(needs, {fact.field: fact.value})
    return needs


def requirements_from(source: str) -> "Requirements":
    """Return requirements from a file (or "-"): JSON, or a sentence or more.

    Raises:
        InvalidInputError: As `requirements_of` and `read_text`.
    """
    text = read_text(source).strip()
    if not text:
        raise InvalidInputError("There is no input.", remedy="Give a JSON object or a sentence.")
    return requirements_of(_json_or_text(text))
