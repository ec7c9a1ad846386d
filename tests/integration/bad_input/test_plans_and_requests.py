"""Plans that were tampered with, requests that no endpoint takes, state that cannot be kept."""

import json

import pytest

from tests.integration.faces.command_line import CommandLine, refused


def edited(plan, **changes):
    return json.dumps({**plan, **changes})


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda p: edited(p, region="us-west-2"), "InvalidInputError"),
        (lambda p: edited(p, steps=p["steps"][:-1]), "InvalidInputError"),
        (lambda p: edited(p, account="999999999999"), "InvalidInputError"),
        (lambda p: edited(p, digest=None, region="us-west-2"), "PlanNotApprovedError"),
        (lambda p: json.dumps(p)[:500], "InvalidInputError"),
        (lambda _: "{}", "InvalidInputError"),
        (lambda _: "[]", "InvalidInputError"),
        (lambda _: "[" * 5000, "InvalidInputError"),
        (lambda _: "\udcff\udcfe", "InvalidInputError"),
    ],
)
def test_a_plans_file_that_was_changed(sagepilot, planned, tmp_path, spoil, kind):
    _, plan = planned
    file = tmp_path / "plan.json"
    file.write_bytes(spoil(plan).encode(errors="surrogateescape"))
    refused(sagepilot("deploy", str(file), "--approve", plan["digest"], "--json"), kind)


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("name", ["nothing.json", "f" * 64, "a\0b", "x" * 5000, "/tmp"])
def test_a_plan_that_is_not_there(sagepilot, planned, name):
    ran = sagepilot("deploy", name, "--approve", planned[1]["digest"], "--json")
    refused(ran, "InvalidInputError")


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("digest", ["", "f" * 64, "zz", "\0"])
def test_a_digest_of_no_plan(sagepilot, planned, deployed, digest):
    path, _ = planned
    refused(sagepilot("deploy", str(path), "--approve", digest, "--json"), "PlanNotApprovedError")
    undo = ["undo", deployed["deployment_id"], "--json"]
    refused(sagepilot(*undo, "--approve", digest), "InvalidInputError")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("nobody-made-this", "NotFoundError"), ("no_such name!", "InvalidInputError"),
     ("", "InvalidInputError"), ("x" * 64, "InvalidInputError")],
)  # fmt: skip
def test_an_endpoint_that_cannot_be_invoked(sagepilot, name, kind):
    refused(sagepilot("invoke", name, "-", "--json", stdin="[[1]]"), kind)


def test_an_endpoint_that_cannot_be_deleted(sagepilot):
    refused(sagepilot("delete", "nobody-made-this", "--json"), "NotFoundError")
    refused(sagepilot("delete", "no_such name!", "--json"), "RequestRefusedError")
    refused(sagepilot("undo", "dep-nowhere", "--json"), "NotFoundError")


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("content_type", ["a\nb", "ünï", "x" * 2000])
def test_a_content_type_that_is_none(sagepilot, deployed, content_type):
    ran = sagepilot("invoke", deployed["endpoint_name"], "-", "--content-type", content_type,
                    "--json", stdin="[[1]]")  # fmt: skip
    refused(ran, "InvalidInputError")


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize(
    ("body", "options"),
    [(b"\xff\x00\xfe", []), (b"[[1]]", ["--content-type", "image/png"]), (b"", []),
     (b"[" * 3000, []), (b'{"rows": "none"}', [])],
)  # fmt: skip
def test_a_body_that_the_model_refuses(sagepilot, deployed, home, body, options):
    name = deployed["endpoint_name"]
    ran = sagepilot("invoke", name, "-", "--json", *options, stdin=body)
    told = ran.json()
    assert ran.status == 1
    assert told["status_code"] >= 400
    assert told["error"]["type"] == "RequestRefusedError"
    assert told["error"]["remedy"] in ran.err
    people = sagepilot("invoke", name, "-", *options, stdin=body)
    assert people.status == 1
    assert people.out == ""
    assert str(told["status_code"]) in people.err
    sample = str(home / "sample" / "sample.json")
    assert sagepilot("invoke", name, sample).status == 0  # the endpoint still answers


def test_a_body_that_is_too_large(sagepilot, deployed):
    body = b"[" + b"1," * (14 * 2**20) + b"1]"
    told = refused(
        sagepilot("invoke", deployed["endpoint_name"], "-", "--json", stdin=body),
        "RequestRefusedError",
    )
    assert "length" in told["message"]


@pytest.mark.parametrize("source", ["/nowhere.json", "/tmp", "a\0b"])
def test_a_body_that_is_no_file(sagepilot, deployed, source):
    ran = sagepilot("invoke", deployed["endpoint_name"], source, "--json")
    refused(ran, "InvalidInputError")


def test_a_question_that_is_no_text(sagepilot):
    refused(sagepilot("ask", "\udcff", "--json"), "InvalidInputError")
    refused(sagepilot("search", "\udcff", "--json"), "InvalidInputError")
    first, second = sagepilot("ask", "-", "--jsonl", stdin=b"\xff\nWhat is Neo?\n").lines()
    assert first["error"]["type"] == "InvalidInputError"
    assert second["grounded"]


@pytest.mark.parametrize(
    "arguments",
    [["endpoints"], ["plan"], ["sandbox", "up"], ["undo", "dep-1"],
     ["deploy", "f" * 64, "--approve", "x"]],
)  # fmt: skip
def test_a_state_folder_that_cannot_be_made(tmp_path, wish, arguments):
    (tmp_path / "file").write_text("in the way")
    nowhere = CommandLine(tmp_path / "file" / "home")
    told = refused(nowhere(*arguments, "--json", stdin=json.dumps(wish())), "StateFolderError")
    assert "SAGEPILOT_HOME" in told["remedy"]


def test_the_doctor_still_looks_at_the_rest(tmp_path):
    (tmp_path / "file").write_text("in the way")
    ran = CommandLine(tmp_path / "file" / "home")("doctor", "--json")
    assert ran.status == 1
    checks = {check["name"]: check for check in ran.json()["checks"]}
    assert checks["python"]["ok"]
    assert checks["state folder"]["ok"] is False
    assert "SAGEPILOT_HOME" in checks["state folder"]["remedy"]


def test_a_journal_that_is_damaged(tmp_path):
    (tmp_path / "journal.sqlite").write_bytes(b"not a database" * 100)
    refused(CommandLine(tmp_path)("undo", "dep-1", "--json"), "StateFolderError")
    assert (tmp_path / "journal.sqlite").read_bytes() == b"not a database" * 100


def test_recommending_needs_no_state_folder(tmp_path):
    (tmp_path / "file").write_text("in the way")
    ran = CommandLine(tmp_path / "file" / "home")("recommend", "--json", stdin="p95 of 50 ms")
    assert ran.json()["inference_option"] == "real-time"
