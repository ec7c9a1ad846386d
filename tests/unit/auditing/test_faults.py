"""Every seeded fault is found by the rule that knows it, and good templates have none."""

import pytest

from tests.unit.auditing.own_faults import OWN_FAULTS
from tests.unit.auditing.peer_faults import PEER_FAULTS, Fault
from tests.unit.auditing.templates import BASES, GOOD, audited, changed
from tools.rules.declared.all import DECLARED_RULES

FAULTS = {**PEER_FAULTS, **OWN_FAULTS}


@pytest.mark.parametrize("kind", BASES)
def test_a_good_template_has_no_finding(kind: str) -> None:
    assert audited(BASES[kind]()) == ()


def test_yaml_and_json_are_read_alike() -> None:
    assert audited(GOOD) == audited(BASES["real-time"]()) == ()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_seeded_fault_is_found(fault: Fault) -> None:
    found = audited(changed(BASES[fault.base](), fault.edits))
    assert fault.rule in {item.id for item in found}, [(f.id, f.cause) for f in found]


def test_every_rule_has_a_fault_that_only_it_must_find() -> None:
    assert {rule.id for rule in DECLARED_RULES} == {fault.rule for fault in FAULTS.values()}


def test_our_own_faults_are_more_than_the_measured_ones() -> None:
    assert len(PEER_FAULTS) >= 35
    assert len(OWN_FAULTS) >= len(PEER_FAULTS) + 5
