"""XGBoost models to the XGBoost image: algorithm mode where it can, script mode where it must."""

import base64
from collections.abc import Mapping
from pathlib import Path

from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.fitting.fitted import (
    XGBOOST_SOURCE,
    Fitted,
    PackagingStep,
    SampleRequest,
    added,
    handler_source,
)
from tools.packing.fitting.images import (
    NEWEST_XGBOOST,
    XGBOOST_SKLEARN_MINOR,
    minor,
    refuse_fragile,
    refuse_local_classes,
    support_warnings,
)
from tools.packing.fitting.sklearn import (
    json_sample,
    refuse_container,
    requirements_of,
    script_environment,
)
from tools.packing.formats.artifact import ModelArtifact, ModelFormat
from tools.packing.formats.windows import compressor, unpacked


def fit_xgboost(artifact: ModelArtifact, tree: Mapping[str, Path]) -> Fitted:
    """Only the model at the root for a Booster; a script for the scikit-learn wrapper.

    Args:
        artifact: The model.
        tree: All files given, by POSIX path.

    Raises:
        ModelArtifactError: The file's format is one the image no longer reads.
    """
    if artifact.format is ModelFormat.XGBOOST_BINARY:
        raise ModelArtifactError(
            f"{artifact.path} is in XGBoost's old binary format, which 3.1 removed; the "
            f"{NEWEST_XGBOOST} image cannot load it.",
            remedy="Load it with an XGBoost below 3.1 and save it again: "
            'booster.save_model("model.json").',
        )
    if artifact.format is ModelFormat.XGBOOST_PICKLE:
        return _script_mode(artifact, tree)
    return _algorithm_mode(artifact, tree)


def _algorithm_mode(artifact: ModelArtifact, tree: Mapping[str, Path]) -> Fitted:
    path = tree[artifact.path]
    name = Path(artifact.path).name
    content: Path | bytes = path
    steps = [
        PackagingStep(
            action="keep",
            text="The model file alone stands at the archive's root: without a script the image "
            "loads every file there as a model, and answers with Booster.predict.",
            source_url=XGBOOST_SOURCE,
            path=name,
        )
    ]
    with path.open("rb") as file:
        kind = compressor(file.read(16))
    if artifact.format is ModelFormat.XGBOOST_BOOSTER_PICKLE and kind is not None:
        content = b"".join(unpacked(path))
        steps.append(
            PackagingStep(
                action="move",
                text=f"The pickle's {kind} compression is undone (it is not loaded): the image "
                "reads plain pickles.",
                source_url=XGBOOST_SOURCE,
                path=name,
            )
        )
    return Fitted(
        framework=Framework.XGBOOST,
        framework_version=artifact.framework_version or NEWEST_XGBOOST,
        image_family="xgboost",
        image_version=NEWEST_XGBOOST,
        files={name: content},
        steps=tuple(steps),
        warnings=(*_warnings(artifact), *_probability_warning(artifact)),
        generated=_csv_sample(artifact.feature_count),
        row_format="csv",
        content_type="text/csv",
        accept="text/csv",
    )


def _script_mode(artifact: ModelArtifact, tree: Mapping[str, Path]) -> Fitted:
    refuse_container(artifact)
    refuse_local_classes(artifact)
    name = Path(artifact.path).name
    script = handler_source("sklearn_inference", MODEL_FILE=name)
    requirements, requirement_steps, requirement_warnings = requirements_of(artifact, tree)
    environment, variables = script_environment("inference.py", no_build_isolation=True)
    return Fitted(
        framework=Framework.XGBOOST,
        framework_version=artifact.framework_version or NEWEST_XGBOOST,
        image_family="xgboost",
        image_version=NEWEST_XGBOOST,
        files={name: tree[artifact.path], "code/inference.py": script.encode(), **requirements},
        environment=environment,
        steps=(
            added(
                "code/inference.py",
                script,
                "The image's algorithm mode cannot load XGBoost's scikit-learn classes, so the "
                "archive brings a script (script mode). It answers what the model's own predict "
                "returns: labels for a classifier.",
                XGBOOST_SOURCE,
            ),
            *requirement_steps,
            *variables,
        ),
        warnings=(*_warnings(artifact), *_sklearn_warning(artifact), *requirement_warnings),
        generated=_rows_sample(artifact),
    )


def _rows_sample(artifact: ModelArtifact) -> SampleRequest | None:
    if artifact.feature_count is None:
        return None
    return json_sample([[0.0] * artifact.feature_count])


def _csv_sample(feature_count: int | None) -> SampleRequest | None:
    if feature_count is None:
        return None
    return SampleRequest(
        content_type="text/csv",
        accept="text/csv",
        body_base64=base64.b64encode(",".join(["0"] * feature_count).encode()).decode(),
        origin="generated",
    )


def _warnings(artifact: ModelArtifact) -> tuple[str, ...]:
    found = list(support_warnings("xgboost", NEWEST_XGBOOST))
    version = artifact.framework_version
    pickled = artifact.format in (ModelFormat.XGBOOST_PICKLE, ModelFormat.XGBOOST_BOOSTER_PICKLE)
    if version and pickled and minor(version) != "3.2":
        found.append(
            f"The model was pickled with XGBoost {version}; the image has 3.2.0. Pickles are only "
            "meant for the same version: save_model to JSON or UBJ is safe."
        )
    elif version and _numbers(version) > (3, 2):
        found.append(f"The model was saved with XGBoost {version}; the image has the older 3.2.0.")
    if artifact.early_stopped and artifact.format is not ModelFormat.XGBOOST_PICKLE:
        found.append(
            "The model was trained with early stopping; the image uses all trees, not the best "
            "iteration. Cut it before saving: booster[: booster.best_iteration + 1]."
        )
    return tuple(found)


def _probability_warning(artifact: ModelArtifact) -> tuple[str, ...]:
    if artifact.objective not in ("binary:logistic", "multi:softprob"):
        return ()
    return (
        "The endpoint answers probabilities (Booster.predict), not class labels: that is what "
        f"objective {artifact.objective} gives in this image.",
    )


def _sklearn_warning(artifact: ModelArtifact) -> tuple[str, ...]:
    version = artifact.sklearn_version
    if version is None or minor(version) == XGBOOST_SKLEARN_MINOR:
        return ()
    refuse_fragile(artifact, version, f"xgboost {NEWEST_XGBOOST}")
    return (
        f"The pipeline's scikit-learn steps were saved with {version}; the image has 1.8. Compare "
        "predictions before trusting them.",
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
