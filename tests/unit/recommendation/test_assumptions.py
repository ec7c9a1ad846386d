"""Filling gaps: what is taken for granted, and that what was said stays."""

import pytest

from tools.catalog import load_catalog
from tools.recommending.assumptions import SYNCHRONOUS_PAYLOAD_BYTES, fill_gaps
from tools.requirements import GpuNeed, Requirements, TrafficPattern


def test_what_was_said_is_not_changed() -> None:
    needs = Requirements(processing_time_s=3, average_requests_per_second=2, idle_share=0.1)
    workload = fill_gaps(needs)
    assert workload.processing_time_s == 3
    assert workload.average_requests_per_second == 2
    assert workload.idle_share == 0.1


def test_the_payload_nobody_waits_for_is_the_documented_limit() -> None:
    limit = load_catalog().limit_bytes("realtime_payload_max_documented")
    assert limit == SYNCHRONOUS_PAYLOAD_BYTES
    assert fill_gaps(Requirements(request_payload_bytes=limit)).interactive
    assert not fill_gaps(Requirements(request_payload_bytes=limit + 1)).interactive


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({"latency_p95_ms": 60_000}, True),
        ({"latency_p95_ms": 60_001}, False),
        ({"processing_time_s": 60}, True),
        ({"processing_time_s": 61}, False),
        ({"processing_time_s": 61, "streaming": True}, True),
        ({"traffic_pattern": "batch"}, False),
        ({"interactive": True, "traffic_pattern": "batch"}, True),
    ],
)
def test_whether_somebody_waits_follows_from_the_rest(fields: dict, waits: bool) -> None:
    assert fill_gaps(Requirements(**fields)).interactive is waits


@pytest.mark.parametrize(
    ("fields", "pattern"),
    [
        ({}, TrafficPattern.INTERMITTENT),
        ({"idle_share": 0.6}, TrafficPattern.INTERMITTENT),
        ({"average_requests_per_second": 5}, TrafficPattern.DIURNAL),
        ({"average_requests_per_second": 0.003}, TrafficPattern.INTERMITTENT),
        (
            {"average_requests_per_second": 1, "peak_requests_per_second": 40},
            TrafficPattern.SPIKY,
        ),
    ],
)
def test_the_pattern_follows_from_the_rates(fields: dict, pattern: TrafficPattern) -> None:
    assert fill_gaps(Requirements(**fields)).traffic_pattern is pattern


def test_the_peak_is_never_below_the_mean() -> None:
    needs = Requirements(average_requests_per_second=9, peak_requests_per_second=3)
    assert fill_gaps(needs).peak_requests_per_second == 9


def test_long_requests_are_not_assumed_to_come_often() -> None:
    workload = fill_gaps(Requirements(processing_time_s=600))
    assert workload.average_requests_per_second * 600 <= 1


@pytest.mark.parametrize(
    ("uri", "size"),
    [
        ("meta-textgeneration-llama-3-8b", 16_000_000_000),
        ("some-model-1.5b-instruct", 3_000_000_000),
        ("pytorch-ic-mobilenet-v2", 500_000_000),
        ("bert-base-uncased", 500_000_000),
    ],
)
def test_the_size_of_a_published_model_is_read_from_its_name(uri: str, size: int) -> None:
    needs = Requirements(model_source={"kind": "jumpstart", "uri": uri})
    assert fill_gaps(needs).model_size_bytes == size


def test_a_billion_parameters_need_a_gpu_unless_told_otherwise() -> None:
    assert fill_gaps(Requirements(model_parameters=10**9)).gpu is GpuNeed.REQUIRED
    assert fill_gaps(Requirements(model_parameters=10**9 - 1)).gpu is GpuNeed.NOT_NEEDED
    told = Requirements(model_parameters=10**10, gpu="not-needed")
    assert fill_gaps(told).gpu is GpuNeed.NOT_NEEDED
