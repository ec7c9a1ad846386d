"""Models that are folders: TensorFlow SavedModels and Hugging Face repositories."""

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.formats.artifact import ModelArtifact, ModelFormat

_MAX_CONFIG_BYTES = 10 * 1024 * 1024
_WEIGHTS = (".safetensors", ".bin", ".pt", ".msgpack", ".h5")
#: Architecture's ending to task (sagemaker-huggingface-inference-toolkit, transformers_utils.py).
_TASKS = {
    "ForSequenceClassification": "text-classification",
    "ForTokenClassification": "token-classification",
    "ForQuestionAnswering": "question-answering",
    "ForMaskedLM": "fill-mask",
    "ForCausalLM": "text-generation",
    "LMHeadModel": "text-generation",
    "ForConditionalGeneration": "text2text-generation",
    "MTModel": "text2text-generation",
    "ForImageClassification": "image-classification",
    "ForObjectDetection": "object-detection",
    "ForAudioClassification": "audio-classification",
    "ForCTC": "automatic-speech-recognition",
    "ForSpeechSeq2Seq": "automatic-speech-recognition",
}


def inspect_folders(tree: Mapping[str, Path]) -> tuple[ModelArtifact, ...]:
    """The folder models among the files, in path order; `path` is the folder, "." for the root.

    Raises:
        ModelArtifactError: A Hugging Face config.json that is broken.
    """
    found = []
    for name, path in tree.items():
        pure = PurePosixPath(name)
        if pure.name == "saved_model.pb":
            found.append(
                ModelArtifact(
                    path=str(pure.parent),
                    framework=Framework.TENSORFLOW,
                    format=ModelFormat.TENSORFLOW_SAVED_MODEL,
                    extra_files=below(tree, pure.parent),
                )
            )
        elif pure.name == "config.json":
            artifact = _huggingface(tree, pure, path)
            if artifact is not None:
                found.append(artifact)
    return tuple(found)


def below(tree: Mapping[str, Path], folder: PurePosixPath) -> tuple[str, ...]:
    """The files under a folder."""
    return tuple(name for name in tree if PurePosixPath(name).is_relative_to(folder))


def _huggingface(
    tree: Mapping[str, Path], config_path: PurePosixPath, path: Path
) -> ModelArtifact | None:
    folder = config_path.parent
    beside = [name for name in below(tree, folder) if PurePosixPath(name).parent == folder]
    if not any(name.endswith(_WEIGHTS) for name in beside):
        return None
    config = _config(path, str(config_path))
    architectures = config.get("architectures") or []
    if "model_type" not in config and not architectures:
        return None
    architecture = (
        str(architectures[0]) if isinstance(architectures, list) and architectures else ""
    )
    return ModelArtifact(
        path=str(folder),
        framework=Framework.HUGGINGFACE,
        format=ModelFormat.HUGGINGFACE_FOLDER,
        framework_version=str(config["transformers_version"])
        if "transformers_version" in config
        else None,
        objective=architecture or str(config.get("model_type")),
        task=_task(architecture, beside),
        extra_files=below(tree, folder),
    )


def _task(architecture: str, beside: list[str]) -> str | None:
    for ending, task in _TASKS.items():
        if architecture.endswith(ending):
            return task
    # A bare encoder (BertModel, MPNetModel ...) embeds.
    has_tokenizer = any("tokenizer" in name or name.endswith("vocab.txt") for name in beside)
    return "feature-extraction" if architecture.endswith("Model") and has_tokenizer else None


def _config(path: Path, name: str) -> dict[str, Any]:
    if path.stat().st_size > _MAX_CONFIG_BYTES:
        return {}
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelArtifactError(
            f"{name} is not valid JSON: {error}.", remedy="Save or download the model again."
        ) from error
    return loaded if isinstance(loaded, dict) else {}
