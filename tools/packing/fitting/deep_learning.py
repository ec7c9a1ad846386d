"""TorchScript, SavedModels and Hugging Face folders: images that need no script."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.fitting.fitted import (
    HUGGINGFACE_SOURCE,
    PYTORCH_SOURCE,
    TENSORFLOW_SOURCE,
    Fitted,
    PackagingStep,
    SampleRequest,
    variable,
)
from tools.packing.fitting.images import HUGGINGFACE, PYTORCH, TENSORFLOW, support_warnings
from tools.packing.fitting.sklearn import json_sample
from tools.packing.formats.artifact import ModelArtifact, ModelFormat

_TEXT_TASKS = ("text-classification", "token-classification", "text-generation",
               "text2text-generation", "feature-extraction")  # fmt: skip


def fit_torch(artifact: ModelArtifact, tree: Mapping[str, Path]) -> Fitted:
    """A TorchScript file as `model.pt` at the root.

    Raises:
        ModelArtifactError: A state dict or pickled module, which need their own code.
    """
    if artifact.format is not ModelFormat.TORCHSCRIPT:
        raise ModelArtifactError(
            f"{artifact.path} is a {artifact.format.value}: the image loads TorchScript by itself, "
            "all else needs a script with the network's class.",
            remedy="Save it with torch.jit.script(model).save(...), export it to ONNX, or give a "
            "folder with the file and code/inference.py that defines model_fn.",
        )
    return Fitted(
        framework=Framework.PYTORCH,
        framework_version=PYTORCH,
        image_family="pytorch",
        image_version=PYTORCH,
        files={"model.pt": tree[artifact.path]},
        steps=(
            PackagingStep(
                action="move",
                text="The image's default handler loads model.pt at the root with torch.jit.load.",
                source_url=PYTORCH_SOURCE,
                path="model.pt",
            ),
        ),
        warnings=support_warnings("pytorch", PYTORCH),
    )


def fit_tensorflow(artifact: ModelArtifact, tree: Mapping[str, Path]) -> Fitted:
    """A SavedModel in a folder with a number.

    Raises:
        ModelArtifactError: A Keras file, which TensorFlow Serving never finds.
    """
    if artifact.format is not ModelFormat.TENSORFLOW_SAVED_MODEL:
        raise ModelArtifactError(
            f"{artifact.path} is a Keras file; the image serves SavedModels only.",
            remedy='Export it with the TensorFlow it was made with: model.export("1"), and give '
            "that folder.",
        )
    folder = PurePosixPath(artifact.path)
    number = folder.name if folder.name.isdecimal() else "1"
    files = {
        f"{number}/{PurePosixPath(name).relative_to(folder)}": tree[name]
        for name in artifact.extra_files
    }
    return Fitted(
        framework=Framework.TENSORFLOW,
        framework_version=TENSORFLOW,
        image_family="tensorflow",
        image_version=TENSORFLOW,
        files=files,
        steps=(
            PackagingStep(
                action="keep" if artifact.path == number else "move",
                text=f"TensorFlow Serving finds the model in a folder with its version: {number}/.",
                source_url=TENSORFLOW_SOURCE,
                path=f"{number}/saved_model.pb",
            ),
        ),
        warnings=support_warnings("tensorflow", TENSORFLOW),
    )


def fit_huggingface(artifact: ModelArtifact, tree: Mapping[str, Path]) -> Fitted:
    """The repository's files at the root, and the task by its architecture.

    Raises:
        ModelArtifactError: The task cannot be told from config.json.
    """
    if artifact.task is None:
        raise ModelArtifactError(
            f"The task of {artifact.objective} cannot be told from its config.json.",
            remedy="Give a folder with code/inference.py, or a model with a task head.",
        )
    folder = PurePosixPath(artifact.path)
    files = {str(PurePosixPath(n).relative_to(folder)): tree[n] for n in artifact.extra_files}
    environment = {"HF_TASK": artifact.task, "SAGEMAKER_MODEL_SERVER_WORKERS": "1"}
    return Fitted(
        framework=Framework.HUGGINGFACE,
        framework_version=artifact.framework_version or HUGGINGFACE,
        image_family="huggingface",
        image_version=HUGGINGFACE,
        files=files,
        environment=environment,
        steps=(
            PackagingStep(
                action="keep",
                text="The image wants the model's files at the archive's root.",
                source_url=HUGGINGFACE_SOURCE,
                path="config.json",
            ),
            variable(
                "HF_TASK",
                artifact.task,
                f"The task that {artifact.objective} is made for.",
                HUGGINGFACE_SOURCE,
            ),
            variable(
                "SAGEMAKER_MODEL_SERVER_WORKERS",
                "1",
                "By default each vCPU gets a worker with its own copy of the model.",
                HUGGINGFACE_SOURCE,
            ),
        ),
        warnings=_huggingface_warnings(artifact.task),
        generated=_huggingface_sample(artifact.task),
    )


def _huggingface_warnings(task: str) -> tuple[str, ...]:
    if task != "text-generation":
        return ()
    return (
        "Text generation runs here one request at a time; for real load an LLM image (LMI or vLLM) "
        "on a GPU batches requests and streams.",
    )


def _huggingface_sample(task: str) -> SampleRequest | None:
    if task == "question-answering":
        return json_sample({"inputs": {"question": "Who?", "context": "Ada wrote it."}})
    if task == "fill-mask":
        return None
    return json_sample({"inputs": "A short text."}) if task in _TEXT_TASKS else None
