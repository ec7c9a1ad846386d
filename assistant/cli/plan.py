"""`sagepilot plan`: requirements in, one exact plan out; kept, so that its digest is enough."""

import click

from assistant.cli.common import JSON, app, requirements_from
from tools.endpoint import DeploymentMethod
from tools.plan import DeploymentPlan

RENDERINGS = ("python", "cloudformation", "terraform", "notebook", "workflow")


@click.command()
@click.argument("source", default="-")
@click.option("--method", type=click.Choice(["api", "jumpstart", "sdk", "cloudformation"]))
@click.option("--render", type=click.Choice(RENDERINGS), help="Write the plan as code.")
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    source: str,
    method: str | None,
    render: str | None,
    as_json: bool,
) -> None:
    """Make one exact plan; SOURCE is a file or - (JSON, or a sentence)."""
    place = app(ctx).place
    plan = place.plan(requirements_from(source), DeploymentMethod(method) if method else None)
    place.keep(plan)
    if render is not None:
        from tools.planners.rendering import rendered

        click.echo(rendered(plan, render), nl=False)
        _name_uploads(plan, str(place.blobs))
        return
    if as_json:
        click.echo(plan.model_dump_json())
        return
    from assistant.cli.tables import show_plan

    show_plan(plan)


def _name_uploads(plan: DeploymentPlan, blobs: str) -> None:
    """Say where the archives lie that the code uploads."""
    from tools.planners.names import uploads

    for uri, variant in uploads(plan.spec) if plan.spec else ():
        click.echo(f"{uri} is {blobs}/{variant.sagemaker_model.archive_sha256}", err=True)
