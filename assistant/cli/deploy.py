"""`sagepilot deploy`: carry out exactly one approved plan; again: the same deployment."""

from pathlib import Path

import click

from assistant.cli.applying import applied
from assistant.cli.common import JSON, app, read_text
from tools.errors import InvalidInputError
from tools.journal import Journal
from tools.plan import DeploymentPlan, parse_plan

SHORTEST_DIGEST = 8


@click.command()
@click.argument("plan")
@click.option("--approve", "digest", required=True, help="The digest that the plan shows, whole.")
@click.option("--typed-name", help="The endpoint's name, where the plan asks for it.")
@click.option("--accept-eula", is_flag=True, help="Accept the licence, where the plan asks.")
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    plan: str,
    digest: str,
    typed_name: str | None,
    accept_eula: bool,
    as_json: bool,
) -> None:
    """Carry out PLAN: a file that `plan --json` wrote, or the digest of a plan made before."""
    made = app(ctx)
    found = plan_named(plan, made.place.journal)
    applied(made, found, digest, typed_name=typed_name, accept_eula=accept_eula, as_json=as_json)


def plan_named(plan: str, journal: Journal) -> DeploymentPlan:
    """Return a plan by its file or by the digest of one made here.

    Raises:
        InvalidInputError: There is none, or it is not as it was made.
    """
    if _is_file(plan):
        return _read(Path(plan))
    text = journal.plan_json(plan) if len(plan) >= SHORTEST_DIGEST else None
    if text is None:
        raise InvalidInputError(
            f"{plan[:80]} is neither a plan's file nor the digest of a plan made here.",
            remedy="Run `sagepilot plan` first.",
        )
    return parse_plan(text)


def _is_file(plan: str) -> bool:
    try:
        return Path(plan).is_file()
    except (OSError, ValueError):  # no name that a file could have
        return False


def _read(path: Path) -> DeploymentPlan:
    try:
        return parse_plan(read_text(str(path)))
    except RecursionError as error:
        raise InvalidInputError(
            "This is no plan: it is nested too deeply.",
            remedy="Give the file that `sagepilot plan --json` wrote, unchanged.",
        ) from error
