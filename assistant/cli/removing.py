"""Undo and delete: without a digest they plan, with it they carry that plan out."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from assistant.cli.applying import applied
from tools.errors import InvalidInputError, PlanNotApprovedError
from tools.plan import DeploymentPlan, parse_plan

if TYPE_CHECKING:
    from assistant.bootstrap import App


WHOLE_DIGEST = 64  # hexadecimal digits of a SHA-256; a part of one approves nothing


def offered(app: "App", plan: DeploymentPlan, *, as_json: bool) -> None:
    """Keep a plan that takes away and show it; nothing is called."""
    plan = app.place.propose(plan)
    if as_json:
        click.echo(plan.model_dump_json())
        return
    from assistant.cli.tables import show_plan

    show_plan(plan)


def carried_out(
    app: "App",
    digest: str,
    belongs: Callable[[DeploymentPlan], bool],
    *,
    typed_name: str | None = None,
    as_json: bool = False,
) -> None:
    """Carry out the plan of that digest, if it is the one that the command names.

    Raises:
        InvalidInputError: There is no plan of that digest.
        PlanNotApprovedError: It is a plan for something else; nothing was called.
        SagepilotError: As `tools.deployment.apply`.
    """
    text = app.place.journal.plan_json(digest) if len(digest) == WHOLE_DIGEST else None
    if text is None:
        raise InvalidInputError(
            f"There is no plan {digest[:12]}.",
            remedy="Run the command without --approve and approve the whole digest.",
        )
    plan = parse_plan(text)
    if not belongs(plan):
        raise PlanNotApprovedError(
            f"Plan {digest[:12]} does not do this: {plan.summary}",
            remedy="Run the command without --approve and approve the digest it shows.",
        )
    applied(app, plan, digest, typed_name=typed_name, as_json=as_json)
