"""`sagepilot delete`: an endpoint and what belongs to it, approved by digest and typed name."""

import click

from assistant.cli.common import JSON, app
from assistant.cli.removing import carried_out, offered
from tools.plan import DeploymentPlan


@click.command()
@click.argument("endpoint")
@click.option("--approve", "digest", help="The digest of the plan that this command showed.")
@click.option("--at", help="Let AWS do it at a moment: 20:00, or an ISO date and time.")
@click.option("--timezone", help="IANA name for --at; by default this machine's.")
@click.option("--typed-name", help="The endpoint's name, typed.")
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    endpoint: str,
    digest: str | None,
    typed_name: str | None,
    as_json: bool,
    **when: str | None,
) -> None:
    """Delete ENDPOINT: without --approve the plan is shown, with it carried out.

    With --at the plan is a schedule of AWS's own, which does it then, whoever is there.
    """
    from assistant.lifecycle_tools import planned_end
    from tools.planners.removal import plan_deletion

    made = app(ctx)
    if digest is not None:
        carried_out(
            made,
            digest,
            lambda plan: plan.endpoint_name == endpoint and _deletes(plan),
            typed_name=typed_name,
            as_json=as_json,
        )
        return
    place = made.place
    plan = (
        planned_end(place, endpoint, at, when["timezone"])
        if (at := when["at"])
        else plan_deletion(endpoint, place.removal(made.region_of_endpoint(endpoint)))
    )
    offered(made, plan, as_json=as_json)


def _deletes(plan: DeploymentPlan) -> bool:
    """Whether a plan deletes, now or by a schedule."""
    return plan.kind == "delete" or any(
        step.operation == "scheduler.create_schedule" for step in plan.steps
    )
