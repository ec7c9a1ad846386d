"""Which image serves a published model, with the variables and waits that its size asks for; pure.

Variables and body schemas: the servers' own documentation (DJL serving docs/lmi; deep-learning-
containers docs/vllm; text-generation-inference docs/source/reference/launcher.md;
text-embeddings-inference README), read 2026-11-22.
"""

import json
import math
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from tools.recommending.language_models import LanguageModel, Placement
from tools.sdk import image_uri, newest_version


class ServingStack(StrEnum):
    """A server for published models; the value is its image family in the SDK's tables."""

    LMI = "djl-lmi"
    VLLM = "vllm"
    TGI = "huggingface-llm"
    EMBEDDINGS = "huggingface-tei"
    EMBEDDINGS_CPU = "huggingface-tei-cpu"
    TOOLKIT = "huggingface"


#: Tasks that text generation servers serve, and those of the embedding servers.
_GENERATION = frozenset({"text-generation", "text2text-generation", "chat", "conversational"})
_EMBEDDING = frozenset({"feature-extraction", "sentence-similarity", "text-embedding", "reranking"})
#: Bytes a second from S3 or the hub onto disk and into GPU memory (assumed, on the slow side).
LOADING_BYTES_PER_S = 100_000_000
_STARTING_S = 300  # container, CUDA graphs, warm-up (assumed)
_LEAST_S, _MOST_S = 600, 3600  # ProductionVariant: 60 to 3600 (botocore's model)
#: Families whose default machine image has a driver too old for CUDA 13 (neo-and-accelerators,
#: section 5), and the one that deep-learning-containers docs/vllm/deployment names for it.
_OLD_DRIVERS = frozenset({"g4dn", "g5", "g6", "g6e", "p4d", "p4de", "p5"})
_NEWER_AMI = "al2-ami-sagemaker-inference-gpu-3-1"


