# ruff: noqa: ANN401
# Arrays and predictions have no narrower type here.
"""The serving toolkits' own modules, as far as scripts commonly import them.

AWS's examples import encoders and content types from `sagemaker_containers.beta.framework`
(scikit-learn, XGBoost) and `sagemaker_inference` (PyTorch). Neither is installed here; these
modules hold the same names and behave the same. What is not among them is an AttributeError or
ImportError, as a newer or older toolkit would give.
Sources: github.com/aws/sagemaker-containers, github.com/aws/sagemaker-inference-toolkit.
"""

import sys
from types import ModuleType
from typing import Any

from tools.sandbox.images import pytorch_hooks, script_codecs
from tools.sandbox.images.flask_pages import flask_content_type
from tools.sandbox.images.torchserve_context import send_intermediate_predict_response

_CONTENT_TYPES = {
    "JSON": "application/json",
    "CSV": "text/csv",
    "OCTET_STREAM": "application/octet-stream",
    "ANY": "*/*",
    "NPY": "application/x-npy",
    "UTF8_TYPES": ["application/json", "text/csv"],
}


class Response:
    """The script toolkit's answer object: a Flask response with JSON as its default type."""

    def __init__(
        self,
        response: Any = None,
        accept: str | None = None,
        status: int = 200,
        headers: Any = None,
        mimetype: str | None = None,
    ) -> None:
        del accept, headers  # deprecated and ignored there; no header of a script's is kept here
        data = b"" if response is None else response
        self._data = data.encode() if isinstance(data, str) else bytes(data)
        self.status_code = int(status)
        self.content_type = flask_content_type(mimetype or "application/json")

    def get_data(self) -> bytes:
        """Return the body."""
        return self._data


class BaseInferenceToolkitError(Exception):
    """An error of the inference toolkit that carries the status of the answer."""

    def __init__(self, status_code: int, message: str, phrase: str) -> None:
        super().__init__(status_code, message, phrase)
        self.status_code = status_code
        self.message = message
        self.phrase = phrase


class GenericInferenceToolkitError(BaseInferenceToolkitError):
    """One with defaults for message and phrase."""

    def __init__(
        self, status_code: int, message: str | None = None, phrase: str | None = None
    ) -> None:
        text = message or "Invalid Request"
        super().__init__(status_code, text, phrase or text)


def provide_toolkit(family: str) -> None:
    """Make the modules of a family's serving toolkit importable."""
    if family in ("scikit-learn", "xgboost"):
        framework = "sagemaker_containers.beta.framework"
        for name in ("sagemaker_containers", "sagemaker_containers.beta", framework):
            _module(name)
        _module(f"{framework}.content_types", **_CONTENT_TYPES)
        _module(f"{framework}.encoders", **_script_encoders())
        _module(f"{framework}.worker", Response=Response)
        errors = {"UnsupportedFormatError": script_codecs.UnsupportedFormatError}
        _module(f"{framework}.errors", **errors)
    if family == "pytorch":
        _module("sagemaker_inference")
        npz = {"NPZ": "application/x-npz"}
        _module("sagemaker_inference.content_types", **(_CONTENT_TYPES | npz))
        _module("sagemaker_inference.decoder", decode=pytorch_hooks.decode)
        _module("sagemaker_inference.encoder", encode=pytorch_hooks.encode)
        _module(
            "sagemaker_inference.errors",
            UnsupportedFormatError=script_codecs.UnsupportedFormatError,
            BaseInferenceToolkitError=BaseInferenceToolkitError,
            GenericInferenceToolkitError=GenericInferenceToolkitError,
        )
        _provide_torchserve()


def _provide_torchserve() -> None:
    """The function by which a handler streams, at its present and its former place."""
    for name in ("ts", "ts.handler_utils", "ts.protocol"):
        _module(name)
    for name in ("ts.handler_utils.utils", "ts.protocol.otf_message_handler"):
        _module(name, send_intermediate_predict_response=send_intermediate_predict_response)


def _script_encoders() -> dict[str, Any]:
    def encode_as(content_type: str) -> Any:
        return lambda array_like: script_codecs.encode(array_like, content_type)

    def decode_as(content_type: str) -> Any:
        def decode(content: Any, dtype: Any = None) -> Any:
            array = script_codecs.decode(content, content_type)
            return array if dtype is None else array.astype(dtype)

        return decode

    return {
        "encode": script_codecs.encode,
        "decode": script_codecs.decode,
        "array_to_json": encode_as(script_codecs.JSON_TYPE),
        "array_to_csv": encode_as(script_codecs.CSV_TYPE),
        "array_to_npy": encode_as(script_codecs.NPY_TYPE),
        "json_to_numpy": decode_as(script_codecs.JSON_TYPE),
        "csv_to_numpy": decode_as(script_codecs.CSV_TYPE),
        "npy_to_numpy": decode_as(script_codecs.NPY_TYPE),
    }


def _module(name: str, **members: Any) -> None:
    module = ModuleType(name)
    module.__path__ = []
    vars(module).update(members)
    sys.modules[name] = module
    parent, _, own = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], own, module)
