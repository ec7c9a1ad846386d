"""Open questions with required and forbidden facts; the answers were tuned on one half only."""

import subprocess
import sys
from pathlib import Path

import pytest

from assistant.ruled_answers import answered
from knowledge.answering import Answer
from tests.integration.knowledge.open_scoring import Ask, asked, marks, wrongly_answered
from tools.catalog import load_catalog

HALVES = ("tuning", "held", "fresh")


@pytest.fixture(scope="module")
def ask(home: Path) -> Ask:
    def answer(question: dict) -> Answer:
        history = tuple(question.get("history", ()))
        return answered(question["text"], home=home, language=question["language"], history=history)

    return answer


@pytest.mark.parametrize("half", HALVES)
def test_at_least_95_in_100_open_questions_are_answered_right(
    half: str, ask: Ask, record_property
) -> None:
    marked = marks(half, ask)
    right = sum(m.right for m in marked) / len(marked)
    record_property("right", right)
    assert right >= 0.95, [m for m in marked if not m.right]


@pytest.mark.parametrize("half", HALVES)
def test_no_number_lacks_its_source_and_no_answer_its_citation(half: str, ask: Ask) -> None:
    marked = marks(half, ask)
    assert [m for m in marked if m.unsourced] == []
    assert [m.id for m in marked if not m.cited] == []


@pytest.mark.parametrize("half", HALVES)
def test_every_unanswerable_question_is_declined(half: str, ask: Ask) -> None:
    assert asked("none", half)
    assert wrongly_answered(half, ask) == []


def test_the_set_that_was_asked_once_is_answered_nearly_as_well(ask: Ask) -> None:
    """33 of 36 at first: the lower bound leaves room for one more, for no wrong number."""
    marked = marks("blind", ask)
    assert sum(m.right for m in marked) >= 32
    assert all(m.cited and not m.unsourced for m in marked)
    assert len(wrongly_answered("blind", ask)) <= 1


def test_a_rule_that_decided_is_named_with_its_source(ask: Ask) -> None:
    found = ask({"text": "Is real-time OK for 90 seconds?", "language": "en"})
    assert found.answer.startswith("No")
    assert "REC-202" in found.answer
    assert found.rules[0] == "REC-202"
    assert found.citations[0].source_url.startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize(("megabytes", "opening"), [(3, "Yes"), (4, "Yes"), (5, "No"), (40, "No")])
def test_the_verdict_turns_at_the_limit(megabytes: int, opening: str, ask: Ask) -> None:
    assert load_catalog().limit_bytes("serverless_payload_max") == 4_000_000
    text = f"Can serverless take requests of {megabytes} MB?"
    assert ask({"text": text, "language": "en"}).answer.startswith(opening)


def test_the_size_of_a_setting_is_no_requirement(ask: Ask) -> None:
    found = ask({"text": "Is 3072 MB of memory enough for serverless?", "language": "en"})
    assert found.rules == ()
    assert found.grounded


def test_an_answer_by_rules_loads_no_chat_framework(home: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from assistant.ruled_answers import answered;"
        "answered('can serverless take 6 MB?', home=Path(sys.argv[1]));"
        "sys.exit(any(m.startswith('lang') and m != 'langdetect' for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program, str(home)], check=False).returncode == 0
