"""scikit-learn estimators to the scikit-learn image."""

import base64
import json
from collections.abc import Mapping
from pathlib import Path

from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.fitting.fitted import (
    CONTAINERS_SOURCE,
    DLC_SOURCE,
    SKLEARN_SOURCE,
    Fitted,
    PackagingStep,
    SampleRequest,
    added,
    handler_source,
    variable,
)
from tools.packing.fitting.images import refuse_local_classes, sklearn_image
from tools.packing.formats.artifact import ModelArtifact

#: Modules the image has (aws/deep-learning-containers docker/sklearn; builtins included).
_KNOWN_MODULES = {
    "sklearn", "numpy", "scipy", "joblib", "pandas", "builtins", "__builtin__", "collections",
    "copyreg", "copy_reg", "functools", "operator", "datetime", "decimal", "_codecs", "codecs",
    "pathlib", "re", "random", "types", "enum", "typing", "math", "threadpoolctl", "itertools",
    "dateutil", "pytz", "zoneinfo", "string", "abc", "_loss", "_tree",
}  # fmt: skip
#: Steps that read names or text: numbers made up for them would be nonsense.
_TYPED_COLUMNS = ("ColumnTransformer", "OneHotEncoder", "OrdinalEncoder", "TargetEncoder")
_TEXT = "sklearn.feature_extraction.text."


def fit_sklearn(artifact: ModelArtifact, tree: Mapping[str, Path]) -> Fitted:
    """Model file at the root, `code/inference.py`, and the two variables that name it.

    Args:
        artifact: The estimator.
        tree: All files given, by POSIX path.

    Raises:
        ModelArtifactError: No image can load it.
    """
    refuse_container(artifact)
    refuse_local_classes(artifact)
    choice = sklearn_image(artifact)
    model_file = Path(artifact.path).name
    script = handler_source("sklearn_inference", MODEL_FILE=model_file)
    requirements, requirement_steps, requirement_warnings = requirements_of(artifact, tree)
    environment, variables = script_environment("inference.py", choice.image_version == "1.9-0")
    return Fitted(
        framework=Framework.SKLEARN,
        framework_version=artifact.framework_version or choice.image_version,
        image_family="sklearn",
        image_version=choice.image_version,
        files={
            model_file: tree[artifact.path],
            "code/inference.py": script.encode(),
            **requirements,
        },
        environment=environment,
        steps=(
            added(
                "code/inference.py",
                script,
                "The scikit-learn image has no default model_fn, so the archive must bring one. "
                "This script returns what the model's own predict returns, keeps float64, and "
                "reads JSON, CSV and npy, a single row included.",
                SKLEARN_SOURCE,
            ),
            *requirement_steps,
            *variables,
        ),
        warnings=(*choice.warnings, *requirement_warnings),
        generated=_generated(artifact),
    )


def refuse_container(artifact: ModelArtifact) -> None:
    """Refuse a dict, list or tuple of objects: it has no `predict`.

    Raises:
        ModelArtifactError: The pickled object is no estimator.
    """
    if artifact.root_class is None:
        raise ModelArtifactError(
            f"{artifact.path} holds a dictionary or list of objects, not one model.",
            remedy="Save the estimator itself (a Pipeline joins several steps), or give a folder "
            "with code/inference.py that says how to use them.",
        )


def script_environment(
    program: str, no_build_isolation: bool
) -> tuple[dict[str, str], tuple[PackagingStep, ...]]:
    """The variables that make an image of this kind run a script out of the archive.

    Args:
        program: File in `code/`.
        no_build_isolation: Whether the image's start-up needs PyPI without the switch.
    """
    environment = {
        "SAGEMAKER_PROGRAM": program,
        "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
    }
    steps = [
        variable("SAGEMAKER_PROGRAM", program, "Names the script to run.", CONTAINERS_SOURCE),
        variable(
            "SAGEMAKER_SUBMIT_DIRECTORY",
            "/opt/ml/model/code",
            "The image looks for the script in /opt/ml/code unless told where the archive has it.",
            CONTAINERS_SOURCE,
        ),
    ]
    if no_build_isolation:
        environment["PIP_NO_BUILD_ISOLATION"] = "0"
        steps.append(
            variable(
                "PIP_NO_BUILD_ISOLATION",
                "0",
                "The image installs the script with pip at start and would fetch build tools from "
                "PyPI first; this (pip's inverted switch) uses those in the image, so it also "
                "starts without internet access.",
                DLC_SOURCE,
            )
        )
    return environment, tuple(steps)


def requirements_of(
    artifact: ModelArtifact, tree: Mapping[str, Path]
) -> tuple[dict[str, Path], tuple[PackagingStep, ...], tuple[str, ...]]:
    """The user's requirements.txt, which a model with classes of other packages must have.

    Raises:
        ModelArtifactError: The model needs a package that the image lacks and nothing names it.
    """
    foreign = sorted(
        {name.split(".")[0] for name in artifact.classes if "." in name}
        - _KNOWN_MODULES
        - {"xgboost"}
    )
    # A requirements.txt at the root may be the training project's: it is used only when needed.
    places = ("code/requirements.txt", *(("requirements.txt",) if foreign else ()))
    path = next((place for place in places if place in tree), None)
    if path is None:
        if foreign:
            raise ModelArtifactError(
                f"{artifact.path} needs the package(s) {', '.join(foreign)}, which the image does "
                "not have.",
                remedy="Put a requirements.txt with their exact versions next to the model and "
                "give the folder.",
            )
        return {}, (), ()
    step = PackagingStep(
        action="keep" if path == "code/requirements.txt" else "move",
        text="Installed with pip when a container starts.",
        source_url=CONTAINERS_SOURCE,
        path="code/requirements.txt",
        content=tree[path].read_text(encoding="utf-8", errors="replace")[:20_000],
    )
    warning = (
        "requirements.txt is installed from PyPI at every container start: it fails under network "
        "isolation or without a route to PyPI, and makes starts slower."
    )
    return {"code/requirements.txt": tree[path]}, (step,), (warning,)


def _generated(artifact: ModelArtifact) -> SampleRequest | None:
    if any(name.startswith(_TEXT) for name in artifact.classes):
        return json_sample(["a short text"])
    typed = any(name.rpartition(".")[2] in _TYPED_COLUMNS for name in artifact.classes)
    if artifact.feature_count is None or typed:
        return None
    return json_sample([[0.0] * artifact.feature_count])


def json_sample(rows: object) -> SampleRequest:
    """A generated JSON request."""
    body = json.dumps(rows, separators=(",", ":")).encode()
    return SampleRequest(
        content_type="application/json",
        accept="application/json",
        body_base64=base64.b64encode(body).decode(),
        origin="generated",
    )
