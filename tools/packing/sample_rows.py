"""Rows of a user's sample, brought into the form that an image without a script asks for."""

import csv
import io
import json

from tools.errors import InvalidInputError
from tools.packing.formats.artifact import TensorSpec

_FLOATS = ("FP16", "FP32", "FP64", "BF16")


def rows_of(body: bytes, suffix: str) -> list[list[float]] | None:
    """The numbers in a JSON or CSV sample, a header left out; None when it is something else.

    Args:
        body: The file's bytes.
        suffix: ".json" or ".csv"; others give None.
    """
    text = body.decode("utf-8-sig", errors="replace")
    if suffix == ".csv":
        return _csv_rows(text)
    if suffix != ".json":
        return None
    try:
        return _json_rows(json.loads(text))
    except ValueError:
        return None


def csv_body(rows: list[list[float]]) -> bytes:
    """Rows as CSV without header and without a last line break."""
    return "\n".join(",".join(f"{cell!r}" for cell in row) for row in rows).encode()


def tensor(rows: list[list[float]], spec: TensorSpec) -> dict[str, object]:
    """Rows as one KServe v2 input tensor.

    Raises:
        InvalidInputError: The rows have another width than the graph's input.
    """
    width = spec.shape[1] if len(spec.shape) > 1 else -1
    if len(spec.shape) > 2 or width not in (-1, len(rows[0])):
        raise InvalidInputError(
            f"The sample has {len(rows[0])} columns; the model's input {spec.name} has shape "
            f"{list(spec.shape)}.",
            remedy="Give a sample with the model's columns, or a KServe v2 request as .json.",
        )
    floats = spec.datatype in _FLOATS
    data: list[list[float | int]] = [[cell if floats else int(cell) for cell in r] for r in rows]
    shape = [len(rows), len(rows[0])]
    return {"name": spec.name, "shape": shape, "datatype": spec.datatype, "data": data}


def _csv_rows(text: str) -> list[list[float]] | None:
    lines = [line for line in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in line)]
    rows = [_numbers(line) for line in lines]
    if rows and rows[0] is None:
        rows = rows[1:]  # a header
    return _complete(rows)


def _json_rows(data: object) -> list[list[float]] | None:
    if isinstance(data, dict):
        data = data.get("instances")
    if not isinstance(data, list) or not data:
        return None
    rows = data if isinstance(data[0], list) else [data]
    return _complete([_numbers(row) for row in rows])


def _numbers(cells: object) -> list[float] | None:
    if not isinstance(cells, list):
        return None
    try:
        return [float("nan") if cell in ("", None) else float(cell) for cell in cells]
    except (TypeError, ValueError):
        return None


def _complete(rows: list[list[float] | None]) -> list[list[float]] | None:
    """The rows when all are numbers of one width."""
    numbers = [row for row in rows if row]
    same = len(numbers) == len(rows) and len({len(row) for row in numbers}) == 1
    return numbers if same else None
