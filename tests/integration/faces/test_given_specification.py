"""`sagepilot plan` with a specification: the same exact plan, checked like any other."""

import json

from tests.integration.faces.command_line import refused
from tests.integration.faces.conftest import NEEDS


def _calls(plan) -> list[str]:
    return [step["operation"] for step in plan["steps"]]


def test_a_plans_specification_makes_the_same_calls(sagepilot, planned):
    made = sagepilot("plan", "--json", stdin=json.dumps(NEEDS)).json()
    again = sagepilot("plan", "--json", stdin=json.dumps({"spec": made["spec"]})).json()
    assert again["spec"] == made["spec"]
    assert again["steps"] == made["steps"]
    assert again["digest"] != made["digest"]
    assert again["cost_usd_per_month"] == made["cost_usd_per_month"]


def test_what_import_writes_is_planned_under_another_name(sagepilot, deployed):
    found = sagepilot("import", deployed["endpoint_name"], "--json").json()
    found["spec"]["name"] = "a-copy"
    made = sagepilot("plan", "--json", stdin=json.dumps(found)).json()
    assert made["endpoint_name"] == "a-copy"
    assert "s3.put_object" not in _calls(made)  # its archive is in S3
    assert "sagemaker.create_endpoint" in _calls(made)


def test_a_bare_specification_is_taken_as_well(sagepilot, deployed):
    found = json.loads(sagepilot("import", deployed["endpoint_name"]).out)
    made = sagepilot("plan", "--json", stdin=json.dumps({**found, "name": "bare"})).json()
    assert made["endpoint_name"] == "bare"


def test_a_specification_that_is_planned_is_deployed_and_verified(sagepilot):
    spec = sagepilot("plan", "--json", stdin=json.dumps(NEEDS)).json()["spec"]
    made = sagepilot("plan", "--json", stdin=json.dumps({"spec": spec})).json()
    ran = sagepilot("deploy", made["digest"], "--approve", made["digest"], "--json").json()
    assert ran["status"] == "deployed"
    again = {"spec": {**spec, "name": f"{spec['name']}-2"}}
    second = sagepilot("plan", "--json", stdin=json.dumps(again)).json()
    assert second["spec"]["suffix"] == spec["suffix"]  # its names are free
    third = sagepilot("plan", "--json", stdin=json.dumps({"spec": spec, "notes": []}))
    refused(third, "NameInUseError")


def test_a_faulty_specification_is_refused_by_its_check(sagepilot, planned):
    spec = {**planned[1]["spec"], "name": "faulty", "asynchronous": None}
    spec["variants"] = [{**spec["variants"][0], "memory_size_in_mb": 2048}]
    told = refused(
        sagepilot("plan", "--json", stdin=json.dumps({"spec": spec})), "InvalidInputError"
    )
    assert "CHK-109" in told["message"]


def test_an_archive_that_is_nowhere_is_refused(sagepilot, planned):
    for sha256 in ("0" * 64, "../../secrets"):
        spec = json.loads(json.dumps({**planned[1]["spec"], "name": "no-archive"}))
        spec["variants"][0]["sagemaker_model"]["archive_sha256"] = sha256
        ran = sagepilot("plan", "--json", stdin=json.dumps({"spec": spec}))
        assert ran.status == 1
        assert "archive" in ran.json()["error"]["message"]


def test_what_is_no_specification_says_where(sagepilot):
    told = refused(sagepilot("plan", "--json", stdin='{"spec": {"name": 3}}'), "InvalidInputError")
    assert told["message"].startswith("name:")


def test_a_specification_goes_by_stack_as_well(sagepilot, planned):
    spec = {**planned[1]["spec"], "name": "by-stack"}
    stdin = json.dumps({"spec": spec})
    made = sagepilot("plan", "--method", "cloudformation", "--json", stdin=stdin).json()
    assert _calls(made)[-1] == "cloudformation.execute_change_set"
    refused(sagepilot("plan", "--method", "jumpstart", "--json", stdin=stdin), "InvalidInputError")
