"""What the user's model is: found by its bytes, never by loading it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tools.formats.artifact import ModelArtifact
from tools.formats.pickles import inspect_pickle, looks_pickled

_HEAD_BYTES = 4096


def inspect(tree: Mapping[str, Path]) -> tuple[ModelArtifact, ...]:
    """All models among the files, in path order.

    Args:
        tree: POSIX path to a file on disk, as `tools.archive.files_of` gives it.

    Raises:
        ModelArtifactError: A file that is a model's by its first bytes is broken.
    """
    found = [inspect_file(path, name) for name, path in tree.items()]
    return tuple(artifact for artifact in found if artifact is not None)


def inspect_file(path: Path, name: str) -> ModelArtifact | None:
    """The model in one file; None when it is none that is known here."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for recognises, inspector in _READERS:
        if recognises(head):
            artifact = inspector(path, name)
            if artifact is not None:
                return artifact
    return None


_READERS: tuple[
    tuple[Callable[[bytes], bool], Callable[[Path, str], ModelArtifact | None]], ...
] = ((looks_pickled, inspect_pickle),)
