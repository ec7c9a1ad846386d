"""`sagepilot compare`: the same traffic to two endpoints or variants."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.common import JSON, app, emit
from assistant.cli.invoke import body_of, content_type_of
from tools.errors import InvalidInputError

if TYPE_CHECKING:
    from assistant.bootstrap import App
    from tools.invocation import Request


@click.command()
@click.argument("a")
@click.argument("b")
@click.argument("sources", nargs=-1)
@click.option("--content-type", help="Of the requests; by default from the files' endings.")
@click.option("--rounds", default=10, show_default=True, type=click.IntRange(1, 1000))
@JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    a: str,
    b: str,
    sources: tuple[str, ...],
    **options: Any,  # noqa: ANN401 - the options
) -> None:
    """Send the same requests to A and B (an endpoint, or endpoint/variant) and compare.

    SOURCES are files with one request each; without any, the request that A was verified with.
    """
    from tools.comparison import compare, side_of

    made = app(ctx)
    one, other = side_of(a), side_of(b)
    requests = _requests(made, one.endpoint_name, sources, options["content_type"])
    clients = made.place.clients(made.region_of_endpoint(one.endpoint_name))
    found = compare(one, other, requests, clients, rounds=options["rounds"])
    if options["as_json"]:
        emit({**found.model_dump(mode="json"), "target": made.target})
        return
    from assistant.cli.tables import show_comparison

    show_comparison(found, made.target_label)


def _requests(
    made: "App", endpoint: str, sources: tuple[str, ...], content_type: str | None
) -> "list[Request]":
    from tools.invocation import Request

    if sources:
        return [
            Request(
                body=body_of(source), content_type=content_type or content_type_of(Path(source))
            )
            for source in sources
        ]
    sample = made.sample_for(endpoint)
    if sample is None:
        raise InvalidInputError(
            f"No request is known that {endpoint} takes.", remedy="Name files with one each."
        )
    return [Request(body=sample[0], content_type=sample[1])]
