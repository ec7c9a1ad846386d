"""A folder of several models, each of which is to be served by itself from one container."""

from pathlib import Path
from typing import NamedTuple

from tools.errors import InvalidInputError
from tools.packing.unpacking import archive_kind

_REMEDY = "Put every model into a folder, each as an archive, a file or a folder of its own."
#: Endings of an archive, longest first; what is left is the model's name.
_ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip")


class Entry(NamedTuple):
    """One model of several.

    Attributes:
        path: Its archive, file or folder.
        target_model: The key by which requests ask for it.
    """

    path: Path
    target_model: str


def entries(folder: Path) -> tuple[Entry, ...]:
    """Return the models of a folder, in the order of their names.

    Raises:
        InvalidInputError: It is no folder, holds fewer than two, or two would have one name.
    """
    if not folder.is_dir():
        raise InvalidInputError(
            f"{folder.name} is no folder, and several models are to share the endpoint.",
            remedy=_REMEDY,
        )
    found = [path for path in sorted(folder.iterdir()) if not path.name.startswith((".", "_"))]
    if len(found) < 2:
        raise InvalidInputError(
            f"{folder.name} holds {len(found)} models, and several are to share the endpoint.",
            remedy=_REMEDY,
        )
    made = tuple(Entry(path, f"{_stem(path)}.tar.gz") for path in found)
    names = [entry.target_model for entry in made]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInputError(
            f"Two models of {folder.name} would be asked for as {twice}.",
            remedy="Give them different names.",
        )
    return made


def size_bytes(path: Path) -> int:
    """Return what a file, or all files of a folder, have."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files if file.is_file())


def _stem(path: Path) -> str:
    """The name without its ending; letters that an S3 key is better without become hyphens."""
    name = path.name
    ending = next((e for e in _ENDINGS if name.lower().endswith(e)), None)
    if ending is None and path.is_file():
        ending = path.suffix if archive_kind(path) is None else ""
    stem = name[: len(name) - len(ending)] if ending else name
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-"
                   for letter in stem).strip("-.") or "model"  # fmt: skip
