"""What an image's URI says about what it was built for. AWS's own repositories and tags only."""

import re
from typing import NamedTuple

_URI = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)/"
    r"(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_NEURON = re.compile(r"neuron|-inf1\b")
_GPU = re.compile(r"(^|-)gpu(-|$)|-cu\d{2,3}|cuda")
_CPU = re.compile(r"(^|-)cpu(-|$)")
#: Repositories whose images have no use for an accelerator (docs: sagemaker-scikit-learn images).
_CPU_ONLY = ("sagemaker-scikit-learn", "sagemaker-sparkml-serving")
#: Large-model images that exist for accelerators alone.
_GPU_ONLY = ("huggingface-pytorch-tgi-inference", "vllm", "sglang")
#: Repositories of images that multi-model endpoints can use (docs: multi-model-support).
_MULTI_MODEL = (
    "sagemaker-scikit-learn", "sagemaker-xgboost", "pytorch-inference", "tensorflow-inference",
    "mxnet-inference", "sagemaker-tritonserver", "sagemaker-base", "knn", "linear-learner",
    "randomcutforest", "kmeans", "pca", "factorization-machines",
)  # fmt: skip
_NOT_MULTI_MODEL = (
    "huggingface-pytorch-inference", "huggingface-tensorflow-inference", "djl-inference",
    "huggingface-pytorch-tgi-inference", "tei", "tei-cpu", "vllm", "sglang",
    "pytorch-inference-neuron", "pytorch-inference-neuronx",
    "huggingface-pytorch-inference-neuronx",
)  # fmt: skip
_OF_AWS = re.compile(
    r"^(sagemaker-|pytorch-|tensorflow-|mxnet-|huggingface-|djl-inference|tei|vllm|sglang|autogluon-)"
)


class Image(NamedTuple):
    """An image in Amazon ECR.

    Attributes:
        built_for: "cpu", "gpu", "neuron", or None when the URI does not say.
        architecture: "arm64" or "x86_64" for AWS's own images, else None.
    """

    region: str
    repository: str
    tag: str | None
    digest: str | None
    built_for: str | None
    architecture: str | None

    @property
    def is_training(self) -> bool:
        """Whether it is one of AWS's training images, which have no server."""
        return bool(
            re.fullmatch(r"(pytorch|tensorflow|mxnet|huggingface-\w+)-training.*", self.repository)
        )

    @property
    def takes_many_models(self) -> bool | None:
        """Whether a multi-model endpoint can use it; None when not known."""
        if self.repository in _NOT_MULTI_MODEL:
            return False
        return True if self.repository in _MULTI_MODEL else None


def image_of(uri: str) -> Image | None:
    """Return what a URI says, or None when it is no image in Amazon ECR."""
    found = _URI.fullmatch(uri)
    if found is None:
        return None
    repository, tag = found["repository"], found["tag"]
    own = bool(_OF_AWS.match(repository))
    graviton = "graviton" in f"{repository} {tag}" or "arm64" in (tag or "")
    architecture = ("arm64" if graviton else "x86_64") if own else None
    built_for = _built_for(repository, tag or "")
    return Image(found["region"], repository, tag, found["digest"], built_for, architecture)


def _built_for(repository: str, tag: str) -> str | None:
    if _NEURON.search(repository) or _NEURON.search(tag):
        return "neuron"
    if _GPU.search(tag) or repository in _GPU_ONLY or repository.endswith("-gpu"):
        return "gpu"
    if _CPU.search(tag) or repository in _CPU_ONLY or repository.endswith("-cpu"):
        return "cpu"
    return None
