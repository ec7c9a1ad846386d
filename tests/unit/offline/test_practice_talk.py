"""Exam practice in the conversation: what is a wish to practise, and what is none."""

import json

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from assistant.exam.replying import letters_meant
from assistant.offline.history import State, Turn
from assistant.offline.policy import decide
from assistant.offline.practice_wishes import wish
from assistant.offline.understanding import understand
from assistant.toolset import TOOLS

OPTIONS = {
    "A": "A serverless endpoint",
    "B": "An asynchronous endpoint",
    "C": "A batch transform job",
    "D": "Approve the model package in the registry",
}
WAITS = {"session_id": "s", "question_id": "q", "kind": "single", "options": OPTIONS}
PLAN = {"digest": "a" * 64, "endpoint_name": "e", "summary": "x", "kind": "deploy"}


def wanted(text, practice=None, *, practising=True, plan=None):
    state = State(practice=practice, pending_plan=plan)
    turn = Turn(text=text, state=state, practising=practising and practice is not None)
    return wish(turn, understand(text).intents)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("quiz me", {}),
        ("Quiz me on serverless", {"topic": "serverless"}),
        ("practise for the exam", {}),
        ("I want to practice for the AWS exam", {}),
        ("give me a question about auto scaling", {"topic": "auto scaling"}),
        ("ask me 5 questions about cost please", {"topic": "cost", "count": 5}),
        ("give me a serverless question", {"topic": "serverless"}),
        ("quiz me on task 4.3", {"task": "4.3"}),
        ("start a mock exam", {"mode": "mock"}),
        ("mock exam with 20 questions", {"mode": "mock", "count": 20}),
        ("luyện thi", {}),
        ("đố tôi về serverless", {"topic": "serverless"}),
        ("cho tôi một câu hỏi về auto scaling", {"topic": "auto scaling"}),
        ("thi thử 10 câu", {"mode": "mock", "count": 10}),
    ],
)
def test_a_wish_to_be_asked_is_understood(text, arguments):
    assert wanted(text) == ("practice_question", arguments)


@pytest.mark.parametrize(
    "text",
    [
        "What are the best practices for auto scaling?",
        "What does the exam cover?",
        "I have a scikit-learn model, 5 requests a second",
        "deploy the sample model",
        "test my endpoint",
        "B",
        "next",
        "stop",
        "why not serverless?",
        "show me the plan",
        "how many questions does the exam have?",
        "in practice we see 20 requests a second",
        "",
    ],
)
def test_what_is_no_wish_to_practise_is_left_alone(text):
    assert wanted(text) is None


SAID = ["B", "b)", "(b)", "The answer is B.", "I think it's b", "I'd say 'b'", "chọn B",
        "đáp án là B", "option b", "asynchronous"]  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_a_letter_or_words_answer_the_question_that_waits(text):
    assert wanted(text, WAITS) == ("practice_answer", {"letters": ["B"]})


def test_a_letter_answers_though_something_else_was_talked_of_meanwhile():
    assert wanted("B", WAITS, practising=False) == ("practice_answer", {"letters": ["B"]})
    assert wanted("asynchronous", WAITS, practising=False) is None
    assert wanted("B", {**WAITS, "answered": True}) is None


@pytest.mark.parametrize("text", ["approve", "yes", "deploy it", "go ahead", "ok", "reject it"])
def test_what_answers_a_plan_never_answers_a_question(text):
    found = wanted(text, WAITS, plan=PLAN)
    assert found is None


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("why not A?", "practice_explain", {"letter": "A"}),
        ("why is c wrong", "practice_explain", {"letter": "C"}),
        ("tại sao không phải A?", "practice_explain", {"letter": "A"}),
        ("why?", "practice_explain", {}),
        ("show me in the sandbox", "practice_explain", {"show": True}),
        ("prove it", "practice_explain", {"show": True}),
        ("next", "practice_question", {}),
        ("another one", "practice_question", {}),
        ("tiếp theo", "practice_question", {}),
        ("stop", "practice_progress", {"end_session": True}),
        ("that's enough", "practice_progress", {"end_session": True}),
        ("dừng lại", "practice_progress", {"end_session": True}),
        ("my progress", "practice_progress", {}),
        ("what are my weak topics?", "practice_progress", {}),
        ("how am I doing?", "practice_progress", {}),
        ("tiến độ của tôi", "practice_progress", {}),
    ],
)
def test_practice_goes_on(text, tool, arguments):
    assert wanted(text, {**WAITS, "answered": True}) == (tool, arguments)


@pytest.mark.parametrize(
    ("text", "kind", "letters"),
    [
        ("A and C", "multiple", "AC"),
        ("ac", "multiple", "AC"),
        ("a, c", "multiple", "AC"),
        ("serverless and batch transform", "multiple", "AC"),
        ("bad", "multiple", None),
        ("A and C", "single", None),
        ("c > a > b > d", "ordering", "CABD"),
        ("CABD", "ordering", "CABD"),
        ("1B 2A 3A", "matching", "BAA"),
        ("3-A, 1-B, 2-C", "matching", "BCA"),
        ("B, A, A", "matching", "BAA"),
        ("endpoint", "single", None),
        ("a serverless endpoint?", "single", None),
        ("X", "single", None),
        ("I", "single", None),
        ("cái gì", "single", None),
    ],
)
def test_letters_are_read_as_people_write_them(text, kind, letters):
    found = letters_meant(text, OPTIONS, kind)
    assert found == (None if letters is None else tuple(letters))


def history(*more, practice=None, plan=None):
    state = json.dumps({"requirements": {}, "practice": practice, "pending_plan": plan})
    return [SystemMessage(f"STATE: {state}"), *more]


def practised(text, language="en"):
    noted = {"asked": [], "language": language, "practice": True}
    return AIMessage(text, additional_kwargs={"sagepilot": noted})


def test_the_policy_marks_a_letter_before_anything_else():
    messages = history(HumanMessage("quiz me"), practised("Question"), HumanMessage("B"),
                       practice=WAITS, plan=PLAN)  # fmt: skip
    decision = decide(messages, TOOLS, understand)
    assert (decision.tool, decision.arguments) == ("practice_answer", {"letters": ["B"]})


def test_approving_while_a_question_waits_points_to_the_control():
    messages = history(HumanMessage("quiz me"), practised("Question"), HumanMessage("approve"),
                       practice=WAITS, plan=PLAN)  # fmt: skip
    decision = decide(messages, TOOLS, understand)
    assert decision.tool is None
    assert "I cannot approve it for you" in decision.text


def test_without_the_tools_nothing_is_practised():
    messages = history(HumanMessage("quiz me"))
    assert decide(messages, (), understand).tool is None


def test_a_letter_keeps_the_language_of_the_conversation():
    told = {"correct": True, "given": ["A"], "right": ["A"], "options": [], "left": 3}
    call = {"name": "practice_answer", "args": {"letters": ["A"]}, "id": "c", "type": "tool_call"}
    messages = history(HumanMessage("luyện thi"), practised("Câu 1", "vi"), HumanMessage("a"),
                       AIMessage("", tool_calls=[call]),
                       ToolMessage(json.dumps(told), tool_call_id="c"),
                       practice=WAITS)  # fmt: skip
    assert "Đúng: A" in decide(messages, TOOLS, understand).text
