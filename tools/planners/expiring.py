"""An endpoint that goes by itself at a moment: inside AWS, although our process is gone by then.

EventBridge Scheduler calls DeleteEndpoint as a role that may do this one thing (docs: scheduler,
managing-targets-universal). A tag on the endpoint says when, for everyone who looks.
"""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from tools.catalog import Catalog
from tools.errors import InvalidInputError
from tools.expiry import EXPIRES_TAG
from tools.plan import DeploymentPlan, Step
from tools.planners.lineage import Removal, history
from tools.planners.moves import Inverse, Move, numbered, plain_moves
from tools.planners.observed import Observed, observe_endpoint
from tools.planners.parking import require_in_service, still_served
from tools.planners.roles import role_arn
from tools.planners.stacks.revision import stack_of

DELETE_TARGET = "arn:aws:scheduler:::aws-sdk:sagemaker:deleteEndpoint"
POLICY_NAME = "delete-this-endpoint"
#: An endpoint that is being updated cannot be deleted at that moment: an hour of trying again.
_RETRY = {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 60}


def plan_expiry(
    endpoint_name: str, at: datetime, now: datetime, removal: Removal, catalog: Catalog
) -> DeploymentPlan:
    """Plan that AWS deletes an endpoint at a moment.

    Args:
        endpoint_name: The endpoint's.
        at: Aware, in UTC.
        now: Aware.
        removal: Clients, journal and nonce.
        catalog: For what it costs until then.

    Raises:
        NotFoundError: There is no such endpoint.
        InvalidInputError: It is not in service, or hosts inference components.
    """
    seen = observe_endpoint(endpoint_name, removal.clients)
    require_in_service(seen)
    _require_no_components(seen)
    before = _scheduled(seen, removal)
    moves = [*_role(seen, removal, before), *_schedule(seen, at, removal, before)]
    moves.append(_tagged(seen, at))
    steps, undo = numbered(moves)
    served = next((t.plan for t in history(endpoint_name, removal.journal) if t.plan.sample), None)
    hour = _usd_per_hour(seen, catalog)
    return DeploymentPlan.model_validate(
        {
            **removal.place_of_plan(),
            "kind": "update",
            "endpoint_name": endpoint_name,
            "steps": steps,
            "undo": undo,
            "preconditions": (still_served(seen),),
            "summary": f"Endpoint {endpoint_name} is deleted by AWS itself at "
            f"{at:%Y-%m-%d %H:%M} UTC{_until(hour, at, now)}. What it was made of stays, "
            "and `sagepilot delete` removes that.",
            "cost_usd_per_month": None if hour is None else hour * 730,
            "cost_if_forgotten_usd_per_month": 0,
            "warnings": _about_stack(stack_of(endpoint_name, removal)),
            "sample": served.sample if served else None,
            "requirements": served.requirements if served else None,
        }
    )


def _require_no_components(seen: Observed) -> None:
    """AWS refuses to delete an endpoint before its components, and a schedule makes one call."""
    if seen.components:
        raise InvalidInputError(
            f"Endpoint {seen.name} hosts inference components: AWS deletes it only after them, "
            "and a schedule makes one call.",
            remedy=f"Let its copies scale to zero, or delete it yourself (`sagepilot delete "
            f"{seen.name}`).",
        )


def _about_stack(stack_name: str | None) -> tuple[str, ...]:
    """Why a stack's endpoint goes alone: one action on one resource cannot fail half way.

    Deleting the stack would need a role that may delete models, roles and alarms, and a deletion
    that stops at one of those leaves an endpoint that is still paid for.
    """
    if stack_name is None:
        return ()
    return (
        f"Only the endpoint goes at that moment, so that the schedule's role may do one thing; "
        f"stack {stack_name} stays without it, costs nothing, and shows drift until "
        "`sagepilot delete` removes it.",
    )


def _until(hour: Decimal | None, at: datetime, now: datetime) -> str:
    if hour is None:
        return ""
    hours = Decimal(max((at - now).total_seconds(), 0)) / 3600
    return f", after about USD {hour * hours:.2f} from now"


