"""Opens what a user gives; an archive is hostile until read: no links, devices, bombs, escapes."""

import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from tools.errors import InvalidInputError, ModelArtifactError
from tools.packing.formats.zips import zip_names
from tools.packing.source_files import MAX_FILES, is_junk

#: Bounds against bombs: no model served from an archive needs more.
MAX_UNPACKED_BYTES = 64 * 1024**3
#: Weights hardly compress; text models reach about 20 to 1. Small archives may do what they like.
MAX_RATIO = 200
_RATIO_FREE_BYTES = 256 * 1024**2
_CHUNK_BYTES = 1024 * 1024
_BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError,
    OverflowError,
)  # fmt: skip


@contextmanager
def opened(source: Path, scratch: Path) -> Iterator[Path]:
    """A folder with the source's files: a folder itself, or an archive unpacked for the while.

    Args:
        source: A folder, a .tar.gz/.tgz/.tar/.zip archive, or a single file.
        scratch: An existing folder for temporary files, on a disk with room.

    Raises:
        InvalidInputError: There is no such file, or it cannot be read, or is empty.
        ModelArtifactError: The archive is broken, or holds what no model archive should.
    """
    source = _existing(source)
    if source.is_dir():
        yield source
        return
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=scratch) as folder:
        target = Path(folder)
        kind = archive_kind(source)
        if kind is None:
            _link_or_copy(source, target / source.name)
        else:
            with _archive_errors(source):
                (_unpack_zip if kind == "zip" else _unpack_tar)(source, target)
        yield target


def archive_kind(path: Path) -> str | None:
    """How the file is packed by its bytes, whatever its name: "tar", "zip" or None.

    Files that merely use zip or gzip inside (.keras, TorchScript, a compressed joblib) are None.
    """
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"PK\x03\x04"):
        return None if _is_model_zip(path) else "zip"
    try:
        is_tar = tarfile.is_tarfile(path)
    except (OSError, *_BROKEN):
        is_tar = False
    if is_tar:
        return "tar"
    if path.name.lower().endswith((".tar.gz", ".tgz", ".tar", ".zip", ".tar.bz2", ".tar.xz")):
        raise ModelArtifactError(
            f"{path.name} is not an archive, or it is cut off.",
            remedy="Pack it again: tar -czf model.tar.gz -C FOLDER .",
        )
    return None


def _existing(source: Path) -> Path:
    source = source.expanduser()
    if not source.exists():
        raise InvalidInputError(
            f"There is no file or folder {source}.",
            remedy="Check the path; give it in full if in doubt.",
        )
    if not source.is_dir() and not source.is_file():
        raise InvalidInputError(
            f"{source} is neither a file nor a folder.",
            remedy="Give a model file, a folder or an archive.",
        )
    if not os.access(source, os.R_OK):
        raise InvalidInputError(
            f"{source} may not be read.", remedy=f"Allow reading it: chmod u+r {source}"
        )
    if source.is_file() and source.stat().st_size == 0:
        raise InvalidInputError(f"{source} is empty.", remedy="Save the model again.")
    return source


def _is_model_zip(path: Path) -> bool:
    """A zip that is itself a model: PyTorch's (…/data.pkl), Keras 3's, or numpy's npz."""
    names = zip_names(path)
    if any(name.count("/") == 1 and name.endswith("/data.pkl") for name in names):
        return True
    keras = {"config.json", "metadata.json"} <= set(names) and "model.weights.h5" in names
    return keras or (bool(names) and all(name.endswith(".npy") for name in names))


def _link_or_copy(source: Path, target: Path) -> None:
    """A hard link costs nothing; across disks it must be a copy."""
    attempts: tuple[Callable[[Path, Path], object], ...] = (os.link, shutil.copyfile)
    for attempt in attempts:
        try:
            attempt(source.resolve(), target)
        except OSError:
            if attempt is attempts[-1]:
                raise
        else:
            return


@contextmanager
def _archive_errors(source: Path) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, NotImplementedError) as error:
        # zipfile's way of saying "encrypted" or "unknown compression".
        raise ModelArtifactError(
            f"{source.name} cannot be unpacked: {error}.",
            remedy="Pack it without a password: tar -czf model.tar.gz -C FOLDER .",
        ) from error
    except OSError as error:
        if error.errno is None:  # a decompressor's complaint, not the disk's
            raise _broken_archive(source, error) from error
        raise InvalidInputError(
            f"{source.name} could not be unpacked: {error.strerror}.",
            remedy="Check the disk's room and the names in the archive.",
        ) from error
    except _BROKEN as error:
        raise _broken_archive(source, error) from error


