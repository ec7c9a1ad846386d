"""Domain values as the events and JSON that faces receive."""

from decimal import Decimal
from typing import Any

from assistant import events
from assistant.note_links import with_notes
from tools.plan import DeploymentPlan
from tools.recommendation import Recommendation


def plan_event(plan: DeploymentPlan) -> events.PlanProposed:
    """Return the plan as it is shown."""
    told = plan.model_dump(mode="json")
    return events.PlanProposed(
        digest=plan.digest,
        kind=plan.kind,
        method=plan.method,
        target=plan.target,
        account=plan.account,
        region=plan.region,
        endpoint_name=plan.endpoint_name,
        typed_name_required=plan.typed_name_required,
        eula_required=plan.eula_required,
        licence=None if plan.licence is None else plan.licence.model_dump(),
        steps=tuple(told["steps"]),
        cost_usd_per_month=money(plan.cost_usd_per_month),
        cost_if_forgotten_usd_per_month=money(plan.cost_if_forgotten_usd_per_month),
        undo=tuple(reversed(told["undo"])),
        warnings=plan.warnings,
        packaging=plan.packaging,
        author=plan.author,
        preflight=None
        if plan.preflight is None
        else with_notes(plan.preflight.model_dump(mode="json")),
    )


def recommendation_json(made: Recommendation) -> dict[str, Any]:
    """Return a recommendation as plain JSON, money as numbers, reasons with their notes."""
    told: dict[str, Any] = with_notes(made.model_dump(mode="json"))
    return told


def money(amount: Decimal | None) -> float | None:
    """Return an amount as a JSON number."""
    return None if amount is None else float(amount)
