"""Which versions of an image exist for a model, and until when they are patched.

Support dates: aws/deep-learning-containers, docs/src/data and legacy_support.yml, read 2026-11-22.
A date before that day is past and warned of; no clock is asked.
"""

from datetime import date

from pydantic import BaseModel, ConfigDict

from tools.errors import ModelArtifactError
from tools.packing.fitting.fitted import DLC_SOURCE
from tools.packing.formats.artifact import ModelArtifact

AS_OF = date(2026, 11, 22)

_SUPPORT_ENDS = {
    ("sklearn", "1.9-0"): date(2027, 7, 16),
    ("sklearn", "1.4-2-py312"): date(2026, 10, 30),
    ("xgboost", "3.2-0"): date(2027, 5, 13),
    ("xgboost", "3.0-5"): date(2026, 11, 17),
    ("pytorch", "2.6.0"): date(2026, 6, 30),
    ("pytorch", "2.5.1"): date(2025, 10, 29),
    ("tensorflow", "2.19.0"): date(2026, 3, 11),
}

#: scikit-learn's minor version to the image that has it.
SKLEARN_IMAGES = {"1.2": "1.2-1", "1.4": "1.4-2-py312", "1.9": "1.9-0"}
NEWEST_SKLEARN = "1.9-0"
NEWEST_XGBOOST = "3.2-0"
#: xgboost 3.2-0 carries scikit-learn 1.8.0 (aws/deep-learning-containers docker/xgboost/uv.lock).
XGBOOST_SKLEARN_MINOR = "1.8"
PYTORCH = "2.6.0"
TENSORFLOW = "2.20.0"
TRITON = "26.05"
HUGGINGFACE = "5.5.3"

#: Modules whose pickles hold compiled trees or losses: they break between minor versions.
_FRAGILE_MODULES = ("sklearn.tree", "sklearn.ensemble", "sklearn._loss", "sklearn.neighbors")
#: Where a class of the model must not come from, if another process is to load it.
_LOCAL_MODULES = ("__main__.", "__mp_main__.", "ipykernel.")


class SklearnChoice(BaseModel):
    """The image for a scikit-learn model, with what to be warned of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    image_version: str
    warnings: tuple[str, ...] = ()


def support_warnings(family: str, version: str) -> tuple[str, ...]:
    """A warning when the image's support had ended by `AS_OF`."""
    end = _SUPPORT_ENDS.get((family, version))
    if end is None or end >= AS_OF:
        return ()
    return (
        f"The {family} {version} image has been out of support since {end.isoformat()}: it can "
        f"still be pulled but gets no security patches ({DLC_SOURCE}).",
    )


def sklearn_image(artifact: ModelArtifact) -> SklearnChoice:
    """The image of the same minor version; trees refuse any other, linear models warn.

    Raises:
        ModelArtifactError: No image has the version, and this kind of model breaks in others.
    """
    version = artifact.framework_version
    if version is None:
        return SklearnChoice(
            image_version=NEWEST_SKLEARN,
            warnings=(
                "The file does not tell which scikit-learn wrote it; the image has 1.9. If it was "
                "another, loading may fail or predictions may differ.",
            ),
        )
    image = SKLEARN_IMAGES.get(minor(version))
    if image is not None:
        return SklearnChoice(image_version=image, warnings=support_warnings("sklearn", image))
    refuse_fragile(artifact, version, NEWEST_SKLEARN)
    return SklearnChoice(
        image_version=NEWEST_SKLEARN,
        warnings=(
            f"The model was saved with scikit-learn {version}; the image has 1.9. Models of this "
            "kind usually load with a warning; compare predictions before trusting them.",
        ),
    )


def refuse_fragile(artifact: ModelArtifact, version: str, image: str) -> None:
    """Refuse tree models whose scikit-learn differs from the image's.

    Measured: 1.2 forests in 1.5 and 1.9 fail with "node array from the pickle has an incompatible
    dtype"; gradient boosting with a missing module.

    Raises:
        ModelArtifactError: The model holds trees or neighbours.
    """
    fragile = [name for name in artifact.classes if name.startswith(_FRAGILE_MODULES)]
    if fragile:
        raise ModelArtifactError(
            f"{artifact.path} was saved with scikit-learn {version} and holds "
            f"{fragile[0].rpartition('.')[2]}, which the {image} image's version cannot load.",
            remedy=f"Train it again with scikit-learn {', '.join(SKLEARN_IMAGES)}, "
            "or export it to ONNX (skl2onnx).",
        )


def refuse_local_classes(artifact: ModelArtifact) -> None:
    """Refuse pickles of classes that only existed in the training script.

    Raises:
        ModelArtifactError: The model names a class of `__main__`.
    """
    local = [name for name in artifact.classes if name.startswith(_LOCAL_MODULES)]
    if local:
        name = local[0].rpartition(".")[2]
        raise ModelArtifactError(
            f"{artifact.path} needs {name}, which was defined in the training script or notebook "
            "and does not exist in the container.",
            remedy=f"Move {name} into a module, save the model again, and give a folder with the "
            "model, code/inference.py and that module.",
        )


def minor(version: str) -> str:
    """The version's first two numbers: "1.9.1" gives "1.9"."""
    return ".".join(version.split(".")[:2])
