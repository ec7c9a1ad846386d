"""What several commands share: the app, reading input, writing JSON."""

import json
import sys
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from tools.errors import InvalidInputError, SagepilotError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from assistant.bootstrap import App
    from tools.requirements import Requirements

ModelT = TypeVar("ModelT", bound="BaseModel")

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
        settings = Settings(**(ctx.obj or {}))
        return bootstrap(settings.model_copy(update={"region": known_region(settings.region)}))
    except ValidationError as error:
        first = error.errors()[0]
        name = "SAGEPILOT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise InvalidInputError(
            f"{name}: {first['msg']}", remedy="Correct the setting or leave it out."
        ) from error


def known_region(region: str) -> str:
    """Return `region` if there is such a region.

    Raises:
        InvalidInputError: AWS has no region of that name.
    """
    from tools.reading.vocabulary import region_names

    known = set(region_names().values())
    if region not in known:
        near = get_close_matches(region, sorted(known), n=3, cutoff=0.4) or ["us-east-1"]
        raise InvalidInputError(
            f"There is no AWS region {region[:40]!r}.",
            remedy=f"Name a region, for example {' or '.join(near)}.",
        )
    return region


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
    name = "Standard input" if source == "-" else source
    try:
        return as_text(
            sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8"), name
        )
    except (OSError, ValueError) as error:  # ValueError: bytes that are no UTF-8, a name with NUL
        raise InvalidInputError(
            f"{name} cannot be read: {_why(error)}.",
            remedy="Name a text file that exists, or - for standard input.",
        ) from error


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or "it is no UTF-8 text").lower()


def as_text(text: str, name: str = "This line") -> str:
    """Return `text` if it was UTF-8; standard input hands other bytes on as surrogates.

    Raises:
        InvalidInputError: It was not.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            f"{name} is no UTF-8 text.", remedy="Write plain UTF-8 text or JSON."
        ) from error
    return text


def parse_json(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value that `text` holds.

    Raises:
        InvalidInputError: It is no JSON, nested too deeply, or holds what is no text.
    """
    try:
        value = json.loads(text)
        as_text(json.dumps(value, ensure_ascii=False))
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        raise InvalidInputError(
            f"This is no usable JSON: {'it is nested too deeply' if deep else error}.",
            remedy="Write one JSON object.",
        ) from error
    return value


def lines() -> Iterator[Any]:
    """Yield standard input's lines: JSON where it is JSON, else the text itself."""
    for line in sys.stdin:
        text = as_text(line).strip()
        if text:
            yield _json_or_text(text)


def _json_or_text(text: str) -> Any:  # noqa: ANN401
    """A brace begins an object; a list or a string in quotes may be prose as well."""
    if text[0] == "{":
        return parse_json(text)
    if text[0] in '["':
        try:
            return parse_json(text)
        except InvalidInputError:
            return text
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
    said = _from_sentence(_sentence(value.get("text")))
    try:
        _no_truth_for_a_number(fields)
        given = {key: member for key, member in fields.items() if member is not None}
        needs = Requirements.model_validate({**said.said(), **given})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(
            f"{where}: {first['msg']}", remedy=f"Correct or leave out {where}."
        ) from error
    if needs.region is not None:
        known_region(needs.region)
    return needs


def validated_input(kind: type[ModelT], values: dict[str, Any]) -> ModelT:
    """Return `values` as a value of `kind`.

    Raises:
        InvalidInputError: They do not fit; names the option.
    """
    from pydantic import ValidationError

    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]).replace("_", "-")
        raise InvalidInputError(
            f"{where}: {first['msg']}", remedy=f"Correct or leave out {where}."
        ) from error


def _sentence(text: Any) -> str:  # noqa: ANN401 - a member of a JSON object
    if text is not None and not isinstance(text, str):
        raise InvalidInputError("text: Input should be text.", remedy="Correct or leave out text.")
    return text or ""


def _no_truth_for_a_number(fields: dict[str, Any]) -> None:
    """JSON's true would pass for the number 1."""
    from tools.requirements import Requirements

    for name, value in fields.items():
        field = Requirements.model_fields.get(name)
        truth = field is not None and bool in get_args(field.annotation)
        if isinstance(value, bool) and not truth:
            raise InvalidInputError(
                f"{name}: Input should not be {str(value).lower()}.",
                remedy=f"Correct or leave out {name}.",
            )


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
    return requirements_of(input_from(source))


def input_from(source: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON value, or the text, that a file (or "-") holds.

    Raises:
        InvalidInputError: It is empty, no usable JSON, or cannot be read.
    """
    text = read_text(source).strip()
    if not text:
        raise InvalidInputError("There is no input.", remedy="Give a JSON object or a sentence.")
    return _json_or_text(text)


def is_spec(value: dict[str, Any]) -> bool:
    """Say whether a JSON object is a specification, as `sagepilot import` writes it."""
    return "spec" in value or {"variants", "inference_option"} <= value.keys()
