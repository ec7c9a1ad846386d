# ruff: noqa: ANN401
# XGBoost ships no types: matrices and boosters are Any.
"""The XGBoost image's defaults in script mode, on top of the script toolkit.

Source: github.com/aws/sagemaker-xgboost-container `serving.py`, `encoder.py`.
"""

from typing import Any

from tools.sandbox.images import packages, xgboost_formats
from tools.sandbox.images.script_codecs import UnsupportedFormatError
from tools.sandbox.images.script_container import DefaultHooks, ScriptImage


def _input_fn(content: Any, content_type: str) -> Any:
    name, _ = xgboost_formats.media_type(content_type)
    match name:
        case "text/csv":
            text = content.decode() if isinstance(content, bytes) else content
            return xgboost_formats.csv_matrix(text, None)
        case "text/libsvm" | "text/x-libsvm":
            text = content.decode() if isinstance(content, bytes) else content
            return xgboost_formats.libsvm_dense_matrix(text)
        case "application/x-recordio-protobuf":
            return xgboost_formats.recordio_matrix(content)
        case _:
            raise UnsupportedFormatError(name)


def _predict_fn(matrix: Any, booster: Any) -> Any:
    return booster.predict(matrix, validate_features=False)


_HOOKS = DefaultHooks(input_fn=_input_fn, predict_fn=_predict_fn)

IMAGES = {
    "3.2-0": ScriptImage(_HOOKS, packages.XGBOOST_3_2, build_needs_index=True),
    "3.0-5": ScriptImage(_HOOKS, packages.XGBOOST_3_0, build_needs_index=False),
    "1.7-1": ScriptImage(_HOOKS, packages.XGBOOST_1_7, build_needs_index=False),
}
