# ruff: noqa: ANN401
# Arrays, fitted estimators and parsed JSON have no narrower type here.
"""Triton's model repository: which folder is served, and what its config.pbtxt declares.

Sources: github.com/triton-inference-server/server `docker/sagemaker/serve` (layout and its
messages), docs/user_guide/model_repository.md and model_configuration.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.sandbox.images.serving import ContainerExitError
from tools.sandbox.images.text_protobuf import TextFormatError, parse_message

_BACKENDS = {"onnxruntime_onnx": "onnxruntime", "pytorch_libtorch": "pytorch"}
_FILE_OF = {"onnxruntime": "model.onnx", "pytorch": "model.pt", "tensorrt": "model.plan",
            "python": "model.py", "openvino": "model.xml"}  # fmt: skip


@dataclass(frozen=True)
class TensorConfig:
    """One input or output of config.pbtxt; `dims` are without the batch dimension."""

    name: str
    datatype: str
    dims: tuple[int, ...]
    optional: bool = False


@dataclass(frozen=True)
class ModelConfig:
    """What the served folder declares."""

    name: str
    version: str
    backend: str
    max_batch_size: int
    file: Path
    inputs: tuple[TensorConfig, ...]
    outputs: tuple[TensorConfig, ...]


def served_folder(model_dir: Path, environment: Mapping[str, str]) -> Path:
    """Return the model folder that the image's start script picks.

    Raises:
        ContainerExitError: The layout is not a model repository, or does not say which model.
    """
    if (model_dir / "config.pbtxt").is_file():
        raise ContainerExitError(
            "ERROR: Incorrect directory structure.\n"
            "       Model directory needs to contain the top level folder"
        )
    wanted = environment.get("SAGEMAKER_TRITON_DEFAULT_MODEL_NAME")
    if wanted:
        if not (model_dir / wanted).is_dir():
            raise ContainerExitError(
                "ERROR: Directory with provided SAGEMAKER_TRITON_DEFAULT_MODEL_NAME"
                f" {wanted} does not exist"
            )
        return model_dir / wanted
    folders = sorted(file.parent for file in model_dir.glob("*/config.pbtxt"))
    if not folders:
        raise ContainerExitError("ERROR: No model found in model repository")
    if len(folders) > 1:
        raise ContainerExitError(
            "ERROR: More than 1 model directory found in model repository.\n"
            "       Either provide a single model or set SAGEMAKER_TRITON_DEFAULT_MODEL_NAME"
        )
    return folders[0]


def read_config(folder: Path) -> ModelConfig:
    """Return what a model folder declares.

    Raises:
        ContainerExitError: config.pbtxt is not well formed or contradicts the folder.
    """
    try:
        fields = parse_message((folder / "config.pbtxt").read_text(encoding="utf-8"))
    except (TextFormatError, OSError, UnicodeDecodeError) as error:
        message = f"failed to read text proto from {folder / 'config.pbtxt'}: {error}"
        raise _not_loaded(message) from error
    name = str(fields.get("name", [folder.name])[0])
    if name != folder.name:
        raise _not_loaded(
            f"unexpected directory name '{folder.name}' for model '{name}', directory name must"
            " equal model name"
        )
    version = _latest_version(folder, name)
    backend = _backend(fields, folder / version)
    default_file = str(fields.get("default_model_filename", [_FILE_OF.get(backend, "")])[0])
    return ModelConfig(
        name=name,
        version=version,
        backend=backend,
        max_batch_size=int(fields.get("max_batch_size", ["0"])[0]),
        file=folder / version / default_file,
        inputs=tuple(_tensor(entry, name) for entry in fields.get("input", ())),
        outputs=tuple(_tensor(entry, name) for entry in fields.get("output", ())),
    )


def _not_loaded(message: str) -> ContainerExitError:
    # The server ends when any model of the repository fails (--exit-on-error is its default).
    return ContainerExitError(
        f"{message}\nerror: creating server: Internal - failed to load all models"
    )


def _latest_version(folder: Path, name: str) -> str:
    versions = [entry.name for entry in folder.iterdir() if entry.is_dir() and entry.name.isdigit()]
    numbered = [version for version in versions if int(version) > 0]
    if not numbered:
        raise _not_loaded(f"failed to load '{name}', at least one version must be available under"
                          f" the version policy of model '{name}'")  # fmt: skip
    return max(numbered, key=int)


def _backend(fields: Mapping[str, list[Any]], version_folder: Path) -> str:
    platform = str(fields.get("platform", [""])[0])
    declared = str(fields.get("backend", [""])[0]) or _BACKENDS.get(platform, platform)
    if declared:
        return declared
    for backend, file in _FILE_OF.items():  # completed from the file's name, as Triton does
        if (version_folder / file).exists():
            return backend
    raise _not_loaded(
        f"Invalid argument: unable to find backend library for model '{version_folder.parent.name}'"
    )


def _tensor(entry: Any, model: str) -> TensorConfig:
    name = str(entry.get("name", [""])[0])
    datatype = str(entry.get("data_type", ["TYPE_INVALID"])[0])
    if not name or datatype == "TYPE_INVALID":
        raise _not_loaded(f"model input or output must specify 'name' and 'data_type' for {model}")
    dims = tuple(int(size) for size in entry.get("dims", ()))
    optional = str(entry.get("optional", ["false"])[0]) == "true"
    return TensorConfig(
        name, datatype.removeprefix("TYPE_").replace("STRING", "BYTES"), dims, optional
    )
