# ruff: noqa: ANN401
# Arrays, fitted estimators and parsed JSON have no narrower type here.
"""The Triton image with its onnxruntime backend, on this machine's onnxruntime.

Other backends are named and refused: nothing here stands in for them. No dynamic batching.
Sources: github.com/triton-inference-server/server `src/sagemaker_server.cc`, core
`infer_request.cc`, onnxruntime_backend; docs/protocol (KServe v2 and its binary extension).
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from tools.sandbox.images import tensors
from tools.sandbox.images.serving import (
    ContainerExitError,
    Invocation,
    Place,
    Reply,
    json_reply,
)
from tools.sandbox.images.triton_repository import (
    ModelConfig,
    TensorConfig,
    read_config,
    served_folder,
)

_BINARY_TYPE = "application/vnd.sagemaker-triton.binary+json;json-header-size="
_INFERENCE_TYPES = ("infer", "generate", "generate_stream")
_MAX_BODY_BYTES = 64 * 1024 * 1024


class BadRequestError(Exception):
    """The request is refused with 400 and this message."""


class TritonContainer:
    """One ONNX model behind Triton's SageMaker endpoint."""

    max_body_bytes: int | None = _MAX_BODY_BYTES

    def __init__(self, place: Place, environment: Mapping[str, str]) -> None:
        self._place = place
        self._environment = environment
        self._config: ModelConfig | None = None
        self._session: Any = None

    def start(self) -> None:
        """Check the repository and load the model; Triton ends when that fails."""
        inference_type = self._environment.get("SAGEMAKER_TRITON_INFERENCE_TYPE", "infer")
        if inference_type not in _INFERENCE_TYPES:
            raise ContainerExitError("ERROR: Invalid SAGEMAKER_TRITON_INFERENCE_TYPE")
        if inference_type != "infer":
            message = f"[sandbox] inference type {inference_type}: not executed in the sandbox"
            raise ContainerExitError(message)
        config = read_config(served_folder(self._place.model_dir, self._environment))
        if config.backend != "onnxruntime":
            message = f"[sandbox] Triton backend '{config.backend}': not executed in the sandbox"
            raise ContainerExitError(message)
        self._session = _open_session(config)
        self._config = _checked(config, self._session)

    def ping(self) -> Reply:
        """Answer 200 when the model is ready, else 400."""
        return Reply(200 if self._session is not None else 400)

    def invoke(self, request: Invocation) -> Reply:
        """Answer a KServe v2 request in JSON or with the binary extension."""
        encoding = {name.lower(): value for name, value in request.headers.items()}.get(
            "content-encoding", ""
        )
        if encoding not in ("", "identity"):
            return json_reply(415, {"error": f"Unsupported Content-Encoding: {encoding}"})
        try:
            return self._infer(request)
        except BadRequestError as error:
            return json_reply(400, {"error": str(error)})

    def too_large(self) -> Reply:
        """Answer a body over 64 MiB."""
        return Reply(413)

    def _infer(self, request: Invocation) -> Reply:
        config = self._config
        if config is None:
            raise BadRequestError("model is not ready")
        header, binary = _split(request)
        feed = _inputs(header, binary, config)
        wanted = _wanted_outputs(header, config)
        try:
            arrays = self._session.run([name for name, _ in wanted], feed)
        except Exception as error:
            raise BadRequestError(f"onnx runtime error 2: {error}") from error
        return _answer(header, config, wanted, arrays, binary_reply=_is_binary(request))


def _open_session(config: ModelConfig) -> Any:
    import onnxruntime

    if not config.file.is_file():
        raise _load_error(config, f"unable to find '{config.file}' for model '{config.name}'")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(config.file), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise _load_error(config, f"Internal: onnx runtime error 1: {error}") from error


def _load_error(config: ModelConfig, reason: str) -> ContainerExitError:
    return ContainerExitError(
        f"failed to load '{config.name}' version {config.version}: {reason}\n"
        "error: creating server: Internal - failed to load all models"
    )


def _checked(config: ModelConfig, session: Any) -> ModelConfig:
    """Return the configuration, completed from the model where it is silent."""
    inputs = _checked_tensors(config, config.inputs, session.get_inputs(), "input")
    outputs = _checked_tensors(config, config.outputs, session.get_outputs(), "output")
    if config.inputs and len(inputs) != len(session.get_inputs()):
        raise _load_error(
            config,
            f"Invalid argument: unable to load model '{config.name}', configuration expects"
            f" {len(inputs)} inputs, model provides {len(session.get_inputs())}",
        )
    return ModelConfig(
        config.name, config.version, config.backend, config.max_batch_size, config.file,
        inputs, outputs,
    )  # fmt: skip


