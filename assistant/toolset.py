"""The chat model's tools: typed functions over `tools` and `knowledge`. None can change anything.

Each takes validated arguments, the thread's state and the workshop, and returns an `Outcome`: JSON
for the model, updates for the state, events for the face. Errors that people can mend come back to
the model as data, so that it can correct itself.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from assistant import (
    catalogue_tools,
    events,
    exam_tools,
    lifecycle_tools,
    practice_tools,
    rendering_tools,
    starter_tools,
)
from assistant.answers import UNREADABLE
from assistant.grounding import said_by_user
from assistant.lifecycle_tools import Arguments as _Arguments
from assistant.lifecycle_tools import SaidFact
from assistant.note_links import with_notes
from assistant.presenting import plan_event, recommendation_json
from assistant.workplace import Workplace
from tools.deployment import outcome
from tools.errors import InvalidInputError, NotFoundError, SagepilotError, UserError
from tools.plan import DeploymentPlan, parse_plan
from tools.planners.removal import plan_deletion, plan_undo
from tools.quantities import parse_value
from tools.recommendation import assumptions, missing
from tools.requirements import Requirements, merge
from tools.source import local_size_bytes


class Outcome(NamedTuple):
    """A tool's answer to the model, the state's updates and what the face is shown."""

    result: dict[str, Any]
    updates: Mapping[str, Any] = MappingProxyType({})
    shown: tuple[events.Event, ...] = ()


class Change(_Arguments):
    """One hypothetical change."""

    field: str
    value: Any


class RecordRequirements(_Arguments):
    """Record what the user said about their needs. Never record anything they did not say."""

    facts: tuple[SaidFact, ...] = Field(max_length=40)


class Recommend(_Arguments):
    """Recommend how to serve the model; `changes` asks "what if" and records nothing."""

    changes: tuple[Change, ...] = ()


class MakePlan(_Arguments):
    """Make one exact plan for what is known, for the user to approve or reject."""


class SearchNotes(_Arguments):
    """Answer a question about SageMaker from the notes, or of "my documents" from those, cited."""

    query: str = Field(min_length=1, max_length=2000)
    k: int = Field(default=5, ge=1, le=10)


class DescribeEndpoints(_Arguments):
    """List the endpoints that exist now, with status and standing cost."""


class DescribeDeployment(_Arguments):
    """Say how a deployment stands; the newest one when no id is given."""

    deployment_id: str | None = None


class PlanDeletion(_Arguments):
    """Plan to delete an endpoint; the user must type its name to approve."""

    endpoint_name: str = Field(min_length=1, max_length=63)


class PlanUndo(_Arguments):
    """Plan to take a deployment back; the newest one when no id is given."""

    deployment_id: str | None = None


State = Mapping[str, Any]
Tool = Callable[[Any, State, Workplace], Outcome]


def known(state: State) -> Requirements:
    """Return the thread's requirements."""
    return Requirements.model_validate(state.get("requirements") or {})


def understood(needs: Requirements, place: Workplace) -> dict[str, Any]:
    """Return what is said, assumed, missing and in conflict, as JSON."""
    seen = seen_by(place, needs)
    found = {key: value for key, value in seen.said().items() if key not in needs.said()}
    return {
        "values": needs.said(),
        "assumed": {**assumptions(seen), **found},
        "missing": list(missing(seen)),
        "conflicts": with_notes([c.model_dump(mode="json") for c in place.conflicts(seen)]),
    }


def seen_by(place: Workplace, needs: Requirements) -> Requirements:
    """Return `needs` with what can be seen without asking: the region, what a local file shows."""
    seen: dict[str, Any] = {} if needs.region else {"region": place.region}
    size = local_size_bytes(needs.model_source, lambda: place.sample().archive)
    found = place.look(needs) if size is not None else None
    if found is not None:
        seen |= {"model_size_bytes": found.model_size_bytes, "framework": found.framework.value}
    elif size is not None:
        seen |= {"model_size_bytes": size}
    said = needs.said()
    return merge(needs, {key: value for key, value in seen.items() if key not in said})


def _record(arguments: RecordRequirements, state: State, place: Workplace) -> Outcome:
    needs = known(state)
    refused: list[dict[str, str]] = []
    for fact in arguments.facts:
        try:
            value = None if fact.value is None else parse_value(fact.field, fact.value)
            said_by_user(fact.field, fact.value, fact.quote, state)
            needs = merge(needs, {fact.field: value})
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            refused.append({"field": fact.field, "reason": reason, "remedy": ""})
        except SagepilotError as error:
            refused.append({"field": fact.field, "reason": error.message, "remedy": error.remedy})
    now = understood(needs, place)
    return Outcome(
        {**now, "refused": refused},
        {"requirements": needs.said()},
        (events.RequirementsUpdated(**now),),
    )


