"""An approved plan carried out from the command line: shared by deploy, undo and delete."""

from typing import TYPE_CHECKING

import click

from assistant.cli.common import emit
from tools.approval import Approval, check_approval
from tools.carrying import StepProgress
from tools.deployment import apply
from tools.errors import InvalidInputError
from tools.plan import DeploymentPlan

if TYPE_CHECKING:
    from assistant.bootstrap import App
    from tools.transform_result import TransformResult


def applied(
    app: "App",
    plan: DeploymentPlan,
    digest: str,
    *,
    typed_name: str | None = None,
    accept_eula: bool = False,
    as_json: bool = False,
) -> None:
    """Apply `plan` if `digest` is its own, progress to standard error, the result to output.

    Raises:
        SagepilotError: As `tools.deployment.apply`.
    """
    _same_target(app, plan)
    clients = app.place.clients(plan.region)
    approval = Approval(
        digest=digest,
        user=app.settings.user,
        caller_arn=clients.caller_arn,
        approved_at=app.place.now(),
        why=plan.summary,
        typed_name=typed_name,
        accept_eula=accept_eula,
        policy_digest=app.place.policy_digest(plan),
    )
    check_approval(plan, approval)
    app.place.keep(plan)
    for item in apply(plan, approval, clients, app.place.workshop()):
        if isinstance(item, StepProgress):
            click.echo(f"[{item.step}/{item.of}] {item.operation}  {item.detail}", err=True)
        elif as_json:
            told = item.model_dump(mode="json")
            emit({**told, "target": plan.target, "region": plan.region, "account": plan.account})
        else:
            click.echo(f"{item.endpoint_name}: {item.status} ({plan.target}, {plan.region})")
            if item.outputs is not None:
                _tell_results(item.outputs)
            elif item.verification is not None:
                _tell(item.verification.model_dump())


def _same_target(app: "App", plan: DeploymentPlan) -> None:
    if plan.target != app.target:
        raise InvalidInputError(
            f"This plan is for {plan.target}, this command talks to {app.target}.",
            remedy=f"Run it with --target {plan.target}, or make a plan for {app.target}.",
        )
    account = app.place.clients(plan.region).account
    if plan.account != account:
        raise InvalidInputError(
            f"This plan is for account {plan.account}, these credentials are of {account}.",
            remedy="Use the other account's credentials, or make the plan again.",
        )


def _tell_results(found: "TransformResult") -> None:
    """A batch transform's results: where, how many, how long, at what cost."""
    counted = "" if found.records is None else f", {found.records:,} records"
    click.echo(f"Results: {found.objects} of {found.input_objects} objects{counted} in {found.uri}")
    if found.duration_s is not None:
        cost = "price not known" if found.cost_usd is None else f"about USD {found.cost_usd:f}"
        click.echo(f"Took {found.duration_s:g} s; {cost} at list price.")
    if found.records != found.input_records or found.objects != found.input_objects:
        click.echo(f"Not as many as the input has: {found.input_records} records.")
    click.echo(f"First lines:\n{''.join(found.preview.splitlines(keepends=True)[:5])}".rstrip())


def _tell(checked: dict[str, object]) -> None:
    if checked["ok"]:
        click.echo(
            f"Verified with {checked['invocations']} invocation(s): "
            f"p50 {checked['latency_p50_ms']} ms, p95 {checked['latency_p95_ms']} ms."
        )
        click.echo(f"Answer: {checked['response_preview']}")
    else:
        click.echo(f"Not verified: {checked['detail']}")