def _checked_tensors(
    config: ModelConfig, declared: tuple[TensorConfig, ...], provided: list[Any], kind: str
) -> tuple[TensorConfig, ...]:
    known = {tensor.name: tensor for tensor in provided}
    for tensor in provided:
        if not tensor.type.startswith("tensor("):
            sort = "ONNX_TYPE_" + tensor.type.split("(")[0].replace("seq", "sequence").upper()
            message = f"Unsupported: Unsupported ONNX Type '{sort}' for I/O '{tensor.name}'"
            raise _load_error(config, f"{message}, expected 'ONNX_TYPE_TENSOR'.")
    if not declared:
        batch = 1 if config.max_batch_size > 0 else 0
        return tuple(
            TensorConfig(tensor.name, tensors.ONNX_DATATYPE[tensor.type], _shape(tensor)[batch:])
            for tensor in provided
        )
    for tensor in declared:
        if tensor.name not in known:
            names = ", ".join(sorted(known))
            message = f"unexpected inference {kind} '{tensor.name}', allowed {kind}s are: {names}"
            raise _load_error(config, f"Invalid argument: {message}")
        _check_tensor(config, tensor, known[tensor.name])
    return declared


def _check_tensor(config: ModelConfig, declared: TensorConfig, provided: Any) -> None:
    datatype = tensors.ONNX_DATATYPE[provided.type]
    where = f"model '{config.name}', tensor '{declared.name}'"
    if declared.datatype != datatype:
        message = (
            f"Invalid argument: {where}: the model expects datatype TYPE_{datatype} but the model"
            f" configuration specifies datatype TYPE_{declared.datatype}"
        )
        raise _load_error(config, message.replace("TYPE_BYTES", "TYPE_STRING"))
    full = ((-1,) if config.max_batch_size > 0 else ()) + declared.dims
    shape = _shape(provided)
    fits = len(full) == len(shape) and all(
        -1 in (mine, its) or mine == its for mine, its in zip(full, shape, strict=True)
    )
    if not fits:
        batch = " (an initial batch dimension because max_batch_size > 0 followed by the explicit"
        batch += f" tensor shape, making complete shape {_brackets(full)})"
        raise _load_error(
            config,
            f"Invalid argument: {where}: the model expects {len(shape)} dimensions (shape"
            f" {_brackets(shape)}) but the model configuration specifies {len(full)} dimensions"
            + (batch if config.max_batch_size > 0 else f" (shape {_brackets(full)})"),
        )


def _shape(tensor: Any) -> tuple[int, ...]:
    return tuple(size if isinstance(size, int) and size > 0 else -1 for size in tensor.shape)


def _brackets(sizes: Any) -> str:
    return "[" + ",".join(str(size) for size in sizes) + "]"


def _is_binary(request: Invocation) -> bool:
    return (request.content_type or "").replace(" ", "").startswith(_BINARY_TYPE)


def _split(request: Invocation) -> tuple[dict[str, Any], bytes]:
    """Return the JSON part of a request and the bytes behind it."""
    body, binary = request.body, b""
    if _is_binary(request):
        size = (request.content_type or "").replace(" ", "")[len(_BINARY_TYPE) :]
        if not re.fullmatch(r"\d+", size) or int(size) > len(body):
            raise BadRequestError(f"Unable to parse Inference-Header-Content-Length, got: {size}")
        body, binary = body[: int(size)], body[int(size) :]
    try:
        header = json.loads(body)
    except ValueError as error:
        at = getattr(error, "pos", 0)
        message = f"failed to parse the request JSON buffer: Invalid value. at {at}"
        raise BadRequestError(message) from error
    if not isinstance(header, dict) or not isinstance(header.get("inputs"), list):
        message = "Unable to parse 'inputs': attempt to access non-existing object member"
        raise BadRequestError(f"{message} 'inputs'")
    return header, binary


