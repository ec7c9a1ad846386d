"""Costs: exact arithmetic on the data, and null where a price is not known."""

from decimal import Decimal
from typing import Any

import pytest

from tools.catalog import load_catalog
from tools.estimation import break_even_requests_per_month
from tools.recommendation import Recommendation, recommend
from tools.requirements import Requirements

CATALOG = load_catalog()
CENT = Decimal("0.01")
STRICT = {"latency_p95_ms": 100, "traffic_pattern": "steady"}


def recommended(**needs: Any) -> Recommendation:
    return recommend(Requirements(**needs), CATALOG)


@pytest.mark.parametrize("region", CATALOG.regions_with_complete_prices())
def test_real_time_costs_price_times_instances_times_730_hours(region: str) -> None:
    found = recommended(**STRICT, region=region)
    price = CATALOG.price(found.instance_type or "", region)
    assert price is not None
    expected = (price.usd_per_hour * (found.initial_instance_count or 0) * 730).quantize(CENT)
    assert found.cost_usd_per_month == expected
    assert found.cost_if_forgotten_usd_per_month == expected
    assert found.as_of == price.as_of


def test_serverless_costs_requests_times_seconds_times_price() -> None:
    found = recommended(
        traffic_pattern="intermittent",
        average_requests_per_second=0.5,
        processing_time_s=0.2,
        model_size_bytes=500_000_000,
    )
    assert found.memory_size_in_mb == 2048
    assert found.cost_usd_per_month == Decimal("10.51")  # 1,314,000 x 0.2 s x 0.00004
    assert found.cost_if_forgotten_usd_per_month == 0


def test_provisioned_concurrency_is_paid_all_month() -> None:
    found = recommended(
        traffic_pattern="intermittent",
        latency_p95_ms=200,
        cold_start_tolerance_ms=0,
        budget_usd_per_month=40,
    )
    assert (found.inference_option, found.provisioned_concurrency) == ("serverless", 1)
    assert found.cost_if_forgotten_usd_per_month == Decimal("26.28")  # 0.00001 x 2,628,000 s
    assert (found.cost_usd_per_month or 0) > Decimal("26.28")


def test_a_price_that_is_not_known_is_null_with_a_reason() -> None:
    found = recommended(region="eu-south-2")
    assert found.inference_option == "real-time"
    assert found.cost_usd_per_month is None
    assert found.cost_if_forgotten_usd_per_month is None
    assert "not known" in found.cost_basis
    assert found.as_of is None


def test_scaled_to_zero_a_forgotten_endpoint_costs_nothing() -> None:
    found = recommended(gpu="required", interactive=False, idle_share=0.9, processing_time_s=120)
    assert found.inference_option == "asynchronous"
    assert found.cost_if_forgotten_usd_per_month == 0
    assert found.cost_usd_per_month == Decimal("53.73")  # 0.736 x 730 x 0.1


def test_costs_are_numbers_in_json() -> None:
    answer = recommended(**STRICT).model_dump(mode="json")
    assert isinstance(answer["cost_usd_per_month"], float)
    assert isinstance(answer["options"][0]["cost_usd_per_month"], float)


def test_break_even_is_where_both_cost_the_same() -> None:
    requests = break_even_requests_per_month(Decimal("146"), 0.1, Decimal("0.00004"))
    assert requests * Decimal("0.1") * Decimal("0.00004") == 146


def test_data_counts_against_the_budget() -> None:
    needs = {**STRICT, "average_requests_per_second": 10, "request_payload_bytes": 2_000_000}
    rich = recommended(**needs, processing_time_s=0.05)
    assert rich.data_cost_usd_per_month is not None
    assert rich.data_cost_usd_per_month > 800
    tight = recommended(**needs, processing_time_s=0.05, budget_usd_per_month=300)
    assert tight.inference_option == "none"
