# ruff: noqa: ANN401
# XGBoost ships no types: matrices and boosters are Any.
"""What the XGBoost image makes of request bodies: CSV, libsvm and recordio to a DMatrix.

Source: github.com/aws/sagemaker-xgboost-container `data_utils.py`, `encoder.py`,
`algorithm_mode/serve_utils.py`.
"""

import csv
from email.message import Message
from typing import Any, Literal

from tools.sandbox.images.recordio import read_records

Kind = Literal["csv", "libsvm", "parquet", "recordio-protobuf"]

ACCEPTED = (
    "csv",
    "libsvm",
    "parquet",
    "recordio-protobuf",
    "text/csv",
    "text/libsvm",
    "text/x-libsvm",
    "application/x-parquet",
    "application/x-recordio-protobuf",
)
_KINDS: dict[str, Kind] = {
    "csv": "csv",
    "text/csv": "csv",
    "libsvm": "libsvm",
    "text/libsvm": "libsvm",
    "text/x-libsvm": "libsvm",
    "parquet": "parquet",
    "application/x-parquet": "parquet",
    "recordio-protobuf": "recordio-protobuf",
    "application/x-recordio-protobuf": "recordio-protobuf",
}
_FAILED = (
    "Loading {0} data failed with Exception, please ensure data is in {0} format:{1} {2}{1} {3}"
)


class UnsupportedMediaTypeError(Exception):
    """Answered with 415 and this message."""


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """Return a header's type and its parameters."""
    message = Message()
    message["content-type"] = header
    parameters = dict(message.get_params(failobj=[], header="content-type")[1:])
    return header.split(";")[0].strip(), parameters


def kind_of(content_type: str | None) -> Kind:
    """Return the format that a Content-Type names; a missing one is libsvm.

    Raises:
        UnsupportedMediaTypeError: It names none of the four.
    """
    if content_type is None:
        return "libsvm"
    name, parameters = media_type(content_type.lower())
    kind = _KINDS.get(name)
    if kind is None:
        accepted = ", ".join(ACCEPTED)
        raise UnsupportedMediaTypeError(
            f"{content_type} is not an accepted ContentType: {accepted}."
        )
    if kind == "csv" and parameters.get("label_size", "1") != "1":
        raise UnsupportedMediaTypeError(
            f"{content_type} is not an accepted csv ContentType. Optional parameter label_size must"
            " be equal to 1"
        )
    return kind


def parse_body(body: bytes, content_type: str | None) -> tuple[Any, Kind]:
    """Return the DMatrix of an algorithm-mode request, and its format.

    Raises:
        UnsupportedMediaTypeError: The type is not served, or the body is not of that type.
    """
    kind = kind_of(content_type)
    if kind == "parquet":
        raise UnsupportedMediaTypeError(f"Content-type {content_type} is not supported.")
    try:
        if kind == "recordio-protobuf":
            return recordio_matrix(body), kind
        text = body.strip().decode("utf-8")
        return (csv_matrix(text, float) if kind == "csv" else libsvm_matrix(text)), kind
    except Exception as error:
        breaks = "" if kind == "recordio-protobuf" else "\n"
        raise UnsupportedMediaTypeError(_FAILED.format(kind, breaks, type(error), error)) from error


def csv_matrix(text: str, dtype: Any) -> Any:
    """Return a CSV text as a DMatrix; an empty cell is missing, a header an error."""
    import numpy as np
    import xgboost

    lines = text.split("\n")
    delimiter = csv.Sniffer().sniff(lines[0][:512]).delimiter
    delimiter = "," if delimiter.isalnum() else delimiter
    rows = [[cell or "nan" for cell in line.split(delimiter)] for line in lines]
    return xgboost.DMatrix(np.array(rows).astype(dtype))


def libsvm_matrix(text: str) -> Any:
    """Return a libsvm text as a sparse DMatrix; labels are dropped, 1-based indices shifted."""
    import numpy as np
    import xgboost
    from scipy.sparse import csr_matrix

    cells = [
        (row, int(item.split(":")[0]), item.split(":")[1])
        for row, line in enumerate(text.split("\n"))
        for item in line.split(" ")
        if ":" in item
    ]
    columns = np.array([cell[1] for cell in cells]).astype(int)
    if len(columns) and columns.min() >= 1:
        columns = columns - 1
    values = np.array([cell[2] for cell in cells]).astype(float)
    rows = np.array([cell[0] for cell in cells])
    return xgboost.DMatrix(csr_matrix((values, (rows, columns))))


def libsvm_dense_matrix(text: str) -> Any:
    """Return a libsvm text as script mode does: dense, absent cells zero."""
    import numpy as np
    import xgboost

    rows = [
        {int(at): float(value) for at, value in _pairs(line)} for line in text.strip().split("\n")
    ]
    if not any(rows):
        return xgboost.DMatrix(np.empty((0, 0)))
    shift = 1 if min(at for row in rows for at in row) >= 1 else 0
    array = np.zeros((len(rows), max(at for row in rows for at in row) - shift + 1))
    for index, row in enumerate(rows):
        for at, value in row.items():
            array[index, at - shift] = value
    return xgboost.DMatrix(array)


def _pairs(line: str) -> list[list[str]]:
    return [token.split(":", 1) for token in line.split() if ":" in token]


def recordio_matrix(body: bytes) -> Any:
    """Return recordio-protobuf records as a DMatrix, with labels if they have some."""
    import xgboost

    features, labels = read_records(body)
    return xgboost.DMatrix(features, label=labels)
