"""The catalogue in the command line; a licence is shown, and accepted by a person or not at all."""

import json

import pytest

from tests.integration.faces.command_line import refused

GATED = {
    "model_source": {"kind": "jumpstart", "uri": "sklearn-regression-gated"},
    "average_requests_per_second": 0.01,
    "cold_start_tolerance_ms": 20000,
}


@pytest.fixture(scope="module")
def gated(sagepilot):
    return sagepilot("plan", "--json", stdin=json.dumps(GATED)).json()


def test_models_are_found_by_what_decides_between_them(sagepilot):
    every = sagepilot("models", "--json").json()["models"]
    cheap = sagepilot("models", "--serverless", "--licence", "open", "--json").json()["models"]
    assert {m["model_id"] for m in cheap} < {m["model_id"] for m in every}
    assert all(m["serverless"] and m["access"] == "open" for m in cheap)
    prices = [m["usd_per_hour"] for m in every if m["usd_per_hour"] is not None]
    assert prices == sorted(prices)


def test_the_accounts_quota_is_told_and_searched_by(sagepilot):
    allowed = sagepilot("models", "--within-quota", "--json").json()["models"]
    assert allowed
    assert all(m["quota"] >= 1 for m in allowed)
    refused_types = sagepilot("models", "--no-within-quota", "--json").json()["models"]
    assert all(m["quota"] == 0 for m in refused_types)


def test_a_table_ends_with_how_to_deploy_one(sagepilot):
    ran = sagepilot("models", "regression", "--task", "regression")
    assert "xgboost-regression-model" in ran.out
    assert "sagepilot plan" in ran.out


def test_nothing_found_is_said(sagepilot):
    assert "Nothing fits" in sagepilot("models", "no-such-model-anywhere").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--instance-type", "m5.large"),
        ("--max-usd-per-hour", "cheap"),
        ("--max-parameters", "many"),
        ("--max-usd-per-hour", "-1"),
    ],
)
def test_a_criterion_that_is_none_is_refused(sagepilot, arguments):
    refused(sagepilot("models", *arguments, "--json"), "InvalidInputError")


def test_the_licence_is_part_of_the_plan_and_of_its_digest(sagepilot, gated):
    assert gated["eula_required"] is True
    assert "may be used to" in gated["licence"]["text"]
    changed = {**gated, "licence": {**gated["licence"], "text": "Something else."}}
    ran = sagepilot("deploy", "-", "--approve", gated["digest"], "--json",
                    stdin=json.dumps(changed))  # fmt: skip
    refused(ran, "InvalidInputError")


def test_a_licence_that_nobody_accepted_is_refused(sagepilot, gated):
    digest = gated["digest"]
    ran = sagepilot("deploy", digest, "--approve", digest, "--json")
    assert "licence" in refused(ran, "PlanNotApprovedError")["message"]


def test_an_accepted_licence_deploys(sagepilot, gated):
    digest = gated["digest"]
    ran = sagepilot("deploy", digest, "--approve", digest, "--accept-eula", "--json")
    assert ran.json()["verification"]["ok"]
