"""`sagepilot recommend`: requirements in, recommendation out. AWS is not asked."""

from typing import Any

import click

from assistant.cli.common import (
    JSON,
    JSONL,
    each_line,
    emit,
    known_region,
    requirements_from,
    requirements_of,
)


@click.command()
@click.argument("source", default="-")
@JSON
@JSONL
@click.pass_context
def command(ctx: click.Context, source: str, as_json: bool, as_jsonl: bool) -> None:
    """Recommend how to serve a model; SOURCE is a file or - (JSON, or a sentence)."""
    region = (ctx.obj or {}).get("region")
    if as_jsonl:
        each_line(lambda value: _recommended(requirements_of(value), region))
        return
    told = _recommended(requirements_from(source), region)
    if as_json:
        emit(told)
        return
    from assistant.cli.tables import show_recommendation

    show_recommendation(told)


def _recommended(needs: Any, region: str | None) -> dict[str, Any]:  # noqa: ANN401
    from assistant.note_links import with_notes
    from assistant.settings import Settings
    from tools.catalog import load_catalog
    from tools.recommendation import assumptions, conflicts, missing, recommend
    from tools.requirements import merge

    here = needs
    if needs.region is None:
        here = merge(needs, {"region": known_region(region or Settings().region)})
    catalog = load_catalog()
    made = with_notes(recommend(here, catalog).model_dump(mode="json"))
    return {
        **made,
        "values": needs.said(),
        "assumed": assumptions(needs),
        "missing": list(missing(needs)),
        "conflicts": with_notes([c.model_dump(mode="json") for c in conflicts(here, catalog)]),
    }
