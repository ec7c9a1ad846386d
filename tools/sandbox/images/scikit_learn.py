# ruff: noqa: ANN401
# Arrays, fitted estimators and parsed JSON have no narrower type here.
"""The scikit-learn image's own defaults on top of the script toolkit.

Source: github.com/aws/sagemaker-scikit-learn-container `serving.py`.
"""

from typing import Any

from tools.sandbox.images import packages, script_codecs
from tools.sandbox.images.script_container import DefaultHooks, ScriptImage


def _input_fn(content: Any, content_type: str) -> Any:
    import numpy as np

    array = script_codecs.decode(content, content_type)
    return array.astype(np.float32) if content_type in script_codecs.TEXT_TYPES else array


def _predict_fn(array: Any, fitted: Any) -> Any:
    return fitted.predict(array)


_HOOKS = DefaultHooks(input_fn=_input_fn, predict_fn=_predict_fn)

IMAGES = {
    "1.9-0": ScriptImage(_HOOKS, packages.SKLEARN_1_9, build_needs_index=True),
    "1.4-2-py312": ScriptImage(_HOOKS, packages.SKLEARN_1_4, build_needs_index=False),
    "1.2-1": ScriptImage(_HOOKS, packages.SKLEARN_1_2, build_needs_index=False),
}
