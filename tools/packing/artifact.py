"""What the user's model is: found by its bytes, never by loading it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tools.packing.formats.artifact import ModelArtifact, ModelFormat
from tools.packing.formats.folders import inspect_folders
from tools.packing.formats.onnx_files import inspect_onnx, looks_onnx
from tools.packing.formats.pickles import inspect_pickle, looks_pickled
from tools.packing.formats.plain_files import inspect_plain, looks_plain
from tools.packing.formats.torch_files import inspect_torch, looks_torch
from tools.packing.formats.xgboost_files import inspect_xgboost, looks_xgboost

__all__ = ["ModelArtifact", "ModelFormat", "inspect", "inspect_file"]

_HEAD_BYTES = 4096
_READERS: tuple[
    tuple[Callable[[bytes], bool], Callable[[Path, str], ModelArtifact | None]], ...
] = (
    (looks_torch, inspect_torch),
    (looks_plain, inspect_plain),
    (looks_xgboost, inspect_xgboost),
    (looks_onnx, inspect_onnx),
    (looks_pickled, inspect_pickle),
)


def inspect(tree: Mapping[str, Path]) -> tuple[ModelArtifact, ...]:
    """All models among the files: folders first, then single files outside them, by path.

    Args:
        tree: POSIX path to a file on disk, as `tools.packing.source_files.files_of` gives it.

    Raises:
        ModelArtifactError: A file that is a model's by its first bytes is broken.
    """
    folders = inspect_folders(tree)
    inside = {name for artifact in folders for name in artifact.extra_files}
    files = [inspect_file(path, name) for name, path in tree.items() if name not in inside]
    found = [artifact for artifact in files if artifact is not None]
    weights = {name for artifact in found for name in artifact.extra_files}
    return (*folders, *(artifact for artifact in found if artifact.path not in weights))


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
