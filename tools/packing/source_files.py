"""The files that a user gives: a folder's, without litter and without links that lead out."""

import os
from pathlib import Path, PurePosixPath

from tools.errors import ModelArtifactError

#: More is no model but a project or a disk.
MAX_FILES = 50_000
_JUNK_PARTS = {
    "__MACOSX", "__pycache__", ".git", ".ipynb_checkpoints", ".cache", ".venv", "node_modules",
}  # fmt: skip
_JUNK_NAMES = {".DS_Store", "Thumbs.db", "desktop.ini"}


def files_of(folder: Path) -> dict[str, Path]:
    """All regular files under a folder, by POSIX path, sorted; system litter is left out.

    Raises:
        ModelArtifactError: A link that leaves the folder, a device, or too many files.
    """
    found: dict[str, Path] = {}
    root = folder.resolve()
    for parent, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not is_junk(name))
        for name in sorted(names):
            path = Path(parent, name)
            relative = path.relative_to(folder).as_posix()
            if is_junk(relative):
                continue
            found[relative] = _regular(path, relative, root)
            if len(found) > MAX_FILES:
                raise ModelArtifactError(
                    f"{folder} holds more than {MAX_FILES:,} files.",
                    remedy="Give the folder that holds the model alone.",
                )
        linked = [name for name in folders if Path(parent, name).is_symlink()]
        if linked:
            raise _link_error(Path(parent, linked[0]).relative_to(folder).as_posix())
    return dict(sorted(found.items()))


def is_junk(path: str) -> bool:
    """Whether a path is litter of an operating system or tool (`._x`, `.DS_Store`, caches)."""
    parts = PurePosixPath(path).parts
    return (
        any(part in _JUNK_PARTS for part in parts)
        or parts[-1] in _JUNK_NAMES
        or parts[-1].startswith("._")
    )


def _link_error(relative: str) -> ModelArtifactError:
    return ModelArtifactError(
        f"{relative} is a link that leads out of the folder.",
        remedy="Copy what it points to into the folder in its place.",
    )


def _regular(path: Path, relative: str, root: Path) -> Path:
    """The file itself; links within the folder or into the Hugging Face cache resolve."""
    resolved = path.resolve()
    if path.is_symlink():
        hub_cache = (
            root.parent.name == "snapshots" and resolved.parent == root.parent.parent / "blobs"
        )
        if not (hub_cache or resolved.is_relative_to(root)):
            raise _link_error(relative)
    if not resolved.is_file():
        raise ModelArtifactError(
            f"{relative} is not a plain file.", remedy="Remove it from the folder."
        )
    return resolved
