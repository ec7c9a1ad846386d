# ruff: noqa: ANN401
# ONNX Runtime ships no types: sessions and arrays are Any.
"""One compilation, in a process of its own: an ONNX graph is optimised by ONNX Runtime and saved.

Started as `python -I -m tools.sandbox.compilation.compiler`. The input shapes are made fixed, all
graph optimisations are applied and written down, and the result is tried against the original.
Wording of failures: neo-troubleshooting-compilation (2023).
"""

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

from tools.sandbox.images.archive import ArchiveRefusedError, unpack
from tools.sandbox.images.confinement import confine, drop_capabilities

_INPUT = "ClientError: InputConfiguration: "
#: Values that a self-test fills inputs with are cast to these.
_NUMPY = {
    "tensor(float)": "float32", "tensor(double)": "float64", "tensor(float16)": "float16",
    "tensor(int64)": "int64", "tensor(int32)": "int32", "tensor(int8)": "int8",
    "tensor(uint8)": "uint8", "tensor(bool)": "bool",
}  # fmt: skip
#: Options of Neo's for processors (API_OutputConfig); ONNX Runtime has no use for them.
_OPTIONS = frozenset(("mcpu", "mattr", "gpu-code", "trt-ver", "cuda-ver"))


class RefusedError(Exception):
    """The job fails with this text."""


def main() -> None:
    """Do one compilation and say what came of it."""
    confine()
    orders: dict[str, Any] = json.loads(sys.stdin.readline())
    drop_capabilities()
    try:
        told: dict[str, Any] = {"log": _compile(orders)}
    except RefusedError as error:
        told = {"failed": str(error)}
    print(json.dumps(told))  # noqa: T201 - the answer


def _compile(orders: dict[str, Any]) -> list[str]:
    directory = Path(orders["directory"])
    model = _model(directory)
    shapes = _shapes(orders["data_input_config"])
    _check_options(orders["compiler_options"])
    plain = _session(model)
    _check_inputs(plain, shapes)
    made = directory / "result"
    made.mkdir()
    _optimise(plain, model, shapes, made / "compiled.onnx")
    difference = _tried(plain, made / "compiled.onnx", shapes)
    meta = {
        "Model": {
            "Inputs": [{"name": name, "shape": shape} for name, shape in shapes.items()],
            "Outputs": [{"name": one.name} for one in plain.get_outputs()],
        },
        "Requirements": {"TargetDevice": orders["target"]},
        "Compiler": "ONNX Runtime, in the sandbox, in place of Neo",
    }
    (made / "compiled.meta").write_text(json.dumps(meta), encoding="utf-8")
    with tarfile.open(directory / "result.tar.gz", "w:gz") as archive:
        for file in sorted(made.iterdir()):
            archive.add(file, file.name)
    return [
        f"[sandbox] Optimised for {json.dumps(shapes)}; largest difference to the original on a "
        f"trial input: {difference:.3g}."
    ]


def _model(directory: Path) -> Path:
    folder = directory / "input"
    folder.mkdir()
    try:
        unpack(directory / "input.tar.gz", folder)
    except ArchiveRefusedError as error:
        message = f"{_INPUT}Unable to untar input model. Please confirm the model is a tar.gz file"
        raise RefusedError(f"{message}: {error}") from error
    found = [path for path in sorted(folder.rglob("*")) if path.suffix == ".onnx"]
    if len(found) != 1:
        raise RefusedError(
            f"{_INPUT}Exactly one .onnx file is allowed for ONNX models, found {len(found)}."
        )
    return found[0]


def _shapes(text: str | None) -> dict[str, list[int]]:
    try:
        shapes = json.loads(text or "")
    except ValueError as error:
        raise RefusedError(f"{_INPUT}Unable to parse DataInputConfig as JSON: {error}.") from error
    fits = isinstance(shapes, dict) and all(
        isinstance(shape, list) and shape and all(type(n) is int and n > 0 for n in shape)
        for shape in shapes.values()
    )
    if not shapes or not fits:
        raise RefusedError(
            f"{_INPUT}DataInputConfig must map every input's name to a list of positive sizes, "
            f"got {str(text)[:200]}."
        )
    return dict(shapes)


def _check_options(text: str | None) -> None:
    if text is None:
        return
    try:
        options = json.loads(text)
    except ValueError as error:
        message = f"ClientError: OutputConfiguration: CompilerOptions is no JSON: {error}."
        raise RefusedError(message) from error
    unknown = sorted(set(options) - _OPTIONS) if isinstance(options, dict) else [str(options)]
    if unknown:
        raise RefusedError(
            f"ClientError: OutputConfiguration: Unknown compiler option(s) {', '.join(unknown)}."
        )


def _session(model: Path, **settings: Any) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    for name, value in settings.get("dimensions", {}).items():
        options.add_free_dimension_override_by_name(name, value)
    if "written_to" in settings:
        options.optimized_model_filepath = str(settings["written_to"])
    if settings.get("as_it_is"):
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise RefusedError(
            f"{_INPUT}TVM cannot convert the ONNX model. Please make sure the framework you "
            f"selected is correct. {error}"
        ) from error


def _check_inputs(session: Any, shapes: dict[str, list[int]]) -> None:
    inputs = {one.name: one for one in session.get_inputs()}
    if set(inputs) != set(shapes):
        raise RefusedError(
            f"{_INPUT}The model's inputs are {', '.join(sorted(inputs))}, but the Input Shape "
            f"dictionary has {', '.join(sorted(shapes))}."
        )
    for name, given in shapes.items():
        known = list(inputs[name].shape)
        fits = len(known) == len(given) and all(
            not isinstance(want, int) or want <= 0 or want == size
            for want, size in zip(known, given, strict=True)
        )
        if not fits:
            raise RefusedError(
                f"{_INPUT}Input {name} has wrong shape in Input Shape dictionary: {given}, the "
                f"model has {known}."
            )
        if inputs[name].type not in _NUMPY:
            raise RefusedError(
                f"{_INPUT}TVM cannot convert input {name} of type {inputs[name].type}."
            )


def _optimise(session: Any, model: Path, shapes: dict[str, list[int]], written_to: Path) -> None:
    dimensions = {
        name: size
        for one in session.get_inputs()
        for name, size in zip(one.shape, shapes[one.name], strict=True)
        if isinstance(name, str)
    }
    _session(model, dimensions=dimensions, written_to=written_to)


def _tried(plain: Any, made: Path, shapes: dict[str, list[int]]) -> float:
    """Run both on one made-up input and return the largest difference."""
    import numpy as np

    compiled = _session(made, as_it_is=True)
    generator = np.random.default_rng(0)
    feed = {
        one.name: generator.random(shapes[one.name]).astype(_NUMPY[one.type])
        for one in plain.get_inputs()
    }
    try:
        pairs = list(zip(plain.run(None, feed), compiled.run(None, feed), strict=True))
    except Exception as error:
        raise RefusedError(f"{_INPUT}The model cannot run on its inputs: {error}") from error
    found = 0.0
    for one, other in pairs:
        if isinstance(one, np.ndarray) and one.dtype.kind in "fiub" and one.size:
            gap = np.abs(one.astype("float64") - other.astype("float64"))
            found = max(found, float(np.nanmax(gap)))
    return found


if __name__ == "__main__":
    main()
