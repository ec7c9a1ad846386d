"""Fits the user's model to its image: inspected, laid out, given a script, and packed.

Each thing done is a `PackagingStep` that a person reviews with the plan. The same input gives the
same archive, byte for byte.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from tools.endpoint import Framework
from tools.errors import ModelArtifactError, UserError
from tools.neo import target_of
from tools.packing.archive import BlobRef, content_size, write_archive
from tools.packing.artifact import inspect
from tools.packing.fitting.deep_learning import fit_huggingface, fit_tensorflow, fit_torch
from tools.packing.fitting.fitted import CANONICAL_SOURCE, Fitted, PackagingStep, SampleRequest
from tools.packing.fitting.neo import fit_neo, script_step, shapes_for, with_shapes
from tools.packing.fitting.onnx import fit_onnx
from tools.packing.fitting.repository import find_repository, fit_repository
from tools.packing.fitting.scripted import find_script, fit_scripted
from tools.packing.fitting.selection import left_out, one_model, without_top_folder
from tools.packing.fitting.sklearn import fit_sklearn
from tools.packing.fitting.xgboost import fit_xgboost
from tools.packing.formats.artifact import ModelArtifact
from tools.packing.sample_request import sample_request
from tools.packing.source_files import files_of
from tools.packing.unpacking import opened
from tools.sdk import image_uri, neo_image_uri

__all__ = ["BlobRef", "Package", "PackagingStep", "SampleRequest", "package"]


#: A larger model is not unpacked just to recommend.
LOOKED_INTO_BYTES = 20_000_000


class NeoBuild(BaseModel):
    """What Neo is asked to make of a package.

    Attributes:
        framework: In Neo's spelling.
        framework_version: Where Neo takes one.
        data_input_config: Name to fixed shape of every input.
        target_device: Such as "ml_c5".
        script: The archive with the script that serves the result; None where none is needed.
        doubts: What Neo may yet refuse.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    framework: str
    framework_version: str | None
    data_input_config: dict[str, tuple[int, ...]]
    target_device: str
    script: BlobRef | None
    doubts: tuple[str, ...] = ()


