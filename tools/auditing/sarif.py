"""Findings as SARIF 2.1.0, as code scanning reads it; pure.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tools.auditing.document import line_at
from tools.auditing.finding import Finding
from tools.rules.declared.all import DECLARED_RULES
from tools.rules.declared.rule import Level

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL: Mapping[Level, str] = {"high": "error", "medium": "warning", "low": "note"}
#: What code scanning sorts by: 7.0 and above is high, 4.0 medium.
_SCORE: Mapping[Level, str] = {"high": "8.0", "medium": "5.0", "low": "2.0"}


def sarif(found: Iterable[tuple[Finding, str, dict[str, int]]], version: str) -> dict[str, Any]:
    """Return one SARIF log.

    Args:
        found: Each finding, the name of what it is in (a relative path where it has one), and the
            line of each path there; empty where there are no lines.
        version: Of this product.
    """
    results = [_result(item, source, lines) for item, source, lines in found]
    rules = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.title},
            "help": {"text": f"{rule.fix} {rule.source_url}"},
            "helpUri": rule.source_url,
            "defaultConfiguration": {"level": _LEVEL[rule.severity]},
            "properties": {
                "security-severity": _SCORE[rule.severity],
                "tags": list(rule.control_ids),
            },
        }
        for rule in DECLARED_RULES
    ]
    driver = {"name": "sagepilot", "version": version, "rules": rules}
    run = {"tool": {"driver": driver}, "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: Finding, source: str, lines: dict[str, int]) -> dict[str, Any]:
    order = [rule.id for rule in DECLARED_RULES]
    return {
        "ruleId": finding.id,
        "ruleIndex": order.index(finding.id),
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{finding.cause} {finding.fix.summary}"},
        "locations": [_location(row.path, source, lines) for row in finding.evidence[:1]],
        "relatedLocations": [
            {"id": number, **_location(row.path, source, lines)}
            for number, row in enumerate(finding.evidence[1:], 1)
        ],
    }


def _location(path: str, source: str, lines: dict[str, int]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": source}}
    physical["region"] = {"startLine": line_at(path, lines) or 1}
    return {
        "physicalLocation": physical,
        "logicalLocations": [{"fullyQualifiedName": path}],
    }
