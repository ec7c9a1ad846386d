"""A file's bytes in overlapping windows, so that no pattern is cut in two."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from tools.errors import ModelArtifactError

#: A compressed file is not looked into beyond this.
MAX_UNPACKED_BYTES = 8 * 1024**3
_CHUNK_BYTES = 8 * 1024 * 1024
_OVERLAP_BYTES = 4096


def compressor(head: bytes) -> str | None:
    """What joblib may have compressed a file with, by its first bytes."""
    for magic, kind in ((b"\x1f\x8b", "gzip"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "lzma")):
        if head.startswith(magic):
            return kind
    if head.startswith(b"]\x00\x00"):
        return "lzma"
    # The four headers that zlib writes without a preset dictionary; "x = 1" would pass as one with.
    if head[:1] == b"x" and head[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda"):
        return "zlib"
    return None


def plain_windows(path: Path) -> Iterator[bytes]:
    """Windows of the file as it is."""
    with path.open("rb") as file:
        yield from _windows(_read(file))


def unpacked_windows(path: Path) -> Iterator[bytes]:
    """Windows of the file, decompressed where it is compressed.

    Raises:
        ModelArtifactError: The compressed stream is broken or unpacks to too much.
    """
    yield from _windows(unpacked(path))


def unpacked(path: Path) -> Iterator[bytes]:
    """The file's bytes in chunks, decompressed where it is compressed.

    Raises:
        ModelArtifactError: The compressed stream is broken or unpacks to too much.
    """
    seen_bytes = 0
    try:
        with path.open("rb") as file:
            kind = compressor(file.read(16))
            file.seek(0)
            for chunk in _chunks(file, kind):
                seen_bytes += len(chunk)
                if kind and seen_bytes > MAX_UNPACKED_BYTES:
                    raise ModelArtifactError(
                        f"{path.name} unpacks to more than {MAX_UNPACKED_BYTES:,} bytes.",
                        remedy="Save the model without compression.",
                    )
                yield chunk
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ModelArtifactError(
            f"{path.name} is broken or cut off: {error}.", remedy="Save the model again."
        ) from error


def _windows(chunks: Iterator[bytes]) -> Iterator[bytes]:
    tail = b""
    for chunk in chunks:
        yield tail + chunk
        tail = chunk[-_OVERLAP_BYTES:]


def _chunks(file: BinaryIO, kind: str | None) -> Iterator[bytes]:
    if kind == "zlib":
        yield from _zlib_chunks(file)
        return
    openers: dict[str | None, Callable[[BinaryIO], object]] = {
        "gzip": lambda raw: gzip.GzipFile(fileobj=raw),
        "bz2": bz2.BZ2File,
        "lzma": lzma.LZMAFile,
        None: lambda raw: raw,
    }
    yield from _read(cast(BinaryIO, openers[kind](file)))


def _read(file: BinaryIO) -> Iterator[bytes]:
    while data := file.read(_CHUNK_BYTES):
        yield data


def _zlib_chunks(file: BinaryIO) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    while data := unpacker.unconsumed_tail or file.read(_CHUNK_BYTES):
        if chunk := unpacker.decompress(data, _CHUNK_BYTES):
            yield chunk
    if not unpacker.eof:
        raise EOFError("the compressed stream ends too early")
