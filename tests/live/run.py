"""`make live`: the sample model on a real account beside the same in the sandbox.

One serverless and one small real-time endpoint are deployed, invoked and removed, whatever happens.
Before anything is made the price of the longest possible run is looked up; above USD 2 nothing is.
AWS_PROFILE and AWS_REGION say where. Without credentials it is not run, which is no failure.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from assistant.bootstrap import App, bootstrap
from assistant.settings import Settings
from tests.live.answers import descriptions, refusals
from tests.live.comparison import differences
from tools.approval import Approval
from tools.deployment import Deployment, apply
from tools.errors import DeploymentFailedError, NotFoundError, SagepilotError
from tools.plan import DeploymentPlan
from tools.planners.removal import plan_undo
from tools.requirements import Requirements, merge

MOST_USD = Decimal(2)
LIMIT_S = 40 * 60  # AWS gives a container eight minutes, an endpoint is given up after an hour
SAMPLE = {"model_source": {"kind": "local", "uri": "sample"}, "environment": "development"}
WISHES = {
    "serverless": {**SAMPLE, "traffic_pattern": "intermittent", "idle_share": 0.95,
                   "peak_requests_per_second": 1, "cold_start_tolerance_ms": 10_000},
    "real-time": {**SAMPLE, "latency_p95_ms": 60, "average_requests_per_second": 0.5,
                  "peak_requests_per_second": 1, "request_payload_bytes": 2000},
}  # fmt: skip


def most_usd(plan: DeploymentPlan, app: App) -> Decimal | None:
    """Return what a plan costs if it stands for the whole time limit at full size, or None."""
    chosen = plan.recommendation or {}
    if chosen.get("instance_type") is None:
        return Decimal("0.01")  # serverless: a handful of invocations, billed by the millisecond
    price = app.place.catalog.price(chosen["instance_type"], plan.region)
    scaling = chosen.get("auto_scaling") or {}
    count = max(chosen["initial_instance_count"], scaling.get("max_capacity", 1))
    hours = Decimal(LIMIT_S) / 3600
    return None if price is None else price.usd_per_hour * count * hours


def carried_out(plan: DeploymentPlan, app: App) -> tuple[Deployment, list[str]]:
    """Apply a plan within the time limit; return the deployment and the statuses on the way."""
    app.place.keep(plan)
    clients, statuses = app.place.clients(plan.region), []
    approval = Approval(digest=plan.digest, user=app.settings.user, caller_arn=clients.caller_arn,
                        approved_at=datetime.now(UTC), why="make live")  # fmt: skip
    deadline = time.monotonic() + LIMIT_S
    for item in apply(plan, approval, clients, app.place.workshop()):
        if isinstance(item, Deployment):
            return item, statuses
        if item.operation == "sagemaker.create_endpoint":
            statuses.append(item.detail)
        if time.monotonic() > deadline:
            break
    message = f"Not finished after {LIMIT_S} s."
    raise DeploymentFailedError(message, remedy="It is removed now.")


def observed(plan: DeploymentPlan, app: App) -> dict[str, Any]:
    """Deploy and return the answers by name."""
    made, statuses = carried_out(plan, app)
    verified = bool(made.verification and made.verification.ok)
    return {**descriptions(plan, app), "statuses": statuses[1:], "verified": verified}


def removed(plans: list[DeploymentPlan], app: App) -> bool:
    """Take everything back, three times if need be; say so if something may still stand."""
    left = {f"dep-{plan.digest[:12]}": plan for plan in plans}
    for _ in range(3):
        for deployment_id, plan in tuple(left.items()):
            try:
                carried_out(plan_undo(deployment_id, app.place.removal(plan.region)), app)
                del left[deployment_id]
            except NotFoundError:  # nothing of it stands
                del left[deployment_id]
            except SagepilotError as error:
                click.echo(f"Removing {plan.endpoint_name}: {error.message}")
    for plan in left.values():
        click.echo(f"MAY STILL STAND, remove it by hand: {plan.endpoint_name} in {plan.region}")
    return not left


def side(app: App, wishes: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return all answers of one side; what was made is gone afterwards."""
    told: dict[str, Any] = {}
    plans: list[DeploymentPlan] = []
    try:
        for name, wish in wishes.items():  # one after the other: the first makes the bucket
            plans.append(planned(app, wish))
            told[name] = observed(plans[-1], app)
        told["errors"] = refusals(app)
    finally:
        told["removed"] = removed(plans[::-1], app)  # the bucket last, when it is empty
    return told


def planned(app: App, wish: dict[str, Any]) -> DeploymentPlan:
    """Return a plan for a wish in the app's region; nothing is made."""
    return app.place.plan(merge(Requirements(), {**wish, "region": app.region}))


def main() -> int:
    """Run both sides and print where they differ."""
    with tempfile.TemporaryDirectory(prefix="sagepilot-live-") as folder:
        cloud = bootstrap(Settings(home=Path(folder) / "aws", target="aws", poll_s=10))
        try:
            where = f"account {cloud.account}, {cloud.region}"
        except SagepilotError as error:
            click.echo(f"not run: {error.message}")
            return 0
        local = bootstrap(Settings(home=Path(folder) / "sandbox", target="sandbox"))
        costs = [most_usd(planned(cloud, wish), cloud) for wish in WISHES.values()]
        if None in costs or sum(filter(None, costs)) > MOST_USD:
            click.echo(f"not run: it might cost more than USD {MOST_USD} ({costs}).")
            return 1
        click.echo(f"On {where}, at most USD {sum(filter(None, costs)):.2f}.")
        try:
            here, there = side(local, WISHES), side(cloud, WISHES)
        except SagepilotError as error:
            click.echo(f"{error.message}\n{error.remedy}")
            return 1
        finally:
            from tools.sandbox import control

            control.down(local.settings.home)
        found = list(differences(here, there))
        click.echo("\n".join(found) or "The answers do not differ.")
        return 0 if there["removed"] else 1


if __name__ == "__main__":
    sys.exit(main())
