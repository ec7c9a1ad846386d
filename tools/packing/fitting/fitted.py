"""What a fitting returns: the archive's files, the environment, and each step with its reason."""

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.endpoint import Framework
from tools.packing.formats.artifact import TensorSpec

#: Public sources for the images' rules, cited in steps.
SKLEARN_SOURCE = "https://github.com/aws/sagemaker-scikit-learn-container"
CONTAINERS_SOURCE = "https://github.com/aws/sagemaker-containers"
XGBOOST_SOURCE = "https://github.com/aws/sagemaker-xgboost-container"
PYTORCH_SOURCE = "https://github.com/aws/sagemaker-pytorch-inference-toolkit"
TENSORFLOW_SOURCE = "https://github.com/aws/sagemaker-tensorflow-serving-container"
HUGGINGFACE_SOURCE = "https://github.com/aws/sagemaker-huggingface-inference-toolkit"
TRITON_SOURCE = "https://github.com/triton-inference-server/server"
DLC_SOURCE = "https://github.com/aws/deep-learning-containers"
CANONICAL_SOURCE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html"
)

_SHOWN_CHARACTERS = 20_000
_CHECKER_REMARK = re.compile(r"  # (type: ignore|noqa).*$")


class PackagingStep(BaseModel):
    """One thing done to fit the model to its image, for a person to review.

    Attributes:
        action: What was done.
        text: What and why, one or two sentences.
        source_url: Where the image's rule can be read.
        path: File in the archive, or the environment variable's name.
        content: Text of an added file or value of a variable; None for binary files.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["keep", "add", "move", "leave-out", "set", "pack"]
    text: str
    source_url: str
    path: str | None = None
    content: str | None = None


class SampleRequest(BaseModel):
    """A request that the endpoint can be tried with.

    Attributes:
        content_type: What the body is.
        accept: What answer to ask for; None leaves it to the image.
        body_base64: The body.
        origin: Given by the user, found in the archive, or made for the model's interface.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    content_type: str
    accept: str | None
    body_base64: str
    origin: Literal["user", "archive", "generated"]


class Fitted(BaseModel):
    """A model fitted to its image.

    Attributes:
        framework: Whose model it is.
        framework_version: Of the library that wrote it; the image's where not told.
        image_family: Name of the image's table (`tools.sdk.FAMILIES`).
        image_version: As the table spells it.
        files: POSIX path in the archive to a file on disk or its bytes.
        environment: The container's variables.
        steps: What was done, in order.
        warnings: What a person should know; one sentence or two each.
        generated: A request made for the model; None when its interface is not told.
        row_format: What rows of a user's sample must become: "csv" without header, "tensors"
            (KServe v2), or nothing ("any").
        inputs: The graph's inputs, for "tensors".
        content_type: What a sample without a telling name is sent as.
        accept: What answer a sample asks for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    framework: Framework
    framework_version: str
    image_family: str
    image_version: str
    files: Mapping[str, Path | bytes]
    environment: dict[str, str] = {}
    steps: tuple[PackagingStep, ...] = ()
    warnings: tuple[str, ...] = ()
    generated: SampleRequest | None = None
    row_format: Literal["any", "csv", "tensors"] = "any"
    inputs: tuple[TensorSpec, ...] = ()
    content_type: str = "application/json"
    accept: str | None = None


def handler_source(name: str, **constants: str) -> str:
    """A handler's text with its constants set.

    Args:
        name: Module in `tools.packing.handlers`, e.g. "sklearn_inference".
        constants: Upper-case names of the handler to values, e.g. MODEL_FILE="model.pkl".
    """
    text = (resources.files("tools.packing.handlers") / f"{name}.py").read_text(encoding="utf-8")
    lines = [_CHECKER_REMARK.sub("", line) for line in text.splitlines()]
    lines = [line for line in lines if not line.startswith(("# ruff:", "# mypy:"))]
    for constant, value in constants.items():
        index = next(i for i, line in enumerate(lines) if line.startswith(f"{constant} = "))
        lines[index] = f"{constant} = {value!r}".replace("'", '"')
    return "\n".join(lines) + "\n"


def added(path: str, content: str, text: str, source_url: str) -> PackagingStep:
    """A step that adds a text file."""
    return PackagingStep(
        action="add",
        text=text,
        source_url=source_url,
        path=path,
        content=content[:_SHOWN_CHARACTERS],
    )


def variable(name: str, value: str, text: str, source_url: str) -> PackagingStep:
    """A step that sets an environment variable."""
    return PackagingStep(action="set", text=text, source_url=source_url, path=name, content=value)
