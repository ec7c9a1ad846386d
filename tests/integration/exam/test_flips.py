"""A number moved across a limit moves the answer."""

import pytest

from assistant.exam.parsing import stated
from assistant.exam.solving import solve
from tests.integration.exam.flips import LIMITS, OPTIONS, Pair, pairs

PAIRS = list(pairs())


def _answer(stem: str) -> str:
    return solve(stated({"question": stem, "options": OPTIONS})).answer[0]


def test_there_are_thirty_pairs_over_six_limits():
    assert len(PAIRS) >= 30
    assert len({pair.limit for pair in PAIRS}) >= 6
    assert {pair.limit for pair in PAIRS} <= set(LIMITS.limit_names())


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{p.limit}-{n}" for n, p in enumerate(PAIRS)])
def test_a_number_across_a_limit_flips_the_answer(pair: Pair):
    answers = []
    for number, right in (pair.below, pair.above):
        answers.append(_answer(pair.stem.format(number)))
        assert answers[-1] in right
    assert answers[0] != answers[1]
