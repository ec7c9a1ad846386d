"""Memory fit, parallel degree, image, variables and waits of published language models."""

import pytest

from tools.catalog import load_catalog
from tools.errors import InvalidInputError
from tools.recommending.language_models import (
    GIB,
    Architecture,
    LanguageModel,
    cheapest,
    obstacle,
    place,
)
from tools.recommending.serving_images import ServingStack, loading_timeout_s, serve, stack_for

LLAMA_8B = Architecture(layers=32, attention_heads=32, key_value_heads=8, head_size=128)


def instance(name):
    return load_catalog().instance(name)


@pytest.mark.parametrize(
    ("dtype", "gib"), [("float32", 26.1), ("bfloat16", 13.0), ("fp8", 6.5), ("int4", 3.3)]
)
def test_weights_are_parameters_times_their_size(dtype, gib):
    model = LanguageModel(parameters=7 * 10**9, dtype=dtype)
    assert model.weights_bytes / GIB == pytest.approx(gib, abs=0.05)


def test_the_cache_follows_from_the_architecture():
    model = LanguageModel(
        parameters=8 * 10**9, architecture=LLAMA_8B, max_model_len=8192, sequences=1
    )
    assert model.cache_bytes == 2 * 32 * 8 * 128 * 2 * 8192  # one GiB


def test_a_seven_billion_model_fits_one_a10g_and_no_t4_in_bfloat16():
    model = LanguageModel(parameters=7 * 10**9)
    assert place(model, instance("ml.g5.xlarge")).tensor_parallel_degree == 1
    assert place(model, instance("ml.g4dn.xlarge")) is None
    assert "bfloat16" in obstacle(model, instance("ml.g4dn.xlarge"))


def test_a_seventy_billion_model_is_spread_over_eight_gpus():
    model = LanguageModel(parameters=70 * 10**9)
    placed = place(model, instance("ml.g5.48xlarge"))
    assert placed is None  # 163 GiB and 8 x 1.5 GiB are more than 8 x 20.2 GiB
    wide = place(model, instance("ml.p4d.24xlarge"))
    assert wide.tensor_parallel_degree == 8
    assert place(model, instance("ml.g5.12xlarge")) is None


def test_what_is_left_holds_further_copies():
    placed = place(LanguageModel(parameters=7 * 10**9), instance("ml.g5.12xlarge"))
    assert (placed.tensor_parallel_degree, placed.copies) == (1, 4)


def test_the_degree_divides_the_attention_heads():
    odd = Architecture(layers=40, attention_heads=25, key_value_heads=25, head_size=64)
    model = LanguageModel(parameters=14 * 10**9, architecture=odd, sequences=1)
    assert place(model, instance("ml.g5.12xlarge")) is None
    even = odd.model_copy(update={"attention_heads": 24})
    model = model.model_copy(update={"architecture": even})
    assert place(model, instance("ml.g5.12xlarge")).tensor_parallel_degree == 2


@pytest.mark.parametrize("name", ["ml.m5.large", "ml.inf2.xlarge"])
def test_without_an_nvidia_gpu_nothing_is_placed(name):
    assert place(LanguageModel(parameters=10**9), instance(name)) is None


def test_fp8_needs_a_newer_gpu():
    model = LanguageModel(parameters=10**9, dtype="fp8")
    assert place(model, instance("ml.g5.xlarge")) is None
    assert place(model, instance("ml.g6.xlarge")) is not None


def test_the_cheapest_instance_that_holds_it_is_found():
    placed, price = cheapest(LanguageModel(parameters=10**9), load_catalog(), "us-east-1")
    dearer = [
        cost
        for kind, cost in load_catalog().offered_types("us-east-1")
        if cost is not None and place(LanguageModel(parameters=10**9), kind)
    ]
    assert price == min(dearer)
    assert placed.copies >= 1


def test_what_nothing_holds_is_refused():
    with pytest.raises(InvalidInputError, match="No instance type"):
        cheapest(LanguageModel(parameters=10**13), load_catalog(), "us-east-1")


@pytest.mark.parametrize(
    ("task", "gpu", "stack"),
    [
        ("text-generation", True, ServingStack.LMI),
        ("Text Generation", True, ServingStack.LMI),
        ("sentence-similarity", True, ServingStack.EMBEDDINGS),
        ("feature-extraction", False, ServingStack.EMBEDDINGS_CPU),
        ("text-classification", False, ServingStack.TOOLKIT),
        (None, False, ServingStack.TOOLKIT),
    ],
)
def test_the_task_chooses_the_server(task, gpu, stack):
    assert stack_for(task, gpu=gpu) is stack


def test_those_with_tgi_clients_keep_tgi():
    assert stack_for("text-generation", gpu=True, existing_tgi=True) is ServingStack.TGI


@pytest.mark.parametrize(
    ("gigabytes", "seconds"), [(1, 600), (14, 600), (60, 900), (140, 1740), (10_000, 3600)]
)
def test_the_wait_grows_with_the_weights_within_what_sagemaker_takes(gigabytes, seconds):
    assert loading_timeout_s(gigabytes * 10**9) == seconds


@pytest.mark.parametrize(
    ("stack", "degree_variable"),
    [
        (ServingStack.LMI, "TENSOR_PARALLEL_DEGREE"),
        (ServingStack.VLLM, "SM_VLLM_TENSOR_PARALLEL_SIZE"),
        (ServingStack.TGI, "SM_NUM_GPUS"),
    ],
)
def test_each_server_is_told_the_degree_and_streams(stack, degree_variable):
    model = LanguageModel(parameters=70 * 10**9)
    placed = place(model, instance("ml.p4d.24xlarge"))
    served = serve("org/big", "text-generation", model, placed, region="us-east-1", stack=stack)
    assert served.environment[degree_variable] == "8"
    assert "org/big" in served.environment.values()
    assert served.streams
    assert served.health_check_timeout_s == 1700 // 60 * 60 + 60


def test_an_image_with_a_newer_cuda_gets_a_machine_image_with_its_driver():
    model = LanguageModel(parameters=10**9)
    for name, ami in (("ml.g5.xlarge", "al2-ami-sagemaker-inference-gpu-3-1"),
                      ("ml.g7e.2xlarge", None)):  # fmt: skip
        placed = place(model, instance(name))
        served = serve("o/m", "text-generation", model, placed, region="us-east-1")
        assert served.inference_ami_version == ami


def test_embeddings_do_not_stream_and_files_of_ours_need_no_hub():
    model = LanguageModel(parameters=3 * 10**7)
    served = serve("/opt/ml/model", "sentence-similarity", model, None, region="eu-west-1")
    assert not served.streams
    assert "tei-cpu" in served.image_uri
    assert not any("hub" in note for note in served.notes)
