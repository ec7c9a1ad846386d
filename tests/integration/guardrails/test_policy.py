"""An organisation's rules on the command line, in the conversation and before applying."""

import json

import pytest

from assistant import events
from tests.integration.faces.command_line import refused
from tests.integration.guardrails.conftest import NEEDS
from tools.plan import parse_plan

WORDS = "Only small machines until the budget round is over."
SMALL = f'[instance_types]\nallowed = ["ml.r7i.*"]\nmessage = "{WORDS}"\n'
NO_REAL_TIME = (
    '[inference_options]\nallowed = ["serverless"]\nmessage = "Nothing may cost while it idles."\n'
)
TWO_PEOPLE = (
    '[approval]\nauthor_may_approve_in_production = false\nmessage = "Four eyes, always."\n'
)


def planned(sagepilot, **changes):
    return sagepilot("plan", "--json", stdin=json.dumps({**NEEDS, **changes}))


def test_a_plan_that_a_rule_forbids_is_refused_in_the_rules_own_words(command, policy):
    policy.write_text(NO_REAL_TIME, encoding="utf-8")
    told = refused(planned(command()), "PolicyRefusedError")
    assert "Nothing may cost while it idles." in told["message"]
    assert "serverless" in told["remedy"]


def test_the_recommendation_keeps_to_the_allowed_types(command, policy):
    policy.write_text(SMALL, encoding="utf-8")
    made = planned(command())
    assert made.status == 0
    assert made.json()["recommendation"]["instance_type"].startswith("ml.r7i.")


def test_a_broken_policy_blocks_planning(command, policy):
    policy.write_text("[instances]\nmaximum = 3\n", encoding="utf-8")
    told = refused(planned(command()), "InvalidInputError")
    assert "line 2" in told["message"]
    policy.unlink()
    assert "is not there" in refused(planned(command()), "InvalidInputError")["message"]


def test_a_rule_that_came_after_the_plan_stops_it_before_anything_is_begun(command, policy):
    made = planned(command()).json()
    policy.write_text(NO_REAL_TIME, encoding="utf-8")
    ran = command()("deploy", made["digest"], "--approve", made["digest"], "--json")
    refused(ran, "PolicyRefusedError")
    policy.write_text("", encoding="utf-8")
    ran = command()("deploy", made["digest"], "--approve", made["digest"], "--json")
    assert ran.json()["status"] == "deployed"
    policy.write_text(NO_REAL_TIME, encoding="utf-8")  # what stands may always be taken away
    name = made["endpoint_name"]
    again = command()("deploy", made["digest"], "--approve", made["digest"], "--json")
    assert again.json()["status"] == "deployed"
    going = command()("delete", name, "--json").json()
    gone = command()("delete", name, "--approve", going["digest"], "--typed-name", name, "--json")
    assert gone.json()["status"] == "undone"


def test_a_plan_made_by_hand_is_judged_by_its_calls(command, policy, tmp_path):
    made = planned(command()).json()
    for step in made["steps"]:
        if step["operation"] == "sagemaker.create_endpoint_config":
            step["parameters"]["ProductionVariants"][0]["InstanceType"] = "ml.g5.xlarge"
    del made["digest"], made["preflight"]
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    policy.write_text(SMALL, encoding="utf-8")
    whole = parse_plan(json.dumps(made)).digest
    told = refused(
        command()("deploy", str(path), "--approve", whole, "--json"), "PolicyRefusedError"
    )
    assert WORDS in told["message"]


def test_a_colleague_approves_what_goes_to_production(command, policy):
    policy.write_text(TWO_PEOPLE, encoding="utf-8")
    made = planned(command("ana"), environment="production").json()
    assert made["author"] == "ana"
    approve = ("deploy", made["digest"], "--approve", made["digest"], "--json")
    told = refused(command("ana")(*approve), "PlanNotApprovedError")
    assert "Four eyes, always." in told["message"]
    assert command("bob")(*approve).json()["status"] == "deployed"


