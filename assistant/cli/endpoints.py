"""`sagepilot endpoints`: what runs, what it costs, when it expires."""

import click

from assistant.cli.common import JSON, emit, recovered


@click.command()
@JSON
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the region's endpoints with status and standing cost."""
    made = recovered(ctx)
    rows = made.endpoints()
    if as_json:
        told = {"target": made.target, "region": made.region, "account": made.account}
        emit({"endpoints": list(rows), **told})
        return
    from assistant.cli.tables import show_endpoints

    show_endpoints(rows, made.target_label)
