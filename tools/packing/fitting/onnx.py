"""ONNX graphs to Triton: a model repository with a configuration made from the graph."""

import base64
import json
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.fitting.fitted import (
    TRITON_SOURCE,
    Fitted,
    PackagingStep,
    SampleRequest,
    added,
    variable,
)
from tools.packing.fitting.images import TRITON
from tools.packing.formats.artifact import ModelArtifact, TensorSpec
from tools.packing.formats.onnx_files import without_outputs

MODEL_NAME = "model"
_CONFIG_TYPES = {"BYTES": "STRING"}
#: Dimensions a sample may fill: more would be a guess, and a large request.
_MAX_SAMPLE_VALUES = 1_000_000


def fit_onnx(artifact: ModelArtifact, tree: Mapping[str, Path]) -> Fitted:
    """`model/config.pbtxt` and `model/1/model.onnx`, served by Triton's ONNX Runtime backend.

    Args:
        artifact: The graph.
        tree: All files given, by POSIX path.

    Raises:
        ModelArtifactError: Weights beside the graph are missing, or no output is a tensor.
    """
    outputs = tuple(spec for spec in artifact.outputs if spec.datatype)
    refuse_unservable(artifact, outputs)
    dropped = [spec.name for spec in artifact.outputs if not spec.datatype]
    graph: Path | bytes = tree[artifact.path]
    if dropped:
        graph = without_outputs(tree[artifact.path], frozenset(dropped))
    config = config_pbtxt(artifact.inputs, outputs)
    folder = f"{MODEL_NAME}/1"
    return Fitted(
        framework=Framework.ONNX,
        framework_version=TRITON,
        image_family="sagemaker-tritonserver",
        image_version=TRITON,
        files={
            f"{MODEL_NAME}/config.pbtxt": config.encode(),
            f"{folder}/model.onnx": graph,
            **_weights(artifact, tree, folder),
        },
        environment={"SAGEMAKER_TRITON_DEFAULT_MODEL_NAME": MODEL_NAME},
        steps=(*_steps(config), *_dropped_steps(dropped)),
        warnings=_dropped_warnings(dropped),
        generated=sample_of(artifact.inputs),
        row_format="tensors",
        inputs=artifact.inputs,
    )


def config_pbtxt(inputs: tuple[TensorSpec, ...], outputs: tuple[TensorSpec, ...]) -> str:
    """Triton's model configuration: full shapes, so max_batch_size is 0.

    Source: triton-inference-server/server docs/user_guide/model_configuration.md.
    """
    lines = [f'name: "{MODEL_NAME}"', 'backend: "onnxruntime"', "max_batch_size: 0"]
    for kind, specs in (("input", inputs), ("output", outputs)):
        for spec in specs:
            datatype = f"TYPE_{_CONFIG_TYPES.get(spec.datatype, spec.datatype)}"
            dims = ", ".join(str(size) for size in spec.shape)
            name = json.dumps(spec.name)
            lines += [
                f"{kind} [",
                "  {",
                f"    name: {name}",
                f"    data_type: {datatype}",
                f"    dims: [ {dims} ]",
                "  }",
                "]",
            ]
    return "\n".join(lines) + "\n"


def refuse_unservable(artifact: ModelArtifact, outputs: tuple[TensorSpec, ...]) -> None:
    """Refuse a graph that takes or gives no tensors.

    Raises:
        ModelArtifactError: It is one.
    """
    odd = [spec.name for spec in artifact.inputs if not spec.datatype]
    if odd or not outputs or not artifact.inputs:
        names = ", ".join(odd) or "its outputs"
        raise ModelArtifactError(
            f"{artifact.path} has inputs or outputs that are not tensors ({names}); Triton serves "
            "tensors only.",
            remedy='Export it with tensor outputs (skl2onnx: options={"zipmap": False}).',
        )


def _weights(artifact: ModelArtifact, tree: Mapping[str, Path], folder: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for name in artifact.extra_files:
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(artifact.path), name))
        if beside not in tree or ".." in name.split("/") or name.startswith("/"):
            raise ModelArtifactError(
                f"{artifact.path} keeps weights in {name}, which is not beside it.",
                remedy="Give the folder with the .onnx file and its weights.",
            )
        found[f"{folder}/{name}"] = tree[beside]
    return found


def _steps(config: str) -> tuple[PackagingStep, ...]:
    return (
        PackagingStep(
            action="move",
            text="There is no ONNX image: Triton serves ONNX. It wants <name>/<version>/model.onnx "
            "in the archive.",
            source_url=TRITON_SOURCE,
            path=f"{MODEL_NAME}/1/model.onnx",
        ),
        added(
            f"{MODEL_NAME}/config.pbtxt",
            config,
            "Triton's configuration, made from the graph's inputs and outputs.",
            f"{TRITON_SOURCE}/blob/main/docs/user_guide/model_configuration.md",
        ),
        variable(
            "SAGEMAKER_TRITON_DEFAULT_MODEL_NAME",
            MODEL_NAME,
            "Names the folder to serve.",
            f"{TRITON_SOURCE}/blob/main/docker/sagemaker/serve",
        ),
    )


def _dropped_steps(dropped: list[str]) -> tuple[PackagingStep, ...]:
    if not dropped:
        return ()
    return (
        PackagingStep(
            action="leave-out",
            text=f"Output(s) {', '.join(dropped)} are no longer offered: they are sequences of "
            "maps, and Triton refuses a graph with outputs that are not tensors. The rest of the "
            "graph is unchanged.",
            source_url="https://github.com/triton-inference-server/onnxruntime_backend",
            path=f"{MODEL_NAME}/1/model.onnx",
        ),
    )


def _dropped_warnings(dropped: list[str]) -> tuple[str, ...]:
    if not dropped:
        return ()
    return (
        f"Output(s) {', '.join(dropped)} are left out because they are not tensors. To have "
        'probabilities, export again with options={"zipmap": False}.',
    )


def sample_of(inputs: tuple[TensorSpec, ...]) -> SampleRequest | None:
    """Return a KServe v2 request of zeros, with 1 for each open dimension."""
    tensors: list[dict[str, object]] = []
    for spec in inputs:
        shape = [1 if size < 0 else size for size in spec.shape]
        count = 1
        for size in shape:
            count *= size
        if count > _MAX_SAMPLE_VALUES:
            return None
        value: object = {"BYTES": "text", "BOOL": False}.get(
            spec.datatype, 0.0 if spec.datatype.startswith(("FP", "BF")) else 0
        )
        tensors.append(
            {"name": spec.name, "shape": shape, "datatype": spec.datatype, "data": [value] * count}
        )
    return tensor_request(tensors, "generated")


def tensor_request(
    tensors: list[dict[str, object]], origin: Literal["user", "archive", "generated"]
) -> SampleRequest:
    """A KServe v2 request of the given input tensors."""
    body = json.dumps({"inputs": tensors}, separators=(",", ":")).encode()
    return SampleRequest(
        content_type="application/json",
        accept=None,
        body_base64=base64.b64encode(body).decode(),
        origin=origin,
    )
