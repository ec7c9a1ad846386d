# ruff: noqa: ANN401
# Arrays, fitted estimators and parsed JSON have no narrower type here.
"""The script toolkit's default formats, with its limits.

A one-row CSV collapses to one dimension, and any type but the exact three is refused: clients
meet both on AWS. Source: github.com/aws/sagemaker-containers `_encoders.py`.
"""

import csv
import io
import json
from typing import Any

JSON_TYPE = "application/json"
CSV_TYPE = "text/csv"
NPY_TYPE = "application/x-npy"
TEXT_TYPES = (JSON_TYPE, CSV_TYPE)


class UnsupportedFormatError(Exception):
    """The toolkit has no decoder or encoder for a content type."""

    def __init__(self, content_type: str) -> None:
        super().__init__(
            f"Content type {content_type} is not supported by this framework.\n\n"
            "            Please implement input_fn to to deserialize the request data or an"
            " output_fn to\n            serialize the response. For more information, see the"
            " SageMaker Python SDK README."
        )


UnsupportedFormatError.__module__ = "sagemaker_containers._errors"


def text_or_bytes(body: bytes, content_type: str) -> str | bytes:
    """Decode JSON and CSV bodies to text; any other type stays bytes."""
    return body.decode("utf-8", errors="replace") if content_type in TEXT_TYPES else body


def decode(content: Any, content_type: str) -> Any:
    """Return the numpy array in a JSON, CSV or npy body.

    Raises:
        UnsupportedFormatError: It is none of the three; parameters such as a charset count.
    """
    import numpy as np

    if content_type == JSON_TYPE:
        return np.array(json.loads(content))
    if content_type == CSV_TYPE:
        return _decode_csv(content)
    if content_type == NPY_TYPE:
        # The image loads pickled arrays too; this process holds nothing that is not the user's.
        return np.load(io.BytesIO(content), allow_pickle=True)
    raise UnsupportedFormatError(content_type)


def _decode_csv(content: str) -> Any:
    import numpy as np

    reader = csv.reader(io.StringIO(content), delimiter=",", quotechar='"', strict=True)
    array = np.array(list(reader)).squeeze()
    try:
        return array.astype(None)
    except ValueError:
        return array


def encode(prediction: Any, accept: str) -> str | bytes:
    """Return a prediction as JSON, CSV (one row a line) or npy.

    Raises:
        UnsupportedFormatError: `accept` is none of the three; a list of types is none.
    """
    import numpy as np

    if accept == JSON_TYPE:
        return json.dumps(prediction, default=_plain)
    if accept == CSV_TYPE:
        array = np.array(prediction)
        rows = array.reshape(array.shape[0], 1) if array.ndim == 1 else array
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n", strict=True).writerows(rows)
        return stream.getvalue()
    if accept == NPY_TYPE:
        buffer = io.BytesIO()
        np.save(buffer, prediction)
        return buffer.getvalue()
    raise UnsupportedFormatError(accept)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    return json.JSONEncoder().default(value)


def flask_json(value: Any) -> bytes:
    """Return what Flask's jsonify makes of a dict or list."""
    return (json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n").encode()
