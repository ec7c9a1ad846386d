"""`sagepilot delete`: an endpoint and what belongs to it, approved by digest and typed name."""

import click

from assistant.cli.common import JSON, app
from assistant.cli.removing import carried_out, offered


@click.command()
@click.argument("endpoint")
@click.option("--approve", "digest", help="The digest of the plan that this command showed.")
@click.option("--typed-name", help="The endpoint's name, typed.")
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    endpoint: str,
    digest: str | None,
    typed_name: str | None,
    as_json: bool,
) -> None:
    """Delete ENDPOINT: without --approve the plan is shown, with it carried out."""
    from tools.planners.removal import plan_deletion

    made = app(ctx)
    if digest is not None:
        carried_out(
            made,
            digest,
            lambda plan: plan.kind == "delete" and plan.endpoint_name == endpoint,
            typed_name=typed_name,
            as_json=as_json,
        )
        return
    place = made.place
    plan = plan_deletion(endpoint, place.removal(made.region_of_endpoint(endpoint)))
    offered(made, plan, as_json=as_json)
