"""plan, deploy, endpoints, invoke, undo and delete on a running sandbox."""

import json

import pytest

from tests.integration.faces.command_line import refused
from tests.integration.faces.conftest import NEEDS

PLAN = {
    "digest", "method", "target", "account", "region", "typed_name_required", "eula_required",
    "steps", "cost_usd_per_month", "undo", "cost_if_forgotten_usd_per_month",
}  # fmt: skip
ENDPOINT = {
    "endpoint_name", "endpoint_arn", "status", "inference_option", "instance_type",
    "instance_count", "memory_size_in_mb", "created_at", "cost_usd_per_month", "ours",
}  # fmt: skip
VERIFICATION = {"ok", "invocations", "latency_p50_ms", "latency_p95_ms"}


@pytest.fixture
def throwaway(sagepilot):
    """An endpoint of a test's own: its deployment."""
    plan = sagepilot("plan", "--json", stdin=json.dumps(NEEDS)).json()
    return sagepilot("deploy", plan["digest"], "--approve", plan["digest"], "--json").json()


def test_a_plan_says_all_that_is_approved(planned):
    _, plan = planned
    assert set(plan) >= PLAN
    assert plan["method"] == "api"
    assert plan["target"] == "sandbox"
    assert plan["account"] == "123456789012"
    assert isinstance(plan["cost_usd_per_month"], float)
    operations = [step["operation"] for step in plan["steps"]]
    assert "sagemaker.create_endpoint" in operations
    assert all(step["parameters"] for step in plan["steps"])
    assert len(plan["digest"]) == 64


def test_two_plans_for_one_wish_are_two_plans(sagepilot, planned):
    again = sagepilot("plan", "--json", stdin=json.dumps(NEEDS)).json()
    assert again["digest"] != planned[1]["digest"]


def test_a_plan_for_people_ends_with_the_command_that_approves_it(sagepilot):
    ran = sagepilot("plan", stdin="deploy the sample model, p95 50 ms, 20 requests a second")
    assert ran.status == 0
    assert "sagepilot deploy" in ran.out
    assert "Digest: " in ran.out
    assert "sandbox" in ran.out


@pytest.mark.parametrize(
    ("language", "shows"),
    [
        ("python", "import boto3"),
        ("cloudformation", "AWS::SageMaker::Endpoint"),
        ("terraform", 'resource "aws_sagemaker_endpoint"'),
        ("notebook", '"nbformat": 4'),
        ("workflow", "python deploy.py archive.tar.gz"),
    ],
)
def test_a_plan_is_written_as_code(sagepilot, language, shows):
    ran = sagepilot("plan", "--render", language, stdin=json.dumps(NEEDS))
    assert ran.status == 0
    assert shows in ran.out


def test_deploying_a_file_answers_with_the_verified_endpoint(deployed, planned):
    assert deployed["status"] == "deployed"
    assert deployed["endpoint_name"] == planned[1]["endpoint_name"]
    assert deployed["endpoint_arn"].startswith("arn:aws:sagemaker:us-east-1:123456789012:endpoint/")
    assert set(deployed["verification"]) >= VERIFICATION
    assert deployed["verification"]["ok"] is True
    assert deployed["target"] == "sandbox"


def test_again_by_file_or_digest_is_the_same_deployment(sagepilot, deployed, planned):
    path, plan = planned
    for name in (str(path), plan["digest"], plan["digest"][:12]):
        again = sagepilot("deploy", name, "--approve", plan["digest"], "--json")
        assert again.status == 0
        assert again.json() == deployed


def test_progress_is_told_on_standard_error_only(sagepilot, throwaway):
    undo = sagepilot("undo", throwaway["deployment_id"], "--json").json()
    ran = sagepilot("undo", throwaway["deployment_id"], "--approve", undo["digest"], "--json")
    assert len(ran.out.splitlines()) == 1
    assert ran.json()["status"] == "undone"
    assert "sagemaker.delete_endpoint" in ran.err


def test_another_digest_is_refused(sagepilot, planned, deployed):
    path, plan = planned
    other = plan["digest"][::-1]
    refused(sagepilot("deploy", str(path), "--approve", other, "--json"), "PlanNotApprovedError")
    short = plan["digest"][:12]
    refused(sagepilot("deploy", str(path), "--approve", short, "--json"), "PlanNotApprovedError")


