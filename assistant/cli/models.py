"""`sagepilot models`: JumpStart's catalogue, searched by what decides between models."""

import click

from assistant.cli.common import JSON, app, emit


@click.command()
@click.argument("words", nargs=-1)
@click.option("--task", help="For example text-embedding or image-classification.")
@click.option("--framework")
@click.option("--licence", "--license", help="open, gated, proprietary, or part of its name.")
@click.option("--max-parameters", help="For example 8B.")
@click.option("--instance-type", help="It must run on this type.")
@click.option("--max-usd-per-hour", help="Of its default instance type.")
@click.option("--serverless/--no-serverless", default=None, help="Whether serverless can serve it.")
@click.option(
    "--within-quota/--no-within-quota",
    default=None,
    help="Whether the account may have its default instance type.",
)
@click.option("-n", "--limit", type=click.IntRange(1, 40), default=10, show_default=True)
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    words: tuple[str, ...],
    *,
    as_json: bool,
    **criteria: str | int | bool | None,
) -> None:
    """Search JumpStart's models of the region; deploy one with its id."""
    from assistant.catalogue_tools import SearchModels, found_models, told
    from assistant.cli.common import validated_input
    from tools.quantities import parse_value

    size = criteria.pop("max_parameters")
    most = None if size is None else parse_value("model_parameters", size)
    given = {"words": " ".join(words), "max_parameters": most, **criteria}
    wanted = validated_input(SearchModels, given)
    made = app(ctx)
    hits = [told(hit) for hit in found_models(wanted, made.place, made.region)]
    if as_json:
        emit({"models": hits, "target": made.target, "region": wanted.region or made.region})
        return
    from assistant.cli.tables import show_models

    show_models(hits, made.target_label)
