# ruff: noqa: ANN401  (the runtime passes what it likes)
"""Requests and answers of a compiled ONNX model in the KServe v2 protocol, in JSON.

Neo's image has no protocol of its own: it calls `neo_preprocess` with each request and
`neo_postprocess` with what the model returned. With Triton's protocol the same request fits the
compiled model and the one that was not compiled.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

#: Name, datatype and shape of every input; name and datatype of every output, in order.
INPUTS: list[Any] = []
OUTPUTS: list[Any] = []
_NUMPY = {
    "BOOL": "bool", "UINT8": "uint8", "UINT16": "uint16", "UINT32": "uint32", "UINT64": "uint64",
    "INT8": "int8", "INT16": "int16", "INT32": "int32", "INT64": "int64", "FP16": "float16",
    "FP32": "float32", "FP64": "float64",
}  # fmt: skip


def neo_preprocess(payload: Any, content_type: str) -> dict[str, Any]:
    """Return the input arrays by name."""
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    if kind != "application/json":
        raise ValueError(f"Content type {content_type} is not supported; send application/json.")
    given = json.loads(payload)
    tensors = given.get("inputs") if isinstance(given, dict) else None
    if not isinstance(tensors, list):
        raise TypeError('Send {"inputs": [{"name", "shape", "datatype", "data"}]}.')
    by_name = {str(tensor.get("name")): tensor for tensor in tensors}
    return {name: _array(by_name.get(name), name, kind, shape) for name, kind, shape in INPUTS}


def _array(tensor: Any, name: str, datatype: str, shape: list[int]) -> Any:
    if tensor is None:
        raise ValueError(f"Input {name} is missing.")
    if tensor.get("datatype") != datatype:
        raise ValueError(f"Input {name} is of {datatype}, not {tensor.get('datatype')}.")
    if list(tensor.get("shape") or ()) != shape:
        raise ValueError(
            f"Input {name} has shape {tensor.get('shape')}; the model is compiled for {shape}."
        )
    return np.array(tensor["data"], dtype=_NUMPY[datatype]).reshape(shape)


def neo_postprocess(result: Any) -> tuple[str, str]:
    """Return the answer and its content type."""
    arrays = result if isinstance(result, list) else [result]
    outputs = [
        {
            "name": name,
            "datatype": datatype,
            "shape": list(np.asarray(array).shape),
            "data": np.asarray(array).ravel().tolist(),
        }
        for (name, datatype), array in zip(OUTPUTS, arrays, strict=True)
    ]
    answer = {"model_name": "model", "model_version": "1", "outputs": outputs}
    return json.dumps(answer, separators=(",", ":")), "application/json"
