"""A model of the user's own, packaged for Neo: as it was asked for, or as it is advised."""

from pathlib import Path

from tools.errors import InvalidInputError, UserError
from tools.packaging import Package, package_for_neo
from tools.recommendation import Recommendation
from tools.requirements import DataSensitivity, ModelSourceKind, Requirements
from tools.source import expanded

_PUBLISHED = (ModelSourceKind.JUMPSTART, ModelSourceKind.HUB, ModelSourceKind.IMAGE)
_IN_SANDBOX = (
    "In the sandbox ONNX Runtime stands in for Neo: that the compiled model answers as before is "
    "tried, its speed and its operators on AWS are not."
)


def refuse_published(kind: ModelSourceKind | None) -> None:
    """Refuse to compile what is not a file of the user's own.

    Raises:
        InvalidInputError: It is of a catalogue, a hub, or in an image.
    """
    if kind in _PUBLISHED:
        raise InvalidInputError(
            "Neo compiles a model file of your own, not one of a catalogue, a hub or an image.",
            remedy="Give the model's file, or leave the compilation out.",
        )


def for_neo(needs: Requirements, source: Path, chosen: Recommendation, blobs: Path) -> Package:
    """Return the model laid out for Neo.

    Args:
        needs: What was said, with the region.
        source: The model.
        chosen: On instances of a family that Neo compiles for.
        blobs: The content-addressed store.

    Raises:
        InvalidInputError: No instance type was chosen.
        ModelArtifactError: Neo does not take the model.
    """
    if chosen.instance_type is None:
        raise InvalidInputError(
            f"Neo compiles for instances, and {chosen.inference_option} has none.",
            remedy="Ask for a real-time or asynchronous endpoint, or leave the compilation out.",
        )
    return package_for_neo(
        source,
        region=needs.region or "",
        instance_type=chosen.instance_type,
        framework=needs.framework,
        sample_path=expanded(needs.sample_path) if needs.sample_path else None,
        blobs=blobs,
    )


def advised(
    needs: Requirements, source: Path, chosen: Recommendation, plain: Package, blobs: Path
) -> Package:
    """Return the model laid out for Neo where nothing speaks against it, else as it was.

    Nobody asked for it: a doubt is enough to leave it, and the note says so.
    """
    regulated = needs.data_sensitivity is DataSensitivity.REGULATED
    try:
        made = for_neo(needs, source, chosen, blobs)
        why = " ".join(made.neo.doubts) if made.neo else ""
        if needs.network_isolation or regulated:
            why = "Neo's image fetches its script from S3, which network isolation forbids."
    except UserError as error:
        made, why = plain, error.message
    if not why:
        return made
    note = f"Neo might make it faster, and is left out: {why}"
    return plain.model_copy(update={"warnings": (*plain.warnings, note)})


def noted(compiled: Package, target: str) -> Package:
    """Return a package for Neo with what a person should know of the place it goes to.

    Raises:
        InvalidInputError: The sandbox has nothing that stands in for this compiler.
    """
    if target != "sandbox":
        return compiled
    if compiled.neo is not None and compiled.neo.framework != "ONNX":
        raise InvalidInputError(
            f"The sandbox compiles ONNX models only, not {compiled.framework}.",
            remedy="Plan it for AWS, or leave the compilation out.",
        )
    return compiled.model_copy(update={"warnings": (*compiled.warnings, _IN_SANDBOX)})
