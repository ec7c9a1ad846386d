"""Unpack a model.tar.gz without letting it write anywhere else or fill the disk."""

import shutil
import tarfile
from pathlib import Path

MAX_UNPACKED_BYTES = 10 * 1024**3
MAX_MEMBERS = 100_000
_MIN_FREE_BYTES = 512 * 1024**2


class ArchiveRefusedError(Exception):
    """The archive was not unpacked, or not completely."""


def unpack(archive: Path, target: Path, *, max_bytes: int = MAX_UNPACKED_BYTES) -> None:
    """Unpack a gzip'd tar into an existing, empty folder.

    Raises:
        ArchiveRefusedError: It is no gzip'd tar, holds a link, a device or a path that leads out
            of the folder, or more than `max_bytes` or 100,000 members.
    """
    limit = min(max_bytes, shutil.disk_usage(target).free - _MIN_FREE_BYTES)
    try:
        with tarfile.open(archive, "r:gz") as source:
            _unpack_members(source, target, limit)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ArchiveRefusedError(f"Failed to extract model data archive: {error}") from error


def _unpack_members(source: tarfile.TarFile, target: Path, limit: int) -> None:
    total_bytes = 0
    for count, member in enumerate(source, start=1):
        total_bytes += member.size
        if count > MAX_MEMBERS:
            raise ArchiveRefusedError(f"the archive has more than {MAX_MEMBERS} members")
        if total_bytes > limit:
            raise ArchiveRefusedError(f"the archive unpacks to more than {limit} bytes")
        if not (member.isfile() or member.isdir()):
            message = f"{member.name!r} is a link or a device; only files and folders are unpacked"
            raise ArchiveRefusedError(message)
        if member.name.startswith(("/", "\\")) or ".." in Path(member.name).parts:
            raise ArchiveRefusedError(f"{member.name!r} leads out of the model folder")
        source.extract(member, target, filter="data")
