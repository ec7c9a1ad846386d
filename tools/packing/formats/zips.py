"""Zip files that are models: their members' names and contents, bounded."""

import zipfile
import zlib
from pathlib import Path

from tools.errors import ModelArtifactError


def zip_names(path: Path) -> tuple[str, ...]:
    """The members' names; empty when the file is no readable zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return ()


def zip_content(path: Path, name: str, limit_bytes: int) -> bytes:
    """A member's first bytes.

    Raises:
        ModelArtifactError: The member cannot be unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as content:
            return content.read(limit_bytes)
    # RuntimeError is zipfile's word for "encrypted", NotImplementedError for "unknown compression".
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise ModelArtifactError(
            f"{path.name} is broken or cut off: {error}.", remedy="Save the model again."
        ) from error
