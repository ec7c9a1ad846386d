"""What holds for any requirements at all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.catalog import load_catalog
from tools.endpoint import ENDPOINT_OPTIONS, Framework, InferenceOption
from tools.recommendation import assumptions, conflicts, missing, recommend
from tools.requirements import (
    DataSensitivity,
    DeploymentPreference,
    Environment,
    GpuNeed,
    ModelSource,
    ModelSourceKind,
    Requirements,
    TrafficPattern,
)
from tools.rules.case import Case
from tools.rules.exclusion import exclusions

CATALOG = load_catalog()
REGIONS = (*CATALOG.regions(), "xx-north-9")


def _maybe(strategy):
    return st.none() | strategy


NEEDS = st.builds(
    Requirements,
    latency_p95_ms=_maybe(st.floats(0.001, 86_400_000)),
    interactive=_maybe(st.booleans()),
    cold_start_tolerance_ms=_maybe(st.floats(0, 86_400_000)),
    request_payload_bytes=_maybe(st.integers(0, 10**15)),
    response_payload_bytes=_maybe(st.integers(0, 10**15)),
    processing_time_s=_maybe(st.floats(0, 31_536_000, exclude_min=True)),
    traffic_pattern=_maybe(st.sampled_from(TrafficPattern)),
    average_requests_per_second=_maybe(st.floats(0, 10**8)),
    peak_requests_per_second=_maybe(st.floats(0, 10**8)),
    idle_share=_maybe(st.floats(0, 1)),
    growth_per_month=_maybe(st.floats(-1, 100)),
    budget_usd_per_month=_maybe(st.decimals(0, 10**9, allow_nan=False)),
    framework=_maybe(st.sampled_from(Framework)),
    model_source=_maybe(
        st.builds(
            ModelSource,
            kind=st.sampled_from(ModelSourceKind),
            uri=st.sampled_from(["model.tar.gz", "meta-textgeneration-llama-3-8b"]),
        )
    ),
    model_size_bytes=_maybe(st.integers(1, 10**15)),
    model_parameters=_maybe(st.integers(1, 10**15)),
    model_count=_maybe(st.integers(1, 10**6)),
    gpu=_maybe(st.sampled_from(GpuNeed)),
    streaming=_maybe(st.booleans()),
    environment=_maybe(st.sampled_from(Environment)),
    deployment_preference=_maybe(st.sampled_from(DeploymentPreference)),
    region=_maybe(st.sampled_from(REGIONS)),
    data_sensitivity=_maybe(st.sampled_from(DataSensitivity)),
    endpoint_name=st.none(),
    sample_path=st.none(),
)


@settings(max_examples=150, deadline=None)
@given(NEEDS)
def test_any_requirements_get_an_answer_that_no_rule_excludes(needs: Requirements) -> None:
    found = recommend(needs, CATALOG)
    excluded = exclusions(Case(needs, CATALOG))
    for option in (found.inference_option, *found.alternatives):
        assert not excluded.get(option, ()), option
    assert found.reasons
    verdicts = {verdict.option: verdict.verdict for verdict in found.options}
    assert set(verdicts) == set(ENDPOINT_OPTIONS)
    for option, verdict in verdicts.items():
        assert (verdict == "ruled-out") == bool(excluded[option])
        assert (verdict == "chosen") == (option is found.inference_option)


@settings(max_examples=150, deadline=None)
@given(NEEDS)
def test_sizes_stay_within_the_limits(needs: Requirements) -> None:
    found = recommend(needs, CATALOG)
    if found.inference_option is InferenceOption.SERVERLESS:
        assert found.memory_size_in_mb in CATALOG.serverless_memory_sizes_mb()
        assert 1 <= (found.max_concurrency or 0) <= 200
        assert (found.provisioned_concurrency or 0) <= (found.max_concurrency or 0)
    if found.inference_option in (InferenceOption.REAL_TIME, InferenceOption.ASYNCHRONOUS):
        assert CATALOG.offers(found.instance_type or "", found.region)
        assert (found.initial_instance_count or 0) >= 1
        assert found.auto_scaling is not None
        assert found.auto_scaling.min_capacity < found.auto_scaling.max_capacity
        assert (found.auto_scaling.policies[0].target_value or 0) > 0
        assert (found.initial_instance_count or 0) <= found.auto_scaling.max_capacity
    for cost in (found.cost_usd_per_month, found.cost_if_forgotten_usd_per_month):
        assert cost is None or cost >= 0
    found.model_dump_json()


@settings(max_examples=60, deadline=None)
@given(NEEDS)
def test_gaps_and_conflicts_speak_only_of_what_is_there(needs: Requirements) -> None:
    said = set(needs.said())
    assert not said & set(missing(needs, CATALOG))
    assert not said & set(assumptions(needs))
    for conflict in conflicts(needs, CATALOG):
        assert conflict.fields
        assert set(conflict.fields) <= set(Requirements.model_fields)


@settings(max_examples=100, deadline=None)
@given(NEEDS, st.integers(0, 10**10), st.integers(1, 10**10))
def test_more_payload_never_brings_serverless_back(
    needs: Requirements, payload: int, more: int
) -> None:
    def serverless_excluded(size: int) -> bool:
        changed = needs.model_copy(update={"request_payload_bytes": size})
        return bool(exclusions(Case(changed, CATALOG))[InferenceOption.SERVERLESS])

    if payload > 4_000_000:
        assert serverless_excluded(payload)
        assert serverless_excluded(payload + more)


@settings(max_examples=50, deadline=None)
@given(NEEDS)
def test_the_same_needs_get_the_same_answer(needs: Requirements) -> None:
    assert recommend(needs, CATALOG) == recommend(needs, CATALOG)
