"""Rows of a CSV written as requests of the Triton image, one a line; pure but for the blob store.

The image that serves ONNX models speaks KServe v2 and no CSV. A file of the user's own is uploaded
by the plan anyway, so it can be uploaded in the form that the image takes.
"""

import base64
import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from tools.errors import InvalidInputError
from tools.packaging import Package
from tools.planners.transform_input import CSV, JSON_LINES, InputLook
from tools.transform import InputFile

_FLOATS = frozenset({"FP16", "FP32", "FP64", "BF16"})


def for_image(look: InputLook, packaged: Package, blobs: Path) -> InputLook:
    """Return the data in the form that the model's image takes, where it can be brought into it.

    Args:
        look: The data.
        packaged: The model; its sample request shows the one input that rows are written for.
        blobs: Where uploads lie.

    Raises:
        InvalidInputError: A row is of another width, or holds what is no number.
    """
    wanted = _one_input(packaged)
    if wanted is None or not look.uploads or (look.content_type, look.compression) != (CSV, "None"):
        return look
    uploads = tuple(_written(file, wanted, blobs) for file in look.uploads)
    sizes = [one.size_bytes for one in uploads]
    note = (
        f"The rows are uploaded as requests of the Triton image (input {wanted['name']}, one a "
        "line): it takes no CSV."
    )
    return look._replace(
        content_type=JSON_LINES,
        uploads=uploads,
        total_bytes=sum(sizes),
        largest_bytes=max(sizes),
        columns=None,
        notes=(*look.notes, note),
    )


def _one_input(packaged: Package) -> dict[str, Any] | None:
    """The only input of a model on Triton that takes a row at a time; None for any other."""
    sample = packaged.sample
    if sample is None or "tritonserver" not in packaged.image_uri:
        return None
    try:
        (found,) = json.loads(base64.b64decode(sample.body_base64))["inputs"]
        rows, width = found["shape"]
    except (ValueError, KeyError, TypeError):
        return None
    plain = isinstance(rows, int) and isinstance(width, int)
    return {**found, "width": width} if plain else None


def _written(file: InputFile, wanted: dict[str, Any], blobs: Path) -> InputFile:
    text = (blobs / file.sha256).read_text("utf-8-sig", errors="replace")
    name = file.uri.rpartition("/")[2]
    lines = [
        json.dumps({"inputs": [_tensor(row, wanted, f"{name}, record {number}")]})
        for number, row in enumerate(csv.reader(io.StringIO(text)), 1)
        if any(cell.strip() for cell in row)
    ]
    body = ("\n".join(lines) + "\n").encode()
    digest = hashlib.sha256(body).hexdigest()
    (blobs / digest).write_bytes(body)
    uri = file.uri.removesuffix(".csv") + ".jsonl"
    return InputFile(uri=uri, sha256=digest, size_bytes=len(body))


def _tensor(row: list[str], wanted: dict[str, Any], where: str) -> dict[str, Any]:
    if len(row) != wanted["width"]:
        raise InvalidInputError(
            f"{where} has {len(row)} columns, and the model takes {wanted['width']}.",
            remedy=f"Give rows with the model's {wanted['width']} columns alone.",
        )
    number = float if wanted["datatype"] in _FLOATS else int
    try:
        data = [number(cell) for cell in row]
    except ValueError as error:
        raise InvalidInputError(
            f"{where} holds what is no number: {str(error)[:100]}.",
            remedy="Give rows of numbers, as the model was trained with.",
        ) from error
    named = {key: wanted[key] for key in ("name", "datatype")}
    return {**named, "shape": [1, wanted["width"]], "data": data}
