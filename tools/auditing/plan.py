"""A plan's calls as declared resources; pure."""

from collections.abc import Iterator
from typing import Any, get_args

from tools.auditing.template import declared_by_template
from tools.plan import OUTPUT, DeploymentPlan, Step, substitute
from tools.planners.cloudformation import template_of
from tools.rules.declared.node import Node, generated
from tools.rules.declared.resources import Declared, Kind, Resource

#: Call: what it makes, and the parameter that names it.
_CALLS: dict[str, tuple[Kind, str]] = {
    "sagemaker.create_model": ("model", "ModelName"),
    "sagemaker.create_endpoint_config": ("config", "EndpointConfigName"),
    "sagemaker.create_endpoint": ("endpoint", "EndpointName"),
    "sagemaker.update_endpoint": ("endpoint", "EndpointName"),
    "sagemaker.create_inference_component": ("component", "InferenceComponentName"),
    "application-autoscaling.register_scalable_target": ("target", ""),
    "application-autoscaling.put_scaling_policy": ("policy", "PolicyName"),
    "application-autoscaling.put_scheduled_action": ("schedule", "ScheduledActionName"),
    "cloudwatch.put_metric_alarm": ("alarm", "AlarmName"),
    "iam.create_role": ("role", "RoleName"),
    "iam.put_role_policy": ("role-policy", "PolicyName"),
}
_ALL: frozenset[Kind] = frozenset(get_args(Kind))


def declared_by_plan(plan: DeploymentPlan) -> Declared:
    """Return what a plan's calls declare; what its template declares when it sends one.

    Raises:
        InvalidInputError: Its template cannot be read.
    """
    for number, step in enumerate(plan.steps):
        body = _template(step, plan)
        if body is not None:
            given = step.parameters.get("Parameters", ())
            return declared_by_template(
                body,
                region=plan.region,
                parameters={
                    row["ParameterKey"]: row["ParameterValue"]
                    for row in given
                    if "ParameterValue" in row
                },
                region_is_fixed=True,
                path=f"steps[{number}].parameters.TemplateBody.",
            )
    whole = plan.kind == "deploy"
    return Declared(plan.region, tuple(_resources(plan)), _ALL if whole else frozenset())


def _template(step: Step, plan: DeploymentPlan) -> str | None:
    """The template that a call sends; one that lies in S3 is what the specification gives."""
    body = step.parameters.get("TemplateBody")
    if body is None and "TemplateURL" in step.parameters and plan.spec is not None:
        return template_of(plan).text()
    return body if isinstance(body, str) else None


def _resources(plan: DeploymentPlan) -> Iterator[Resource]:
    made: set[str] = set()
    for number, step in enumerate(plan.steps):
        known = _CALLS.get(step.operation)
        if known is None:
            continue
        kind, key = known
        body = Node(
            substitute(step.parameters, {OUTPUT: _answer_of}), f"steps[{number}].parameters"
        )
        own = generated(f"step {number + 1}")
        name = body.at(key).raw if key else own
        identity = f"step {number + 1}"
        yield Resource(
            kind, identity, body, name,
            reference=own if kind in {"policy", "target"} else name,
            waits_for=frozenset(made),
        )  # fmt: skip
        made.add(identity)


def _answer_of(placeholder: dict[str, Any]) -> str:
    return generated(f"step {int(placeholder['step']) + 1}")
