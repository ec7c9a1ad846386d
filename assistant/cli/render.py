"""`sagepilot render`: a plan made before, as code."""

import click

from assistant.cli.common import app
from assistant.cli.deploy import plan_named
from assistant.cli.plan import RENDERINGS, name_uploads


@click.command()
@click.argument("plan")
@click.argument("language", type=click.Choice(RENDERINGS))
@click.pass_context
def command(ctx: click.Context, plan: str, language: str) -> None:
    """Write PLAN as code: a file that `plan --json` wrote, or the digest of a plan made before."""
    from tools.planners.rendering import rendered

    place = app(ctx).place
    found = plan_named(plan, place.journal)
    click.echo(rendered(found, language), nl=False)
    name_uploads(found, str(place.blobs))
