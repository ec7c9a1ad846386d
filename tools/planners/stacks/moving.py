"""From one revision of a stack to another: change sets, one after the other, and their way back."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tools.plan import Step
from tools.planners.moves import Inverse, Move, plain_moves
from tools.planners.stacks.changes import expected_changes, references, settled
from tools.planners.stacks.revision import Revision, StandingStack, edited
from tools.planners.stacks.sending import TemplateStore, sent

_CONFIG = "AWS::SageMaker::EndpointConfig"
_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
_SCALING = frozenset({_TARGET, "AWS::ApplicationAutoScaling::ScalingPolicy"})


class Goal(NamedTuple):
    """A revision to go to, and why."""

    revision: Revision
    why: str


class Route(NamedTuple):
    """How a stack gets somewhere.

    Attributes:
        uploads: Templates that are too long for a request.
        moves: A change set made and carried out, for each goal.
        expected: What each change set must hold; `change_set` names it.
    """

    uploads: tuple[Move, ...]
    moves: tuple[Move, ...]
    expected: tuple[dict[str, Any], ...]


def goals_to(before: Revision, after: Revision, why: str) -> tuple[Goal, ...]:
    """Return the revisions to go through.

    UpdateEndpoint refuses another instance type, or the end, of a variant that scales (docs:
    endpoint-scaling): its scaling goes first, and comes back with the new version.
    """
    was, is_ = _types_of_variants(before), _types_of_variants(after)
    if not any(was.get(name) != is_.get(name) for name in _scaled(before) if _serves(after)):
        return (Goal(after, why),)
    return (
        Goal(_unscaled(before), "Take the scaling away: AWS changes no variant that scales."),
        Goal(after, why),
    )


def _serves(revision: Revision) -> bool:
    return any(r["Type"] == "AWS::SageMaker::Endpoint" for r in revision.resources.values())


def _types_of_variants(revision: Revision) -> dict[str, Any]:
    return {
        row["VariantName"]: row.get("InstanceType")
        for resource in revision.resources.values()
        if resource["Type"] == _CONFIG
        for row in settled(resource["Properties"]["ProductionVariants"], revision.parameters)
    }


def _scaled(revision: Revision) -> set[str]:
    """The variants that have a scalable target."""
    found = set()
    for resource in revision.resources.values():
        if resource["Type"] == _TARGET:
            match settled(resource["Properties"]["ResourceId"], revision.parameters):
                case {"Fn::Sub": str(text)} | str(text):
                    found.add(text.rpartition("/")[2])
                case _:
                    pass
    return found


def _unscaled(revision: Revision) -> Revision:
    """Without targets, policies and what calls those."""
    gone = {key for key, row in revision.resources.items() if row["Type"] in _SCALING}
    return without(revision, gone)


def without(revision: Revision, gone: set[str]) -> Revision:
    """Return a revision without some resources, and without what refers to them."""
    more = {
        key
        for key, row in revision.resources.items()
        if key not in gone and gone & {name for name, _ in references(row.get("Properties", {}))}
    }
    if more:
        return without(revision, gone | more)
    document = dict(revision.document)
    document["Resources"] = {k: r for k, r in revision.resources.items() if k not in gone}
    outputs = {
        key: row
        for key, row in document.get("Outputs", {}).items()
        if not gone & {name for name, _ in references(row["Value"])}
    }
    document.pop("Outputs", None)
    return edited(revision, {**document, **({"Outputs": outputs} if outputs else {})})


def route(
    stack: StandingStack, goals: Sequence[Goal], nonce: str, store: TemplateStore | None
) -> Route:
    """Return the change sets that lead a stack through the goals.

    Raises:
        InvalidInputError: A template is too long.
    """
    uploads: dict[str, Step] = {}

    def given(revision: Revision) -> dict[str, Any]:
        found = sent(revision.text, store)
        if found.upload is not None:
            uploads.setdefault(str(found.upload.parameters["Key"]), found.upload)
        return {**_common(stack, revision), **found.parameters}

    moves: list[Move] = []
    expected: list[dict[str, Any]] = []
    present = stack.revision
    for number, goal in enumerate(goals, 1):
        names = {"StackName": stack.name, "ChangeSetName": f"sagepilot-{nonce}-{number}"}
        rows = expected_changes(present, goal.revision)
        expected += [{**row, "change_set": names["ChangeSetName"]} for row in rows]
        tokens = f"sagepilot-{nonce}-{number}"
        moves += _made(names, given(goal.revision), f"{tokens}-made", rows)
        moves.append(_carried_out(names, goal, given(present), tokens))
        present = goal.revision
    return Route(tuple(plain_moves(uploads.values())), tuple(moves), tuple(expected))


def _common(stack: StandingStack, revision: Revision) -> dict[str, Any]:
    """Tags stay as they are: another tag would be a change of every resource."""
    makes_role = any(row["Type"] == "AWS::IAM::Role" for row in revision.resources.values())
    return {
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in revision.parameters.items()
        ],
        **({"Capabilities": ["CAPABILITY_IAM"]} if makes_role else {}),
        **({"Tags": list(stack.tags)} if stack.tags else {}),
    }


def _made(
    names: dict[str, str],
    given: dict[str, Any],
    token: str,
    rows: Sequence[dict[str, Any]],
) -> list[Move]:
    step = Step(
        operation="cloudformation.create_change_set",
        parameters={**names, "ChangeSetType": "UPDATE", **given, "ClientToken": token},
        why=f"Let CloudFormation say what would change: {told(rows)}. Anything else than was "
        "approved ends it here.",
        wait_for="change_set_created",
    )
    return [Move(step, Inverse("cloudformation.delete_change_set", names))]


def _carried_out(names: dict[str, str], goal: Goal, before: dict[str, Any], token: str) -> Move:
    step = Step(
        operation="cloudformation.execute_change_set",
        parameters={**names, "ClientRequestToken": f"{token}-carried-out"},
        why=goal.why,
        wait_for="stack_updated",
    )
    back = {
        "StackName": names["StackName"],
        **before,
        "ClientRequestToken": f"{token}-taken-back",
    }
    return Move(step, Inverse("cloudformation.update_stack", back, "stack_updated"))


def told(rows: Sequence[dict[str, Any]]) -> str:
    """Return expected changes in words."""
    return ", ".join(f"{row['action']} {row['logical_id']}{_replacing(row)}" for row in rows)


def _replacing(row: dict[str, Any]) -> str:
    return {"True": " (replaced)", "Conditional": " (perhaps replaced)"}.get(
        str(row["replacement"]), ""
    )
