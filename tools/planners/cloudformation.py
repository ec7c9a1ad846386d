"""A specification by CloudFormation (`method`: `cloudformation`): uploads, then one change set.

What is approved is the template, its parameters and the changes that it must bring; the change set
is made afterwards and must hold exactly those (`tools.reconcile.differences`). Pure, but for
`check_template`, which runs cfn-lint.
"""

from collections.abc import Iterator
from typing import Any

from tools.endpoint import EndpointSpec
from tools.errors import InvalidInputError
from tools.plan import DeploymentPlan, Step
from tools.planners.api import (
    describe_capacity,
    hosting_steps,
    role_steps,
    scaling_steps,
    storage_steps,
)
from tools.renderers.cloudformation import render
from tools.renderers.linting import findings
from tools.renderers.logical_ids import Call
from tools.renderers.template import LONGEST_BODY, Template


def stack_name(spec: EndpointSpec) -> str:
    """Return the stack's name; one of its kind, so that no other plan's stack is ever meant."""
    own = spec.name if spec.name.endswith(spec.suffix) else f"{spec.name}-{spec.suffix}"
    return f"sagepilot-{own}"


def template_for(spec: EndpointSpec, account: str, reasons: tuple[str, ...] = ()) -> Template:
    """Return the template of a specification.

    Raises:
        InvalidInputError: CloudFormation cannot express it.
    """
    steps = [*role_steps(spec, account), *hosting_steps(spec, account)]
    steps += scaling_steps(spec, first=len(steps))
    return render(spec, [Call(step.operation, step.parameters) for step in steps], reasons)


def template_of(plan: DeploymentPlan) -> Template:
    """Return the template of any plan that makes an endpoint, with its reasons as comments.

    Raises:
        InvalidInputError: The plan makes no endpoint, or CloudFormation cannot express it.
    """
    if plan.spec is None:
        raise InvalidInputError(
            "This plan makes no endpoint that a template could describe.",
            remedy="Render a plan that deploys.",
        )
    return template_for(plan.spec, plan.account, reasons_of(plan.recommendation))


def reasons_of(recommendation: dict[str, Any] | None) -> tuple[str, ...]:
    """Return why it is as it is, a line each, with sources."""
    given = recommendation or {}
    lines = [f"{row['text']} ({row['source_url']})" for row in given.get("reasons", ())]
    cost = given.get("cost_usd_per_month")
    if cost is not None:
        lines.append(f"About {float(cost):.2f} USD a month: {given.get('cost_basis', '')}")
    return tuple(lines)


def body_of(template: Template) -> str:
    """Return the template as it is sent: with its comments when there is room for them.

    Raises:
        InvalidInputError: It is longer than CloudFormation takes.
    """
    for text in (template.text(), template.text(commented=False)):
        if len(text.encode()) <= LONGEST_BODY:
            return text
    raise InvalidInputError(
        f"The template is longer than the {LONGEST_BODY} bytes that CloudFormation takes.",
        remedy="Choose the method api, or fewer variants.",
    )


def check_template(template: Template, region: str) -> None:
    """Refuse a template that cfn-lint has something against.

    Raises:
        InvalidInputError: Quotes the findings.
    """
    found = findings(template.text(), region)
    if found:
        raise InvalidInputError(
            f"CloudFormation would refuse this template: {'; '.join(found[:3])}",
            remedy="Change the requirement that the message names, or choose the method api.",
        )


def steps_by_stack(
    spec: EndpointSpec, template: Template, *, bucket_exists: bool, nonce: str
) -> tuple[Step, ...]:
    """Return the uploads, the change set and its execution.

    Args:
        spec: What to make.
        template: Of that specification.
        bucket_exists: Whether the bucket of the uploads is there already.
        nonce: Of the plan; it makes both calls safe to repeat.

    Raises:
        InvalidInputError: The template is too long for CloudFormation.
    """
    return (*storage_steps(spec, bucket_exists=bucket_exists), *_stack(spec, template, nonce))


def _stack(spec: EndpointSpec, template: Template, nonce: str) -> Iterator[Step]:
    names = {"StackName": stack_name(spec), "ChangeSetName": f"sagepilot-{spec.suffix}"}
    makes_role = any(row["Type"] == "AWS::IAM::Role" for row in template.resources.values())
    yield Step(
        operation="cloudformation.create_change_set",
        parameters={
            **names,
            "ChangeSetType": "CREATE",
            "Description": f"Endpoint {spec.name}",
            "TemplateBody": body_of(template),
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in template.parameters.items()
            ],
            **({"Capabilities": ["CAPABILITY_IAM"]} if makes_role else {}),
            "ClientToken": f"sagepilot-{nonce}-made",
        },
        why=f"Let CloudFormation say what the template would change: {describe_capacity(spec)}. "
        "Anything else than was approved ends the deployment here.",
        wait_for="change_set_created",
    )
    yield Step(
        operation="cloudformation.execute_change_set",
        parameters={**names, "ClientRequestToken": f"sagepilot-{nonce}-carried-out"},
        why="Make the stack and wait until the endpoint is in service.",
        wait_for="stack_complete",
    )


def additions(template: Template) -> tuple[dict[str, Any], ...]:
    """Return what the change set of a new stack must hold: every resource, added."""
    return tuple(
        {"logical_id": key, "type": row["Type"], "action": "Add", "replacement": None}
        for key, row in template.resources.items()
    )
