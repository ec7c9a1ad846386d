"""Park, unpark and going back for an endpoint in a stack: the stack stays, its template changes."""

from tools.errors import InvalidInputError
from tools.plan import DeploymentPlan, Precondition, Step
from tools.planners.lineage import Removal, Turn, history, standing_calls
from tools.planners.moves import Move, as_steps, numbered
from tools.planners.observed import observe_endpoint
from tools.planners.parking import carried_over, counts_not_kept, require_in_service, still_served
from tools.planners.stacks.moving import Goal, Route, goals_to, route, told, without
from tools.planners.stacks.revision import Revision, StandingStack, read_stack
from tools.planners.stacks.sending import read_sent, store_of
from tools.planners.stacks.versions import drift
from tools.planners.updating import checked

_CREATE = "cloudformation.create_change_set"
_UPDATE = "cloudformation.update_stack"
#: What costs, scales or rings; the rest costs nothing and makes it again.
_PARKED_WITHOUT = frozenset(
    {
        "AWS::SageMaker::Endpoint", "AWS::SageMaker::InferenceComponent",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::CloudWatch::Alarm",
    }
)  # fmt: skip


def is_by_stack(plan: DeploymentPlan) -> bool:
    """Say whether a plan changes a stack that stands."""
    return any(
        step.operation == _CREATE and step.parameters.get("ChangeSetType") == "UPDATE"
        for step in plan.steps
    )


def plan_stack_park(endpoint_name: str, removal: Removal, stack_name: str) -> DeploymentPlan:
    """Plan to take endpoint, scaling and alarms out of the stack; model and configuration stay.

    Raises:
        NotFoundError: There is no such endpoint.
        InvalidInputError: It, or its stack, is not at rest.
    """
    seen = observe_endpoint(endpoint_name, removal.clients)
    require_in_service(seen)
    stack = read_stack(stack_name, removal.clients)
    goal = Goal(parked(stack.revision), "Take the endpoint and its scaling out of the stack.")
    way = _route(stack, (goal,), endpoint_name, removal)
    return _plan(
        removal,
        way,
        (Move(_surely_gone(endpoint_name), None),),
        kind="park",
        endpoint_name=endpoint_name,
        preconditions=(still_served(seen),),
        summary=f"Park endpoint {endpoint_name}: its stack {stack_name} stays, without it. "
        f"{told(way.expected)}. Model, configuration, role, archives and logs are kept; they cost "
        "next to nothing.",
        cost_usd_per_month=0,
        cost_if_forgotten_usd_per_month=0,
        warnings=(*counts_not_kept(seen), *drift(seen, stack, removal)),
    )


def parked(revision: Revision) -> Revision:
    """Return a revision without what costs, scales or rings."""
    gone = {key for key, row in revision.resources.items() if row["Type"] in _PARKED_WITHOUT}
    return without(revision, gone)


def _surely_gone(endpoint_name: str) -> Step:
    return Step(
        operation="sagemaker.delete_endpoint",
        parameters={"EndpointName": endpoint_name},
        why="A stack is complete even when it could not delete what it gave up: make sure that "
        "the endpoint and its charges are gone.",
        wait_for="endpoint_deleted",
    )


def plan_stack_unpark(turn: Turn, removal: Removal) -> DeploymentPlan:
    """Plan to bring a stack back to what it was before its endpoint was parked.

    Args:
        turn: The park.
        removal: Clients, journal and nonce.

    Raises:
        InvalidInputError: The stack is not at rest, or somebody changed it since.
    """
    name = turn.plan.endpoint_name
    stack = _unchanged_since(turn, removal)
    goal = Goal(before(turn, removal), "Make the endpoint and its scaling again, as they were.")
    way = _route(stack, (goal,), name, removal)
    past = history(name, removal.journal)
    served = next((t.plan for t in past if t.plan.kind != "park"), None)
    return _plan(
        removal,
        way,
        (),
        **(carried_over(served) if served is not None else {}),
        kind="unpark",
        endpoint_name=name,
        undoes=turn.deployment_id,
        preconditions=(
            Precondition(
                operation="sagemaker.describe_endpoint",
                parameters={"EndpointName": name},
                found=False,
            ),
        ),
        summary=f"Unpark endpoint {name}: its stack {stack.name} makes it again, scaling "
        f"included: {told(way.expected)}.",
    )


def plan_stack_back(turn: Turn, removal: Removal) -> DeploymentPlan:
    """Plan to bring a stack back to before an update or an unpark, and remove what that uploaded.

    Raises:
        InvalidInputError: The endpoint or its stack is not at rest, or somebody changed the stack.
    """
    name = turn.plan.endpoint_name
    seen = observe_endpoint(name, removal.clients)
    require_in_service(seen)
    stack = _unchanged_since(turn, removal)
    goals = goals_to(stack.revision, before(turn, removal), "Back to the version before.")
    way = _route(stack, goals, name, removal)
    removals = [c for c in standing_calls(turn, removal.journal) if c.operation.startswith("s3.")]
    last = list(as_steps(removals, "What the version was made of."))
    if turn.plan.kind == "unpark":
        last = [_surely_gone(name)]
    earlier = next(
        (t.plan for t in history(name, removal.journal)
         if t.deployment_id != turn.deployment_id and t.plan.kind != "park"), None
    )  # fmt: skip
    cost = earlier if turn.plan.kind == "update" else None
    return _plan(
        removal,
        way,
        tuple(Move(step, None) for step in last),
        kind="undo",
        endpoint_name=name,
        undoes=turn.deployment_id,
        preconditions=(still_served(seen),),
        summary=f"Stack {stack.name} of endpoint {name} goes back to what it was: "
        f"{told(way.expected)}.",
        cost_usd_per_month=cost.cost_usd_per_month if cost else None,
        cost_if_forgotten_usd_per_month=cost.cost_if_forgotten_usd_per_month if cost else None,
        warnings=drift(seen, stack, removal),
    )


def before(turn: Turn, removal: Removal) -> Revision:
    """Return the revision that a turn of a stack came from."""
    first = next(call for call in turn.plan.undo if call.operation == _UPDATE)
    return read_sent(first.parameters, removal.clients)


def _unchanged_since(turn: Turn, removal: Removal) -> StandingStack:
    """Read a stack, and refuse it when it is not what a turn of ours made of it."""
    *_, last = (step for step in turn.plan.steps if step.operation == _CREATE)
    stack = read_stack(str(last.parameters["StackName"]), removal.clients)
    made = read_sent(last.parameters, removal.clients)
    if (made.document, made.parameters) != (stack.revision.document, stack.revision.parameters):
        raise InvalidInputError(
            f"Stack {stack.name} was changed by something else since {turn.deployment_id}.",
            remedy="Look at the stack's events, and change it where it was changed.",
        )
    return stack


def _route(
    stack: StandingStack, goals: tuple[Goal, ...], endpoint_name: str, removal: Removal
) -> Route:
    first = history(endpoint_name, removal.journal)[-1].plan
    return route(stack, goals, removal.nonce, store_of(first, removal.blobs))


def _plan(
    removal: Removal, way: Route, after: tuple[Move, ...], **fields: object
) -> DeploymentPlan:
    steps, undo = numbered((*way.uploads, *way.moves, *after))
    return checked(
        DeploymentPlan.model_validate(
            {
                **fields,
                **removal.place_of_plan(),
                "method": "cloudformation",
                "steps": steps,
                "undo": undo,
                "expected_changes": way.expected,
            }
        )
    )
