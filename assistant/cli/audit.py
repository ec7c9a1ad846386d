"""`sagepilot audit`: what is wrong with a template, a plan or an endpoint, across resources."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from assistant.cli.common import app, emit, known_region, parse_json, read_text
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


class _Found(NamedTuple):
    """A finding, and in what."""

    finding: "Finding"
    source: _Source


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
    """Check endpoints, a template or a plan; AWS is only read, for a template not even that."""
    from tools.auditing import findings_in
    from tools.catalog import load_catalog

    named = {"template": template, "plan": plan, "snapshot": snapshot}
    sources = tuple(_sources(ctx, endpoints, named, _parameters(given)))
    found = [
        _Found(item, source)
        for source in sources
        for item in findings_in(source.declared, load_catalog())
    ]
    found.sort(key=lambda row: SEVERITIES.index(row.finding.severity))
    _WRITE[form](found)
    wanted = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on else ()
    return FOUND if any(row.finding.severity in wanted for row in found) else 0


def _sources(
    ctx: click.Context,
    endpoints: tuple[str, ...],
    given: dict[str, str | None],
    parameters: dict[str, str],
) -> Iterator[_Source]:
    named = {kind: name for kind, name in given.items() if name is not None}
    if len(named) + bool(endpoints) != 1:
        raise click.UsageError(
            "Name what to audit: endpoints, --template FILE, --plan FILE|DIGEST or --snapshot FILE."
        )
    for kind, name in named.items():
        match kind:
            case "template":
                yield _of_template(ctx, name, parameters)
            case "plan":
                yield _of_plan(ctx, name)
            case _:
                yield _of_snapshot(ctx, name)
    for name in endpoints:
        yield _of_endpoint(ctx, name)


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


def _of_snapshot(ctx: click.Context, name: str) -> _Source:
    from assistant.settings import Settings
    from tools.auditing import declared_by_snapshot

    snapshot = parse_json(read_text(name))
    if not isinstance(snapshot, dict):
        raise InvalidInputError("This is no snapshot.", remedy="Give one JSON object.")
    region = known_region(Settings(**(ctx.obj or {})).region)
    return _Source(name, declared_by_snapshot(snapshot, region), {})


def _of_endpoint(ctx: click.Context, name: str) -> _Source:
    from tools.auditing import declared_by_snapshot, snapshot_of

    made = app(ctx)
    region = made.region_of_endpoint(name)
    snapshot = snapshot_of(name, made.place.clients(region))
    return _Source(name, declared_by_snapshot(snapshot, region), {})


def _parameters(given: Iterable[str]) -> dict[str, str]:
    for text in given:
        if "=" not in text:
            raise click.UsageError(f"--parameter {text}: write NAME=VALUE.")
    return dict(text.split("=", 1) for text in given)


def _as_text(found: list[_Found]) -> None:
    from assistant.note_links import note_behind
    from tools.auditing.document import line_at

    for item, source in found:
        click.echo(f"{item.severity:<6}  {item.id}  {item.title}: {item.cause}")
        for row in item.evidence:
            line = line_at(row.path, source.lines)
            click.echo(f"        {source.name}{f':{line}' if line else ''}  {row.path}")
        controls = f" ({', '.join(item.control_ids)})" if item.control_ids else ""
        click.echo(f"        {item.fix.summary}{controls}")
        note = note_behind({"id": item.id})
        click.echo(f"        {item.source_url}" + (f"  note {note}" if note else ""))
    counts = [f"{sum(row.finding.severity == s for row in found)} {s}" for s in SEVERITIES]
    click.echo(f"{len(found)} findings: {', '.join(counts)}." if found else "No findings.")


def _told(row: _Found) -> dict[str, Any]:
    from assistant.note_links import note_behind

    told = row.finding.model_dump(mode="json")
    return {**told, "note_id": note_behind(told), "source": row.source.name}


def _as_json(found: list[_Found]) -> None:
    emit({"findings": [_told(row) for row in found]})


def _as_lines(found: list[_Found]) -> None:
    for row in found:
        emit(_told(row))


def _as_sarif(found: list[_Found]) -> None:
    from importlib.metadata import version

    from tools.auditing.sarif import sarif

    placed = [(row.finding, row.source.name, row.source.lines) for row in found]
    emit(sarif(placed, version("sagepilot")))


_WRITE: dict[str, Callable[[list[_Found]], None]] = {
    "text": _as_text,
    "json": _as_json,
    "jsonl": _as_lines,
    "sarif": _as_sarif,
}