def _broken_archive(source: Path, error: Exception) -> ModelArtifactError:
    return ModelArtifactError(
        f"{source.name} is broken or cut off: {error}.",
        remedy="Pack it again: tar -czf model.tar.gz -C FOLDER .",
    )


def _unpack_tar(source: Path, target: Path) -> None:
    budget = _Budget(source, target)
    with tarfile.open(source, mode="r:*") as tar:
        for member in tar:
            if member.isdir():
                continue
            if not member.isreg():
                raise _member_error(member.name, _tar_kind(member))
            path = _safe(member.name)
            if is_junk(path):
                continue
            budget.announce(member.size)
            content = tar.extractfile(member)
            if content is not None:
                budget.copy(content, target / path)
        if tar.fileobj is not None:
            # The compressor's checksum stands at the end, which tarfile itself never reads.
            budget.drain(tar.fileobj)


def _unpack_zip(source: Path, target: Path) -> None:
    budget = _Budget(source, target)
    with zipfile.ZipFile(source) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            if (member.external_attr >> 16) & 0o170000 == 0o120000:
                raise _member_error(member.filename, "a symbolic link")
            path = _safe(member.filename)
            if is_junk(path):
                continue
            budget.announce(member.file_size)
            with archive.open(member) as content:
                budget.copy(content, target / path)


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Budget:
    """What an archive may still unpack: bytes by ratio, by limit and by the disk's room."""

    def __init__(self, source: Path, target: Path) -> None:
        by_ratio = max(_RATIO_FREE_BYTES, source.stat().st_size * MAX_RATIO)
        self._source = source
        self._left_bytes = min(MAX_UNPACKED_BYTES, by_ratio)
        self._left_files = MAX_FILES
        self._free_bytes = shutil.disk_usage(target).free

    def announce(self, size_bytes: int) -> None:
        self._left_files -= 1
        if size_bytes > self._left_bytes or self._left_files < 0:
            raise self._too_large()
        if size_bytes > self._free_bytes:
            raise InvalidInputError(
                f"{self._source.name} needs {size_bytes:,} bytes more than the disk holds.",
                remedy="Make room on the disk that holds the application's data.",
            )

    def drain(self, content: _Readable) -> None:
        """Read what is left, within the budget."""
        while chunk := content.read(_CHUNK_BYTES):
            self._left_bytes -= len(chunk)
            if self._left_bytes < 0:
                raise self._too_large()

    def copy(self, content: IO[bytes], target: Path) -> None:
        if target.exists():
            raise ModelArtifactError(
                f"{self._source.name} holds {target.name} twice.",
                remedy="Pack the folder again; each file once.",
            )
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                while chunk := content.read(_CHUNK_BYTES):
                    self._left_bytes -= len(chunk)
                    self._free_bytes -= len(chunk)
                    if self._left_bytes < 0:
                        raise self._too_large()
                    file.write(chunk)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise ModelArtifactError(
                f"{self._source.name} uses {target.name} as a file and as a folder.",
                remedy="Pack the folder again.",
            ) from error

    def _too_large(self) -> ModelArtifactError:
        return ModelArtifactError(
            f"{self._source.name} unpacks to far more than a model archive of its size should.",
            remedy="Check the archive; pack only the model and its code.",
        )


def _safe(name: str) -> str:
    pure = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in pure.parts if part != "."]
    absolute = pure.is_absolute() or (bool(parts) and parts[0].endswith(":"))
    if absolute or ".." in parts or not parts or "\0" in name:
        raise _member_error(name, "a path outside the archive")
    return "/".join(parts)


def _tar_kind(member: tarfile.TarInfo) -> str:
    if member.issym():
        return "a symbolic link"
    return "a hard link" if member.islnk() else "a device or pipe"


def _member_error(name: str, kind: str) -> ModelArtifactError:
    return ModelArtifactError(
        f"The archive's member {name!r} is {kind}; a model archive holds plain files only.",
        remedy="Pack it again with links resolved: tar -czhf model.tar.gz -C FOLDER .",
    )
