"""`sagepilot unpark`: a parked endpoint as it was, scaling included."""

import click

from assistant.cli.common import JSON, app
from assistant.cli.removing import carried_out, offered
from tools.planners.lifecycle import plan_unpark


@click.command()
@click.argument("endpoint")
@click.option("--approve", "digest", help="The digest of the plan that this command showed.")
@JSON
@click.pass_context
def command(ctx: click.Context, endpoint: str, digest: str | None, as_json: bool) -> None:
    """Restore ENDPOINT: without --approve the plan is shown, with it carried out."""
    made = app(ctx)
    if digest is not None:
        carried_out(
            made,
            digest,
            lambda plan: plan.kind == "unpark" and plan.endpoint_name == endpoint,
            as_json=as_json,
        )
        return
    removal = made.place.removal(made.region_of_endpoint(endpoint))
    offered(made, plan_unpark(endpoint, removal), as_json=as_json)
