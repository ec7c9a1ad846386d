"""`sagepilot undo`: the inverse of a deployment, as a plan, approved by digest."""

import click

from assistant.cli.common import JSON, app
from assistant.cli.removing import carried_out, offered


@click.command()
@click.argument("deployment")
@click.option("--approve", "digest", help="The digest of the plan that this command showed.")
@JSON
@click.pass_context
def command(ctx: click.Context, deployment: str, digest: str | None, as_json: bool) -> None:
    """Take DEPLOYMENT back: without --approve the plan is shown, with it carried out."""
    from tools.planners.removal import plan_undo

    made = app(ctx)
    if digest is not None:
        carried_out(
            made,
            digest,
            lambda plan: plan.kind in {"undo", "unpark"} and plan.undoes == deployment,
            as_json=as_json,
        )
        return
    place = made.place
    plan = plan_undo(deployment, place.removal(place.region_of(deployment)))
    offered(made, plan, as_json=as_json)
