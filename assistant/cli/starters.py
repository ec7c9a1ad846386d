"""`sagepilot starters`: ready templates; `sagepilot plan --starter NAME` plans one."""

from typing import TYPE_CHECKING, Any

import click

from assistant.cli.common import JSON, emit, input_from, requirements_of
from tools.endpoint import DeploymentMethod
from tools.plan import DeploymentPlan

if TYPE_CHECKING:
    from assistant.workplace import Workplace


@click.command()
@click.argument("name", required=False)
@JSON
def command(name: str | None, as_json: bool) -> None:
    """List the starters, or show the one of that NAME with its requirements."""
    from tools.starters import find_starter, starters

    chosen = starters() if name is None else (find_starter(name),)
    if as_json:
        emit({"starters": [starter.model_dump(mode="json", exclude_none=True) | {
            "requirements": starter.requirements.said()} for starter in chosen]})  # fmt: skip
        return
    from assistant.cli.tables import show_starters

    show_starters(chosen, whole=name is not None)


def planned_from(
    place: "Workplace",
    name: str,
    own: tuple[str | None, str | None],
    method: DeploymentMethod | None,
) -> DeploymentPlan:
    """Return the plan of a starter.

    Args:
        place: Where.
        name: The starter's.
        own: A source of requirements of one's own (a file or -), and a model (a path or s3://).
        method: How it is carried out; None for what the requirements prefer.

    Raises:
        NotFoundError: There is no such starter.
        UserError: As planning.
    """
    from tools.starters import find_starter

    starter, (source, model) = find_starter(name), own
    changes: dict[str, Any] = {}
    if source is not None:
        changes |= requirements_of(input_from(source)).said()
    if model is not None:
        kind = "s3" if model.startswith("s3://") else "local"
        changes["model_source"] = {"kind": kind, "uri": model}
    plan = place.plan(place.started(starter, changes), method)
    stands_in = starter.stand_in is not None and place.target == "sandbox"
    if starter.stand_in is None or not stands_in or "model_source" in changes:
        return plan
    told = (*plan.warnings, starter.stand_in.why.en)
    return plan.model_copy(update={"warnings": told})
