"""Writes model archives canonically: the same files give the same bytes.

A plan's digest holds the archive's hash: nothing of the clock, the user or the disk enters it.
"""

import gzip
import hashlib
import io
import os
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

#: Above this, level 6 would take minutes; weights hardly compress and are then only stored.
_FAST_FROM_BYTES = 64 * 1024**2
_PROBE_BYTES = 1024 * 1024
_WORTHWHILE_RATIO = 0.9


class BlobRef(BaseModel):
    """A file in the content-addressed store.

    Attributes:
        sha256: Hex digest of the bytes; also the file's name.
        size_bytes: Its length.
        path: Where it lies: `<blobs>/<sha256>`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    size_bytes: int
    path: Path


def write_archive(files: Mapping[str, Path | bytes], blobs: Path) -> BlobRef:
    """Write a canonical tar.gz into the blob store; it appears whole or not at all.

    Members are sorted, owned by 0:0, dated 0, mode 644; the gzip header has no name and no time.

    Args:
        files: POSIX path in the archive to a file on disk or its contents.
        blobs: The store's folder; made when absent.
    """
    level = _compression_level(files)
    blobs.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".blob-", dir=blobs)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with (
                gzip.GzipFile("", "wb", level, fileobj=raw, mtime=0) as zipped,
                tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
            ):
                for path in sorted(files):
                    _add(tar, path, files[path])
            raw.flush()
            os.fsync(raw.fileno())
        sha256 = file_sha256(temporary)
        target = blobs / sha256
        size_bytes = temporary.stat().st_size
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return BlobRef(sha256=sha256, size_bytes=size_bytes, path=target)


def content_size(content: Path | bytes) -> int:
    """Bytes of a file on disk or of contents."""
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compression_level(files: Mapping[str, Path | bytes]) -> int:
    """By size, and by how the middle of the largest file compresses; equal for equal files."""
    largest = max(files.values(), key=content_size, default=b"")
    size_bytes = content_size(largest)
    if size_bytes < _FAST_FROM_BYTES or isinstance(largest, bytes):
        return 6
    with largest.open("rb") as file:
        file.seek(size_bytes // 2)
        probe = file.read(_PROBE_BYTES)
    return 1 if len(zlib.compress(probe, 1)) < _WORTHWHILE_RATIO * len(probe) else 0


def _add(tar: tarfile.TarFile, path: str, content: Path | bytes) -> None:
    member = tarfile.TarInfo(path)
    member.mode = 0o644
    if isinstance(content, bytes):
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
        return
    member.size = content.stat().st_size
    with content.open("rb") as file:
        tar.addfile(member, file)
