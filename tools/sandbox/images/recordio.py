# ruff: noqa: ANN401
# Matrices are numpy or scipy, as the records have it.
"""Read RecordIO-wrapped protobuf records, SageMaker's own binary format for tabular data.

Source: the `Record` schema in github.com/aws/sagemaker-containers (record.proto) and
docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html. A record's fields: 1 features and
2 label, maps from name to Value; a Value holds a float32 (2), float64 (3) or int32 (7) tensor;
a tensor has values (1), keys (2) for sparse ones, and a shape (3).
"""

import struct
from collections.abc import Iterator
from typing import Any

_MAGIC = 0xCED7230A
_TENSORS = {2: ("float32", "<f4"), 3: ("float64", "<f8"), 7: ("int32", None)}


def read_records(body: bytes) -> tuple[Any, Any]:
    """Return features (an array, or a scipy matrix when sparse) and labels or None.

    Raises:
        ValueError: The bytes are no such records.
    """
    import numpy as np
    from scipy.sparse import csr_matrix, vstack

    rows, labels, sparse = [], [], False
    for record in _frames(body):
        parts = dict(_maps(record))
        if (1, "values") not in parts:
            continue
        values, keys, shape = parts[1, "values"]
        if keys is None:
            rows.append(values.reshape(1, -1))
        else:
            sparse = True
            width = int(shape[0]) if len(shape) else int(keys.max()) + 1
            rows.append(csr_matrix((values, keys, [0, len(keys)]), shape=(1, width)))
        if (2, "values") in parts:
            labels.append(parts[2, "values"][0])
    if not rows:
        raise ValueError("No records found in RecordIO-Protobuf data")
    features = vstack(rows).tocsr() if sparse else np.vstack(rows)
    return features, np.concatenate(labels, axis=None) if labels else None


def _frames(body: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(body):
        magic, length = struct.unpack_from("<II", body, at)
        if magic != _MAGIC:
            raise ValueError(f"Invalid RecordIO magic at offset {at}")
        at += 8
        padded = (length + 3) // 4 * 4
        if at + padded > len(body):
            raise ValueError(f"Truncated record at offset {at}")
        yield body[at : at + length]
        at += padded


def _maps(record: bytes) -> Iterator[tuple[tuple[int, str], Any]]:
    for number, entry in _fields(record):
        if number in (1, 2) and isinstance(entry, bytes):
            parts = dict(_fields(entry))
            tensor = _tensor(parts.get(2, b""))
            if tensor is not None:
                yield (number, bytes(parts.get(1, b"")).decode()), tensor


def _tensor(value: Any) -> tuple[Any, Any, Any] | None:
    import numpy as np

    for number, content in _fields(value):
        if number not in _TENSORS:
            continue
        name, packed = _TENSORS[number]
        numbers: dict[int, list[Any]] = {1: [], 2: [], 3: []}
        for field, item in _fields(content):
            if field == 1 and packed is not None:
                data = np.frombuffer(item, dtype=packed)
                numbers[1].extend(data.tolist())
            elif field in numbers:
                numbers[field].extend(_varints(item) if isinstance(item, bytes) else [item])
        keys = np.array(numbers[2], dtype=np.int64) if numbers[2] else None
        return np.array(numbers[1], dtype=name), keys, numbers[3]
    return None


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Yield (field number, value): an int for a varint, else the value's bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire == 2:
            length, at = _varint(message, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError(f"Error parsing message: wire type {wire}")
        if at + length > len(message):
            raise ValueError("Error parsing message: truncated field")
        yield number, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("Error parsing message: truncated number")
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def _varints(packed: bytes) -> list[int]:
    numbers, at = [], 0
    while at < len(packed):
        number, at = _varint(packed, at)
        numbers.append(number)
    return numbers
