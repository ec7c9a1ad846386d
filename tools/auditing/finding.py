"""Findings as people and programs get them: the command line's contract."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from tools.auditing.mending import mended
from tools.catalog import Catalog
from tools.rules.declared.all import DECLARED_RULES
from tools.rules.declared.node import Node, shown
from tools.rules.declared.resources import Declared
from tools.rules.declared.rule import DeclaredRule, Fault, Level, found_in

#: Worst first.
LEVELS: tuple[Level, ...] = ("high", "medium", "low")
_REDACTED = ("CHK-515",)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(_Value):
    """A place with what stands there; None: nothing."""

    path: str
    value: Any = None


class FixStep(_Value):
    """One thing to do: an AWS call, or `build.<verb_noun>` for what no call can mend."""

    operation: str
    parameters: dict[str, Any]


class Fix(_Value):
    """How to mend it."""

    summary: str
    steps: tuple[FixStep, ...] = ()


class Finding(_Value):
    """One fault.

    Attributes:
        id: The rule's.
        control_ids: Security Hub's controls for the same.
    """

    id: str
    severity: Level
    title: str
    cause: str
    evidence: tuple[Evidence, ...]
    source_url: str
    control_ids: tuple[str, ...] = ()
    fix: Fix


def findings_in(declared: Declared, catalog: Catalog) -> tuple[Finding, ...]:
    """Return everything that is wrong with what is declared, worst first; pure."""
    found = (
        _finding(declared, rule, fault)
        for rule, fault in found_in(DECLARED_RULES, declared, catalog)
    )
    unique: Mapping[str, Finding] = {item.model_dump_json(): item for item in found}
    return ordered(unique.values())


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings worst first, then by id and place."""
    return tuple(
        sorted(findings, key=lambda f: (LEVELS.index(f.severity), f.id, f.evidence[0].path))
    )


def _finding(declared: Declared, rule: DeclaredRule, fault: Fault) -> Finding:
    return Finding(
        id=rule.id,
        severity=rule.severity,
        title=rule.title,
        cause=str(shown(fault.cause)),
        evidence=tuple(_evidence(rule, node) for node in fault.at),
        source_url=rule.source_url,
        control_ids=rule.control_ids,
        fix=Fix(
            summary=rule.fix,
            steps=tuple(
                FixStep(operation=operation, parameters=parameters)
                for operation, parameters in mended(declared, fault, rule.fix)
            ),
        ),
    )


def _evidence(rule: DeclaredRule, node: Node) -> Evidence:
    value = shown(node.value)
    if rule.id in _REDACTED and isinstance(value, str):
        value = f"({len(value)} characters, not shown)"
    return Evidence(path=node.path, value=value)