def _inputs(header: dict[str, Any], binary: bytes, config: ModelConfig) -> dict[str, Any]:
    known = {tensor.name: tensor for tensor in config.inputs}
    prefix = f"[request id: {header.get('id', '<id_unknown>')}]"
    feed: dict[str, Any] = {}
    for entry in header["inputs"]:
        name, datatype, shape = _entry(entry)
        if name not in known:
            message = f"unexpected inference input '{name}' for model '{config.name}'"
            raise BadRequestError(f"{prefix} {message}")
        _check_input(known[name], datatype, shape, config, prefix)
        size = (entry.get("parameters") or {}).get("binary_data_size")
        try:
            if size is not None:
                feed[name] = tensors.from_bytes(binary[: int(size)], datatype, shape, name)
                binary = binary[int(size) :]
            else:
                feed[name] = tensors.from_values(entry.get("data"), datatype, shape, name)
        except (ValueError, OverflowError) as error:
            raise BadRequestError(str(error)) from error
    missing = [tensor.name for tensor in config.inputs if not tensor.optional]
    missing = [name for name in missing if name not in feed]
    if missing:
        got = ",".join(f"'{name}'" for name in feed)
        needed = ",".join(f"'{name}'" for name in missing)
        raise BadRequestError(
            f"{prefix} expected {len(config.inputs)} inputs but got {len(feed)} inputs for model"
            f" '{config.name}'. Got input(s) [{got}], but missing required input(s) [{needed}]."
            " Please provide all required input(s)."
        )
    return feed


def _entry(entry: Any) -> tuple[str, str, list[int]]:
    for member in ("name", "datatype", "shape"):
        if not isinstance(entry, dict) or member not in entry:
            message = f"Unable to parse '{member}': attempt to access non-existing object member"
            raise BadRequestError(f"{message} '{member}'")
    datatype, shape = str(entry["datatype"]), entry["shape"]
    if datatype not in tensors.NUMPY_NAME:
        raise BadRequestError(f"invalid datatype '{datatype}' of input '{entry['name']}'")
    if not isinstance(shape, list) or not all(isinstance(size, int) for size in shape):
        raise BadRequestError("Unable to parse 'shape': attempt to access JSON non-array as array")
    return str(entry["name"]), datatype, shape


def _check_input(
    known: TensorConfig, datatype: str, shape: list[int], config: ModelConfig, prefix: str
) -> None:
    if datatype != known.datatype:
        raise BadRequestError(
            f"{prefix} inference input '{known.name}' data-type is '{datatype}', but model"
            f" '{config.name}' expects '{known.datatype}'"
        )
    full = ((-1,) if config.max_batch_size > 0 else ()) + known.dims
    fits = len(shape) == len(full) and all(
        size >= 0 and want in (-1, size) for size, want in zip(shape, full, strict=True)
    )
    if not fits:
        raise BadRequestError(
            f"{prefix} unexpected shape for input '{known.name}' for model '{config.name}'."
            f" Expected {_brackets(full)}, got {_brackets(shape)}."
        )
    if config.max_batch_size and shape[0] > config.max_batch_size:
        raise BadRequestError(
            f"{prefix} inference request batch-size must be <= {config.max_batch_size} for"
            f" '{config.name}'"
        )


def _wanted_outputs(header: dict[str, Any], config: ModelConfig) -> list[tuple[str, bool]]:
    """Return the outputs to compute and whether each is wanted as bytes."""
    all_binary = bool((header.get("parameters") or {}).get("binary_data_output", False))
    entries = header.get("outputs")
    if not entries:
        return [(tensor.name, all_binary) for tensor in config.outputs]
    known = {tensor.name for tensor in config.outputs}
    wanted = []
    for entry in entries:
        name = str(entry.get("name"))
        if name not in known:
            raise BadRequestError(
                f"[request id: {header.get('id', '<id_unknown>')}] unexpected inference output"
                f" '{name}' for model '{config.name}'"
            )
        binary = (entry.get("parameters") or {}).get("binary_data", all_binary)
        wanted.append((name, bool(binary)))
    return wanted


def _answer(
    header: dict[str, Any],
    config: ModelConfig,
    wanted: list[tuple[str, bool]],
    arrays: list[Any],
    *,
    binary_reply: bool,
) -> Reply:
    outputs, tail = [], b""
    for (name, binary), array in zip(wanted, arrays, strict=True):
        datatype = next(tensor.datatype for tensor in config.outputs if tensor.name == name)
        output: dict[str, Any] = {"name": name, "datatype": datatype, "shape": list(array.shape)}
        if binary and binary_reply:
            raw = tensors.to_bytes(array)
            output["parameters"] = {"binary_data_size": len(raw)}
            tail += raw
        else:
            output["data"] = array.ravel().tolist()
        outputs.append(output)
    answer: dict[str, Any] = {"id": str(header["id"])} if "id" in header else {}
    answer |= {"model_name": config.name, "model_version": config.version, "outputs": outputs}
    text = json.dumps(answer, separators=(",", ":")).encode()
    if not tail:
        return Reply(200, text, "application/json")
    return Reply(200, text + tail, f"{_BINARY_TYPE}{len(text)}")
