# ruff: noqa: ANN401
# Arrays, fitted estimators and parsed JSON have no narrower type here.
"""Tensors in the KServe v2 protocol: JSON values, raw bytes, and numpy arrays.

Source: github.com/triton-inference-server/server docs/protocol/extension_binary_data.md.
"""

import math
import struct
from typing import Any

NUMPY_NAME = {
    "BOOL": "bool", "UINT8": "uint8", "UINT16": "uint16", "UINT32": "uint32", "UINT64": "uint64",
    "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64", "FP16": "float16",
    "FP32": "float32", "FP64": "float64", "BYTES": "object",
}  # fmt: skip
ONNX_DATATYPE = {
    "tensor(bool)": "BOOL", "tensor(uint8)": "UINT8", "tensor(uint16)": "UINT16",
    "tensor(uint32)": "UINT32", "tensor(uint64)": "UINT64", "tensor(int8)": "INT8",
    "tensor(int16)": "INT16", "tensor(int32)": "INT32", "tensor(int64)": "INT64",
    "tensor(float16)": "FP16", "tensor(float)": "FP32", "tensor(double)": "FP64",
    "tensor(string)": "BYTES",
}  # fmt: skip


def from_values(values: Any, datatype: str, shape: list[int], name: str) -> Any:
    """Return the array of a JSON `data` field, nested or flat.

    Raises:
        ValueError: The number or type of values does not fit.
    """
    import numpy as np

    flat = list(_flatten(values))
    expected = math.prod(shape)
    if len(flat) != expected:
        raise ValueError(
            f"unable to parse 'data': Shape does not match true shape of 'data' field for input"
            f" '{name}'"
        )
    if datatype == "BYTES":
        return np.array([str(value) for value in flat], dtype=object).reshape(shape)
    wrong = [value for value in flat if isinstance(value, str | type(None) | dict)]
    if wrong or (datatype != "BOOL" and any(isinstance(value, bool) for value in flat)):
        raise ValueError(f"Unable to parse 'data': attempt to access JSON non-number as {datatype}")
    return np.array(flat, dtype=NUMPY_NAME[datatype]).reshape(shape)


def _flatten(values: Any) -> Any:
    if isinstance(values, list):
        for value in values:
            yield from _flatten(value)
    else:
        yield values


def from_bytes(raw: bytes, datatype: str, shape: list[int], name: str) -> Any:
    """Return the array of a little-endian binary tensor.

    Raises:
        ValueError: The number of bytes does not fit the shape.
    """
    import numpy as np

    if datatype == "BYTES":
        return np.array(_strings(raw), dtype=object).reshape(shape)
    dtype = np.dtype(NUMPY_NAME[datatype])
    expected = math.prod(shape) * dtype.itemsize
    if len(raw) != expected:
        raise ValueError(
            f"unexpected total byte size {len(raw)} for input '{name}', expecting {expected}"
        )
    return np.frombuffer(raw, dtype=dtype.newbyteorder("<")).astype(dtype).reshape(shape)


def _strings(raw: bytes) -> list[str]:
    strings, at = [], 0
    while at < len(raw):
        (length,) = struct.unpack_from("<I", raw, at)
        strings.append(raw[at + 4 : at + 4 + length].decode())
        at += 4 + length
    return strings


def to_bytes(array: Any) -> bytes:
    """Return a tensor as little-endian bytes; strings with their length in front."""
    if array.dtype == object:
        encoded = [str(value).encode() for value in array.ravel()]
        return b"".join(struct.pack("<I", len(text)) + text for text in encoded)
    return bytes(array.astype(array.dtype.newbyteorder("<")).tobytes())
