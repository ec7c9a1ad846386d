"""The data of a batch transform, looked at before anything is planned: what it is, how much of it.

Nothing of it is executed; of what lies in S3 only a list and the beginning of one object is read.
"""

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tools.aws import AwsClients
from tools.errors import InvalidInputError, NotFoundError
from tools.packing.sample_request import CONTENT_TYPES
from tools.source import MOST_BYTES, expanded
from tools.transform import InputFile

JSON, JSON_LINES, CSV = "application/json", "application/jsonlines", "text/csv"
#: Content whose records are lines.
BY_LINES = (CSV, JSON_LINES, "text/libsvm")
_HEAD_BYTES = 256 * 1024
_MOST_PAGES = 10  # of 1,000 keys
_MOST_UPLOADS = 20  # a plan holds each upload as a call, and at most sixty calls
_JSON_FAMILY = {".ndjson": JSON_LINES, ".jsonlines": JSON_LINES, ".tsv": "text/tsv"}


class InputLook(NamedTuple):
    """What the data is.

    Attributes:
        content_type: By the names of the files, or by how they begin.
        objects: How many; at least so many when there are very many.
        largest_bytes: Size of the largest, which bounds a request where objects are not split.
        records: How many records there are; None when it cannot be said.
        counted: `records` is exact, not reckoned from the beginning of one object.
        columns: Of a CSV.
        uploads: What of it is uploaded by the plan.
        notes: What a person should know.
    """

    uri: str
    content_type: str
    compression: str
    objects: int
    total_bytes: int
    largest_bytes: int
    records: int | None
    counted: bool
    columns: int | None = None
    uploads: tuple[InputFile, ...] = ()
    notes: tuple[str, ...] = ()


class _Text(NamedTuple):
    """How an object begins."""

    content_type: str
    compression: str
    lines: int
    header: str | None
    columns: int | None


def look_at(uri: str, clients: AwsClients, folder: str, blobs: Path) -> InputLook:
    """Look at the data.

    Args:
        uri: An S3 prefix, or a file or folder of this machine.
        clients: For reading S3.
        folder: S3 URI below which local files are to be put.
        blobs: The content-addressed store; local files are copied there.

    Raises:
        NotFoundError: There is nothing there.
        InvalidInputError: It is of no kind that can be sent to a model, or too much to upload.
        UserError: S3 refuses.
        AwsUnavailableError: No answer.
    """
    if uri.startswith("s3://"):
        return _in_s3(uri, clients)
    return _of_this_machine(uri, folder, blobs)


def _in_s3(uri: str, clients: AwsClients) -> InputLook:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    try:
        found = [one for one in _listed(bucket, prefix, clients) if not one[0].endswith("/")]
    except NotFoundError as error:
        raise NotFoundError(
            f"There is no bucket {bucket} that these credentials can see.",
            remedy="Check the bucket's name and its region.",
        ) from error
    if not found:
        raise NotFoundError(
            f"There is nothing under {uri}.", remedy="Check bucket and prefix, or upload the data."
        )
    key, size = max(found, key=lambda one: one[1])
    place = {"Bucket": bucket, "Key": key, "Range": f"bytes=0-{_HEAD_BYTES - 1}"}
    head = clients.call("s3.get_object", place)["Body"].read() if size else b""
    seen = _begins(key, head)
    total = sum(one[1] for one in found)
    counted = len(found) == 1 and size <= len(head)
    records = _records(seen, len(head), total, len(found))
    notes = (_header_note(key, seen.header),) if seen.header else ()
    return InputLook(
        uri=uri, content_type=seen.content_type, compression=seen.compression,
        objects=len(found), total_bytes=total, largest_bytes=size,
        records=records, counted=counted or seen.content_type not in BY_LINES,
        columns=seen.columns, notes=notes,
    )  # fmt: skip


def _listed(bucket: str, prefix: str, clients: AwsClients) -> Iterator[tuple[str, int]]:
    token: dict[str, str] = {}
    for _ in range(_MOST_PAGES):
        page = clients.call("s3.list_objects_v2", {"Bucket": bucket, "Prefix": prefix, **token})
        yield from ((one["Key"], one["Size"]) for one in page.get("Contents", ()))
        if not page.get("IsTruncated"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}


def _records(seen: _Text, head_bytes: int, total_bytes: int, objects: int) -> int | None:
    """Lines reckoned from the beginning; where objects are not split, each is a record."""
    if seen.content_type not in BY_LINES:
        return objects
    if seen.compression != "None" or not head_bytes:
        return None
    return round(seen.lines * total_bytes / head_bytes)


def _header_note(key: str, header: str) -> str:
    return (
        f"The first line of {key} looks like a header ({header[:80]}): a job sends every line to "
        "the model as a record. Take it out of the files if the model does not expect it."
    )


