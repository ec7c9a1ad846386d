"""An input object taken apart into records, and records put together into requests; pure.

Split types and what becomes of the padding: TransformInput in the API reference
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TransformInput.html).
"""

import struct
from collections.abc import Iterator, Sequence

_RECORDIO_MAGIC = 0xCED7230A
_RECORDIO_HEADER = struct.Struct("<II")
_LENGTH_BITS = (1 << 29) - 1
_TFRECORD_HEADER = struct.Struct("<QI")
_CHECKSUM_BYTES = 4
BYTES_PER_MB = 1024 * 1024


class TooMuchDataError(Exception):
    """One record alone is larger than a request may be."""


class BadRecordsError(Exception):
    """The object is not of the form that the split type says."""


def split(body: bytes, split_type: str, *, single: bool) -> list[bytes]:
    """Return the records of an object; with `None` it is one record.

    Args:
        body: The object, uncompressed.
        split_type: AWS's SplitType.
        single: Records go one by one; padding of binary formats is taken off then.

    Raises:
        BadRecordsError: The bytes are not of that form.
    """
    match split_type:
        case "Line":
            return [line for line in body.splitlines(keepends=True) if line.strip()]
        case "RecordIO":
            return list(_recordio(body, bare=single))
        case "TFRecord":
            return list(_tfrecords(body, bare=single))
        case _:
            return [body]


def _recordio(body: bytes, *, bare: bool) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        if at + _RECORDIO_HEADER.size > len(body):
            raise BadRecordsError("RecordIO: cut short")
        magic, flags = _RECORDIO_HEADER.unpack_from(body, at)
        if magic != _RECORDIO_MAGIC:
            raise BadRecordsError("RecordIO: wrong magic number")
        begin = at + _RECORDIO_HEADER.size
        end = begin + (flags & _LENGTH_BITS)
        padded = begin + ((flags & _LENGTH_BITS) + 3) // 4 * 4
        if end > len(body):
            raise BadRecordsError("RecordIO: cut short")
        yield body[begin:end] if bare else body[at:padded]
        at = padded


def _tfrecords(body: bytes, *, bare: bool) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        if at + _TFRECORD_HEADER.size > len(body):
            raise BadRecordsError("TFRecord: cut short")
        length, _ = _TFRECORD_HEADER.unpack_from(body, at)
        begin = at + _TFRECORD_HEADER.size
        end = begin + length + _CHECKSUM_BYTES
        if end > len(body):
            raise BadRecordsError("TFRecord: cut short")
        yield body[begin : begin + length] if bare else body[at:end]
        at = end


def batches(records: Sequence[bytes], *, single: bool, max_bytes: int) -> Iterator[range]:
    """Yield which records go together: as many as fit (MultiRecord), or one at a time.

    Args:
        records: In order.
        single: BatchStrategy SingleRecord.
        max_bytes: Largest request; 0 is no limit.

    Raises:
        TooMuchDataError: One record alone does not fit.
    """
    first, size = 0, 0
    for number, record in enumerate(records):
        if max_bytes and len(record) > max_bytes:
            raise TooMuchDataError
        full = bool(max_bytes) and size + len(record) > max_bytes
        if number > first and (single or full):
            yield range(first, number)
            first, size = number, 0
        size += len(record)
    if records:
        yield range(first, len(records))


def together(records: Sequence[bytes], split_type: str) -> bytes:
    """Return records as one request; lines keep a line break between each other."""
    if split_type != "Line":
        return b"".join(records)
    return b"".join(one if one.endswith(b"\n") else one + b"\n" for one in records)


def assembled(answers: Sequence[bytes], assemble_with: str) -> bytes:
    """Return the answers as one object; `Line` ends each with a line break."""
    if assemble_with != "Line":
        return b"".join(answers)
    return b"".join(one if one.endswith(b"\n") else one + b"\n" for one in answers)
