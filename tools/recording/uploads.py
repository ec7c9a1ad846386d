"""Uploads kept by content: an archive's bytes depend on its files, not on when it was made."""

import gzip
import hashlib
import shutil
import tarfile
import tempfile
from pathlib import Path

from tools.errors import InvalidInputError


def keep(source: Path, blobs: Path, *, archive: bool) -> tuple[str, int]:
    """Copy a file into the blob store, an archive in its canonical form.

    Returns:
        SHA-256 and size in bytes of what was stored.
    """
    blobs.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=blobs, delete=False) as file:
        part = Path(file.name)
    try:
        if archive:
            canonical_archive(source, part)
        else:
            shutil.copyfile(source, part)
        with part.open("rb") as stored:
            sha256 = hashlib.file_digest(stored, "sha256").hexdigest()
        size_bytes = part.stat().st_size
        part.replace(blobs / sha256)
    finally:
        part.unlink(missing_ok=True)
    return sha256, size_bytes


def canonical_archive(source: Path, target: Path) -> None:
    """Write a gzip'd tar anew: members sorted, no times, owners or names of users.

    Raises:
        InvalidInputError: It holds something else than files and folders.
    """
    with (
        tarfile.open(source, "r:gz") as given,
        target.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as made,
    ):
        for member in sorted(given.getmembers(), key=lambda m: m.name):
            if not (member.isfile() or member.isdir()):
                raise InvalidInputError(
                    f"{member.name} in the archive is neither a file nor a folder.",
                    remedy="Replace links in the source folder by files.",
                )
            plain = tarfile.TarInfo(member.name)
            plain.type, plain.size, plain.mode = member.type, member.size, member.mode & 0o755
            made.addfile(plain, given.extractfile(member) if member.isfile() else None)
