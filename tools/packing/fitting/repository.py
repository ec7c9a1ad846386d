"""Archives that are a Triton model repository already: kept as they are."""

from collections.abc import Mapping
from pathlib import Path

from tools.endpoint import Framework
from tools.errors import ModelArtifactError
from tools.packing.fitting.fitted import TRITON_SOURCE, Fitted, PackagingStep, variable
from tools.packing.fitting.images import TRITON

_SERVE = f"{TRITON_SOURCE}/blob/main/docker/sagemaker/serve"


def find_repository(tree: Mapping[str, Path]) -> tuple[str, ...] | None:
    """The names of the models in a Triton repository; None when there is none.

    Raises:
        ModelArtifactError: config.pbtxt lies at the root, which the image refuses.
    """
    if "config.pbtxt" in tree:
        raise ModelArtifactError(
            "config.pbtxt lies at the archive's root; Triton wants it in a folder named after the "
            "model.",
            remedy="Put it into NAME/config.pbtxt and the model into NAME/1/.",
        )
    names = tuple(
        name.removesuffix("/config.pbtxt")
        for name in tree
        if name.count("/") == 1 and name.endswith("/config.pbtxt")
    )
    return names or None


def fit_repository(names: tuple[str, ...], tree: Mapping[str, Path]) -> Fitted:
    """The repository unchanged, with the model to serve named.

    Raises:
        ModelArtifactError: Several models and nothing says which, or a model without a version.
    """
    if len(names) > 1:
        raise ModelArtifactError(
            f"The repository holds several models: {', '.join(names)}.",
            remedy="Give an archive with the one to serve.",
        )
    name = names[0]
    versions = [p for p in tree if p.startswith(f"{name}/") and p.split("/")[1].isdecimal()]
    if not versions:
        raise ModelArtifactError(
            f"The Triton model {name} has no version folder.",
            remedy=f"Put the model file into {name}/1/.",
        )
    onnx = any(path.endswith(".onnx") for path in versions)
    return Fitted(
        framework=Framework.ONNX if onnx else Framework.CUSTOM,
        framework_version=TRITON,
        image_family="sagemaker-tritonserver",
        image_version=TRITON,
        files=dict(tree),
        environment={"SAGEMAKER_TRITON_DEFAULT_MODEL_NAME": name},
        steps=(
            PackagingStep(
                action="keep",
                text="The files are a Triton model repository already; they are packed unchanged.",
                source_url=_SERVE,
                path=f"{name}/config.pbtxt",
                content=tree[f"{name}/config.pbtxt"].read_text(errors="replace")[:20_000],
            ),
            variable(
                "SAGEMAKER_TRITON_DEFAULT_MODEL_NAME", name, "Names the folder to serve.", _SERVE
            ),
        ),
    )
