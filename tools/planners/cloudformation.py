"""A specification by CloudFormation (`method`: `cloudformation`): uploads, then one change set.

What is approved is the template, its parameters and the changes that it must bring; the change set
is made afterwards and must hold exactly those (`tools.reconcile.differences`). Pure, but for
`check_template`, which runs cfn-lint.
"""

from collections.abc import Iterator
from pathlib import Path
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
from tools.planners.stacks.sending import Sent, TemplateStore, sent, store_beside
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
    if any(model.compilation is not None for model in spec.served):
        raise InvalidInputError(
            "CloudFormation has no resource for a compilation job, so that no template makes this "
            "endpoint by itself.",
            remedy="Render python, or deploy by cloudformation: the job is run before the stack.",
        )
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


def sent_of(template: Template, store: TemplateStore | None) -> Sent:
    """Return a template as it is sent: with its comments when there is room for them.

    Raises:
        InvalidInputError: It is longer than CloudFormation takes, or there is no bucket for it.
    """
    whole = template.text()
    if len(whole.encode()) <= LONGEST_BODY:
        return sent(whole, None)
    return sent(template.text(commented=False), store)


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
    spec: EndpointSpec,
    template: Template,
    *,
    bucket_exists: bool,
    nonce: str,
    blobs: Path | None = None,
    before: tuple[Step, ...] = (),
) -> tuple[Step, ...]:
    """Return the uploads, the change set and its execution.

    Args:
        spec: What to make.
        template: Of that specification.
        bucket_exists: Whether the bucket of the uploads is there already.
        nonce: Of the plan; it makes both calls safe to repeat.
        blobs: Folder of uploads by SHA-256, for a template that is too long for a request.
        before: What no stack can make, and must be there before it.

    Raises:
        InvalidInputError: The template is too long for CloudFormation.
    """
    stored = tuple(storage_steps(spec, bucket_exists=bucket_exists))
    given = sent_of(template, store_beside(stored, spec.region, blobs))
    uploads = stored if given.upload is None else (*stored, given.upload)
    return (*uploads, *before, *_stack(spec, template, given, nonce))


def _stack(spec: EndpointSpec, template: Template, given: Sent, nonce: str) -> Iterator[Step]:
    names = {"StackName": stack_name(spec), "ChangeSetName": f"sagepilot-{spec.suffix}"}
    makes_role = any(row["Type"] == "AWS::IAM::Role" for row in template.resources.values())
    yield Step(
        operation="cloudformation.create_change_set",
        parameters={
            **names,
            "ChangeSetType": "CREATE",
            "Description": f"Endpoint {spec.name}",
            **given.parameters,
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
