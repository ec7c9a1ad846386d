"""What comes next, what a practice exam has, which topic is meant, and how options are shown."""

from collections import Counter
from datetime import timedelta

import pytest

from knowledge.errors import KnowledgeError
from knowledge.practice import choosing
from knowledge.practice.guide import exam_guide, scaled
from knowledge.practice.memory import due_at, retention, reviewed
from knowledge.practice.shuffling import own_letters, shuffled
from knowledge.practice.standing import wilson
from tests.unit.practice.questions import START, bank, question

POOL = bank().questions


def card(*, right: bool, seconds: float = 60.0, days_ago: float = 0.0) -> str:
    return reviewed(None, right=right, seconds=seconds, now=START - timedelta(days=days_ago))


def test_what_is_due_comes_first_the_one_known_least_before_all():
    cards = {POOL[3].id: card(right=True, days_ago=30), POOL[5].id: card(right=False, days_ago=90),
             POOL[6].id: card(right=True, seconds=5)}  # fmt: skip
    found = choosing.next_adaptive(POOL, cards, [], ["cost"], START)
    assert found == POOL[5]


def test_then_new_ones_of_the_weakest_topic_then_new_ones():
    weak = choosing.next_adaptive(POOL, {}, [], ["cost", "serverless"], START)
    assert weak.topics == ("cost",)
    assert choosing.next_adaptive(POOL, {}, [], [], START) == POOL[0]


def test_when_all_is_known_the_least_known_comes():
    cards = {q.id: card(right=True, seconds=5) for q in POOL}
    cards[POOL[7].id] = card(right=True, seconds=60, days_ago=1)
    assert choosing.next_adaptive(POOL, cards, [], [], START) == POOL[7]


def test_a_question_does_not_come_back_at_once():
    cards = {POOL[0].id: card(right=False, days_ago=1)}
    assert choosing.next_adaptive(POOL, cards, [POOL[0].id], [], START) != POOL[0]
    others = [POOL[0].id, *(q.id for q in POOL[1:4])]
    assert choosing.next_adaptive(POOL, cards, others, [], START) == POOL[0]


def test_wrong_is_due_before_right_and_right_before_quick():
    wrong, right, quick = card(right=False), card(right=True), card(right=True, seconds=5)
    assert START < due_at(wrong) < due_at(right) < due_at(quick)
    later = START + timedelta(days=20)
    assert retention(wrong, later) < retention(right, later) < retention(quick, later) <= 1


def test_a_review_that_goes_well_waits_longer_each_time():
    waits, now, kept = [], START, None
    for _ in range(5):
        kept = reviewed(kept, right=True, seconds=60, now=now)
        waits.append(due_at(kept) - now)
        now = due_at(kept)
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(days=10)


@pytest.mark.parametrize("count", [1, 7, 10, 30, 65])
def test_a_practice_exam_is_weighted_as_the_guide(count):
    quotas = choosing.quotas(count)
    assert sum(quotas.values()) == count
    third = sum(n for task, n in quotas.items() if task.startswith("3"))
    assert abs(third - count * 22 / 46) <= 1
    for domain in "34":
        shares = [n for task, n in quotas.items() if task.startswith(domain)]
        assert max(shares) - min(shares) <= 1


def test_a_practice_exam_takes_each_question_once_and_fills_up_from_others():
    few = [q for q in POOL if q.task != "3.2"] + [question("only", task="3.2")]
    ids = choosing.mock(few, 18, seed=1)
    assert len(set(ids)) == len(ids) == 18
    tasks = Counter(next(q.task for q in few if q.id == one) for one in ids)
    assert tasks["3.2"] == 1
    assert sum(n for task, n in tasks.items() if task[0] == "3") == 9
    assert len(choosing.mock(few, 100, seed=1)) == len(few)


def test_questions_of_a_case_follow_each_other():
    cased = [question(f"c-{n}", case="shop") for n in range(3)]
    ids = choosing.mixed([*POOL, *cased], 27, seed=5)
    places = [ids.index(q.id) for q in cased]
    assert places == list(range(places[0], places[0] + 3))


@pytest.mark.parametrize("words", ["auto scaling", "autoscaling", "Auto-Scaling", "autoscalng"])
def test_a_topic_is_found_as_people_write_it(words):
    assert choosing.topics_meant(words, POOL) == ("auto-scaling",)


def test_an_unknown_topic_names_those_there_are():
    with pytest.raises(KnowledgeError) as refused:
        choosing.topics_meant("gardening", POOL)
    assert "serverless" in refused.value.remedy


KINDS = [
    question("s"),
    question("m", kind="multiple", answer=["A", "C"]),
    question("o", kind="ordering", answer=["A", "B", "C", "D"]),
    question("x", kind="matching", answer=["D", "A", "A"], prompts=["1", "2", "3"]),
]


@pytest.mark.parametrize("asked", KINDS, ids=lambda q: q.kind)
def test_shown_letters_lead_back_to_the_question_s_own(asked):
    orders = set()
    for seed in range(30):
        shown = shuffled(asked, seed)
        assert type(shown).model_validate(shown.model_dump()) == shown
        texts = {o.key: o.text for o in shown.options}
        own = {o.key: o.text for o in asked.options}
        assert own_letters(asked, seed, shown.answer) == tuple(
            key for letter in shown.answer for key, text in own.items() if text == texts[letter]
        )
        assert asked.is_right(own_letters(asked, seed, shown.answer))
        assert shuffled(asked, seed) == shown
        if asked.kind == "ordering":
            assert shown.answer != ("A", "B", "C", "D")
        orders.add(shown.answer)
    assert len(orders) > 2


def test_a_proof_speaks_of_the_letters_that_are_shown():
    proof = {"kind": "recommend", "wrong": {"A": "serverless"}}
    proven = question("p", proof=proof)
    for seed in range(10):
        shown = shuffled(proven, seed)
        (letter,) = shown.proof.wrong
        assert next(o.text for o in shown.options if o.key == letter) == "p says A"


@pytest.mark.parametrize(
    ("right", "answers", "low", "high"),
    [(0, 0, 0, 1), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1), (0, 10, 0, 0.278)],
)
def test_the_interval_is_wilsons(right, answers, low, high):
    assert wilson(right, answers) == pytest.approx((low, high), abs=0.001)


def test_the_scale_is_the_exam_s():
    assert (scaled(0), scaled(0.5), scaled(1)) == (100, 550, 1000)
    guide = exam_guide()
    assert (guide.mock_questions, guide.seconds_each, guide.pass_mark) == (30, 120, 720)
