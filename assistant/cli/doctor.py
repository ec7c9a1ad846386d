"""`sagepilot doctor`: what works, what does not, the remedy; the policy to paste."""

import json
import sys

import click

from assistant.cli.common import JSON, app, emit
from tools.errors import SagepilotError


@click.command()
@JSON
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Look at machine, sandbox or account, notes and chat model."""
    from assistant.checkup import checks
    from tools.permissions import caller_policy

    made = app(ctx)
    found = tuple(checks(made))
    ok = all(check.ok is not False for check in found)
    try:
        policy = caller_policy(made.account, made.region)
    except (SagepilotError, OSError):  # told among the checks
        policy = caller_policy("ACCOUNT", made.region)
    if as_json:
        told = {"target": made.target, "region": made.region, "policy": policy}
        emit({"ok": ok, "checks": [check.model_dump() for check in found], **told})
    else:
        for check in found:
            mark = {True: "ok", False: "NO", None: "--"}[check.ok]
            click.echo(f"{mark}  {check.name}: {check.detail}")
            if check.remedy:
                click.echo(f"      {check.remedy}")
        click.echo("\nThe least-privilege policy for planning and deploying:")
        click.echo(json.dumps(policy, indent=1))
    sys.exit(0 if ok else 1)
