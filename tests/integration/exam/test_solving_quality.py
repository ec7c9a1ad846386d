"""Pasted questions are answered from their stems, far better than by guessing."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from assistant.exam.parsing import stated
from assistant.exam.solving import solve
from knowledge.question import load_questions
from tests.integration.exam.scoring import (
    NO_STEM,
    Scored,
    is_tuning,
    lettered,
    score,
    share,
    wilson,
)

MOST = 100  # questions that are answered here; `scoring` answers all


@cache
def _held_out() -> tuple[list[Scored], list[Scored]]:
    half = [asked for asked in lettered(load_questions()) if not is_tuning(asked[0])][:MOST]
    return score(half), score([(question, NO_STEM) for question, _ in half])


def test_held_out_questions_are_answered_twice_as_well_as_by_guessing():
    with_stems, _ = _held_out()
    right = sum(one.right for one in with_stems)
    chance = sum(one.chance for one in with_stems) / len(with_stems)
    assert wilson(right, len(with_stems))[0] > 1.5 * chance
    assert share(with_stems) > 2 * sum(one.longest for one in with_stems) / len(with_stems)


def test_options_without_their_stems_give_nothing_away():
    with_stems, without = _held_out()
    chance = sum(one.chance for one in with_stems) / len(with_stems)
    assert abs(share(without) - chance) <= 0.10


def test_what_is_said_to_be_sure_is_right_more_often():
    with_stems, _ = _held_out()
    ordered = sorted(with_stems, key=lambda one: one.confidence)
    middle = len(ordered) // 2
    assert share(ordered[middle:]) > share(ordered[:middle])


def test_a_parameter_beyond_its_limit_is_no_answer():
    for wrong, right in (("400", "150"), ("900", "200")):
        options = {"A": f"Set MaxConcurrency to {wrong}", "B": f"Set MaxConcurrency to {right}"}
        asked = {"question": "A serverless endpoint throttles. What helps?", "options": options}
        solved = solve(stated(asked))
        assert solved.answer == ("B",)
        assert "MaxConcurrency may be 1 to 200" in solved.per_option["A"]


def test_numbers_are_worked_out():
    stem = "One instance sustains 25 requests per second in a load test. Which target value fits?"
    options = {"A": "1500", "B": "750", "C": "25", "D": "12.5"}
    solved = solve(stated({"question": stem, "options": options}))
    assert (solved.answer, solved.way) == (("B",), "facts")
    assert "= 750" in solved.explanation or "750" in solved.per_option["B"]


def test_a_limit_that_is_asked_for_is_the_fact():
    stem = "What is the maximum request payload of a serverless endpoint?"
    solved = solve(stated({"question": stem, "options": {"A": "1 GB", "B": "6 MB", "C": "4 MB"}}))
    assert (solved.answer, solved.way) == (("C",), "facts")


def test_services_are_told_apart_by_what_they_are_for():
    path = Path(__file__).parent / "dev.toml"
    asked = tomllib.loads(path.read_text(encoding="utf-8"))["q"]
    right = [
        solve(stated({"question": one["stem"], "options": one["options"]})).answer[0]
        == one["answer"]
        for one in asked
    ]
    assert sum(right) >= 0.9 * len(right)


@pytest.mark.parametrize(
    "stem",
    [
        "",
        "?",
        "Inputs of " + "9" * 400 + " GB take " + "8" * 350 + " seconds. Which option?",
        "0 requests per second, target value of 0: how many instances?",
        "Weights 0, 0 and 0: which share?",
        "A threshold for ModelLatency of " + "9" * 400 + " ms?",
    ],
)
def test_odd_numbers_are_answered_too(stem: str):
    for options in ({"A": "serverless", "B": "real-time"}, {"A": "0", "B": "1" * 400}):
        solved = solve(stated({"question": stem, "options": options}))
        assert len(solved.answer) == 1
        assert 0 <= solved.confidence <= 1
