# ruff: noqa: ANN401  (the toolkit passes what it likes)
# mypy: disable-error-code="import-untyped"
"""Serves a scikit-learn estimator: the answer is what `predict` returns.

The image has no default model_fn. Its default input_fn turns numbers into float32, refuses a CSV
of one row and `{"instances": ...}`, and cannot read strings; this one keeps float64 and reads them.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np

MODEL_FILE = "model.joblib"


def model_fn(model_dir: str) -> Any:
    """Load the estimator; runs once in each server process."""
    return joblib.load(Path(model_dir) / MODEL_FILE)


def input_fn(body: Any, content_type: Any) -> Any:
    """Rows from JSON, CSV or npy."""
    kind = (content_type or "application/json").split(";")[0].strip().lower()
    if kind == "application/json":
        return _json_rows(json.loads(_text(body)))
    if kind == "text/csv":
        return _csv_rows(_text(body))
    if kind == "application/x-npy":
        return np.load(io.BytesIO(body), allow_pickle=False)
    raise ValueError(
        f"Content type {content_type} is not supported; send application/json, text/csv or "
        "application/x-npy."
    )


def predict_fn(rows: Any, model: Any) -> Any:
    """The estimator's own `predict`; a single row counts as a table of one row."""
    return model.predict(_shaped(rows, model))


def output_fn(prediction: Any, accept: Any) -> Any:
    """The prediction as JSON (default), CSV or npy."""
    accepted = [part.split(";")[0].strip().lower() for part in (accept or "*/*").split(",")]
    values = np.asarray(prediction)
    for kind in accepted:
        if kind in ("application/json", "*/*", "application/*", ""):
            return json.dumps(values.tolist()), "application/json"
        if kind == "text/csv":
            out = io.StringIO()
            csv.writer(out, lineterminator="\n").writerows(
                row if isinstance(row, list) else [row] for row in values.tolist()
            )
            return out.getvalue(), "text/csv"
        if kind == "application/x-npy":
            buffer = io.BytesIO()
            np.save(buffer, values, allow_pickle=False)
            return buffer.getvalue(), "application/x-npy"
    raise ValueError(
        f"Accept type {accept} is not supported; ask for application/json, text/csv or "
        "application/x-npy."
    )


def _text(body: Any) -> str:
    return body.decode("utf-8-sig") if isinstance(body, (bytes, bytearray)) else str(body)


def _json_rows(data: Any) -> Any:
    if isinstance(data, dict):
        for key in ("instances", "inputs", "dataframe_split", "dataframe_records"):
            if key in data:
                data = data[key]
                break
    if isinstance(data, dict):
        if {"columns", "data"} <= set(data):
            import pandas as pd

            return pd.DataFrame(data["data"], columns=data["columns"])
        data = [data]
    if not isinstance(data, list) or not data:
        raise ValueError('Send rows: [[1.0, 2.0], ...], or {"instances": [[1.0, 2.0], ...]}.')
    if isinstance(data[0], dict):
        import pandas as pd

        return pd.DataFrame(data)
    return _table(data)


def _csv_rows(text: str) -> Any:
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    if not rows:
        raise ValueError("The CSV is empty.")
    if len({len(row) for row in rows}) > 1:
        raise ValueError("The CSV's rows differ in length.")
    if len(rows) > 1 and _is_header(rows):
        import pandas as pd

        names = [name.strip() for name in rows[0]]
        return pd.DataFrame([[_cell(cell) for cell in row] for row in rows[1:]], columns=names)
    return _table([[_cell(cell) for cell in row] for row in rows])


def _cell(text: str) -> float | str:
    """A number where it is one, NaN where it is empty, else the text."""
    if not text.strip():
        return float("nan")
    try:
        return float(text)
    except ValueError:
        return text


def _is_header(rows: Any) -> bool:
    """A first row without a number, above a column that holds numbers."""
    if any(not isinstance(_cell(cell), str) for cell in rows[0]):
        return False
    return any(isinstance(_cell(cell), float) and cell.strip() for cell in rows[1])


def _table(data: Any) -> Any:
    """float64 when all is numeric (None is NaN), else objects; never float32."""
    if len({len(row) if isinstance(row, list) else -1 for row in data}) > 1:
        raise ValueError("The rows differ in length.")
    cells = [cell for row in data for cell in (row if isinstance(row, list) else [row])]
    if any(isinstance(cell, str) for cell in cells):
        return np.asarray(data, dtype=object)
    return np.asarray(data, dtype=np.float64)


def _shaped(rows: Any, model: Any) -> Any:
    names = getattr(model, "feature_names_in_", None)
    width = getattr(model, "n_features_in_", None)
    if hasattr(rows, "columns"):
        if names is None:
            return rows.to_numpy()
        return rows[list(names)] if set(names) <= set(rows.columns) else rows
    if rows.ndim == 1 and not (rows.dtype == object and width is None):
        # One row; but strings for a model without columns (a text pipeline) are documents.
        rows = rows.reshape(1, -1)
    if names is not None and rows.ndim == 2 and rows.shape[1] == len(names):
        import pandas as pd

        return pd.DataFrame(rows, columns=list(names)).infer_objects()
    return rows