def test_endpoints_say_what_runs_and_what_it_costs(sagepilot, deployed):
    told = sagepilot("endpoints", "--json").json()
    assert {"endpoints", "target", "region"} <= set(told)
    row = next(r for r in told["endpoints"] if r["endpoint_name"] == deployed["endpoint_name"])
    assert set(row) >= ENDPOINT
    assert row["status"] == "InService"
    assert row["ours"] is True
    assert row["cost_usd_per_month"] > 0
    table = sagepilot("endpoints")
    assert table.status == 0
    assert "InService" in table.out


def test_invoke_writes_the_models_answer_and_nothing_else(sagepilot, deployed, home):
    sample = home / "sample" / "sample.json"
    name = deployed["endpoint_name"]
    ran = sagepilot("invoke", name, str(sample))
    assert ran.status == 0
    assert json.loads(ran.out) in ([0], [1])
    assert "200 in" in ran.err
    piped = sagepilot("invoke", name, "-", "--content-type", "application/json", "--json",
                      stdin=sample.read_bytes())  # fmt: skip
    assert piped.json()["status_code"] == 200
    assert json.loads(piped.json()["body"]) == json.loads(ran.out)


def test_every_row_is_predicted_as_the_local_model_does(sagepilot, deployed, home):
    rows = home / "sample" / "rows.json"
    expected = json.loads((home / "sample" / "expected.json").read_text())["predictions"]
    assert json.loads(sagepilot("invoke", deployed["endpoint_name"], str(rows)).out) == expected


def test_deleting_shows_a_plan_and_wants_the_typed_name(sagepilot, throwaway):
    name = throwaway["endpoint_name"]
    plan = sagepilot("delete", name, "--json").json()
    assert plan["kind"] == "delete"
    assert plan["typed_name_required"] == name
    approved = ["delete", name, "--approve", plan["digest"], "--json"]
    refused(sagepilot(*approved), "PlanNotApprovedError")
    refused(sagepilot(*approved, "--typed-name", "another"), "PlanNotApprovedError")
    assert sagepilot(*approved, "--typed-name", name).json()["status"] == "undone"
    names = [r["endpoint_name"] for r in sagepilot("endpoints", "--json").json()["endpoints"]]
    assert name not in names


def test_a_digest_of_another_endpoints_removal_is_refused(sagepilot, throwaway, deployed):
    plan = sagepilot("delete", throwaway["endpoint_name"], "--json").json()
    refused(
        sagepilot("delete", deployed["endpoint_name"], "--approve", plan["digest"], "--typed-name",
                  throwaway["endpoint_name"], "--json"),
        "PlanNotApprovedError",
    )  # fmt: skip


def test_what_was_undone_cannot_be_undone_again(sagepilot, throwaway):
    made = throwaway["deployment_id"]
    undo = sagepilot("undo", made, "--json").json()["digest"]
    assert sagepilot("undo", made, "--approve", undo, "--json").status == 0
    again = sagepilot("undo", made, "--approve", undo, "--json")
    assert again.json()["status"] == "undone"
    assert sagepilot("undo", made, "--json").status == 1


def test_undo_and_delete_carry_out_no_plan_of_another_kind(sagepilot, throwaway, planned):
    made, name = throwaway["deployment_id"], throwaway["endpoint_name"]
    deletion = sagepilot("delete", name, "--json").json()["digest"]
    for arguments in (
        ["undo", made, "--approve", deletion],
        ["undo", made, "--approve", throwaway["digest"]],
        ["delete", name, "--approve", throwaway["digest"], "--typed-name", name],
    ):
        refused(sagepilot(*arguments, "--json"), "PlanNotApprovedError")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("python", "import boto3"),
        ("python-sdk", "from sagemaker.core.resources import"),
        ("cloudformation", "AWS::SageMaker::Endpoint"),
        ("terraform", 'resource "aws_sagemaker_endpoint"'),
        ("notebook", '"nbformat"'),
        ("workflow", "runs-on"),
    ],
)
def test_a_plan_made_before_is_rendered_by_its_digest(sagepilot, planned, language, shown):
    _, plan = planned
    assert shown in sagepilot("render", plan["digest"], language).out


def test_what_is_no_plan_cannot_be_rendered(sagepilot):
    ran = sagepilot("render", "0123456789", "python")
    assert (ran.status, ran.out) == (1, "")
    assert "Run `sagepilot plan` first" in ran.err