def _recommend(arguments: Recommend, state: State, place: Workplace) -> Outcome:
    said = known(state)
    changed = {c.field: _value(c) for c in arguments.changes}
    needs = seen_by(place, _merged(said, changed))
    made = place.recommend(needs)
    told = recommendation_json(made)
    result: dict[str, Any] = {
        "recommendation": told,
        "changed": changed,
        "missing": list(missing(needs)),
        "conflicts": with_notes([c.model_dump(mode="json") for c in place.conflicts(needs)]),
    }
    shown = () if changed else (events.RecommendationMade(**told),)
    return Outcome(result, {}, shown)


def _value(change: Change) -> Any:  # noqa: ANN401 - a JSON value
    return None if change.value is None else parse_value(change.field, change.value)


def _merged(needs: Requirements, changes: dict[str, Any]) -> Requirements:
    try:
        return merge(needs, changes)
    except ValidationError as error:
        raise InvalidInputError(
            error.errors()[0]["msg"], remedy="Name a field of the requirements and a usable value."
        ) from error


def _make_plan(_: MakePlan, state: State, place: Workplace) -> Outcome:
    needs = known(state)
    made = _proposed(place.plan(needs), place)
    settled = made.result["plan"]["recommendation"] or {}
    before = recommendation_json(place.recommend(seen_by(place, needs)))
    if settled == before or not settled:
        return made
    # The model's own file told more than its size did: what is planned is what is shown.
    return made._replace(shown=(events.RecommendationMade(**settled), *made.shown))


def _proposed(plan: DeploymentPlan, place: Workplace) -> Outcome:
    plan = place.propose(plan)
    shown = plan_event(plan)
    request = events.ApprovalRequested(
        digest=plan.digest,
        summary=plan.summary,
        cost_usd_per_month=shown.cost_usd_per_month,
        cost_if_forgotten_usd_per_month=shown.cost_if_forgotten_usd_per_month,
        typed_name_required=plan.typed_name_required,
    )
    told = shown.model_dump(mode="json", exclude={"event"})
    return Outcome(
        {
            "plan": {
                **told,
                "inference_option": plan.inference_option,
                "recommendation": with_notes(plan.recommendation),
            },
            "approval_requested": True,
        },
        {"pending_digest": plan.digest},
        (shown, request),
    )


def _search(arguments: SearchNotes, state: State, place: Workplace) -> Outcome:
    from assistant.own_documents import asks_own_documents, from_own_documents
    from assistant.ruled_answers import answered, earlier_questions
    from knowledge.errors import KnowledgeError

    language: Literal["en", "vi"] = "vi" if state.get("language") == "vi" else "en"
    history = earlier_questions(state.get("messages", ()))
    try:
        if asks_own_documents(arguments.query):
            return Outcome(from_own_documents(arguments.query, home=place.home, language=language))
        found = answered(arguments.query, home=place.home, language=language, history=history)
    except KnowledgeError as error:
        raise UserError(error.message, remedy=error.remedy) from error
    return Outcome(found.model_dump(mode="json"))


def _endpoints(_: DescribeEndpoints, state: State, place: Workplace) -> Outcome:
    region = known(state).region or place.region
    rows = place.endpoints(region)
    return Outcome({"endpoints": list(rows), "target": place.target, "region": region})


def _deployment(arguments: DescribeDeployment, state: State, place: Workplace) -> Outcome:
    wanted = arguments.deployment_id or state.get("last_deployment")
    if wanted is None:
        return Outcome({"deployment": None})
    found = outcome(place.journal, wanted)
    if found is None:
        raise NotFoundError(f"There is no deployment {wanted}.", remedy="Ask without an id.")
    plan = parse_plan(place.journal.plan_json(found.digest) or "")
    done = sum(s in {"done", "undone"} for s, _ in place.journal.steps(wanted).values())
    told = {**found.model_dump(mode="json"), "step": done, "of": len(plan.steps)}
    return Outcome({"deployment": told})


def _delete(arguments: PlanDeletion, state: State, place: Workplace) -> Outcome:
    region = known(state).region or place.region
    return _proposed(plan_deletion(arguments.endpoint_name, place.removal(region)), place)


def _undo(arguments: PlanUndo, _: State, place: Workplace) -> Outcome:
    region = place.region_of(arguments.deployment_id)
    return _proposed(plan_undo(arguments.deployment_id, place.removal(region)), place)


def _models(arguments: catalogue_tools.SearchModels, state: State, place: Workplace) -> Outcome:
    region = known(state).region or place.region
    hits = catalogue_tools.found_models(arguments, place, region)
    return Outcome({"models": [catalogue_tools.told(hit) for hit in hits], "region": region})