def test_a_colleague_cannot_be_made_up_in_the_plans_file(command, policy, tmp_path):
    policy.write_text(TWO_PEOPLE, encoding="utf-8")
    made = planned(command("ana"), environment="production").json()
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**made, "author": "bob"}), encoding="utf-8")
    approve = ("deploy", str(path), "--approve", made["digest"], "--json")
    told = refused(command("ana")(*approve), "InvalidInputError")
    assert "was changed" in told["message"]
    path.write_text(
        json.dumps({**made, "requirements": {"environment": "development"}}), encoding="utf-8"
    )
    refused(command("ana")(*approve), "PlanNotApprovedError")


def test_the_approval_names_the_policy_it_was_given_under(talk, policy):
    policy.write_text('[regions]\nallowed = ["us-*"]\n', encoding="utf-8")
    talk.say("deploy the sample model, p95 50 ms, 20 requests a second, 2 KB each")
    plan = talk.last(events.PlanProposed)
    talk.approve()
    talk.last(events.Deployed)
    recorded = json.loads(talk.app.place.journal.approval_json(plan.digest))
    assert recorded["policy_digest"] == talk.app.place.policy().digest


def test_the_conversation_quotes_the_rule(talk, policy):
    policy.write_text(NO_REAL_TIME, encoding="utf-8")
    talk.say("deploy the sample model, p95 50 ms, 20 requests a second, 2 KB each")
    assert "Nothing may cost while it idles." in talk.text()
    assert not [e for e in talk.events if isinstance(e, events.PlanProposed)]


def test_a_chat_approval_by_the_author_is_refused_in_production(talk, policy):
    policy.write_text(TWO_PEOPLE, encoding="utf-8")
    talk.say("deploy the sample model in production, p95 50 ms, 20 requests a second, 2 KB each")
    talk.approve()
    failed = talk.last(events.Failed)
    assert failed.type == "PlanNotApprovedError"
    assert "Four eyes, always." in failed.message
    with pytest.raises(AssertionError):
        talk.last(events.Deployed)


def test_doctor_shows_the_policy_in_force(command, policy):
    policy.write_text(SMALL + TWO_PEOPLE, encoding="utf-8")
    found = {c["name"]: c for c in command()("doctor", "--json").json()["checks"]}
    assert found["policy"]["ok"] is True
    assert str(policy) in found["policy"]["detail"]
    assert "instance_types, approval" in found["policy"]["detail"]
    policy.write_text("[instance_types]\n", encoding="utf-8")
    found = {c["name"]: c for c in command()("doctor", "--json").json()["checks"]}
    assert found["policy"]["ok"] is False
    assert "instance_types.allowed" in found["policy"]["detail"]


def test_the_refusal_speaks_the_readers_language(talk, policy):
    policy.write_text(NO_REAL_TIME, encoding="utf-8")
    talk.say("triển khai mô hình mẫu, p95 50 ms, 20 yêu cầu mỗi giây, mỗi yêu cầu 2 KB")
    assert "chính sách của tổ chức" in talk.text()
    assert "Nothing may cost while it idles." in talk.text()


def test_tags_that_are_asked_for_satisfy_the_rule(command, policy):
    policy.write_text('[[tags]]\nkey = "team"\nmessage = "Whose is it?"\n', encoding="utf-8")
    told = refused(planned(command()), "PolicyRefusedError")
    assert "Whose is it?" in told["message"]
    assert planned(command(), tags={"team": "risk"}).status == 0


def test_what_is_asked_for_and_not_allowed_is_told_at_once(talk, policy):
    policy.write_text(
        '[regions]\nallowed = ["us-east-1"]\nmessage = "Data stay in Virginia."\n', encoding="utf-8"
    )
    talk.say("the sample model in eu-west-1, p95 50 ms, 20 requests a second, 2 KB each")
    assert "Data stay in Virginia." in talk.text()
    assert not [e for e in talk.events if isinstance(e, events.PlanProposed)]
    conflicts = talk.last(events.RequirementsUpdated).conflicts
    assert conflicts[0]["rule_id"] == "policy.regions"
