"""ONNX graphs: inputs and outputs read from the protobuf, without a runtime.

Field numbers: github.com/onnx/onnx, onnx/onnx.proto3 (ModelProto, GraphProto, TensorProto).
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.formats.artifact import ModelArtifact, ModelFormat, TensorSpec
from tools.packing.formats.protobuf import encoded, fields, integer, messages, pieces, text

#: TensorProto.DataType to KServe v2 names.
_DATATYPES = {
    1: "FP32", 2: "UINT8", 3: "INT8", 4: "UINT16", 5: "INT16", 6: "INT32", 7: "INT64",
    8: "BYTES", 9: "BOOL", 10: "FP16", 11: "FP64", 12: "UINT32", 13: "UINT64", 16: "BF16",
}  # fmt: skip
_MODEL_GRAPH, _MODEL_PRODUCER, _MODEL_PRODUCER_VERSION, _MODEL_OPSET = 7, 2, 3, 8
_GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT = 5, 11, 12
_TENSOR_NAME, _TENSOR_EXTERNAL, _TENSOR_LOCATION = 8, 13, 14
_VALUE_NAME, _VALUE_TYPE = 1, 2


def looks_onnx(head: bytes) -> bool:
    """ModelProto starts with ir_version, a small varint in field 1; then a known field."""
    return len(head) > 3 and head[0] == 0x08 and head[1] < 0x40 and head[2] in b"\x12\x1a\x3a\x42"


def inspect_onnx(path: Path, name: str) -> ModelArtifact | None:
    """The graph's interface; None when the file is another protobuf.

    Raises:
        ModelArtifactError: The file is named .onnx but broken.
    """
    try:
        model = _mapped(path)
        graph = next(messages(model, _MODEL_GRAPH), None)
        opsets = list(messages(model, _MODEL_OPSET))
        if graph is None or not opsets:
            return None
        return _artifact(name, model, graph).model_copy(update={"opset": _standard(opsets)})
    except ModelArtifactError as error:
        if not name.lower().endswith(".onnx"):
            return None
        raise ModelArtifactError(
            f"{name} is not an ONNX model, or it is cut off.", remedy="Export the model again."
        ) from error


def _standard(opsets: list[memoryview]) -> int | None:
    """The version of the standard operators (OperatorSetIdProto: domain 1, version 2)."""
    found = (integer(one, 2) for one in opsets if text(one, 1) in {"", "ai.onnx"})
    return next((version for version in found if version is not None), None)


def without_outputs(path: Path, names: frozenset[str]) -> bytes:
    """The model with some outputs no longer offered; nothing else changes.

    Args:
        path: The ONNX file.
        names: Outputs to leave out.
    """
    out = bytearray()
    for number, value, written in pieces(_mapped(path)):
        if number != _MODEL_GRAPH or not isinstance(value, memoryview):
            out += written
            continue
        kept = bytearray()
        for field, inner, part in pieces(value):
            drop = (
                field == _GRAPH_OUTPUT
                and isinstance(inner, memoryview)
                and text(inner, _VALUE_NAME) in names
            )
            if not drop:
                kept += part
        out += encoded(_MODEL_GRAPH, bytes(kept))
    return bytes(out)


def _artifact(name: str, model: memoryview, graph: memoryview) -> ModelArtifact:
    initializers: set[str] = set()
    external: dict[str, None] = {}
    inputs: list[TensorSpec] = []
    outputs: list[TensorSpec] = []
    for number, value in fields(graph):
        if not isinstance(value, memoryview):
            continue
        if number == _GRAPH_INITIALIZER:
            initializers.add(text(value, _TENSOR_NAME))
            external.update(dict.fromkeys(_external_files(value)))
        elif number == _GRAPH_INPUT:
            inputs.append(_spec(value))
        elif number == _GRAPH_OUTPUT:
            outputs.append(_spec(value))
    producer = f"{text(model, _MODEL_PRODUCER)} {text(model, _MODEL_PRODUCER_VERSION)}".strip()
    return ModelArtifact(
        path=name,
        framework=Framework.ONNX,
        format=ModelFormat.ONNX,
        objective=producer or None,
        inputs=tuple(spec for spec in inputs if spec.name not in initializers),
        outputs=tuple(outputs),
        extra_files=tuple(external),
    )


def _external_files(tensor: memoryview) -> Iterator[str]:
    if integer(tensor, _TENSOR_LOCATION) != 1:
        return
    for entry in messages(tensor, _TENSOR_EXTERNAL):
        if text(entry, 1) == "location":
            yield text(entry, 2)


def _spec(value: memoryview) -> TensorSpec:
    """A graph's input or output; sequences and maps have datatype "" and no shape."""
    name = text(value, _VALUE_NAME)
    for type_proto in messages(value, _VALUE_TYPE):
        for tensor in messages(type_proto, 1):
            datatype = _DATATYPES.get(integer(tensor, 1) or 0, "")
            return TensorSpec(name=name, datatype=datatype, shape=_shape(tensor))
    return TensorSpec(name=name, datatype="", shape=())


def _shape(tensor: memoryview) -> tuple[int, ...]:
    for shape in messages(tensor, 2):
        return tuple(_dimension(dimension) for dimension in messages(shape, 1))
    return ()


def _dimension(dimension: memoryview) -> int:
    """A fixed size; -1 when symbolic, absent, or written as a negative number."""
    size = integer(dimension, 1)
    return -1 if size is None or size <= 0 or size >= 1 << 63 else size


def _mapped(path: Path) -> memoryview:
    """The file's bytes, paged in as they are read; unmapped when the last view is gone."""
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
