"""The product's own questions: whole, proven, and not to be guessed by their looks."""

import re
from collections import Counter
from itertools import combinations

import pytest
from rapidfuzz.fuzz import token_sort_ratio

from assistant.bootstrap import bootstrap
from assistant.exam.proofs import prove
from knowledge.note import load_notes
from knowledge.question import TASKS, load_questions
from tests.integration.deployment.conftest import settings
from tools.catalog import load_catalog
from tools.endpoint import DeploymentMethod

BANK = load_questions()
PROVEN = [q for q in BANK.questions if q.proof is not None]
PURE = [q for q in PROVEN if q.proof.kind in {"recommend", "fact", "audit"} or q.proof.finds]
PLANNED = [q for q in PROVEN if q not in PURE]
SINGLE = [q for q in BANK.questions if q.kind == "single" and len(q.options) == 4]
CHI_SQUARE_3_AT_001 = 16.27  # 3 degrees of freedom, one chance in a thousand
_ALIKE = 92  # of 100


def no_planner(needs, method):
    raise AssertionError("a proof of this kind plans nothing")


def test_every_question_rests_on_notes_that_exist():
    notes = {note.id for note in load_notes()}
    missing = {q.id: [n for n in q.notes if n not in notes] for q in BANK.questions}
    assert {one: names for one, names in missing.items() if names} == {}


def test_ids_are_unique_and_every_task_is_asked():
    ids = [q.id for q in BANK.questions]
    assert len(set(ids)) == len(ids) >= 300
    assert {q.task for q in BANK.questions} == set(TASKS)


def test_at_least_two_in_five_have_a_proof():
    assert len(PROVEN) / len(BANK.questions) >= 0.40


def test_every_proof_that_needs_no_plan_holds():
    catalog = load_catalog()
    faults = {q.id: prove(q, catalog, no_planner).faults for q in PURE}
    assert {one: found for one, found in faults.items() if found} == {}


@pytest.mark.timeout(600)
def test_every_proof_by_a_plan_holds(home):
    place = bootstrap(settings(home)).place

    def plan(needs, method):
        return place.plan(needs, DeploymentMethod(method) if method else None)

    faults = {q.id: prove(q, place.catalog, plan).faults for q in PLANNED}
    assert {one: found for one, found in faults.items() if found} == {}


def test_a_stem_asks_for_as_many_as_are_right():
    counts = {"two": 2, "three": 3, "four": 4}
    wrong = []
    for question in BANK.questions:
        asked = re.search(r"[Cc]hoose\s+(two|three|four)", question.stem)
        wanted = len(question.answer) if question.kind == "multiple" else None
        if (counts[asked[1]] if asked else None) != wanted:
            wrong.append(question.id)
    assert wrong == []


def test_the_right_letters_are_spread():
    counts = Counter(q.answer[0] for q in SINGLE)
    expected = len(SINGLE) / 4
    chi_square = sum((counts[letter] - expected) ** 2 / expected for letter in "ABCD")
    assert chi_square < CHI_SQUARE_3_AT_001, counts


def test_the_right_option_is_not_betrayed_by_its_length():
    def share(pick):
        picked = [pick(q.options, key=lambda o: len(o.text)).key == q.answer[0] for q in SINGLE]
        return sum(picked) / len(SINGLE)

    assert share(max) <= 0.40
    assert share(min) <= 0.40


def test_no_two_stems_are_nearly_equal():
    stems = [(q.id, " ".join(q.stem.split())) for q in BANK.questions]
    alike = [
        (first, second)
        for (first, one), (second, other) in combinations(stems, 2)
        if token_sort_ratio(one, other, score_cutoff=_ALIKE)
    ]
    assert alike == []


def test_no_text_names_an_option_by_its_letter():
    """Options are shuffled when they are shown."""
    named = re.compile(r"\b(?:[Oo]ption|[Aa]nswer|[Cc]hoice)s? \(?[A-J]\b")
    texts = {
        q.id: [q.stem, *(o.text for o in q.options), *(o.rationale for o in q.options)]
        for q in BANK.questions
    }
    assert [one for one, all_of in texts.items() if any(named.search(t) for t in all_of)] == []
