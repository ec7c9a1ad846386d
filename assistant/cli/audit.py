"""`sagepilot audit`: what is wrong with a template or a plan, across its resources."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from assistant.cli.common import app, emit, known_region, read_text
from tools.errors import InvalidInputError

if TYPE_CHECKING:
    from tools.auditing import Finding
    from tools.rules.declared.resources import Declared

SEVERITIES = ("high", "medium", "low")
#: Exit status when there are findings at or above --fail-on.
FOUND = 3


class _Source(NamedTuple):
    """What is audited, and where its values stand in its text."""

    name: str
    declared: "Declared"
    lines: dict[str, int]


@click.command()
@click.argument("endpoints", metavar="[ENDPOINT ...]", nargs=-1)
@click.option("--template", metavar="FILE|-", help="A CloudFormation template, YAML or JSON.")
@click.option(
    "--plan", metavar="FILE|DIGEST", help="A plan that `plan --json` wrote, or made here."
)
@click.option("--snapshot", metavar="FILE|-", help="What AWS answered about an endpoint.")
@click.option(
    "--parameter",
    "given",
    metavar="NAME=VALUE",
    multiple=True,
    help="A template parameter's value, instead of its default.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl", "sarif"]),
    default="text",
    show_default=True,
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="Exit with status 3 on findings of this severity or a higher one.",
)
@click.pass_context
def command(  # noqa: PLR0913, PLR0917 - one a command line option
    ctx: click.Context,
    endpoints: tuple[str, ...],
    template: str | None,
    plan: str | None,
    snapshot: str | None,
    given: tuple[str, ...],
    form: str,
    fail_on: str | None,
) -> int:
    """Check a template or a plan; nothing is changed, and a template needs no AWS."""
    from tools.auditing import findings_in
    from tools.catalog import load_catalog

    source = _source(ctx, endpoints, template, plan, snapshot, _parameters(given))
    findings = findings_in(source.declared, load_catalog())
    _WRITE[form](findings, source)
    wanted = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on else ()
    return FOUND if any(item.severity in wanted for item in findings) else 0


def _source(
    ctx: click.Context,
    endpoints: tuple[str, ...],
    template: str | None,
    plan: str | None,
    snapshot: str | None,
    parameters: dict[str, str],
) -> _Source:
    chosen = [name for name in (template, plan) if name is not None]
    if endpoints or snapshot is not None:
        raise InvalidInputError(
            "Endpoints and snapshots are not audited yet.",
            remedy="Write the endpoint as a template (`sagepilot import ENDPOINT`, then `plan "
            "--render cloudformation`), and give that with --template.",
        )
    if len(chosen) != 1:
        raise click.UsageError("Name one thing to audit: --template FILE or --plan FILE|DIGEST.")
    if template is not None:
        return _of_template(ctx, template, parameters)
    return _of_plan(ctx, chosen[0])


def _of_template(ctx: click.Context, name: str, parameters: dict[str, str]) -> _Source:
    from assistant.settings import Settings
    from tools.auditing import declared_by_template
    from tools.auditing.document import lines_of

    given = ctx.obj or {}
    text = read_text(name)
    declared = declared_by_template(
        text,
        region=known_region(Settings(**given).region),
        parameters=parameters,
        region_is_fixed="region" in given,
    )
    return _Source("stdin" if name == "-" else Path(name).as_posix(), declared, lines_of(text))


def _of_plan(ctx: click.Context, name: str) -> _Source:
    from assistant.cli.deploy import plan_named
    from tools.auditing import declared_by_plan

    plan = plan_named(name, app(ctx).place.journal)
    return _Source(name, declared_by_plan(plan), {})


def _parameters(given: Iterable[str]) -> dict[str, str]:
    for text in given:
        if "=" not in text:
            raise click.UsageError(f"--parameter {text}: write NAME=VALUE.")
    return dict(text.split("=", 1) for text in given)


def _as_text(findings: "tuple[Finding, ...]", source: _Source) -> None:
    from tools.auditing.document import line_at

    for item in findings:
        place = item.evidence[0].path
        line = line_at(place, source.lines)
        where = f"{source.name}:{line}" if line else source.name
        click.echo(f"{item.severity:<6}  {item.id}  {item.title}: {item.cause}")
        for row in item.evidence:
            click.echo(
                f"        {where}  {row.path}" if row is item.evidence[0] else f"        {row.path}"
            )
        controls = f" ({', '.join(item.control_ids)})" if item.control_ids else ""
        click.echo(f"        {item.fix.summary}{controls}")
        click.echo(f"        {item.source_url}")
    counts = [f"{sum(f.severity == s for f in findings)} {s}" for s in SEVERITIES]
    click.echo(f"{len(findings)} findings: {', '.join(counts)}." if findings else "No findings.")


def _as_json(findings: "tuple[Finding, ...]", _source: _Source) -> None:
    emit({"findings": [item.model_dump(mode="json") for item in findings]})


def _as_lines(findings: "tuple[Finding, ...]", _source: _Source) -> None:
    for item in findings:
        emit(item.model_dump(mode="json"))


def _as_sarif(findings: "tuple[Finding, ...]", source: _Source) -> None:
    from importlib.metadata import version

    from tools.auditing.sarif import sarif

    emit(sarif(findings, source.name, source.lines, version("sagepilot")))


_WRITE: dict[str, Callable[["tuple[Finding, ...]", _Source], Any]] = {
    "text": _as_text,
    "json": _as_json,
    "jsonl": _as_lines,
    "sarif": _as_sarif,
}