def _starters(
    _: starter_tools.ListStarters,
    state: State,
    place: Workplace,  # noqa: ARG001 - every tool is called alike
) -> Outcome:
    return Outcome({"starters": starter_tools.listed(state.get("language") or "en")})


def _start(arguments: starter_tools.StartFrom, state: State, place: Workplace) -> Outcome:
    language = state.get("language") or "en"
    told, needs = starter_tools.begun(arguments, known(state).said(), place, language)
    made = _proposed(place.plan(needs), place)
    now = understood(needs, place)
    return Outcome(
        {"starter": told, **made.result},
        {**made.updates, "requirements": needs.said()},
        (events.RequirementsUpdated(**now), *made.shown),
    )


def _render(arguments: rendering_tools.RenderPlan, state: State, place: Workplace) -> Outcome:
    shown = rendering_tools.rendering(arguments, state, place)
    return Outcome({"rendered": shown.told}, {}, (shown.event,))


def _pasted(arguments: exam_tools.AnswerExamQuestion, state: State, place: Workplace) -> Outcome:
    return Outcome(exam_tools.answered(arguments, state, place))


def _practised(make: Callable[[Any, State, Workplace], practice_tools.Told]) -> Tool:
    """Return the tool that practises; the thread keeps where it stands."""

    def tool(arguments: Any, state: State, place: Workplace) -> Outcome:  # noqa: ANN401
        told, practice = make(arguments, state, place)
        return Outcome(told, {"practice": practice})

    return tool


def _planned(make: Callable[[Any, State, Workplace], DeploymentPlan]) -> Tool:
    """Return the tool that proposes what `make` plans."""

    def tool(arguments: Any, state: State, place: Workplace) -> Outcome:  # noqa: ANN401
        return _proposed(make(arguments, state, place), place)

    return tool


#: Name to arguments and function; everything the chat model can ever do.
TOOLS: dict[str, tuple[type[BaseModel], Tool]] = {
    "record_requirements": (RecordRequirements, _record),
    "recommend": (Recommend, _recommend),
    "make_plan": (MakePlan, _make_plan),
    "search_notes": (SearchNotes, _search),
    "search_models": (catalogue_tools.SearchModels, _models),
    "list_starters": (starter_tools.ListStarters, _starters),
    "start_from": (starter_tools.StartFrom, _start),
    "describe_endpoints": (DescribeEndpoints, _endpoints),
    "describe_deployment": (DescribeDeployment, _deployment),
    "render_plan": (rendering_tools.RenderPlan, _render),
    "plan_deletion": (PlanDeletion, _delete),
    "plan_undo": (PlanUndo, _undo),
    "plan_update": (lifecycle_tools.PlanUpdate, _planned(lifecycle_tools.update_plan)),
    "plan_park": (lifecycle_tools.PlanPark, _planned(lifecycle_tools.park_plan)),
    "plan_unpark": (lifecycle_tools.PlanUnpark, _planned(lifecycle_tools.unpark_plan)),
    "plan_expiry": (lifecycle_tools.PlanExpiry, _planned(lifecycle_tools.expiry_plan)),
    "answer_exam_question": (exam_tools.AnswerExamQuestion, _pasted),
    "practice_question": (
        practice_tools.PracticeQuestion,
        _practised(practice_tools.asked_question),
    ),
    "practice_answer": (practice_tools.PracticeAnswer, _practised(practice_tools.marked_answer)),
    "practice_explain": (practice_tools.PracticeExplain, _practised(practice_tools.explained)),
    "practice_progress": (practice_tools.PracticeProgress, _practised(practice_tools.progress)),
}


def schemas() -> list[dict[str, Any]]:
    """Return the tools in the form that chat models are bound to."""
    from langchain_core.utils.function_calling import convert_to_openai_tool

    made = []
    for name, (arguments, _) in TOOLS.items():
        schema = convert_to_openai_tool(arguments)
        schema["function"]["name"] = name
        made.append(schema)
    return made


def use(name: str, arguments: Any, state: State, place: Workplace) -> Outcome:  # noqa: ANN401
    """Run one tool.

    Raises:
        InvalidInputError: There is no such tool, or the arguments do not fit it.
        SagepilotError: The tool refused.
    """
    if name not in TOOLS:
        raise InvalidInputError(
            f"There is no tool named {name!r}.", remedy=f"Use one of: {', '.join(TOOLS)}."
        )
    model, function = TOOLS[name]
    if isinstance(arguments, dict) and UNREADABLE in arguments:
        raise InvalidInputError(
            f"{name}: the arguments are no JSON object.",
            remedy="Call again with one JSON object that fits the tool's schema.",
        )
    try:
        parsed = model.model_validate(arguments)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise InvalidInputError(
            f"{name}: {where}: {first['msg']}", remedy="Correct the arguments and call again."
        ) from error
    return function(parsed, state, place)
