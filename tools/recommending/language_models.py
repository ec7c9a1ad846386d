"""Whether a language model fits an instance type, and how it is spread over its GPUs; pure.

Weights: parameters x bytes of a parameter. Cache: 2 (keys and values) x layers x key-value heads x
head size x bytes, for each token held (arXiv:2309.06180, section 3). Weights and cache are divided
by the tensor parallel degree; vLLM uses 90 % of a GPU's memory by default (docs.vllm.ai, engine
arguments, `gpu_memory_utilization`). What is assumed rather than known is named as such.
"""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.catalog import Catalog, InstanceType
from tools.errors import InvalidInputError

GIB = 2**30
Dtype = Literal["float32", "float16", "bfloat16", "int8", "fp8", "int4"]
BYTES_PER_PARAMETER: dict[Dtype, float] = {
    "float32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int8": 1,
    "fp8": 1,
    "int4": 0.5,
}
GPU_MEMORY_USED = 0.9
#: Activations, CUDA graphs and the runtime itself, on each GPU (assumed).
RUNTIME_GIB_PER_GPU = 1.5
#: The cache where the architecture is not known, as a share of 16-bit weights (assumed).
UNKNOWN_CACHE_SHARE = 0.25
#: NVIDIA families whose GPUs have bfloat16 (compute capability 8.0 or more), and the older ones.
BFLOAT16_FAMILIES = frozenset(
    {"g5", "g6", "g6e", "g7", "g7e", "p4d", "p4de", "p5", "p5e", "p5en", "p6-b200"}
)
OLDER_FAMILIES = frozenset({"g4dn"})
#: fp8 arithmetic needs compute capability 8.9 (docs.vllm.ai, fp8 quantisation).
FP8_FAMILIES = frozenset({"g6", "g6e", "g7", "g7e", "p5", "p5e", "p5en", "p6-b200"})


class Architecture(BaseModel):
    """What a model's config.json tells: `num_hidden_layers`, `num_attention_heads` ..."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layers: int = Field(gt=0)
    attention_heads: int = Field(gt=0)
    key_value_heads: int = Field(gt=0)
    head_size: int = Field(gt=0)


class LanguageModel(BaseModel):
    """A model's size.

    Attributes:
        parameters: Their number.
        dtype: Of the weights as they are served.
        architecture: None when not known: the cache is then assumed.
        max_model_len: Tokens of one sequence, prompt and answer.
        sequences: How many are held at a time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    parameters: int = Field(gt=0)
    dtype: Dtype = "bfloat16"
    architecture: Architecture | None = None
    max_model_len: int = Field(default=8192, gt=0)
    sequences: int = Field(default=8, gt=0)

    @property
    def weights_bytes(self) -> int:
        """Memory of the weights, over all GPUs together."""
        return int(self.parameters * BYTES_PER_PARAMETER[self.dtype])

    @property
    def cache_bytes(self) -> int:
        """Memory of keys and values for all sequences at full length, in 16 bits."""
        if self.architecture is None:
            return int(self.parameters * 2 * UNKNOWN_CACHE_SHARE)
        shape = self.architecture
        per_token = 2 * shape.layers * shape.key_value_heads * shape.head_size * 2
        return per_token * self.max_model_len * self.sequences


class Placement(BaseModel):
    """A model on an instance type.

    Attributes:
        tensor_parallel_degree: GPUs that one copy is spread over.
        copies: How many copies the instance holds.
        used_gib_per_gpu: Weights, cache and runtime on each GPU.
        free_gib_per_gpu: What remains of the share that the server uses.
        basis: How it was worked out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    instance_type: str
    tensor_parallel_degree: int
    copies: int
    used_gib_per_gpu: float
    free_gib_per_gpu: float
    basis: str


def obstacle(model: LanguageModel, instance: InstanceType) -> str | None:
    """Return why a GPU family cannot compute in the model's number format; None when it can."""
    if instance.family not in BFLOAT16_FAMILIES | OLDER_FAMILIES:
        return f"{instance.name} has no NVIDIA GPU that vLLM serves on."
    if model.dtype == "bfloat16" and instance.family in OLDER_FAMILIES:
        return f"{instance.name} ({instance.accelerator}) has no bfloat16; serve in float16."
    if model.dtype == "fp8" and instance.family not in FP8_FAMILIES:
        return f"{instance.name} ({instance.accelerator}) has no fp8 arithmetic."
    return None


def place(model: LanguageModel, instance: InstanceType) -> Placement | None:
    """Return how a model is spread over an instance's GPUs; None when it does not fit.

    The degree is the smallest power of two that fits, divides the attention heads where they are
    known, and does not exceed the GPUs.
    """
    if obstacle(model, instance) or not instance.accelerator_memory_gib_each:
        return None
    usable = float(instance.accelerator_memory_gib_each) * GPU_MEMORY_USED
    shared = (model.weights_bytes + model.cache_bytes) / GIB
    degree = 1
    while degree <= instance.accelerator_count:
        used = shared / degree + RUNTIME_GIB_PER_GPU
        if used <= usable and _divides(degree, model):
            return _placement(model, instance, degree, used, usable)
        degree *= 2
    return None


def _divides(degree: int, model: LanguageModel) -> bool:
    return model.architecture is None or model.architecture.attention_heads % degree == 0


def _placement(
    model: LanguageModel, instance: InstanceType, degree: int, used: float, usable: float
) -> Placement:
    cache = "assumed from the size" if model.architecture is None else "from the architecture"
    return Placement(
        instance_type=instance.name,
        tensor_parallel_degree=degree,
        copies=instance.accelerator_count // degree,
        used_gib_per_gpu=round(used, 2),
        free_gib_per_gpu=round(usable - used, 2),
        basis=f"{model.weights_bytes / GIB:.1f} GiB of {model.dtype} weights and "
        f"{model.cache_bytes / GIB:.1f} GiB of cache ({cache}) over {degree} x "
        f"{instance.accelerator}, {RUNTIME_GIB_PER_GPU} GiB of runtime on each; {usable:.1f} of "
        f"{instance.accelerator_memory_gib_each} GiB are used",
    )


def cheapest(
    model: LanguageModel, catalog: Catalog, region: str
) -> tuple[Placement, Decimal | None]:
    """Return the cheapest placement in a region, with its price in US dollars an hour.

    Raises:
        InvalidInputError: No instance type of the region holds it.
    """
    fitting = [
        (placement, price)
        for instance, price in catalog.offered_types(region)
        if (placement := place(model, instance)) is not None
    ]
    if not fitting:
        needed = (model.weights_bytes + model.cache_bytes) / GIB
        raise InvalidInputError(
            f"No instance type in {region} holds a model of {model.parameters:,} parameters in "
            f"{model.dtype} ({needed:.0f} GiB with its cache).",
            remedy="Serve it in fp8 or int4, with shorter or fewer sequences, or elsewhere.",
        )
    return min(fitting, key=lambda pair: (pair[1] is None, pair[1] or 0, pair[0].instance_type))