class Package(BaseModel):
    """A model ready for its image.

    Attributes:
        framework: Whose model it is.
        framework_version: Of the library that wrote it, or the image's where not told.
        image_uri: The inference image.
        image_version: As the image's table spells it.
        environment: The container's variables.
        archive: The model.tar.gz in the blob store.
        steps: What was done, in order.
        files: POSIX paths in the archive, sorted.
        sample: A request to try the endpoint with; None when none can be made.
        warnings: What a person should know before approving.
        model_size_bytes: Size of the model's files, unpacked.
        neo: Neo compiles the archive first; None: it is served as it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    framework: Framework
    framework_version: str
    image_uri: str
    image_version: str
    environment: dict[str, str]
    archive: BlobRef
    steps: tuple[PackagingStep, ...]
    files: tuple[str, ...]
    sample: SampleRequest | None
    warnings: tuple[str, ...]
    model_size_bytes: int
    neo: NeoBuild | None = None


class Look(NamedTuple):
    """What a model shows of itself without being packed."""

    framework: Framework
    model_size_bytes: int


def look(source: Path, framework: Framework | None, scratch: Path) -> Look | None:
    """Return what `package` will find in a small local model; None for one that is large or bad.

    Args:
        source: A model file, a folder, or an archive.
        framework: What the user said it is.
        scratch: Folder to unpack in.
    """
    try:
        size_bytes = source.stat().st_size
        if not source.is_file() or size_bytes > LOOKED_INTO_BYTES:
            return None
        scratch.mkdir(parents=True, exist_ok=True)
        with opened(source, scratch) as folder:
            fitted = _fit(source, files_of(folder), framework)
            size_bytes = sum(content_size(content) for content in fitted.files.values())
    except (UserError, OSError):
        return None  # planning says what is wrong with it
    return Look(fitted.framework, size_bytes)


def package(
    source: Path,
    *,
    region: str,
    instance_type: str | None,
    framework: Framework | None,
    sample_path: Path | None,
    blobs: Path,
) -> Package:
    """Fit a model to its image and pack it.

    Args:
        source: A model file, a folder, or an archive.
        region: Where the endpoint will be: it decides the image's account.
        instance_type: What it will run on; None for serverless.
        framework: What the user said it is; None to go by the bytes.
        sample_path: The user's own sample request; None to find or make one.
        blobs: The content-addressed store; made when absent.

    Raises:
        InvalidInputError: A path, Region or instance type that cannot be used.
        ModelArtifactError: The model does not fit any image; the remedy says what would.
    """
    blobs.mkdir(parents=True, exist_ok=True)
    with opened(source, blobs) as folder:
        tree = files_of(folder)
        fitted = _fit(source, tree, framework)
        uri = image_uri(
            fitted.image_family,
            region=region,
            version=fitted.image_version,
            instance_type=instance_type,
        )
        sample, sample_warnings = sample_request(fitted, tree, sample_path)
        size_bytes = sum(content_size(content) for content in fitted.files.values())
        archive = write_archive(fitted.files, blobs)
    return Package(
        framework=fitted.framework,
        framework_version=fitted.framework_version,
        image_uri=uri,
        image_version=fitted.image_version,
        environment=fitted.environment,
        archive=archive,
        steps=(*fitted.steps, _packed(archive)),
        files=tuple(sorted(fitted.files)),
        sample=sample,
        warnings=(
            *fitted.warnings,
            *_serverless_warnings(fitted.image_family, instance_type),
            *sample_warnings,
        ),
        model_size_bytes=size_bytes,
    )


def package_for_neo(
    source: Path,
    *,
    region: str,
    instance_type: str,
    framework: Framework | None,
    sample_path: Path | None,
    blobs: Path,
) -> Package:
    """Lay a model out for Neo's compiler and pack it; arguments and errors as of `package`.

    Raises:
        ModelArtifactError: Neo does not take it, or a size of its inputs is not known.
    """
    target = target_of(instance_type)
    blobs.mkdir(parents=True, exist_ok=True)
    with opened(source, blobs) as folder:
        tree, stripped = without_top_folder(files_of(folder))
        artifact = one_model(source, tree, inspect(tree), framework)
        made = fit_neo(artifact, tree, target)
        fitted = made.fitted
        sample, sample_warnings = sample_request(fitted, tree, sample_path)
        shapes = shapes_for(fitted.inputs, sample)
        script = made.script and with_shapes(made.script, fitted.inputs, shapes)
        size_bytes = sum(content_size(content) for content in fitted.files.values())
        archive = write_archive(fitted.files, blobs)
    steps = (*stripped, *fitted.steps, *((script_step(script),) if script else ()))
    return Package(
        framework=fitted.framework,
        framework_version=fitted.framework_version,
        image_uri=neo_image_uri(made.framework, region=region, target=target),
        image_version=fitted.image_version,
        environment=fitted.environment,
        archive=archive,
        steps=(*steps, _packed(archive)),
        files=tuple(sorted(fitted.files)),
        sample=sample,
        warnings=(*made.doubts, *_fixed_sizes(shapes), *sample_warnings),
        model_size_bytes=size_bytes,
        neo=NeoBuild(
            framework=made.framework,
            framework_version=made.framework_version,
            data_input_config=shapes,
            target_device=target,
            script=write_archive({"neo_onnx.py": script.encode()}, blobs) if script else None,
            doubts=made.doubts,
        ),
    )


def _fixed_sizes(shapes: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    if not shapes:
        return ()
    told = ", ".join(f"{name} {list(shape)}" for name, shape in shapes.items())
    return (f"The compiled model takes requests of exactly this shape: {told}.",)


def _fit(source: Path, tree: Mapping[str, Path], framework: Framework | None) -> Fitted:
    if not tree:
        raise ModelArtifactError(
            f"{source} holds no files.", remedy="Give the folder or archive with the model."
        )
    tree, stripped = without_top_folder(tree)
    repository = find_repository(tree)
    if repository is not None:
        fitted = fit_repository(repository, tree)
    else:
        fitted = _fit_model(source, tree, framework)
    return fitted.model_copy(update={"steps": (*stripped, *fitted.steps)})


def _fit_model(source: Path, tree: Mapping[str, Path], framework: Framework | None) -> Fitted:
    script = find_script(tree)
    if script is not None:
        found = inspect(tree)
        return fit_scripted(script, tree, found[0] if len(found) == 1 else None, framework)
    artifact = one_model(source, tree, inspect(tree), framework)
    fitted = _fit_artifact(artifact, tree)
    steps = (*fitted.steps, *left_out(tree, fitted, artifact.path))
    fitted = fitted.model_copy(update={"steps": steps})
    if framework in (None, artifact.framework, Framework.CUSTOM):
        return fitted
    warning = (
        f"{artifact.path} is a {artifact.format.value} file, so it goes by that and not by "
        f"{framework}."
    )
    return fitted.model_copy(update={"warnings": (warning, *fitted.warnings)})


def _fit_artifact(artifact: ModelArtifact, tree: Mapping[str, Path]) -> Fitted:
    match artifact.framework:
        case Framework.SKLEARN:
            return fit_sklearn(artifact, tree)
        case Framework.XGBOOST:
            return fit_xgboost(artifact, tree)
        case Framework.ONNX:
            return fit_onnx(artifact, tree)
        case Framework.PYTORCH:
            return fit_torch(artifact, tree)
        case Framework.TENSORFLOW:
            return fit_tensorflow(artifact, tree)
        case Framework.HUGGINGFACE:
            return fit_huggingface(artifact, tree)
        case Framework.LIGHTGBM | Framework.CATBOOST:
            raise ModelArtifactError(
                f"{artifact.path} is a {artifact.format.value} file; SageMaker has no image with "
                f"{artifact.framework.value}.",
                remedy="Export it to ONNX (onnxmltools), or give a folder with the model, "
                "code/inference.py for the scikit-learn image and a requirements.txt that names "
                f"{artifact.framework.value}.",
            )
        case Framework.CUSTOM:
            raise ModelArtifactError(
                f"{artifact.path} is a pickle of a library that no image here is for "
                f"({', '.join(artifact.classes[:3]) or 'no classes'}).",
                remedy="Give a scikit-learn or XGBoost model, export it to ONNX, or give a folder "
                "with code/inference.py.",
            )


def _serverless_warnings(family: str, instance_type: str | None) -> tuple[str, ...]:
    if instance_type is not None or family == "sklearn":
        return ()
    return (
        "Serverless takes images up to 10 GB unpacked, and the size of this one is not published: "
        "on AWS the endpoint may be refused for it.",
    )


def _packed(archive: BlobRef) -> PackagingStep:
    return PackagingStep(
        action="pack",
        text=f"Packed as model.tar.gz ({archive.size_bytes:,} bytes, SHA-256 {archive.sha256}).",
        source_url=CANONICAL_SOURCE,
        path="model.tar.gz",
    )
