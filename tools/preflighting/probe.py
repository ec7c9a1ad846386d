"""A probe: one check of a plan, with its id, its source and what it looks at."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from tools.aws import AwsClients
from tools.catalog import Catalog
from tools.footprint import Footprint
from tools.plan import DeploymentPlan
from tools.preflight import PreflightStatus
from tools.rules.preflights import PREFLIGHT_RULES

PASSED, WARNING = PreflightStatus.PASSED, PreflightStatus.WARNING
FAILED, NOT_LOOKED_AT = PreflightStatus.FAILED, PreflightStatus.NOT_LOOKED_AT
#: Worst last.
_ORDER = (PASSED, NOT_LOOKED_AT, WARNING, FAILED)


class Subject(NamedTuple):
    """What probes look at.

    Attributes:
        seen: What the plan's calls put up; empty for one that takes away.
        blobs: Folder of packaged archives by SHA-256.
    """

    plan: DeploymentPlan
    seen: Footprint
    clients: AwsClients
    catalog: Catalog
    blobs: Path


class Found(NamedTuple):
    """What a probe saw."""

    status: PreflightStatus
    seen: str
    remedy: str = ""


class Probe(NamedTuple):
    """One check.

    Attributes:
        look: Returns what was seen; None when the plan has nothing that it looks at. Errors of a
            read mean that it could not be looked at.
        actions: IAM actions that its reads need.
    """

    id: str
    title: str
    source_url: str
    look: Callable[[Subject], Found | None]
    actions: tuple[str, ...] = ()


def probe(
    rule_id: str, look: Callable[[Subject], Found | None], actions: tuple[str, ...] = ()
) -> Probe:
    """Return the probe of a rule in `tools.rules.preflights`."""
    rule = next(rule for rule in PREFLIGHT_RULES if rule.id == rule_id)
    return Probe(rule.id, rule.title, rule.source_url, look, actions)


def worst(found: Iterable[Found]) -> Found | None:
    """Return one finding for several: the worst status, and all that was seen of it."""
    listed = list(found)
    if not listed:
        return None
    status = max((one.status for one in listed), key=_ORDER.index)
    of_it = [one for one in listed if one.status is status]
    remedies = dict.fromkeys(one.remedy for one in of_it if one.remedy)
    return Found(status, " ".join(dict.fromkeys(one.seen for one in of_it)), " ".join(remedies))
