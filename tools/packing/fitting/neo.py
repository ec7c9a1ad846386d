"""Models laid out for Neo's compiler, with what the compiled one is served by.

Neo wants the bare model in the archive, and fixed sizes of its inputs; what serves the result is
named beside it. Source: neo-compilation-preparing-model (2023), neo-supported-cloud (crawl 2026).
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tools import neo
from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.fitting.fitted import (
    Fitted,
    PackagingStep,
    SampleRequest,
    added,
    handler_source,
)
from tools.packing.fitting.onnx import refuse_unservable, sample_of
from tools.packing.formats.artifact import ModelArtifact, ModelFormat, TensorSpec
from tools.packing.formats.onnx_files import without_outputs

PREPARING_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/neo-compilation-preparing-model.html"
)
SCRIPT_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/"
    "neo-deployment-hosting-services-prerequisites.html"
)
_ON_FILE = "Export the model to ONNX (its file tells its inputs) and compile that."


class NeoFitted(NamedTuple):
    """A model fitted to Neo.

    Attributes:
        fitted: The archive for the compiler; its image is the one that serves the result.
        framework: In Neo's spelling.
        framework_version: Where Neo takes one; None else.
        script: The file that reads requests, for an image that needs one.
        doubts: What Neo may yet refuse.
    """

    fitted: Fitted
    framework: str
    framework_version: str | None
    script: str | None
    doubts: tuple[str, ...] = ()


def fit_neo(artifact: ModelArtifact, tree: Mapping[str, Path], target: str) -> NeoFitted:
    """Lay a model out for Neo.

    Args:
        artifact: The model.
        tree: All files given, by POSIX path.
        target: Neo's, such as "ml_c5".

    Raises:
        ModelArtifactError: Neo does not take it; the remedy says what would help.
    """
    name = neo.NEO_NAMES.get(artifact.framework, artifact.framework.value)
    refused = neo.refusal(name, artifact.framework_version, target)
    if refused is not None:
        raise ModelArtifactError(
            f"Neo cannot compile {artifact.path}: {refused.reason}", remedy=refused.remedy
        )
    match artifact.framework:
        case Framework.ONNX:
            return _fit_onnx(artifact, tree)
        case Framework.XGBOOST:
            return _fit_xgboost(artifact, tree)
        case _:
            raise ModelArtifactError(
                f"Neo needs the shape of every input, and {artifact.path} does not tell it.",
                remedy=_ON_FILE,
            )


def _fit_onnx(artifact: ModelArtifact, tree: Mapping[str, Path]) -> NeoFitted:
    outputs = tuple(spec for spec in artifact.outputs if spec.datatype)
    refuse_unservable(artifact, outputs)
    _refuse_onnx(artifact, outputs)
    dropped = frozenset(spec.name for spec in artifact.outputs if not spec.datatype)
    graph: Path | bytes = tree[artifact.path]
    if dropped:
        graph = without_outputs(tree[artifact.path], dropped)
    newest = neo.newer_opset(artifact.opset)
    doubts = (
        f"Neo's list ends at ONNX 1.7.0 (operator set {newest}); this graph is of operator set "
        f"{artifact.opset}, and the job may fail on its operators. Export it with operator set "
        f"{newest} to be sure.",
    )
    fitted = Fitted(
        framework=Framework.ONNX,
        framework_version="1.7.0",
        image_family="neo-onnx",
        image_version=str(neo.facts()["onnx_image_version"]),
        files={"model.onnx": graph},
        steps=(
            PackagingStep(
                action="move",
                text="Neo compiles one .onnx file at the archive's root.",
                source_url=PREPARING_PAGE,
                path="model.onnx",
            ),
        ),
        generated=sample_of(artifact.inputs),
        row_format="tensors",
        inputs=artifact.inputs,
    )
    return NeoFitted(fitted, "ONNX", None, _script(outputs), doubts if newest else ())


def _refuse_onnx(artifact: ModelArtifact, outputs: tuple[TensorSpec, ...]) -> None:
    if artifact.extra_files:
        raise ModelArtifactError(
            f"{artifact.path} keeps weights in {artifact.extra_files[0]}, and Neo takes one file.",
            remedy="Save the model with its weights inside.",
        )
    texts = [s.name for s in (*artifact.inputs, *outputs) if s.datatype in {"BYTES", "BF16"}]
    if texts:
        raise ModelArtifactError(
            f"{artifact.path} takes or gives text or bfloat16 ({', '.join(texts)}); Neo compiles "
            "models of plain numbers.",
            remedy="Serve it without Neo.",
        )


def _script(outputs: tuple[TensorSpec, ...]) -> str:
    """The script, before the sizes of the inputs are known."""
    text = handler_source("neo_onnx")
    named = json.dumps([[spec.name, spec.datatype] for spec in outputs])
    return text.replace("OUTPUTS: list[Any] = []", f"OUTPUTS: list[Any] = {named}")


def with_shapes(script: str, inputs: tuple[TensorSpec, ...], shapes: Mapping[str, object]) -> str:
    """Return the script with the sizes that the model is compiled for."""
    named = json.dumps([[spec.name, spec.datatype, shapes[spec.name]] for spec in inputs])
    return script.replace("INPUTS: list[Any] = []", f"INPUTS: list[Any] = {named}")


def script_step(script: str) -> PackagingStep:
    """The script as a thing done, for a person to review."""
    return added(
        "neo_onnx.py",
        script,
        "Neo's image calls this script around the compiled model; it speaks Triton's protocol, so "
        "that a request fits the model with and without Neo.",
        SCRIPT_PAGE,
    )


def _fit_xgboost(artifact: ModelArtifact, tree: Mapping[str, Path]) -> NeoFitted:
    if artifact.format is not ModelFormat.XGBOOST_BINARY:
        raise ModelArtifactError(
            f"Neo reads XGBoost's own .model file; {artifact.path} is {artifact.format.value}.",
            remedy='Save it with XGBoost 1.3.3 or earlier: booster.save_model("name.model").',
        )
    name = f"{Path(artifact.path).stem}.model"
    fitted = Fitted(
        framework=Framework.XGBOOST,
        framework_version=artifact.framework_version or "1.3.3",
        image_family="xgboost-neo",
        image_version="latest",
        files={name: tree[artifact.path]},
        steps=(
            PackagingStep(
                action="keep",
                text="Neo compiles one .model file at the archive's root.",
                source_url=PREPARING_PAGE,
                path=name,
            ),
        ),
        row_format="csv",
        content_type="text/csv",
        accept="text/csv",
    )
    doubt = "The file does not tell which XGBoost wrote it; Neo takes 1.3.3 or earlier."
    return NeoFitted(fitted, "XGBOOST", None, None, () if artifact.framework_version else (doubt,))


def shapes_for(
    inputs: tuple[TensorSpec, ...], sample: SampleRequest | None
) -> dict[str, tuple[int, ...]]:
    """Return the fixed shape of every input: the graph's, open sizes filled in by the sample.

    Raises:
        ModelArtifactError: A size that is open is told by nothing.
    """
    told = _sample_shapes(sample)
    found: dict[str, tuple[int, ...]] = {}
    for spec in inputs:
        shape = told.get(spec.name, ())
        fits = len(shape) == len(spec.shape) and all(
            want in {-1, size} for want, size in zip(spec.shape, shape, strict=True)
        )
        guessed = sample is None or sample.origin == "generated"
        if not fits or (guessed and -1 in spec.shape[1:]):
            raise ModelArtifactError(
                f"Neo compiles for fixed sizes, and input {spec.name} has open ones "
                f"({list(spec.shape)}) that the sample does not fill.",
                remedy="Give a sample request in JSON of the size that will be sent, or export "
                "the model with fixed sizes.",
            )
        found[spec.name] = shape
    return found


def _sample_shapes(sample: SampleRequest | None) -> dict[str, tuple[int, ...]]:
    try:
        given = json.loads(base64.b64decode(sample.body_base64)) if sample else {}
        return {str(row["name"]): tuple(row["shape"]) for row in given["inputs"]}
    except (ValueError, TypeError, KeyError):
        return {}
