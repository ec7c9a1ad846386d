"""What was done to an endpoint, as the journal has it: deployed, updated, parked, unparked."""

from pathlib import Path
from typing import Any, NamedTuple

from tools.aws import AwsClients
from tools.journal import Journal
from tools.plan import DeploymentPlan, UndoCall, parse_plan


class Removal(NamedTuple):
    """What plans for something that stands are made on.

    Attributes:
        blobs: Folder of uploads by SHA-256; None where nothing is uploaded.
    """

    clients: AwsClients
    journal: Journal
    nonce: str
    blobs: Path | None = None

    def place_of_plan(self) -> dict[str, str]:
        """Return the fields of a plan that say where it holds."""
        target = self.clients.target
        return {
            "target": target.name,
            "account": self.clients.account,
            "region": target.region_name,
            "nonce": self.nonce,
        }


class Turn(NamedTuple):
    """One plan that was carried out."""

    deployment_id: str
    plan: DeploymentPlan


def history(endpoint_name: str, journal: Journal) -> tuple[Turn, ...]:
    """Return what made an endpoint what it is, newest first, back to its first deployment.

    What was taken back or failed is left out; an endpoint that was removed has no history.
    """
    found: list[Turn] = []
    for row in journal.deployments():
        plan = plan_of(row, journal) if row["endpoint_name"] == endpoint_name else None
        if plan is None:
            continue
        match plan.kind, row["status"]:
            case "deploy" | "transform", "deployed":
                return (*found, Turn(row["deployment_id"], plan))
            case ("deploy" | "transform", _) | ("delete", "undone"):
                return tuple(found)
            case ("update" | "unpark", "deployed") | ("park", "undone"):
                found.append(Turn(row["deployment_id"], plan))
            case _:
                pass
    return tuple(found)


def plan_of(row: dict[str, Any], journal: Journal) -> DeploymentPlan | None:
    """Return the plan of a deployment's row."""
    text = journal.plan_json(row["digest"])
    return None if text is None else parse_plan(text)


def standing_calls(turn: Turn, journal: Journal) -> tuple[UndoCall, ...]:
    """Return the inverses of the steps that were begun and not taken back."""
    begun = journal.steps(turn.deployment_id)
    return tuple(
        call
        for call in turn.plan.undo
        if begun.get(call.for_step, ("", {}))[0] in {"started", "done"}
    )
