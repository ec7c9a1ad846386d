"""`sagepilot import`: an endpoint or a template that is there, as a specification."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.common import JSON, app, emit, read_text

if TYPE_CHECKING:
    from tools.importing import Imported

LANGUAGES = ("python",)


@click.command()
@click.argument("source", metavar="ENDPOINT|TEMPLATE")
@click.option("--render", type=click.Choice(LANGUAGES), help="Write it as code instead.")
@JSON
@click.pass_context
def command(ctx: click.Context, source: str, render: str | None, as_json: bool) -> None:
    """Write what makes an endpoint, or what a template's file makes, as a specification.

    Notes on what a specification cannot say go to standard error, with --json into the answer.
    """
    found, account = _read(ctx, source)
    if as_json:
        emit({**found.model_dump(mode="json"), "account": account})
        return
    if render is None:
        click.echo(found.spec.model_dump_json(indent=2, exclude_none=True))
    else:
        from tools.planners.rendering import script_for

        click.echo(script_for(found.spec, account), nl=False)
    for note in found.notes:
        click.echo(note, err=True)


def _read(ctx: click.Context, source: str) -> tuple["Imported", str]:
    """Return what was read, and the account that it is in."""
    from tools.importing import spec_of_endpoint, spec_of_template

    made = app(ctx)
    if source == "-" or _is_file(source):
        region = made.region
        account = made.place.clients(region).account
        return spec_of_template(read_text(source), region=region, account=account), account
    clients = made.place.clients(made.region_of_endpoint(source))
    return spec_of_endpoint(source, clients), clients.account


def _is_file(source: str) -> bool:
    try:
        return Path(source).is_file()
    except (OSError, ValueError):  # no name that a file could have
        return False