def _of_this_machine(path: str, folder: str, blobs: Path) -> InputLook:
    files = _files(path)
    blobs.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    uploads, lines, seen = [], 0, None
    for name, file in files:
        body = file.read_bytes()
        this = _begins(file.name, body)
        if seen is not None and this.content_type != seen.content_type:
            raise InvalidInputError(
                f"{path} holds files of several kinds: {seen.content_type}, {this.content_type}.",
                remedy="Give a folder with files of one kind.",
            )
        seen = seen or this
        if this.header is not None:
            body = body.partition(b"\n")[2]
            notes.append(f"The header of {name} ({this.header[:80]}) is left out of the upload.")
        lines += this.lines
        digest = hashlib.sha256(body).hexdigest()
        (blobs / digest).write_bytes(body)
        uploads.append(InputFile(uri=f"{folder}/{name}", sha256=digest, size_bytes=len(body)))
    assert seen is not None  # noqa: S101 - there is at least one file
    sizes = [one.size_bytes for one in uploads]
    by_lines = seen.content_type in BY_LINES
    return InputLook(
        uri=f"{folder}/", content_type=seen.content_type, compression=seen.compression,
        objects=len(uploads), total_bytes=sum(sizes), largest_bytes=max(sizes),
        records=(None if seen.compression != "None" else lines) if by_lines else len(uploads),
        counted=True, columns=seen.columns, uploads=tuple(uploads), notes=tuple(notes),
    )  # fmt: skip


def _files(path: str) -> list[tuple[str, Path]]:
    """The files to upload with their names below the folder, sorted."""
    place = expanded(path)
    if place.is_file():
        found = [(place.name, place)]
    elif place.is_dir():
        found = sorted(
            (name, file)
            for file in place.rglob("*")
            if file.is_file() and not (name := file.relative_to(place).as_posix()).startswith(".")
        )
    else:
        found = []
    if not found or not any(file.stat().st_size for _, file in found):
        raise NotFoundError(
            f"There is no data at {path[:200]}.",
            remedy="Give a file or folder with records, or an s3:// address.",
        )
    size = sum(file.stat().st_size for _, file in found)
    if len(found) > _MOST_UPLOADS or size > MOST_BYTES:
        raise InvalidInputError(
            f"{path} has {len(found)} files with {size:,} bytes; a plan uploads at most "
            f"{_MOST_UPLOADS} files with {MOST_BYTES:,} bytes.",
            remedy="Upload them yourself (aws s3 sync) and give the s3:// address.",
        )
    return found


def _begins(name: str, head: bytes) -> _Text:
    """Tell the kind of an object by its name, else by how it begins.

    Raises:
        InvalidInputError: It is of no kind that can be sent to a model.
    """
    stem, compression = name.lower(), "None"
    if stem.endswith(".gz"):
        stem, compression = stem.removesuffix(".gz"), "Gzip"
    suffix = Path(stem).suffix
    kind = {**CONTENT_TYPES, **_JSON_FAMILY}.get(suffix)
    lines = [line for line in head.splitlines() if line.strip()]
    if compression == "None" and suffix in {".json", ".txt", "", *_JSON_FAMILY} | _SPARK:
        kind = _sniffed(lines) or kind
    if kind is None:
        raise InvalidInputError(
            f"What {name} holds is not known.",
            remedy="Give CSV (.csv), JSON lines (.jsonl), libsvm or one request a file.",
        )
    if kind != CSV or compression != "None":
        return _Text(kind, compression, len(lines), None, None)
    rows = list(csv.reader(line.decode("utf-8-sig", "replace") for line in lines[:2]))
    header = lines[0].decode("utf-8-sig", "replace").strip() if _is_header(rows) else None
    columns = len(rows[-1]) if rows else None
    return _Text(kind, compression, len(lines) - (header is not None), header, columns)


#: Endings of files that frameworks write in parts.
_SPARK = {".part", ".data", ".out"}


def _sniffed(lines: list[bytes]) -> str | None:
    """Lines that are JSON each, or numbers with commas."""
    if not lines:
        return None
    first = lines[0].decode("utf-8-sig", "replace").strip()
    if first[:1] in "[{":
        try:
            json.loads(first)
        except ValueError:
            return JSON
        return JSON_LINES if len(lines) > 1 else JSON
    return CSV if "," in first and re.search(r"\d", first) else None


def _is_header(rows: list[list[str]]) -> bool:
    """A first row without a number, above one that holds numbers."""
    if len(rows) < 2:
        return False
    return not any(map(_is_number, rows[0])) and any(map(_is_number, rows[1]))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
