# ruff: noqa: ANN401
# What a user's model_fn returns has no narrower type.
"""Which scikit-learn saved an estimator, and whether the image could load it.

The worker's scikit-learn may load what the image's would not. Measured (containers.md, 12): trees
saved with another minor version do not load ("incompatible dtype", "No module named
'numpy._core'"), linear models load with a warning.
"""

import sys
import warnings
from collections.abc import Callable
from typing import Any

_TREES = ("sklearn.tree", "sklearn.ensemble")


class EstimatorNotLoadableError(Exception):
    """The image could not load the estimator, though this machine can."""


def load_and_check(load: Callable[[], Any], image_version: str | None) -> Any:
    """Return what `load` returns, if an image with this scikit-learn could load it too.

    Args:
        load: Calls the user's model_fn.
        image_version: The image's scikit-learn, such as "1.9.0"; None: nothing to compare with.

    Raises:
        EstimatorNotLoadableError: It holds trees saved with another minor version.
    """
    saved: list[str] = []
    show = warnings.showwarning

    def note(message: Any, *arguments: Any, **named: Any) -> None:
        version = getattr(message, "original_sklearn_version", None)
        if version is not None:
            saved.append(str(version))
        show(message, *arguments, **named)

    warnings.showwarning = note
    try:
        loaded = load()
    finally:
        warnings.showwarning = show
    sklearn = sys.modules.get("sklearn")
    if image_version is not None and sklearn is not None:
        _compare(loaded, saved[0] if saved else str(sklearn.__version__), image_version)
    return loaded


def _compare(loaded: Any, saved: str, image_version: str) -> None:
    parts = list(_estimators(loaded))
    if not parts or saved.split(".")[:2] == image_version.split(".")[:2]:
        return
    text = f"saved with scikit-learn {saved}, and the image has {image_version}"
    trees = [part for part in parts if type(part).__module__.startswith(_TREES)]
    if trees:
        name = type(trees[0]).__name__
        raise EstimatorNotLoadableError(
            f"[sandbox] {name} was {text}, which cannot load trees of another minor version."
        )
    print(f"[sandbox] Not proven: the estimator was {text}.", file=sys.stderr)  # noqa: T201 - the log


def _estimators(loaded: Any) -> list[Any]:
    """Return the scikit-learn estimators in an object: itself, and a pipeline's steps."""
    if not type(loaded).__module__.startswith("sklearn."):
        return []
    found = [loaded]
    for attribute in ("steps", "estimators_", "transformers_"):
        for entry in _entries(getattr(loaded, attribute, None)):
            parts = entry if isinstance(entry, tuple) else (entry,)
            for part in parts:
                found += _estimators(part)
    return found


def _entries(held: Any) -> list[Any]:
    """Return what a list, tuple or array of estimators (boosting has a matrix of them) holds."""
    if held is None:
        return []
    return list(held.flat if hasattr(held, "flat") else held)
