"""`policy.toml`, read: a file that cannot be read blocks planning, it is never ignored."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from tools.errors import InvalidInputError
from tools.policy.rules import Policy

NO_POLICY = Policy()
_REMEDY = (
    "Correct the policy file (docs/policy.md shows every rule); until then nothing is planned."
)
_LONGEST_BYTES = 1_000_000


def find_policy(named: Path | None, folders: Sequence[Path]) -> Path | None:
    """Return the policy's file: the one that is named, else `policy.toml` of the first folder.

    Raises:
        InvalidInputError: A file is named and is not there.
    """
    if named is not None:
        if not named.expanduser().is_file():
            raise InvalidInputError(
                f"The policy {named} is not there.",
                remedy="Put the file there, or unset SAGEPILOT_POLICY.",
            )
        return named.expanduser()
    places = (folder / "policy.toml" for folder in folders)
    return next((place for place in places if place.is_file()), None)


def load_policy(path: Path | None) -> Policy:
    """Return the rules of a file; none when there is no file.

    Raises:
        InvalidInputError: It is no policy; says the line and what is wrong with it.
    """
    if path is None:
        return NO_POLICY
    try:
        if path.stat().st_size > _LONGEST_BYTES:
            raise InvalidInputError(f"{path} is too long for a policy.", remedy=_REMEDY)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            f"The policy {path} cannot be read: {error}.", remedy=_REMEDY
        ) from error
    return parse_policy(text, str(path))


def parse_policy(text: str, name: str = "policy.toml") -> Policy:
    """Return the rules of a text.

    Raises:
        InvalidInputError: As `load_policy`.
    """
    try:
        return Policy.model_validate_json(_json(tomllib.loads(text)))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInputError(f"{name} is no TOML: {error}.", remedy=_REMEDY) from error
    except (ValidationError, TypeError) as error:
        raise InvalidInputError(_told(error, text, name), remedy=_REMEDY) from error


def _json(rules: dict[str, object]) -> str:
    import json

    return json.dumps(rules)  # dates are no rule of ours: TypeError


def _told(error: ValidationError | TypeError, text: str, name: str) -> str:
    if isinstance(error, TypeError):
        return f"{name} holds a value that is no text, number, list or table: {error}."
    said = []
    for fault in error.errors()[:3]:
        where = ".".join(str(part) for part in fault["loc"])
        line = _line_of(fault["loc"], text)
        what = "there is no such rule" if fault["type"] == "extra_forbidden" else fault["msg"]
        said.append(f"line {line}, {where}: {what}" if line else f"{where}: {what}")
    return f"{name} is no policy: {'; '.join(said)}."


def _line_of(place: Sequence[str | int], text: str) -> int | None:
    """The line on which a value stands: its key after its table's heading."""
    lines = text.splitlines()
    start, found = 0, None
    for part in place:
        if isinstance(part, int):
            heads = [n for n, line in enumerate(lines) if _is_array(line, str(place[0]))]
            if part < len(heads):
                start = heads[part]
                found = start
            continue
        wanted = re.compile(rf"^\s*(\[+\s*)?([\w.-]+\.)?[\"']?{re.escape(part)}[\"']?\s*(\]|=|\.)")
        hit = next((n for n in range(start, len(lines)) if wanted.match(lines[n])), None)
        if hit is not None:
            start = found = hit
    return None if found is None else found + 1


def _is_array(line: str, name: str) -> bool:
    return re.match(rf"^\s*\[\[\s*{re.escape(name)}\s*\]\]", line) is not None
