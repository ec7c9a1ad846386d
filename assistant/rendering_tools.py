"""The chat model's tool that shows a plan as code. It reads; nothing is written anywhere."""

from typing import Any, Literal, NamedTuple

from pydantic import Field

from assistant import events
from assistant.lifecycle_tools import Arguments
from assistant.workplace import Workplace
from tools.deployment import outcome
from tools.errors import NotFoundError
from tools.plan import DeploymentPlan, parse_plan
from tools.planners.rendering import FILE_NAMES, rendered


class RenderPlan(Arguments):
    """Show the plan that waits, or the last one that was deployed, as code for a repository."""

    language: Literal[
        "python", "python-sdk", "cloudformation", "terraform", "notebook", "workflow"
    ] = Field(description="python: boto3; python-sdk: the SageMaker SDK; workflow: GitHub Actions.")


class Shown(NamedTuple):
    """What the model is told (not the code itself), and what the face shows."""

    told: dict[str, Any]
    event: events.Rendered


def rendering(arguments: RenderPlan, state: Any, place: Workplace) -> Shown:  # noqa: ANN401
    """Return a plan of this conversation as code.

    Raises:
        NotFoundError: Nothing was planned or deployed here yet.
        InvalidInputError: The plan cannot be said in that language; says why.
    """
    plan = _plan(state, place)
    text = rendered(plan, arguments.language)
    event = events.Rendered(
        digest=plan.digest,
        language=arguments.language,
        file_name=FILE_NAMES[arguments.language],
        text=text,
    )
    told = event.model_dump(exclude={"event", "text"})
    return Shown({**told, "lines": text.count("\n"), "endpoint_name": plan.endpoint_name}, event)


def _plan(state: Any, place: Workplace) -> DeploymentPlan:  # noqa: ANN401
    digest = state.get("pending_digest")
    last = state.get("last_deployment")
    if digest is None and last is not None:
        found = outcome(place.journal, last)
        digest = found.digest if found else None
    kept = place.journal.plan_json(digest) if digest else None
    if kept is None:
        raise NotFoundError(
            "There is no plan in this conversation yet.",
            remedy="Say what you want to deploy, and ask again when the plan is shown.",
        )
    return parse_plan(kept)
