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

RENDERINGS = ("python", "python-sdk", "cloudformation", "terraform", "notebook", "workflow")


@click.command()
@click.argument("source", required=False)
@click.option("--starter", help="Begin from a ready template; `sagepilot starters` lists them.")
@click.option("--model", help="With --starter: your own model, a path or s3://.")
@click.option("--method", type=click.Choice(["api", "jumpstart", "sdk", "cloudformation"]))
@click.option("--render", type=click.Choice(RENDERINGS), help="Write the plan as code.")
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    source: str | None,
    method: str | None,
    render: str | None,
    *,
    as_json: bool,
    **own: str | None,
) -> None:
    """Make one exact plan; SOURCE is a file or - (JSON, or a sentence).

    JSON is the requirements, or the specification that `sagepilot import` writes. With --starter
    SOURCE may be left out; what it says stands in place of the starter's own values.
    """
    starter, model = own["starter"], own["model"]
    if model is not None and starter is None:
        raise click.UsageError("--model goes with --starter; else name the model in SOURCE.")
    place, way = app(ctx).place, DeploymentMethod(method) if method else None
    if starter is None:
        plan = place.propose(_planned(place, source or "-", way))
    else:
        from assistant.cli.starters import planned_from

        plan = place.propose(planned_from(place, starter, (source, model), way))
    if render is not None:
        from tools.planners.rendering import rendered

        click.echo(rendered(plan, render), nl=False)
        name_uploads(plan, str(place.blobs))
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


def name_uploads(plan: DeploymentPlan, blobs: str) -> None:
    """Say where the archives lie that the code uploads."""
    from tools.planners.names import uploads

    for upload in uploads(plan.spec) if plan.spec else ():
        click.echo(f"{upload.uri} is {blobs}/{upload.sha256}", err=True)
