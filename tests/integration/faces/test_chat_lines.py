"""`chat --jsonl` as a program of its own: events out, approvals in, a thread that goes on."""

import json
from functools import partial

import pytest

from tests.integration.faces.command_line import CommandLine

WISH = "Deploy the sample model, p95 under 50 ms, 20 requests a second, 2 KB."
EVENTS = {"text_delta", "message", "tool_started", "tool_finished", "requirements",
          "recommendation", "plan", "approval_requested", "turn_finished"}  # fmt: skip
KEYS = {
    "text_delta": {"text"},
    "message": {"text", "citations"},
    "tool_started": {"call_id", "name", "arguments"},
    "tool_finished": {"call_id", "name", "ok", "result"},
    "requirements": {"values", "missing", "conflicts"},
    "recommendation": {"inference_option", "reasons", "flips", "cost_usd_per_month"},
    "plan": {"digest", "method", "target", "account", "region", "typed_name_required",
             "eula_required", "steps", "cost_usd_per_month", "undo"},
    "approval_requested": {"digest", "summary", "cost_usd_per_month",
                           "cost_if_forgotten_usd_per_month"},
    "progress": {"step", "of", "operation", "detail"},
    "deployed": {"deployment_id", "endpoint_name", "endpoint_arn", "verification"},
    "failed": {"type", "message", "remedy"},
}  # fmt: skip


def lines(*inputs: object) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in inputs)


def only(events, kind):
    return [event for event in events if event["event"] == kind]


@pytest.fixture(scope="module")
def asked(sagepilot: CommandLine):
    """The events of one wish, in a thread that later tests go on with."""
    return sagepilot.process("chat", "--jsonl", "--thread", "wish", stdin=lines({"say": WISH}))


def test_a_wish_is_answered_with_a_plan_that_asks_for_approval(asked):
    events = asked.lines()
    assert asked.status == 0
    assert {event["event"] for event in events} == EVENTS
    assert events[-1] == {"event": "turn_finished"}
    assert asked.err == ""
    [plan], [request] = only(events, "plan"), only(events, "approval_requested")
    assert plan["digest"] == request["digest"]


def test_every_event_has_its_keys(asked):
    for event in asked.lines():
        assert set(event) >= KEYS.get(event["event"], set()), event


def test_another_process_approves_and_deploys(sagepilot, asked):
    digest = only(asked.lines(), "plan")[0]["digest"]
    chat = partial(sagepilot.process, "chat", "--jsonl", "--thread", "wish")
    events = chat(stdin=lines({"approve": digest})).lines()
    assert all(set(event) >= KEYS.get(event["event"], set()) for event in events)
    [made] = only(events, "deployed")
    assert made["verification"]["ok"] is True
    assert [p["step"] for p in only(events, "progress")][-1] == only(events, "progress")[0]["of"]
    again = only(chat(stdin=lines({"approve": digest})).lines(), "deployed")
    assert again == [made]


def test_lines_that_are_no_input_fail_and_the_conversation_goes_on(sagepilot):
    odd = ['{"say": 5}', "nonsense", "[]", '{"approve": "short"}', "{", '"text"', '{"reject": "x"}',
           "9" * 5000, '{"say": "a"' + "[" * 3000, "", "\ud7ff"]  # fmt: skip
    ran = sagepilot(
        "chat", "--jsonl", "--thread", "odd", stdin="\n".join([*odd, lines({"say": "hello"})])
    )
    events = ran.lines()
    assert ran.status == 0
    failed = only(events, "failed")
    assert len(failed) == len(odd) - 1
    assert all(event["remedy"] for event in failed)
    assert len(only(events, "turn_finished")) == len(odd)
    assert only(events, "message")[-1]["text"]


def test_bytes_that_are_no_utf8_fail_and_the_conversation_goes_on(sagepilot):
    ran = sagepilot.process(
        "chat", "--jsonl", "--thread", "bytes", stdin=b'\xff\xfe\x00\n{"say": "hello"}\n'
    )
    assert ran.status == 0
    assert len(only(ran.lines(), "failed")) == 1
    assert only(ran.lines(), "message")


def test_a_plan_is_turned_down(sagepilot):
    chat = partial(sagepilot, "chat", "--jsonl", "--thread", "no")
    digest = only(chat(stdin=lines({"say": WISH})).lines(), "plan")[0]["digest"]
    events = chat(stdin=lines({"reject": digest, "reason": "too dear"})).lines()
    assert only(events, "message")
    assert not only(events, "progress")
    assert not only(events, "failed")


def test_vietnamese_comes_back_as_it_was_written(sagepilot):
    ran = sagepilot("chat", "--jsonl", "--thread", "vi", stdin=lines({"say": "xin chào"}))
    text = only(ran.lines(), "message")[0]["text"]
    assert json.dumps(text, ensure_ascii=False) in ran.out
    assert any(ord(letter) > 0x1EA0 for letter in text)


def test_a_conversation_cannot_be_named_into_another_folder(sagepilot):
    ran = sagepilot("chat", "--jsonl", "--thread", "../out", stdin=lines({"say": "hello"}))
    assert ran.status == 1
    assert ran.lines()[-1]["error"]["type"] == "InvalidInputError"


def test_the_terminal_talks_and_approves_in_words(sagepilot):
    ran = sagepilot(
        "chat", "--thread", "talk", stdin=f"{WISH}\n/approve nonsense\n/reject\n/reject\n"
    )
    assert ran.status == 0
    assert "real-time" in ran.out
    assert "To approve: /approve" in ran.out
    assert "There is no plan nonsense" in ran.out
    assert "No plan waits" in ran.out
