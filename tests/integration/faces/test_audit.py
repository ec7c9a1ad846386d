"""`sagepilot audit`: templates and plans, in every form that it writes."""

import json
from pathlib import Path

import pytest

from tests.integration.faces.command_line import refused
from tests.integration.faces.conftest import NEEDS

GOOD = Path(__file__).parents[2] / "unit" / "auditing" / "good.yaml"


@pytest.fixture
def faulty(tmp_path) -> Path:
    path = tmp_path / "faulty.yaml"
    text = GOOD.read_text(encoding="utf-8").replace("MinCapacity: 2", "MinCapacity: 9")
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_template_ends_with_status_0(sagepilot):
    ran = sagepilot("audit", "--template", str(GOOD), "--fail-on", "low")
    assert (ran.status, ran.out) == (0, "No findings.\n")


def test_findings_end_with_status_3_when_asked(sagepilot, faulty):
    assert sagepilot("audit", "--template", str(faulty)).status == 0
    assert sagepilot("audit", "--template", str(faulty), "--fail-on", "high").status == 3


def test_json_is_the_contract(sagepilot, faulty):
    (found,) = sagepilot("audit", "--template", str(faulty), "--format", "json").json()["findings"]
    assert found["id"] == "CHK-570"
    assert found["severity"] == "high"
    assert found["evidence"][0] == {"path": "Resources.Target.Properties.MinCapacity", "value": 9}
    assert found["source_url"].startswith("https://")
    assert found["fix"]["summary"]
    assert found["fix"]["steps"][0]["operation"] == "build.edit_template"
    assert found["control_ids"] == []


def test_each_line_is_a_finding(sagepilot, faulty):
    text = faulty.read_text(encoding="utf-8").replace("InitialInstanceCount: 2",
                                                      "InitialInstanceCount: 1")  # fmt: skip
    rows = sagepilot("audit", "--template", "-", "--format", "jsonl", stdin=text).lines()
    assert [row["severity"] for row in rows] == ["high", "high", "low"]
    assert rows[-1]["control_ids"] == ["SageMaker.4"]


def test_sarif_names_file_and_line(sagepilot, faulty):
    log = sagepilot("audit", "--template", str(faulty), "--format", "sarif").json()
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    (result,) = run["results"]
    place = result["locations"][0]["physicalLocation"]
    line = faulty.read_text(encoding="utf-8").splitlines()[place["region"]["startLine"] - 1]
    assert line.strip() == "MinCapacity: 9"
    assert place["artifactLocation"]["uri"].endswith("faulty.yaml")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_text_says_where_what_and_how(sagepilot, faulty):
    out = sagepilot("audit", "--template", str(faulty)).out
    assert "The minimum 9 is above the maximum 6." in out
    assert "faulty.yaml:" in out
    assert out.endswith("1 findings: 1 high, 0 medium, 0 low.\n")


def test_a_plan_is_audited_by_file_and_by_digest(sagepilot, planned):
    path, plan = planned
    by_file = sagepilot("audit", "--plan", str(path), "--format", "json")
    by_digest = sagepilot("audit", "--plan", plan["digest"], "--format", "json")
    told = [
        [{**row, "source": ""} for row in ran.json()["findings"]] for ran in (by_file, by_digest)
    ]
    assert told[0] == told[1]
    assert all(row["severity"] == "low" for row in by_file.json()["findings"])


@pytest.mark.parametrize("method", ["api", "cloudformation", "sdk"])
def test_our_own_plans_have_nothing_serious(sagepilot, method, tmp_path):
    made = sagepilot("plan", "--method", method, "--json", stdin=json.dumps(NEEDS))
    path = tmp_path / "plan.json"
    path.write_text(made.out, encoding="utf-8")
    assert sagepilot("audit", "--plan", str(path), "--fail-on", "medium").status == 0


def test_a_templates_parameter_can_be_given(sagepilot):
    ran = sagepilot("audit", "--template", str(GOOD), "--parameter", "Volume=900",
                    "--format", "json")  # fmt: skip
    assert [row["id"] for row in ran.json()["findings"]] == ["CHK-527"]


def test_what_is_no_template_is_refused(sagepilot, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("hello", encoding="utf-8")
    refused(sagepilot("audit", "--template", str(path), "--format", "json"), "InvalidInputError")


def test_one_thing_is_audited_at_a_time(sagepilot, planned):
    assert sagepilot("audit").status == 2
    assert sagepilot("audit", "--template", str(GOOD), "--plan", str(planned[0])).status == 2
    assert sagepilot("audit", "--template", str(GOOD), "--parameter", "Volume").status == 2


def test_a_deployed_endpoint_is_audited_as_it_is(sagepilot, deployed):
    ran = sagepilot("audit", deployed["endpoint_name"], "--format", "json", "--fail-on", "medium")
    assert ran.status == 0
    found = ran.json()["findings"]
    assert {row["source"] for row in found} == {deployed["endpoint_name"]}
    assert all(row["evidence"][0]["path"].startswith("describe_") for row in found)
    assert all(row["fix"]["steps"][-1]["operation"] == "sagemaker.update_endpoint" for row in found)


def test_an_endpoint_that_is_not_there_is_refused(sagepilot):
    refused(sagepilot("audit", "nowhere-at-all", "--format", "json"), "NotFoundError")


def test_a_snapshot_is_audited(sagepilot):
    answer = {"describe_endpoint_config": {
        "EndpointConfigName": "c",
        "ProductionVariants": [{"VariantName": "a", "ModelName": "m", "InstanceType": "m5.large",
                                "InitialInstanceCount": 2}]}}  # fmt: skip
    ran = sagepilot("audit", "--snapshot", "-", "--format", "json", stdin=json.dumps(answer))
    assert [row["id"] for row in ran.json()["findings"]] == ["CHK-525", "CHK-514"]