class ServedLanguageModel(BaseModel):
    """A published model on its image.

    Attributes:
        environment: The container's variables.
        health_check_timeout_s: How long starting may take before SageMaker gives up.
        download_timeout_s: How long model data in S3 may take to arrive.
        inference_ami_version: None for the instance type's own.
        streams: Whether the server streams tokens.
        body: A request that the server answers.
        notes: What is assumed, and what a person should know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stack: ServingStack
    image_uri: str
    environment: dict[str, str] = Field(default_factory=dict)
    health_check_timeout_s: int
    download_timeout_s: int
    inference_ami_version: str | None = None
    streams: bool
    body: str
    notes: tuple[str, ...] = ()


def stack_for(task: str | None, *, gpu: bool, existing_tgi: bool = False) -> ServingStack:
    """Return the server for a task.

    Text generation goes to LMI, which takes both `inputs` and `messages`; TGI is upstream in
    maintenance and only for those who have its clients already (containers' documentation, 2026).
    """
    plain = (task or "").lower().replace("_", "-").replace(" ", "-")
    if plain in _GENERATION:
        return ServingStack.TGI if existing_tgi else ServingStack.LMI
    if plain in _EMBEDDING:
        return ServingStack.EMBEDDINGS if gpu else ServingStack.EMBEDDINGS_CPU
    return ServingStack.TOOLKIT


def loading_timeout_s(weights_bytes: int) -> int:
    """Return how long a model may take to start: its bytes at a slow pace, and the start itself."""
    seconds = _STARTING_S + weights_bytes / LOADING_BYTES_PER_S
    return min(_MOST_S, max(_LEAST_S, math.ceil(seconds / 60) * 60))


def serve(
    model_id: str,
    task: str | None,
    model: LanguageModel,
    placement: Placement | None,
    *,
    region: str,
    stack: ServingStack | None = None,
) -> ServedLanguageModel:
    """Return image, variables and waits for a published model.

    Args:
        model_id: Of the Hugging Face hub, or "/opt/ml/model" for files that SageMaker brings.
        task: As the hub names it; None lets the toolkit ask the hub.
        model: Its size.
        placement: On its GPUs; None for a CPU instance.
        region: Where.
        stack: None for what suits the task.

    Raises:
        InvalidInputError: There is no such image in the region.
    """
    chosen = stack or stack_for(task, gpu=placement is not None)
    seconds = loading_timeout_s(model.weights_bytes)
    instance_type = placement.instance_type if placement else "ml.m5.xlarge"
    image = image_uri(
        chosen.value,
        region=region,
        version=newest_version(chosen.value),
        instance_type=instance_type,
    )
    ami = _ami(image, instance_type)
    return ServedLanguageModel(
        stack=chosen,
        image_uri=image,
        environment=_environment(chosen, model_id, task, model, placement),
        health_check_timeout_s=seconds,
        download_timeout_s=seconds,
        inference_ami_version=ami,
        streams=chosen in {ServingStack.LMI, ServingStack.VLLM, ServingStack.TGI},
        body=_body(chosen),
        notes=_notes(model_id, seconds, placement, ami),
    )


def _ami(image: str, instance_type: str) -> str | None:
    family = instance_type.split(".")[1]
    return _NEWER_AMI if "cu13" in image and family in _OLD_DRIVERS else None


def _environment(
    stack: ServingStack,
    model_id: str,
    task: str | None,
    model: LanguageModel,
    placement: Placement | None,
) -> dict[str, str]:
    degree = str(placement.tensor_parallel_degree if placement else 1)
    length = str(model.max_model_len)
    # Quantised weights are told by the model's own files; only plain formats are named.
    dtype = model.dtype if model.dtype in {"float16", "bfloat16", "float32"} else "auto"
    match stack:
        case ServingStack.LMI:
            return {
                "HF_MODEL_ID": model_id,
                "TENSOR_PARALLEL_DEGREE": degree,
                "OPTION_MAX_MODEL_LEN": length,
                "OPTION_DTYPE": {"float16": "fp16", "bfloat16": "bf16", "float32": "fp32"}.get(
                    dtype, "auto"
                ),
                "OPTION_MODEL_LOADING_TIMEOUT": str(loading_timeout_s(model.weights_bytes)),
            }
        case ServingStack.VLLM:
            return {
                "SM_VLLM_MODEL": model_id,
                "SM_VLLM_TENSOR_PARALLEL_SIZE": degree,
                "SM_VLLM_MAX_MODEL_LEN": length,
                "SM_VLLM_DTYPE": dtype,
            }
        case ServingStack.TGI:
            return {
                "HF_MODEL_ID": model_id,
                "SM_NUM_GPUS": degree,
                "MAX_INPUT_TOKENS": str(model.max_model_len // 2),
                "MAX_TOTAL_TOKENS": length,
            }
        case ServingStack.EMBEDDINGS | ServingStack.EMBEDDINGS_CPU:
            return {"HF_MODEL_ID": model_id}
        case ServingStack.TOOLKIT:
            return {"HF_MODEL_ID": model_id, **({"HF_TASK": task} if task else {})}


def _body(stack: ServingStack) -> str:
    text = "Say hello."
    match stack:
        case ServingStack.LMI | ServingStack.TGI:
            return json.dumps({"inputs": text, "parameters": {"max_new_tokens": 16}})
        case ServingStack.VLLM:
            return json.dumps({"messages": [{"role": "user", "content": text}], "max_tokens": 16})
        case ServingStack.EMBEDDINGS | ServingStack.EMBEDDINGS_CPU | ServingStack.TOOLKIT:
            return json.dumps({"inputs": text})


def _notes(
    model_id: str, seconds: int, placement: Placement | None, ami: str | None
) -> tuple[str, ...]:
    notes = [
        f"Starting may take {seconds} s: the weights at {LOADING_BYTES_PER_S // 1_000_000} MB a "
        f"second and {_STARTING_S} s for the server (assumed)."
    ]
    if placement is not None:
        notes.append(f"Memory: {placement.basis}.")
    if ami is not None:
        notes.append(f"The image has CUDA 13, which the instance's own driver lacks: {ami}.")
    if not model_id.startswith("/opt/ml/"):
        notes.append(
            f"{model_id} is downloaded from the Hugging Face hub at every start: the endpoint "
            "needs the internet, and a gated model a token (HF_TOKEN), which is no part of a plan."
        )
    return tuple(notes)
