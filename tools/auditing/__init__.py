"""Our own checks on a template, a plan or an endpoint: across resources, aware of its type."""

from tools.auditing.finding import Finding, Fix, findings_in, ordered
from tools.auditing.plan import declared_by_plan
from tools.auditing.snapshot import declared_by_snapshot, snapshot_of
from tools.auditing.template import declared_by_template

__all__ = [
    "Finding",
    "Fix",
    "declared_by_plan",
    "declared_by_snapshot",
    "declared_by_template",
    "findings_in",
    "ordered",
    "snapshot_of",
]