def _usd_per_hour(seen: Observed, catalog: Catalog) -> Decimal | None:
    region = seen.endpoint["EndpointArn"].split(":")[3]
    total = Decimal(0)
    for variant in seen.variants:
        if "InstanceType" in variant:
            price = catalog.price(variant["InstanceType"], region)
            if price is None:
                return None
            total += price.usd_per_hour * seen.instance_count(variant["VariantName"])
    return total


def _scheduled(seen: Observed, removal: Removal) -> dict[str, Any] | None:
    """The schedule that an earlier plan of ours made and that still stands."""
    for turn in history(seen.name, removal.journal):
        for step in turn.plan.steps:
            name = {"Name": step.parameters.get("Name")}
            if step.operation == "scheduler.create_schedule" and removal.clients.exists(
                "scheduler.get_schedule", name
            ):
                return step.parameters
    return None


def _role(seen: Observed, removal: Removal, before: dict[str, Any] | None) -> list[Move]:
    """A role of its own, unless the schedule that is replaced has one."""
    if before is not None:
        return []
    account = removal.clients.account
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
    allowed = {
        "Effect": "Allow",
        "Action": ["sagemaker:DeleteEndpoint"],
        "Resource": seen.endpoint["EndpointArn"],
    }
    name = _role_name(seen.name, removal.nonce)
    return plain_moves(
        (
            Step(
                operation="iam.create_role",
                parameters={
                    "RoleName": name,
                    "AssumeRolePolicyDocument": _document(trust),
                    "Description": f"Deletes SageMaker endpoint {seen.name} when its time is up",
                },
                why="A role for EventBridge Scheduler alone.",
            ),
            Step(
                operation="iam.put_role_policy",
                parameters={
                    "RoleName": name,
                    "PolicyName": POLICY_NAME,
                    "PolicyDocument": _document(allowed),
                },
                why="It may delete this one endpoint and nothing else.",
            ),
        )
    )


def _schedule(
    seen: Observed, at: datetime, removal: Removal, before: dict[str, Any] | None
) -> list[Move]:
    name = f"{seen.name[:54]}-{removal.nonce[:8]}"
    role = role_arn(removal.clients.account, _role_name(seen.name, removal.nonce))
    made = Step(
        operation="scheduler.create_schedule",
        parameters={
            "Name": name,
            "Description": f"Delete SageMaker endpoint {seen.name}",
            "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": DELETE_TARGET,
                "RoleArn": before["Target"]["RoleArn"] if before else role,
                "Input": json.dumps({"EndpointName": seen.name}),
                "RetryPolicy": _RETRY,
            },
        },
        why=f"Let AWS delete the endpoint at {at:%Y-%m-%d %H:%M} UTC.",
    )
    moves = plain_moves([made])
    if before is not None:
        gone = Step(
            operation="scheduler.delete_schedule",
            parameters={"Name": before["Name"]},
            why="The moment that was planned before does not hold any more.",
        )
        moves.append(Move(gone, Inverse("scheduler.create_schedule", before)))
    return moves


def _role_name(endpoint_name: str, nonce: str) -> str:
    """At most 64 characters (IAM's limit)."""
    return f"sagepilot-expiry-{endpoint_name[:37]}-{nonce[:8]}"


def _tagged(seen: Observed, at: datetime) -> Move:
    arn = {"ResourceArn": seen.endpoint["EndpointArn"]}
    tag = {"Key": EXPIRES_TAG, "Value": at.isoformat()}
    old = seen.tags.get(EXPIRES_TAG)
    return Move(
        Step(
            operation="sagemaker.add_tags",
            parameters={**arn, "Tags": [tag]},
            why="Say on the endpoint when it goes.",
        ),
        Inverse("sagemaker.delete_tags", {**arn, "TagKeys": [EXPIRES_TAG]})
        if old is None
        else Inverse("sagemaker.add_tags", {**arn, "Tags": [{"Key": EXPIRES_TAG, "Value": old}]}),
    )


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, sort_keys=True)
