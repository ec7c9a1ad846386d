"""Exam practice in a conversation over JSON lines."""

import json

from tests.integration.faces.command_line import CommandLine


def talked(home, *words, thread="practice"):
    said = "\n".join(json.dumps({"say": text}) for text in words)
    return CommandLine(home)("chat", "--thread", thread, "--jsonl", stdin=said).lines()


def messages(events):
    return [event for event in events if event["event"] == "message"]


def test_a_quiz_from_the_first_question_to_progress(home):
    events = talked(
        home, "quiz me on serverless", "b", "why not A?", "next", "skip", "my progress", "stop", "b"
    )
    asked, marked, why, following, skipped, progress, stopped, after = messages(events)
    assert "Question 1 of 10" in asked["text"]
    assert "Answer with" in asked["text"]
    assert "**A**" in marked["text"]
    assert marked["citations"]
    assert why["text"].startswith("- **A**")
    assert "Question 2 of 10" in following["text"]
    assert "Skipped" in skipped["text"]
    assert "You have seen 2 of" in progress["text"]
    assert "We stop here" in stopped["text"]
    assert "answer is" not in after["text"]  # nothing waits any more
    kinds = {event["event"] for event in events}
    assert not {"plan", "approval_requested", "deployed"} & kinds


def test_a_quiz_in_vietnamese_stays_in_vietnamese(home):
    asked, marked = messages(talked(home, "đố tôi về serverless", "a", thread="luyen"))
    assert "Câu 1 trên 10" in asked["text"]
    assert "đáp án là" in marked["text"] or "Đúng:" in marked["text"]


def test_practice_does_not_touch_a_plan_that_waits(home):
    events = talked(
        home,
        "Deploy the sample model, 100 ms, 5 requests per second, 2 KB each. Go ahead.",
        "quiz me",
        "approve",
        "b",
        thread="both",
    )
    kinds = [event["event"] for event in events]
    assert kinds.count("approval_requested") == 1
    assert not {"deployed", "progress"} & set(kinds)
    answered = [e["name"] for e in events if e["event"] == "tool_started"][-1]
    assert answered == "practice_answer"
    assert "cannot approve it for you" in messages(events)[-2]["text"]
