# ruff: noqa: ANN401
# Predictions are numpy scalars or arrays.
"""Selectable inference: the fields that SAGEMAKER_INFERENCE_OUTPUT asks for.

Source: github.com/aws/sagemaker-xgboost-container `algorithm_mode/serve_utils.py`.
"""

import json
import math
import struct
from typing import Any

_CLASSES = ("predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores")
_NO_PROBABILITY = ("predicted_label", "labels", "raw_score", "raw_scores")
_KEYS = {
    "reg:squarederror": ("predicted_score",),
    "reg:logistic": ("predicted_score",),
    "reg:gamma": ("predicted_score",),
    "reg:absoluteerror": ("predicted_score",),
    "reg:tweedie": ("predicted_score",),
    "binary:logistic": _CLASSES,
    "binary:logitraw": _NO_PROBABILITY,
    "binary:hinge": _NO_PROBABILITY,
    "multi:softmax": _NO_PROBABILITY,
    "multi:softprob": _CLASSES,
}
_MAGIC = 0xCED7230A


def selected(
    predictions: Any, keys: list[str], objective: str, class_count: str, accept: str
) -> bytes:
    """Return the selected fields of every prediction, encoded as `accept` says.

    A key that the objective cannot answer is NaN in every row.

    Raises:
        ValueError: The objective has no selectable output.
    """
    if objective not in _KEYS:
        raise ValueError(
            f"Objective `{objective}` unsupported for selectable inference predictions."
        )
    rows = [
        {
            key: _value(key, objective, class_count, raw) if key in _KEYS[objective] else math.nan
            for key in keys
        }
        for raw in predictions
    ]
    if accept == "application/json":
        return json.dumps({"predictions": rows}).encode()
    if accept == "application/jsonlines":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if accept == "application/x-recordio-protobuf":
        return b"".join(_record(row) for row in rows)
    return "\n".join(",".join(_cell(row[key]) for key in keys) for row in rows).encode()


def _cell(value: Any) -> str:
    return f'"{value}"' if isinstance(value, list) else str(value)


def _value(key: str, objective: str, class_count: str, raw: Any) -> Any:
    multi = objective == "multi:softprob"
    match key:
        case "predicted_score":
            return raw.item()
        case "labels":
            return list(range(int(class_count))) if "multi:" in objective else [0, 1]
        case "predicted_label":
            return _label(objective, raw)
        case "probability" | "raw_score":
            return max(raw).item() if multi else raw.item()
        case _:  # probabilities, raw_scores
            return raw.tolist() if multi else [1.0 - raw.item(), raw.item()]


def _label(objective: str, raw: Any) -> Any:
    match objective:
        case "binary:logistic":
            return int(raw > 0.5)
        case "binary:logitraw":
            return int(raw > 0)
        case "multi:softprob":
            return raw.argmax().item()
        case _:
            return raw.item()


def _record(row: dict[str, Any]) -> bytes:
    """Return one framed Record: every value a float32 tensor under `label`."""
    body = b""
    for key, value in row.items():
        numbers = value if isinstance(value, list) else [value]
        tensor = _field(1, struct.pack(f"<{len(numbers)}f", *numbers))
        body += _field(2, _field(1, key.encode()) + _field(2, _field(2, tensor)))
    padding = b"\0" * (-len(body) % 4)
    return struct.pack("<II", _MAGIC, len(body)) + body + padding


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
