"""`sagepilot plan`: requirements in, one exact plan out; kept, so that its digest is enough."""

from typing import TYPE_CHECKING

import click

from assistant.cli.common import (
    JSON,
    app,
    input_from,
    is_spec,
    known_region,
    requirements_of,
)
from tools.endpoint import DeploymentMethod
from tools.plan import DeploymentPlan

if TYPE_CHECKING:
    from assistant.workplace import Workplace

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
    """Make one exact plan; SOURCE is a file or - (JSON, or a sentence).

    JSON is the requirements, or the specification that `sagepilot import` writes.
    """
    place = app(ctx).place
    plan = place.propose(_planned(place, source, DeploymentMethod(method) if method else None))
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


def _planned(place: "Workplace", source: str, method: DeploymentMethod | None) -> DeploymentPlan:
    given = input_from(source)
    if isinstance(given, dict) and is_spec(given):
        from tools.planners.given import spec_of

        spec = spec_of(given)
        known_region(spec.region)
        return place.plan_spec(spec, method)
    return place.plan(requirements_of(given), method)


def _name_uploads(plan: DeploymentPlan, blobs: str) -> None:
    """Say where the archives lie that the code uploads."""
    from tools.planners.names import uploads

    for upload in uploads(plan.spec) if plan.spec else ():
        click.echo(f"{upload.uri} is {blobs}/{upload.sha256}", err=True)
