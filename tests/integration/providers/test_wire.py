"""The same conversation to `deployed` with three providers, over their own protocols."""

import sqlite3
from contextlib import closing

import pytest

from tests.integration.providers.conftest import facts_of, kinds, one, state_line
from tests.integration.providers.wires import (
    Answer,
    AnthropicServer,
    BedrockServer,
    OpenAIServer,
    call,
    say,
)

SERVERS = {
    "openai": (OpenAIServer, "openai:gpt-test", "/v1"),
    "bedrock": (BedrockServer, "bedrock:anthropic.claude-sonnet-4-20250514-v1:0", ""),
    "bedrock-whole": (BedrockServer, "bedrock:anthropic.claude-test", ""),
    "anthropic": (AnthropicServer, "anthropic:claude-test", ""),
}


@pytest.fixture(params=SERVERS)
def provider(request, monkeypatch):
    """Start `begin(*script)`; returns the server and the settings that name it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "testing")
    monkeypatch.setenv("NO_PROXY", "*")
    kind, name, path = SERVERS[request.param]
    servers = []

    def begin(*script):
        servers.append(kind(*script))
        url = servers[-1].url + path
        return servers[-1], {"chat_model": name, "chat_model_base_url": url}

    yield begin
    for server in servers:
        server.close()


def conversation_to_a_plan(onnx_model):
    return (
        call("record_requirements", facts=facts_of(onnx_model)),
        call("recommend"),
        call("make_plan"),
        say("Here is the plan. The Approve control beside it starts it."),
    )


def test_a_sentence_becomes_an_endpoint(provider, talk, onnx_model, first_words):
    server, chosen = provider(*conversation_to_a_plan(onnx_model), say("It answers: 3 of 3."))
    app, conversation = talk(**chosen)
    events = list(conversation.say(first_words))
    assert kinds(events) == [
        "tool_started", "tool_finished", "requirements",
        "tool_started", "tool_finished", "recommendation",
        "tool_started", "tool_finished", "plan", "approval_requested",
        "message", "turn_finished",
    ]  # fmt: skip
    assert [e.ok for e in events if e.event == "tool_finished"] == [True, True, True]
    assert one(events, "requirements").values["peak_requests_per_second"] == 60
    spoken = one(events, "message").text
    assert spoken == "Here is the plan. The Approve control beside it starts it."
    assert "".join(e.text for e in events if e.event == "text_delta") == spoken
    plan = one(events, "plan")

    # Each tool's answer reached the provider under the id that the provider gave the call.
    answers = server.tool_answers()
    assert list(answers) == ["call_1_0", "call_2_0", "call_3_0"]
    assert answers["call_1_0"]["refused"] == []
    assert answers["call_2_0"]["recommendation"]["inference_option"] == "real-time"
    assert answers["call_3_0"]["plan"]["digest"] == plan.digest
    assert state_line(server.system())["pending_plan"]["digest"] == plan.digest

    events = list(conversation.approve(plan.digest))
    assert one(events, "deployed").verification["ok"]
    assert kinds(events)[-3:] == ["deployed", "message", "turn_finished"]
    assert one(events, "message").text == "It answers: 3 of 3."
    note = server.last_user_text()
    assert note.startswith("[A note from the application, not from the user]\nOUTCOME: {")
    assert '"status": "deployed"' in note
    assert state_line(server.system())["pending_plan"] is None
    row = next(r for r in app.endpoints() if r["endpoint_name"] == plan.endpoint_name)
    assert row["status"] == "InService"

    list(conversation.say("thanks"))
    assert server.faults == []
    assert len(server.requests) == 6


def test_all_tools_and_no_other_are_offered(provider, talk):
    from assistant.toolset import TOOLS

    server, chosen = provider(say("Hello."))
    _, conversation = talk(**chosen)
    list(conversation.say("hello"))
    body = server.requests[0]
    tools = body.get("tools") or body["toolConfig"]["tools"]
    named = [(t.get("function") or t.get("toolSpec") or t)["name"] for t in tools]
    assert named == list(TOOLS)


def test_a_refused_value_is_told_to_the_provider(provider, talk):
    fact = {"field": "latency_p95_ms", "value": "10 ms", "quote": "quick"}
    server, chosen = provider(call("record_requirements", facts=[fact]), say("How quick?"))
    _, conversation = talk(**chosen)
    list(conversation.say("it must be quick"))
    (answer,) = server.tool_answers().values()
    assert answer["refused"][0]["field"] == "latency_p95_ms"
    assert answer["values"] == {}


def test_reasoning_and_text_beside_a_call_stay_in_the_history(provider, talk):
    first = Answer(text="Let me look. ", reasoning="Which?", calls=call("describe_endpoints").calls)
    server, chosen = provider(first, say("That is all."))
    _, conversation = talk(**chosen)
    events = list(conversation.say("what runs?"))
    assert one(events, "message").text == "That is all."
    assert "Let me look. " in server.sent_text
    assert server.faults == []
    assert len(server.tool_answers()) == 1


SECRETS = {
    "access key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "secret key": "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    "session token": "aws_session_token=" + "FwoGZXIvYXdzEBYaD" + "x" * 60,
    "openai": "sk-" + "proj-abcdefghijklmnop1234",
    "github": "ghp_" + "abcdefghijklmnopqrstuv1234567890",
    "hugging face": "hf_" + "abcdefghijklmnopqrstuvwxyz",
    "jwt": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlMTIz",
    "password": "password: " + "hunter2hunter2",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEow"
    + "IBAAK\n-----END RSA PRIVATE KEY-----",
}


def test_secrets_reach_neither_provider_nor_database(provider, talk):
    server, chosen = provider(say("Better keep that to yourself."))
    app, conversation = talk(**chosen)
    for name, secret in SECRETS.items():
        list(conversation.say(f"here is my {name} {secret} and go on"))
    assert server.faults == []
    assert len(server.requests) == len(SECRETS)
    stored = everything_stored(app.settings.home)
    for secret in SECRETS.values():
        core = secret.split()[-1] if "PRIVATE" not in secret else "MIIEow" + "IBAAK"
        assert core not in server.sent_text
        assert core.encode() not in stored


def test_a_secret_at_the_end_of_the_longest_message_is_not_cut_in_half(provider, talk):
    from assistant.conversation import LONGEST_INPUT

    server, chosen = provider(say("Long."))
    _, conversation = talk(**chosen)
    secret = SECRETS["access key"]
    list(conversation.say("x " * ((LONGEST_INPUT - 10) // 2) + secret + " and more"))
    assert secret[:10] not in server.sent_text


def everything_stored(home) -> bytes:
    """Every file of the home folder, and every row as SQLite gives it."""
    parts = [p.read_bytes() for p in home.rglob("*.sqlite*") if p.is_file()]
    for name in ("threads.sqlite", "transcript.sqlite", "journal.sqlite"):
        with closing(sqlite3.connect(home / name)) as db:
            tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            parts += [str(row).encode() for t in tables for row in db.execute(f"SELECT * FROM {t}")]
    return b"".join(parts)
