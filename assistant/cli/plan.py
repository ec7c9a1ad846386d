"""`sagepilot plan`: requirements in, one exact plan out; kept, so that its digest is enough."""

import click

from assistant.cli.common import JSON, app, requirements_from
from tools.endpoint import DeploymentMethod
from tools.errors import InvalidInputError


@click.command()
@click.argument("source", default="-")
@click.option("--method", type=click.Choice(["api", "jumpstart", "sdk", "cloudformation"]))
@click.option("--render", type=click.Choice(["python", "cloudformation", "terraform"]))
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
    if render not in {None, "cloudformation"}:
        raise InvalidInputError(
            f"--render {render} is not there yet.",
            remedy="Use --render cloudformation, or leave it out.",
        )
    place = app(ctx).place
    plan = place.plan(requirements_from(source), DeploymentMethod(method) if method else None)
    place.keep(plan)
    if render == "cloudformation":
        from tools.planners.cloudformation import template_of

        click.echo(template_of(plan).text(), nl=False)
        return
    if as_json:
        click.echo(plan.model_dump_json())
        return
    from assistant.cli.tables import show_plan

    show_plan(plan)
