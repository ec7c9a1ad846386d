"""Auto scaling: bounds, metric and target of each option."""

from typing import Any

import pytest

from tools.catalog import load_catalog
from tools.recommendation import Recommendation, recommend
from tools.recommending.scaling import target_invocations_per_minute
from tools.requirements import Requirements

CATALOG = load_catalog()


def recommended(**needs: Any) -> Recommendation:
    return recommend(Requirements(**needs), CATALOG)


@pytest.mark.parametrize(("max_rps", "target"), [(20, 600), (25, 750), (0.5, 15), (2.333, 69.99)])
def test_the_target_follows_the_formula(max_rps: float, target: float) -> None:
    assert target_invocations_per_minute(max_rps, 0.5) == target


def test_real_time_tracks_invocations_per_instance() -> None:
    found = recommended(
        latency_p95_ms=200,
        traffic_pattern="steady",
        average_requests_per_second=10,
        processing_time_s=0.1,
        endpoint_name="churn",
        environment="production",
    )
    scaling = found.auto_scaling
    assert scaling is not None
    assert scaling.resource_id == "endpoint/churn/variant/AllTraffic"
    assert scaling.scalable_dimension == "sagemaker:variant:DesiredInstanceCount"
    assert 2 <= scaling.min_capacity < scaling.max_capacity
    policy = scaling.policies[0]
    assert policy.policy_type == "TargetTrackingScaling"
    assert policy.metric == "SageMakerVariantInvocationsPerInstance"
    assert policy.target_value == 600  # 2 vCPU / 0.1 s = 20 requests/s, x 0.5 x 60
    assert (policy.scale_in_cooldown or 0) > (policy.scale_out_cooldown or 0)


def test_without_a_name_the_resource_id_has_a_placeholder() -> None:
    scaling = recommended(latency_p95_ms=100).auto_scaling
    assert scaling is not None
    assert scaling.resource_id == "endpoint/<endpoint-name>/variant/AllTraffic"


def test_asynchronous_from_zero_has_a_second_policy_that_wakes_it() -> None:
    scaling = recommended(processing_time_s=600, interactive=False).auto_scaling
    assert scaling is not None
    assert scaling.min_capacity == 0
    backlog, wake = scaling.policies
    assert (backlog.metric, backlog.target_value) == ("ApproximateBacklogSizePerInstance", 5)
    assert backlog.dimensions == ("EndpointName",)
    assert not backlog.predefined
    assert (wake.policy_type, wake.metric) == ("StepScaling", "HasBacklogWithoutCapacity")
    assert wake.scaling_adjustment == 1


def test_asynchronous_that_must_not_start_slowly_keeps_an_instance() -> None:
    scaling = recommended(processing_time_s=600, cold_start_tolerance_ms=10_000).auto_scaling
    assert scaling is not None
    assert scaling.min_capacity >= 1
    assert [policy.metric for policy in scaling.policies] == ["ApproximateBacklogSizePerInstance"]


def test_on_demand_serverless_and_batch_have_no_auto_scaling() -> None:
    assert recommended().auto_scaling is None
    assert recommended(traffic_pattern="batch").auto_scaling is None


def test_provisioned_concurrency_tracks_its_utilization() -> None:
    found = recommended(
        traffic_pattern="intermittent",
        latency_p95_ms=200,
        cold_start_tolerance_ms=0,
        budget_usd_per_month=40,
    )
    scaling = found.auto_scaling
    assert scaling is not None
    assert scaling.scalable_dimension == "sagemaker:variant:DesiredProvisionedConcurrency"
    assert scaling.policies[0].metric == "SageMakerVariantProvisionedConcurrencyUtilization"
    assert 0 < (scaling.policies[0].target_value or 0) < 1
    assert 1 <= scaling.min_capacity < scaling.max_capacity <= (found.max_concurrency or 0)
