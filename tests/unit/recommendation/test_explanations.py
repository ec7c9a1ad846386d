"""Verdicts, flips, conflicts, gaps: the answer to "why", "what if" and "what else"."""

from typing import Any

import pytest

from tools.catalog import load_catalog
from tools.recommendation import assumptions, conflicts, missing, recommend
from tools.requirements import Requirements

CATALOG = load_catalog()
MB = 10**6


def needs(**fields: Any) -> Requirements:
    return Requirements(**fields)


def test_why_not_serverless_when_it_is_ruled_out() -> None:
    found = recommend(needs(request_payload_bytes=20 * MB, latency_p95_ms=3000), CATALOG)
    verdicts = {verdict.option: verdict for verdict in found.options}
    assert [verdict.option for verdict in found.options] == [
        "real-time",
        "serverless",
        "asynchronous",
    ]
    assert verdicts["serverless"].verdict == "ruled-out"
    assert "20 MB" in verdicts["serverless"].reasons[0].text


def test_why_not_serverless_when_it_fits_but_lost() -> None:
    found = recommend(
        needs(
            traffic_pattern="steady",
            average_requests_per_second=60,
            latency_p95_ms=700,
            processing_time_s=0.05,
        ),
        CATALOG,
    )
    serverless = found.options[1]
    assert (serverless.option, serverless.verdict) == ("serverless", "fits")
    assert {"REC-506", "REC-505"} <= {reason.rule_id for reason in serverless.reasons}


def test_flips_name_the_payload_limit() -> None:
    found = recommend(needs(), CATALOG).model_dump(mode="json")
    assert {"if": "payload above 4 MB", "then": "real-time"} in found["flips"]


def test_from_none_the_flips_are_ways_out() -> None:
    found = recommend(needs(gpu="required", budget_usd_per_month=10), CATALOG)
    assert found.inference_option == "none"
    assert any("budget of at least" in flip.condition for flip in found.flips)


def test_the_edge_is_named_where_no_network_call_is_quick_enough() -> None:
    found = recommend(needs(latency_p95_ms=1), CATALOG)
    assert found.alternatives == ("edge",)


@pytest.mark.parametrize(
    ("fields", "collides"),
    [
        (
            {"request_payload_bytes": 900 * MB, "latency_p95_ms": 100},
            {"request_payload_bytes", "latency_p95_ms"},
        ),
        (
            {"response_payload_bytes": 900 * MB, "latency_p95_ms": 100},
            {"response_payload_bytes", "latency_p95_ms"},
        ),
        (
            {"processing_time_s": 1200, "interactive": True, "latency_p95_ms": 60_000},
            {"processing_time_s", "interactive", "latency_p95_ms"},
        ),
        ({"gpu": "required", "budget_usd_per_month": 10}, {"gpu", "budget_usd_per_month"}),
        (
            {"request_payload_bytes": 10 * MB, "budget_usd_per_month": 5},
            {"request_payload_bytes", "budget_usd_per_month"},
        ),
        (
            {"average_requests_per_second": 9, "peak_requests_per_second": 3},
            {"average_requests_per_second", "peak_requests_per_second"},
        ),
        ({"traffic_pattern": "steady", "idle_share": 0.9}, {"traffic_pattern", "idle_share"}),
        ({"region": "xx-north-9"}, {"region"}),
    ],
)
def test_a_conflict_names_the_fields_that_were_said(
    fields: dict[str, Any], collides: set[str]
) -> None:
    found = conflicts(needs(**fields), CATALOG)
    named = {name for conflict in found for name in conflict.fields}
    assert named == collides
    assert all(conflict.source_url.startswith("https://") for conflict in found)


def test_ordinary_needs_have_no_conflict() -> None:
    assert conflicts(needs(), CATALOG) == ()
    fields = {"latency_p95_ms": 200, "processing_time_s": 0.05, "budget_usd_per_month": 500}
    assert conflicts(needs(**fields), CATALOG) == ()


def test_assumptions_are_never_about_what_was_said() -> None:
    said = needs(latency_p95_ms=100, region="eu-west-1", model_count=1)
    assumed = assumptions(said)
    assert not set(assumed) & set(said.said())
    assert assumed["environment"] == "production"
    assert assumptions(needs())["region"] == "us-east-1"


def test_the_first_question_decides_most() -> None:
    assert missing(needs())[:3] == (
        "traffic_pattern",
        "average_requests_per_second",
        "latency_p95_ms",
    )


def test_what_cannot_change_the_answer_is_not_asked() -> None:
    certain = missing(needs(traffic_pattern="batch", region="us-east-1", interactive=False))
    assert "data_sensitivity" not in certain
    impossible = missing(needs(request_payload_bytes=900 * MB, latency_p95_ms=100))
    assert "traffic_pattern" not in impossible


def test_cold_starts_are_asked_about_when_they_decide() -> None:
    assert "cold_start_tolerance_ms" in missing(needs(traffic_pattern="intermittent"))[:5]


def test_the_method_follows_wish_source_and_environment() -> None:
    jumpstart = {"kind": "jumpstart", "uri": "pytorch-ic-mobilenet-v2"}
    local = {"kind": "local", "uri": "model.tar.gz"}

    def method(**fields: Any) -> str:
        return recommend(needs(**fields), CATALOG).deployment_method

    assert method() == "sdk"
    assert method(model_source=jumpstart) == "jumpstart"
    assert method(environment="production") == "cloudformation"
    assert method(environment="production", deployment_preference="sdk") == "sdk"
    assert method(model_source=local, deployment_preference="jumpstart") == "sdk"
