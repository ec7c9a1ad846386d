"""Retrieval and declining, measured on questions written before the notes; half was tuned on."""

import tomllib
from pathlib import Path

import pytest

from knowledge.answering import answer
from knowledge.retrieval import search
from knowledge.vietnamese import is_vietnamese

QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))
HALVES = {"tuning": slice(0, None, 2), "held out": slice(1, None, 2)}
ALL_NOTES = 1000  # more than there are: the rank of the right note is found, however low


def ranks(group: str, half: str, home: Path) -> list[int]:
    """The rank of the best right note of each question, from 1."""
    found = []
    for question in QUESTIONS[group][HALVES[half]]:
        ids = [hit.note_id for hit in search(question["text"], ALL_NOTES, home=home)]
        found.append(min(ids.index(note) + 1 for note in question["notes"]))
    return found


def share_grounded(group: str, half: str, home: Path) -> float:
    asked = [q["text"] for q in QUESTIONS[group][HALVES[half]]]
    answers = [answer(q, home=home, language="vi" if is_vietnamese(q) else "en") for q in asked]
    return sum(a.grounded for a in answers) / len(answers)


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize(("group", "recall", "mrr"), [("en", 0.95, 0.9), ("vi", 0.9, 0.85)])
def test_the_right_note_is_found(
    group: str, recall: float, mrr: float, half: str, home: Path, record_property
) -> None:
    found = ranks(group, half, home)
    measured_recall = sum(r <= 5 for r in found) / len(found)
    measured_mrr = sum(1 / r for r in found) / len(found)
    record_property("recall_at_5", measured_recall)
    record_property("mrr", measured_mrr)
    assert measured_recall >= recall
    assert measured_mrr >= mrr


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("group", ["en", "vi"])
def test_answerable_questions_are_answered(group: str, half: str, home: Path) -> None:
    assert share_grounded(group, half, home) >= 0.95


@pytest.mark.parametrize("half", HALVES)
def test_questions_about_something_else_are_declined(half: str, home: Path) -> None:
    assert share_grounded("none", half, home) == 0


@pytest.mark.parametrize("half", HALVES)
def test_most_questions_close_to_the_subject_are_declined(half: str, home: Path) -> None:
    assert share_grounded("near", half, home) <= 0.4
    assert share_grounded("far", half, home) <= 0.4
