"""A request to try the endpoint with: the user's, one found in the archive, or one made."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from tools.errors import InvalidInputError
from tools.packing.fitting.fitted import Fitted, SampleRequest
from tools.packing.fitting.onnx import tensor_request
from tools.packing.sample_rows import csv_body, rows_of, tensor

#: Real-time invocations take at most this much (SageMaker InvokeEndpoint, 25 MB since 2025).
MAX_SAMPLE_BYTES = 25 * 1000 * 1000

CONTENT_TYPES = {
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".csv": "text/csv",
    ".npy": "application/x-npy",
    ".npz": "application/x-npz",
    ".libsvm": "text/libsvm",
    ".svm": "text/libsvm",
    ".txt": "text/plain",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".wav": "audio/wave",
    ".mp3": "audio/mpeg",
    ".flac": "audio/x-flac",
    ".parquet": "application/x-parquet",
}
_FOUND_NAMES = tuple(
    f"{folder}{stem}{suffix}"
    for folder in ("", "code/", "sample/", "samples/", "examples/")
    for stem in ("sample", "sample_input", "sample_request", "example", "input_example", "payload")
    for suffix in (".json", ".csv", ".npy")
)


def sample_request(
    fitted: Fitted, tree: Mapping[str, Path], sample_path: Path | None
) -> tuple[SampleRequest | None, tuple[str, ...]]:
    """The sample and what to be warned of about it.

    Args:
        fitted: The model with its image.
        tree: All files given with the model.
        sample_path: The user's sample; it comes before all others.

    Raises:
        InvalidInputError: The user's sample does not exist, is empty, broken or too large.
    """
    if sample_path is not None:
        return _from_user(sample_path, fitted)
    for name in _FOUND_NAMES:
        if name in tree and tree[name].stat().st_size <= MAX_SAMPLE_BYTES:
            return _fitting(tree[name].read_bytes(), Path(name).suffix, fitted, "archive")
    if fitted.generated is not None:
        return fitted.generated, ()
    return None, (
        "No sample request can be made for this model: its input is not told by its file. Give a "
        "sample file (JSON or CSV) to have the endpoint tried after deployment.",
    )


def _from_user(path: Path, fitted: Fitted) -> tuple[SampleRequest, tuple[str, ...]]:
    path = path.expanduser()
    if not path.is_file():
        raise InvalidInputError(
            f"There is no sample file {path}.", remedy="Check the sample's path."
        )
    size_bytes = path.stat().st_size
    if size_bytes == 0:
        raise InvalidInputError(
            f"The sample file {path} is empty.", remedy="Put one request's body into it."
        )
    if size_bytes > MAX_SAMPLE_BYTES:
        raise InvalidInputError(
            f"The sample file {path} has {size_bytes:,} bytes; a request takes at most "
            f"{MAX_SAMPLE_BYTES:,}.",
            remedy="Give a smaller sample: a few rows are enough.",
        )
    body = path.read_bytes()
    suffix = path.suffix.lower()
    if suffix == ".json":
        _check_json(path, body)
    sample, warnings = _fitting(body, suffix, fitted, "user")
    if suffix not in CONTENT_TYPES:
        untold = f"The sample {path.name} has no telling name; it is sent as {sample.content_type}."
        warnings = (untold, *warnings)
    return sample, warnings


def _fitting(
    body: bytes, suffix: str, fitted: Fitted, origin: Literal["user", "archive"]
) -> tuple[SampleRequest, tuple[str, ...]]:
    """The sample as it is, or its rows in the only form that the image takes."""
    if fitted.row_format == "any":
        return _sample(body, suffix, fitted, origin), ()
    rows = rows_of(body, suffix)
    if fitted.row_format == "csv" and rows is not None:
        changed = _sample(csv_body(rows), ".csv", fitted, origin)
        said = "The image takes neither JSON nor a header: the sample's rows are sent as plain CSV."
        is_plain = suffix == ".csv" and len(rows) == len(body.decode(errors="replace").split())
        return changed, () if is_plain else (said,)
    if fitted.row_format == "tensors" and rows is not None and len(fitted.inputs) == 1:
        made = tensor_request([tensor(rows, fitted.inputs[0])], origin)
        return made, ("The sample's rows are sent as a KServe v2 request, Triton's own form.",)
    return _sample(body, suffix, fitted, origin), ()


def _sample(
    body: bytes, suffix: str, fitted: Fitted, origin: Literal["user", "archive"]
) -> SampleRequest:
    return SampleRequest(
        content_type=CONTENT_TYPES.get(suffix, fitted.content_type),
        accept=fitted.accept,
        body_base64=base64.b64encode(body).decode(),
        origin=origin,
    )


def _check_json(path: Path, body: bytes) -> None:
    try:
        json.loads(body)
    except ValueError as error:
        raise InvalidInputError(
            f"The sample file {path} is not valid JSON: {error}.",
            remedy="Mend the file, or name it by what it is (.csv, .npy).",
        ) from error
