"""The image families that AWS serves models with, and which of them a worker can execute.

Sources: the SageMaker Python SDK's image tables (sagemaker-core 2.27.0) for repositories and
versions; github.com/aws/deep-learning-containers docs/src/data and legacy_support.yml for the
end of support; both read 2026-11-22.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tools.sandbox.images import registries

_NO_SERVER = "not executed in the sandbox: nothing on this machine stands in for its server"
_NO_NEO = "not executed in the sandbox: of Neo's images, the one for ONNX alone is stood in for"
_NO_GPU = "not executed in the sandbox: its server needs a GPU or an accelerator"


@dataclass(frozen=True)
class Family:
    """One image family.

    Attributes:
        name: Its name here.
        repositories: The ECR repositories that hold it.
        registry: Account by region.
        tag: Pattern of its inference tags; group `version` is the framework version.
        versions: The versions that exist; empty when any that fits the pattern does.
        executable: The versions that a worker executes.
        reason: Why it executes no others.
        support_end: The date (ISO) on which support for a version ended, where one is known.
    """

    name: str
    repositories: tuple[str, ...]
    registry: Mapping[str, str]
    tag: re.Pattern[str]
    versions: tuple[str, ...] = ()
    executable: tuple[str, ...] = ()
    reason: str = _NO_SERVER
    support_end: Mapping[str, str] = field(default_factory=dict)


_PYTORCH = [
    "0.4.0",
    "1.0.0",
    "1.1.0",
    "1.2.0",
    "1.3.1",
    "1.4.0",
    "1.5.0",
    "1.6.0",
    "1.7.1",
    "1.8.0",
    "1.8.1",
    "1.9.0",
    "1.9.1",
    "1.10.0",
    "1.10.2",
    "1.11.0",
    "1.12.0",
    "1.12.1",
    "1.13.1",
    "2.0.0",
    "2.0.1",
    "2.1.0",
    "2.2.0",
    "2.2.1",
    "2.3.0",
    "2.4.0",
    "2.5.1",
    "2.6.0",
]
_TRITON = ["23.12", "24.01", "24.03", "24.05", "24.09", "25.04", "25.09", "26.05"]
_ANY_TAG = re.compile(r"(?P<version>[A-Za-z0-9][\w.]*(?:-v?\d[\w.]*)?).*")
_NUMBERED = r"(?P<version>\d+(?:\.\d+)+)"


def _unexecuted(
    name: str,
    *repositories: str,
    tag: str | None = None,
    registry: Mapping[str, str] = registries.DEEP_LEARNING,
    reason: str = _NO_SERVER,
    support_end: Mapping[str, str] | None = None,
) -> Family:
    pattern = _ANY_TAG if tag is None else re.compile(tag)
    return Family(
        name, repositories, registry, pattern, reason=reason, support_end=support_end or {}
    )


FAMILIES = (
    Family(
        "scikit-learn",
        ("sagemaker-scikit-learn",),
        registries.ALGORITHM,
        re.compile(r"(?P<version>\d+\.\d+(?:\.\d+|-\d+)(?:-py312)?)(?:-(?:arm64-)?cpu-py3)?"),
        versions=("0.20.0", "0.23-1", "1.0-1", "1.2-1", "1.4-2-py312", "1.9-0"),
        executable=("1.2-1", "1.4-2-py312", "1.9-0"),
        reason="not executed in the sandbox: the scikit-learn here is too new to stand in for it",
        support_end={"1.4-2-py312": "2026-10-30"},
    ),
    Family(
        "xgboost",
        ("sagemaker-xgboost",),
        registries.ALGORITHM,
        re.compile(r"(?P<version>\d+\.\d+-\d+)(?:-(?:arm64|cpu-py3))?"),
        versions=(
            *("0.90-1", "0.90-2", "1.0-1", "1.2-1", "1.2-2", "1.3-1", "1.5-1", "1.7-1"),
            *("3.0-5", "3.2-0"),
        ),
        executable=("1.7-1", "3.0-5", "3.2-0"),
        reason="not executed in the sandbox: the XGBoost here is too new to stand in for it",
        support_end={"3.0-5": "2026-11-17"},
    ),
    Family(
        "pytorch",
        ("pytorch-inference", "pytorch-inference-graviton", "pytorch-inference-arm64"),
        registries.DEEP_LEARNING,
        re.compile(_NUMBERED + r"-(?:cpu|gpu)-py\d+.*"),
        versions=tuple(_PYTORCH),
        executable=tuple(_PYTORCH[_PYTORCH.index("1.12.0") :]),
        reason="not executed in the sandbox: it is older than the model server we know",
        support_end={"2.5.1": "2025-10-29", "2.6.0": "2026-06-30"},
    ),
    Family(
        "triton",
        ("sagemaker-tritonserver",),
        {region: account for region, account in registries.DEEP_LEARNING.items()
         if not region.startswith(("cn-", "us-gov-"))},
        re.compile(r"(?P<version>\d\d\.\d\d)-py3(?:-cpu)?"),
        versions=tuple(_TRITON),
        executable=tuple(_TRITON),
    ),
    Family(
        "neo-onnx",
        ("sagemaker-neo-onnx",),
        registries.NEO,
        re.compile(r"(?P<version>\d+\.\d+\.\d+)-(?:cpu|gpu)-py3"),
        versions=("1.5.0",),
        executable=("1.5.0",),
    ),
    _unexecuted("neo-xgboost", "xgboost-neo", registry=registries.NEO, reason=_NO_NEO),
    _unexecuted(
        "neo", "sagemaker-inference-pytorch", "sagemaker-inference-tensorflow",
        "sagemaker-inference-mxnet", "sagemaker-neo-keras", "sagemaker-neo-pytorch",
        "sagemaker-neo-tensorflow", "sagemaker-neo-mxnet",
        registry=registries.NEO, reason=_NO_NEO,
    ),
    _unexecuted(
        "tensorflow",
        "tensorflow-inference",
        "tensorflow-inference-graviton",
        tag=_NUMBERED + r"-(?:cpu|gpu).*",
        support_end={"2.19.0": "2026-03-11"},
    ),
    _unexecuted(
        "huggingface",
        "huggingface-pytorch-inference",
        "huggingface-tensorflow-inference",
        tag=_NUMBERED + r"-transformers.*",
    ),
    _unexecuted("djl", "djl-inference", tag=_NUMBERED + r"-.*", reason=_NO_GPU),
    _unexecuted("vllm", "vllm", "huggingface-vllm", reason=_NO_GPU),
    _unexecuted("sglang", "sglang", reason=_NO_GPU),
    _unexecuted("tgi", "huggingface-pytorch-tgi-inference", reason=_NO_GPU),
    _unexecuted("tei", "tei", "tei-cpu", registry=registries.ALGORITHM),
    _unexecuted("ray", "ray", tag=r"serve-ml-sagemaker-\w+-v(?P<version>[\d.]+)"),
    _unexecuted("llama-cpp", "llama-cpp"),
    _unexecuted("autogluon", "autogluon-inference"),
    _unexecuted(
        "neuron",
        "pytorch-inference-neuronx",
        "huggingface-pytorch-inference-neuronx",
        "huggingface-vllm-inference-neuronx",
        reason=_NO_GPU,
    ),
)  # fmt: skip

TRAINING_REPOSITORIES = frozenset(
    {
        "pytorch",
        "pytorch-training",
        "pytorch-training-neuron",
        "pytorch-training-neuronx",
        "tensorflow-training",
        "huggingface-pytorch-training",
        "huggingface-tensorflow-training",
        "autogluon-training",
    }
)
