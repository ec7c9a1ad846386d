"""Which of the files given is the model, and what is left out of the archive."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from tools.endpoint import Framework
from tools.errors import InvalidInputError, ModelArtifactError
from tools.packing.fitting.fitted import CANONICAL_SOURCE, Fitted, PackagingStep
from tools.packing.formats.artifact import ModelArtifact

_MODEL_SUFFIXES = {
    ".joblib": "a joblib or pickle file",
    ".pkl": "a pickle",
    ".pickle": "a pickle",
    ".onnx": "an ONNX model",
    ".pt": "a PyTorch model",
    ".pth": "a PyTorch model",
    ".ubj": "an XGBoost UBJ model",
    ".bst": "an XGBoost model",
    ".h5": "a Keras model",
    ".keras": "a Keras model",
    ".cbm": "a CatBoost model",
    ".pb": "a SavedModel",
    ".safetensors": "safetensors weights",
}
_KNOWN = (
    "scikit-learn .joblib/.pkl, XGBoost .json/.ubj, .onnx, TorchScript .pt, a SavedModel or "
    "Hugging Face folder, or an archive with code/inference.py"
)
_SHOWN_FILES = 20


def one_model(
    source: Path,
    tree: Mapping[str, Path],
    found: tuple[ModelArtifact, ...],
    framework: Framework | None,
) -> ModelArtifact:
    """The model to deploy.

    Args:
        source: What the user gave, for messages.
        tree: All files, by POSIX path.
        found: The models among them.
        framework: What the user said; it decides between several.

    Raises:
        ModelArtifactError: There is none.
        InvalidInputError: There are several.
    """
    wanted = [a for a in found if a.framework is framework] or list(found)
    if len(wanted) == 1:
        return wanted[0]
    if wanted:
        raise InvalidInputError(
            f"{source.name} holds several models: {', '.join(a.path for a in wanted[:10])}.",
            remedy="Give the path of the one to deploy; join steps that belong together in one "
            "Pipeline.",
        )
    named = next((n for n in tree if PurePosixPath(n).suffix.lower() in _MODEL_SUFFIXES), None)
    if named is not None:
        kind = _MODEL_SUFFIXES[PurePosixPath(named).suffix.lower()]
        raise ModelArtifactError(
            f"{named} is named like {kind}, but its bytes are not one.",
            remedy=f"Save the model again. Known are: {_KNOWN}.",
        )
    raise ModelArtifactError(
        f"{source.name} holds no model that is known here ({_listed(list(tree))}).",
        remedy=f"Give one of: {_KNOWN}.",
    )


def without_top_folder(
    tree: Mapping[str, Path],
) -> tuple[Mapping[str, Path], tuple[PackagingStep, ...]]:
    """The files without the one folder that all lie in, when that folder means nothing.

    A number (SavedModel), `code` and a Triton model's folder do mean something.
    """
    tops = {name.partition("/")[0] for name in tree}
    top = next(iter(tops))
    meaningful = top.isdecimal() or top == "code" or f"{top}/config.pbtxt" in tree
    if len(tops) > 1 or top in tree or meaningful:
        return tree, ()
    step = PackagingStep(
        action="move",
        text=f"All files lay in the folder {top}/; the image wants them at the archive's root.",
        source_url=CANONICAL_SOURCE,
        path=f"{top}/",
    )
    return {name.partition("/")[2]: path for name, path in tree.items()}, (step,)


def left_out(
    tree: Mapping[str, Path], fitted: Fitted, model_path: str
) -> tuple[PackagingStep, ...]:
    """A step that names the files given that are not in the archive.

    Args:
        tree: All files given.
        fitted: What is packed.
        model_path: The model's file, which may be packed changed.
    """
    packed = {content for content in fitted.files.values() if isinstance(content, Path)}
    names = [name for name, path in tree.items() if path not in packed and name != model_path]
    if not names:
        return ()
    return (
        PackagingStep(
            action="leave-out",
            text=f"Not needed to serve the model and left out: {_listed(names)}.",
            source_url=CANONICAL_SOURCE,
        ),
    )


def _listed(names: list[str]) -> str:
    rest = len(names) - _SHOWN_FILES
    return ", ".join(names[:_SHOWN_FILES]) + (f" and {rest} more" if rest > 0 else "")
