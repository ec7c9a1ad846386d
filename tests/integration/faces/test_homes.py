"""The sandbox's commands, two homes, the doctor, and AWS without credentials."""

import json

import pytest

from tests.integration.faces.command_line import CommandLine, refused
from tests.integration.faces.conftest import NEEDS
from tools.sandbox import control

STATUS = {"running", "endpoint_url", "region", "account"}


@pytest.fixture
def elsewhere(tmp_path):
    home = tmp_path / "home with blank"
    yield CommandLine(home)
    control.down(home)


def test_the_sandbox_goes_up_and_down(elsewhere):
    before = elsewhere("sandbox", "status", "--json").json()
    assert set(before) >= STATUS
    assert before["running"] is False
    up = elsewhere("sandbox", "up", "--json").json()
    assert up["running"] is True
    assert up["endpoint_url"].startswith("http://127.0.0.1:")
    assert up["account"] == "123456789012"
    assert elsewhere("sandbox", "up", "--json").json()["pid"] == up["pid"]
    assert elsewhere("sandbox", "status").out.startswith("up at http://127.0.0.1:")
    assert elsewhere("sandbox", "down", "--json").json()["running"] is False
    assert elsewhere("sandbox", "status").out == "down\n"


def test_commands_start_the_sandbox_when_they_need_it(elsewhere):
    assert elsewhere("endpoints", "--json").json()["endpoints"] == []
    assert elsewhere("sandbox", "status", "--json").json()["running"] is True


def test_two_homes_share_nothing(sagepilot, deployed, planned, elsewhere):
    assert elsewhere("endpoints", "--json").json()["endpoints"] == []
    digest = planned[1]["digest"]
    refused(elsewhere("deploy", digest, "--approve", digest, "--json"), "InvalidInputError")
    refused(elsewhere("undo", deployed["deployment_id"], "--json"), "NotFoundError")
    body = str(sagepilot.home / "sample" / "sample.json")
    refused(elsewhere("invoke", deployed["endpoint_name"], body, "--json"), "NotFoundError")
    here = sagepilot("endpoints", "--json").json()["endpoints"]
    assert deployed["endpoint_name"] in [row["endpoint_name"] for row in here]


def test_the_doctor_looks_at_everything_and_prints_a_policy(sagepilot):
    ran = sagepilot("doctor", "--json")
    told = ran.json()
    assert ran.status == (0 if told["ok"] else 1)
    names = {check["name"] for check in told["checks"]}
    assert names >= {"python", "state folder", "notes", "chat model", "sandbox"}
    assert all(check["remedy"] for check in told["checks"] if check["ok"] is False)
    assert told["policy"]["Version"] == "2012-10-17"
    assert "sagemaker:CreateEndpoint" in json.dumps(told["policy"])
    assert "python" in sagepilot("doctor").out


@pytest.fixture
def cloud(tmp_path) -> CommandLine:
    """AWS as the target, without credentials and without the network."""
    nothing = str(tmp_path / "none")
    return CommandLine(
        tmp_path / "cloud", AWS_CONFIG_FILE=nothing, AWS_SHARED_CREDENTIALS_FILE=nothing,
        SAGEPILOT_TARGET="aws",
    )  # fmt: skip


@pytest.mark.parametrize("arguments", [["plan"], ["endpoints"], ["delete", "some-endpoint"]])
def test_aws_without_credentials_is_said_at_once(cloud, arguments):
    ran = cloud.process(*arguments, "--json", stdin=json.dumps(NEEDS))
    told = refused(ran, "AccessDeniedError")
    assert "credentials" in told["message"]


def test_the_option_means_what_the_variable_means(cloud):
    wants = CommandLine(cloud.home, **{**cloud.variables, "SAGEPILOT_TARGET": "sandbox"})
    refused(wants("endpoints", "--target", "aws", "--json"), "AccessDeniedError")


def test_the_doctor_says_what_aws_lacks(cloud):
    ran = cloud("doctor", "--json")
    assert ran.status == 1
    bad = [check for check in ran.json()["checks"] if check["ok"] is False]
    assert any("credentials" in check["detail"] for check in bad)
    assert "sagemaker:CreateEndpoint" in json.dumps(ran.json()["policy"])


def test_a_sandbox_plan_is_not_carried_out_on_aws(cloud, planned):
    path, plan = planned
    ran = cloud("deploy", str(path), "--approve", plan["digest"], "--json")
    assert "sandbox" in refused(ran, "InvalidInputError")["message"]


def test_chat_on_aws_without_credentials_fails_in_an_event(cloud):
    said = json.dumps({"say": "Deploy the sample model, p95 50 ms, 20 requests a second, 2 KB."})
    ran = cloud("chat", "--jsonl", stdin=said)
    assert ran.status == 0
    assert "credentials" in ran.out
    assert ran.lines()[-1] == {"event": "turn_finished"}


def test_a_setting_that_cannot_be_used_is_named(elsewhere):
    wrong = CommandLine(elsewhere.home, SAGEPILOT_POLL_S="-1", SAGEPILOT_TARGET="moon")
    for arguments in (["endpoints"], ["plan"], ["doctor"]):
        told = refused(wrong(*arguments, "--json", stdin=json.dumps(NEEDS)), "InvalidInputError")
        assert "SAGEPILOT_" in told["message"]
