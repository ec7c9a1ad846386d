"""Fits the user's model to its image: inspected, laid out, given a script, and packed.

Each thing done is a `PackagingStep` that a person reviews with the plan. The same input gives the
same archive, byte for byte.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from tools.archive import BlobRef, files_of, opened, write_archive
from tools.artifact import inspect
from tools.endpoint import Framework
from tools.errors import InvalidInputError, ModelArtifactError
from tools.fitting.fitted import CANONICAL_SOURCE, Fitted, PackagingStep, SampleRequest
from tools.fitting.sklearn import fit_sklearn
from tools.formats.artifact import ModelArtifact
from tools.sample_request import sample_request
from tools.sdk import image_uri

__all__ = ["BlobRef", "Package", "PackagingStep", "SampleRequest", "package"]


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
        size_bytes = sum(f.stat().st_size for f in fitted.files.values() if isinstance(f, Path))
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
        warnings=(*fitted.warnings, *sample_warnings),
        model_size_bytes=size_bytes,
    )


def _fit(source: Path, tree: Mapping[str, Path], framework: Framework | None) -> Fitted:
    artifact = _one(source, inspect(tree), framework)
    if artifact.framework is Framework.SKLEARN:
        return fit_sklearn(artifact, tree)
    raise ModelArtifactError(
        f"{artifact.path} is a {artifact.format.value} file, which no image here serves.",
        remedy="Export the model to ONNX, or give an archive with code/inference.py.",
    )


def _one(
    source: Path, found: tuple[ModelArtifact, ...], framework: Framework | None
) -> ModelArtifact:
    wanted = [a for a in found if a.framework is framework] or list(found)
    if not wanted:
        raise ModelArtifactError(
            f"{source} holds no model that is known here.",
            remedy="Give a saved model: .joblib, .pkl, XGBoost .json/.ubj, .onnx, .pt, SavedModel.",
        )
    if len(wanted) > 1:
        raise InvalidInputError(
            f"{source} holds several models: {', '.join(a.path for a in wanted[:10])}.",
            remedy="Give the path of the one to deploy.",
        )
    return wanted[0]


def _packed(archive: BlobRef) -> PackagingStep:
    return PackagingStep(
        action="pack",
        text=f"Packed as model.tar.gz ({archive.size_bytes:,} bytes, SHA-256 {archive.sha256}).",
        source_url=CANONICAL_SOURCE,
        path="model.tar.gz",
    )
