"""`sagepilot park`: an endpoint stops answering and costing, and can come back exactly."""

import click

from assistant.cli.common import JSON, app
from assistant.cli.removing import carried_out, offered
from tools.planners.lifecycle import plan_park


@click.command()
@click.argument("endpoint")
@click.option("--approve", "digest", help="The digest of the plan that this command showed.")
@JSON
@click.pass_context
def command(ctx: click.Context, endpoint: str, digest: str | None, as_json: bool) -> None:
    """Park ENDPOINT: without --approve the plan is shown, with it carried out."""
    made = app(ctx)
    if digest is not None:
        carried_out(
            made,
            digest,
            lambda plan: plan.kind == "park" and plan.endpoint_name == endpoint,
            as_json=as_json,
        )
        return
    removal = made.place.removal(made.region_of_endpoint(endpoint))
    offered(made, plan_park(endpoint, removal), as_json=as_json)
