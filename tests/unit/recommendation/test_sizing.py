"""Instance types, counts, serverless memory and concurrency."""

from typing import Any

import pytest

from tools.catalog import load_catalog
from tools.recommendation import recommend
from tools.requirements import Requirements

CATALOG = load_catalog()
GB = 10**9
STRICT = {"latency_p95_ms": 100, "traffic_pattern": "steady"}


def recommended(**needs: Any):
    return recommend(Requirements(**needs), CATALOG)


@pytest.mark.parametrize(
    ("model_size_bytes", "memory_size_in_mb"),
    [
        (50_000_000, 1024),
        (500_000_000, 2048),
        (1_500_000_000, 3072),
        (2_500_000_000, 4096),
        (3_500_000_000, 5120),
        (4_700_000_000, 6144),
    ],
)
def test_serverless_memory_is_the_smallest_step_that_holds_the_model(
    model_size_bytes: int, memory_size_in_mb: int
) -> None:
    found = recommended(model_size_bytes=model_size_bytes, traffic_pattern="intermittent")
    assert found.inference_option == "serverless"
    assert found.memory_size_in_mb == memory_size_in_mb
    assert found.memory_size_in_mb * 2**20 >= model_size_bytes
    assert found.instance_type is None


def test_max_concurrency_holds_the_peak_with_headroom_and_never_exceeds_the_limit() -> None:
    busy = recommended(
        traffic_pattern="spiky",
        average_requests_per_second=1,
        peak_requests_per_second=40,
        processing_time_s=1,
    )
    assert (busy.inference_option, busy.max_concurrency) == ("serverless", 60)
    full = recommended(
        traffic_pattern="spiky",
        average_requests_per_second=1,
        peak_requests_per_second=190,
        processing_time_s=1,
    )
    assert full.max_concurrency == 200
    assert "REC-635" in {warning.rule_id for warning in full.warnings}


def test_production_has_two_instances_and_development_one() -> None:
    assert recommended(**STRICT, environment="production").initial_instance_count == 2
    assert recommended(**STRICT, environment="development").initial_instance_count == 1
    assert recommended(**STRICT).initial_instance_count == 2


def test_an_assumed_production_gives_way_to_the_budget_and_says_so() -> None:
    found = recommended(**STRICT, budget_usd_per_month=100)
    assert (found.inference_option, found.initial_instance_count) == ("real-time", 1)
    assert "REC-631" in {warning.rule_id for warning in found.warnings}
    said = recommended(**STRICT, budget_usd_per_month=100, environment="production")
    assert said.inference_option != "real-time"


@pytest.mark.parametrize(
    "region",
    ["us-east-1", "eu-central-1", "ap-southeast-1", "ap-southeast-7", "us-east-2", "eu-south-2"],
)
@pytest.mark.parametrize("gpu", ["required", "not-needed"])
def test_the_type_is_offered_in_the_region_and_priced_where_prices_are_known(
    region: str, gpu: str
) -> None:
    found = recommended(**STRICT, region=region, gpu=gpu)
    if found.instance_type is None:
        assert found.inference_option == "none"
        assert "REC-205" in {reason.rule_id for reason in found.reasons}
        return
    assert CATALOG.offers(found.instance_type, region)
    if region in CATALOG.regions_with_complete_prices():
        assert CATALOG.price(found.instance_type, region) is not None


@pytest.mark.parametrize("size", [1, 6, 13, 30, 100, 250])
def test_the_model_fits_into_the_accelerators(size: int) -> None:
    found = recommended(model_size_bytes=size * GB, gpu="required", streaming=True)
    assert found.instance_type is not None
    instance = CATALOG.instance(found.instance_type)
    assert instance is not None
    assert instance.accelerator_memory_gib_each is not None
    memory = float(instance.accelerator_memory_gib_each) * instance.accelerator_count
    assert memory * 2**30 > size * GB
    assert found.accelerator == "gpu"


@pytest.mark.parametrize("size", [1, 8, 50, 300])
def test_the_model_fits_into_the_memory(size: int) -> None:
    found = recommended(**STRICT, model_size_bytes=size * GB, framework="sklearn")
    assert found.instance_type is not None
    instance = CATALOG.instance(found.instance_type)
    assert instance is not None
    assert float(instance.memory_gib or 0) * 2**30 > size * GB
    assert instance.accelerator is None


def test_instances_carry_the_peak() -> None:
    found = recommended(
        traffic_pattern="spiky",
        latency_p95_ms=200,
        average_requests_per_second=10,
        peak_requests_per_second=100,
        processing_time_s=0.1,
        environment="production",
    )
    instance = CATALOG.instance(found.instance_type or "")
    assert instance is not None
    assert instance.vcpu is not None
    assert (found.initial_instance_count or 0) * instance.vcpu / 0.1 >= 100


def test_growth_raises_the_upper_bound() -> None:
    needs = {**STRICT, "average_requests_per_second": 50, "processing_time_s": 0.05}
    still, growing = recommended(**needs), recommended(**needs, growth_per_month=0.5)
    assert still.auto_scaling is not None
    assert growing.auto_scaling is not None
    assert growing.auto_scaling.max_capacity > still.auto_scaling.max_capacity


def test_asynchronous_says_its_time_out_and_parallel_requests() -> None:
    short = recommended(processing_time_s=120)
    assert short.inference_option == "asynchronous"
    assert short.invocation_timeout_s == 900
    assert short.max_concurrent_invocations_per_instance == 2
    assert recommended(processing_time_s=3600).invocation_timeout_s == 3600


def test_a_published_language_model_is_sized_by_its_name() -> None:
    source = {"kind": "jumpstart", "uri": "meta-textgeneration-llama-3-8b"}
    found = recommended(model_source=source)
    assert found.deployment_method == "jumpstart"
    instance = CATALOG.instance(found.instance_type or "")
    assert instance is not None
    assert float(instance.accelerator_memory_gib_each or 0) >= 20


def test_inferentia_is_chosen_where_it_saves_the_budget() -> None:
    found = recommended(model_parameters=7 * GB, streaming=True, budget_usd_per_month=800)
    assert (found.accelerator, found.compilation) == ("inferentia", "neuron")
    assert found.instance_type == "ml.inf2.xlarge"
    said = recommended(
        model_parameters=7 * GB, streaming=True, budget_usd_per_month=800, gpu="required"
    )
    assert said.accelerator != "inferentia"


def test_neo_is_advised_only_for_its_families_and_a_tight_latency() -> None:
    tight = {"framework": "pytorch", "gpu": "required", "processing_time_s": 0.05}
    found = recommended(**STRICT, **tight)
    assert (found.instance_type, found.compilation) == ("ml.g4dn.xlarge", "neo")
    assert "REC-663" in {warning.rule_id for warning in found.warnings}
    assert recommended(**STRICT, **{**tight, "processing_time_s": 0.01}).compilation == "none"
    assert recommended(**STRICT, **{**tight, "gpu": "not-needed"}).compilation == "none"
    assert recommended(**STRICT, **{**tight, "framework": "sklearn"}).compilation == "none"
