"""`sagepilot metrics`: latency, errors, backlog, instances and cost so far, from CloudWatch."""

import click

from assistant.cli.common import JSON, app, emit


@click.command()
@click.argument("endpoint")
@click.option(
    "--minutes", default=60, show_default=True, type=click.IntRange(1, 1440), help="How far back."
)
@JSON
@click.pass_context
def command(ctx: click.Context, endpoint: str, minutes: int, as_json: bool) -> None:
    """Say how ENDPOINT did in the last minutes."""
    from tools.monitoring import endpoint_metrics

    made = app(ctx)
    place = made.place
    clients = place.clients(made.region_of_endpoint(endpoint))
    found = endpoint_metrics(endpoint, clients, place.catalog, place.now(), window_minutes=minutes)
    if as_json:
        emit({**found.model_dump(mode="json"), "target": made.target, "account": made.account})
        return
    from assistant.cli.tables import show_metrics

    show_metrics(found, made.target_label)
