"""All probes of one plan, side by side, and what follows from them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.aws import AwsClients
from tools.catalog import Catalog
from tools.errors import AccessDeniedError, PreflightFailedError, SagepilotError
from tools.footprint import Footprint, footprint_of, puts_up
from tools.plan import DeploymentPlan
from tools.preflight import Preflight, PreflightCheck, PreflightStatus
from tools.preflighting.probe import NOT_LOOKED_AT, Found, Probe, Subject
from tools.preflighting.probes import PROBES

#: Reads wait for the network: a few at a time are quick, many would be throttled.
_SIDE_BY_SIDE = 8
_SHOWN = 5


def preflight(
    plan: DeploymentPlan, clients: AwsClients, catalog: Catalog, blobs: Path
) -> Preflight:
    """Look at all that AWS could refuse a plan for.

    Args:
        plan: Any; of one that takes away, only who calls is looked at.
        clients: Of the plan's region; only read.
        catalog: Limits and instance types.
        blobs: Folder of packaged archives by SHA-256.

    Raises:
        UserError: AWS refused to describe what the plan builds upon.
        AwsUnavailableError: No answer to that.
    """
    seen = footprint_of(plan, clients) if puts_up(plan) else Footprint()
    subject = Subject(plan, seen, clients, catalog, blobs)
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        found = list(pool.map(lambda probe: _looked(probe, subject), PROBES))
    return Preflight(checks=tuple(check for check in found if check is not None))


def _looked(probe: Probe, subject: Subject) -> PreflightCheck | None:
    try:
        found = probe.look(subject)
    except AccessDeniedError as error:
        needed = ", ".join(probe.actions) or "the permission that the message names"
        found = Found(NOT_LOOKED_AT, error.message, f"Allow {needed} to have it looked at.")
    except SagepilotError as error:
        found = Found(NOT_LOOKED_AT, error.message, error.remedy)
    if found is None:
        return None
    return PreflightCheck(
        id=probe.id,
        title=probe.title,
        status=found.status,
        seen=found.seen,
        remedy=found.remedy,
        source_url=probe.source_url,
    )


def require_passed(report: Preflight) -> None:
    """Refuse what AWS would refuse.

    Raises:
        PreflightFailedError: Names the checks that failed; the remedies of all.
    """
    failed = report.of(PreflightStatus.FAILED)
    if not failed:
        return
    said = " ".join(f"{check.seen} ({check.id})" for check in failed[:_SHOWN])
    remedies = dict.fromkeys(check.remedy for check in failed[:_SHOWN] if check.remedy)
    raise PreflightFailedError(
        f"AWS would refuse this plan: {said}",
        remedy=" ".join(remedies) or "Change what the message names, then plan again.",
    )
