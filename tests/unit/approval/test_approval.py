"""An approval is for exactly one plan, and its deployment is claimed once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tests.unit.plan.builders import plan
from tools.approval import Approval, claim, owner_alive, recorded_approval, release
from tools.errors import InvalidInputError, PlanNotApprovedError
from tools.journal import Journal

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def yes(digest, **changes):
    values = {
        "digest": digest,
        "user": "ana",
        "caller_arn": "arn:aws:iam::123456789012:user/ana",
        "approved_at": NOW,
    }
    return Approval(**{**values, **changes})


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "state" / "journal.sqlite")


def test_another_digest_is_refused_and_nothing_is_recorded(journal):
    with pytest.raises(PlanNotApprovedError):
        claim(plan(), yes("0" * 64), journal, NOW)
    assert journal.deployments() == ()


@pytest.mark.parametrize("typed", [None, "", "Score", "score "])
def test_a_name_that_must_be_typed_must_be_typed_exactly(journal, typed):
    wanted = plan(kind="delete", typed_name_required="score")
    with pytest.raises(PlanNotApprovedError):
        claim(wanted, yes(wanted.digest, typed_name=typed), journal, NOW)
    assert claim(wanted, yes(wanted.digest, typed_name="score"), journal, NOW).mine


def test_a_licence_needs_an_explicit_acceptance(journal):
    wanted = plan(eula_required=True)
    with pytest.raises(PlanNotApprovedError):
        claim(wanted, yes(wanted.digest), journal, NOW)
    assert claim(wanted, yes(wanted.digest, accept_eula=True), journal, NOW).mine


def test_of_many_at_once_exactly_one_owns_the_deployment(journal):
    wanted = plan()
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: claim(wanted, yes(wanted.digest), journal, NOW), range(8)))
    assert sum(c.mine for c in claims) == 1
    assert len({c.deployment["deployment_id"] for c in claims}) == 1


def test_a_deployment_given_up_is_taken_over(journal):
    wanted = plan()
    first = claim(wanted, yes(wanted.digest), journal, NOW)
    assert not claim(wanted, yes(wanted.digest), journal, NOW).mine
    release(journal, first)
    assert claim(wanted, yes(wanted.digest), journal, NOW).mine


def test_a_finished_deployment_is_never_owned_again(journal):
    wanted = plan()
    first = claim(wanted, yes(wanted.digest), journal, NOW)
    journal.set_status(first.deployment["deployment_id"], "deployed", NOW)
    release(journal, first)
    assert not claim(wanted, yes(wanted.digest), journal, NOW).mine


def test_a_dead_process_owns_nothing():
    assert not owner_alive(None)
    assert not owner_alive("1:123:abc")
    assert not owner_alive("4194305:1:abc")


def test_who_when_and_why_are_recorded(journal):
    wanted = plan()
    claim(wanted, yes(wanted.digest, why="for the demo"), journal, NOW)
    kept = recorded_approval(journal, wanted.digest)
    assert (kept.user, kept.why, kept.approved_at) == ("ana", "for the demo", NOW)
    with pytest.raises(InvalidInputError):
        recorded_approval(journal, "f" * 64)


def test_a_plan_is_found_by_the_beginning_of_its_digest_only_when_it_is_one(journal):
    first, second = plan(), plan(nonce="ffffffffffffffff")
    for made in (first, second):
        journal.save_plan(made.digest, made.model_dump_json(), NOW)
    assert journal.plan_json(first.digest[:12]) == first.model_dump_json()
    assert journal.plan_json("") is None
    assert journal.plan_json("zz") is None
