"""Any plan that makes an endpoint, as code for a repository: Python, Terraform, a notebook, CI."""

import base64
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

from tools.calls import concrete
from tools.endpoint import EndpointSpec
from tools.errors import InvalidInputError
from tools.plan import BLOB, OUTPUT, DeploymentPlan, Step, substitute
from tools.planners.api import steps_for
from tools.planners.cloudformation import reasons_of, template_of
from tools.planners.inverse import undo_for
from tools.planners.sdk_rendering import builder_of
from tools.renderers.logical_ids import Call
from tools.renderers.notebook import render_notebook
from tools.renderers.python import render_script
from tools.renderers.python_names import Head, Names, Sample, ScriptStep
from tools.renderers.sdk_script import render_sdk_script
from tools.renderers.terraform import render_terraform
from tools.renderers.workflow import render_workflow

#: Stand for placeholders while a step is made concrete, which leaves them alone.
_KEPT = {OUTPUT: "$kept-output", BLOB: "$kept-blob"}
#: What a script waits for.
_WAITED = frozenset(
    {
        "endpoint_in_service",
        "endpoint_deleted",
        "component_in_service",
        "component_deleted",
        "compilation_completed",
    }
)


def script_of(plan: DeploymentPlan) -> str:
    """Return a plan as a Python script for boto3.

    Raises:
        InvalidInputError: The plan makes no endpoint.
    """
    spec = _spec_of(plan)
    steps = _steps_of(plan, spec)
    return render_script(
        spec,
        tuple(_scripted(steps, plan.digest)),
        tuple(_undone(steps)),
        _head(plan.account, plan),
    )


def sdk_script_of(plan: DeploymentPlan) -> str:
    """Return a plan as a Python script for the SageMaker SDK.

    Raises:
        InvalidInputError: The plan makes no endpoint.
    """
    spec = _spec_of(plan)
    builder = builder_of(plan, spec)
    steps = plan.steps if builder else _steps_of(plan, spec)
    return render_sdk_script(
        spec,
        tuple(_scripted(steps, plan.digest)),
        tuple(_undone(steps)),
        _head(plan.account, plan),
        (version("sagemaker"), builder),
    )


def script_for(spec: EndpointSpec, account: str) -> str:
    """Return a specification as a Python script for boto3."""
    steps = steps_for(spec, account=account, bucket_exists=False)
    return render_script(
        spec, tuple(_scripted(steps, None)), tuple(_undone(steps)), _head(account, None)
    )


def _spec_of(plan: DeploymentPlan) -> EndpointSpec:
    if plan.spec is None:
        raise InvalidInputError(
            "This plan makes no endpoint that code could describe.",
            remedy="Render a plan that deploys.",
        )
    return plan.spec


def _steps_of(plan: DeploymentPlan, spec: EndpointSpec) -> tuple[Step, ...]:
    """The plain calls; of another method's plan, those that make the same endpoint."""
    if plan.method == "api" and plan.kind == "deploy":
        return plan.steps
    jobs = [s for s in plan.steps if s.operation == "sagemaker.create_compilation_job"]
    if jobs and not any(model.compilation for model in spec.served):
        raise InvalidInputError(
            "The model of this plan is compiled before its stack is made, and code that makes the "
            "endpoint alone would leave that out.",
            remedy="Plan it with the method api and render that.",
        )
    made = any(step.operation == "s3.create_bucket" for step in plan.steps)
    return steps_for(spec, account=plan.account, bucket_exists=not made)


def _scripted(steps: tuple[Step, ...], digest: str | None) -> Iterator[ScriptStep]:
    for step in steps:
        parameters = step.parameters if digest is None else _tagged(step, digest)
        waiter = step.wait_for if step.wait_for in _WAITED else None
        yield ScriptStep(Call(step.operation, parameters), step.why, waiter)


def _tagged(step: Step, digest: str) -> dict[str, Any]:
    """The parameters as they are sent, with the plan's tag, placeholders as they were."""
    hidden = _renamed(step.parameters, _KEPT)
    sent = concrete(step.model_copy(update={"parameters": hidden}), {}, digest)
    return _renamed(sent, {kept: name for name, kept in _KEPT.items()})


def _renamed(parameters: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    def to(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        return lambda placeholder: {name: placeholder}

    renamed: dict[str, Any] = substitute(parameters, {old: to(new) for old, new in names.items()})
    return renamed


def _undone(steps: tuple[Step, ...]) -> Iterator[ScriptStep]:
    for call in reversed(undo_for(steps)):
        waiter = call.wait_for if call.wait_for in _WAITED else None
        yield ScriptStep(Call(call.operation, call.parameters), waiter=waiter)


def _head(account: str, plan: DeploymentPlan | None) -> Head:
    sample = plan.sample if plan else None
    return Head(
        account=account,
        boto3_version=version("boto3"),
        digest=plan.digest if plan else None,
        reasons=reasons_of(plan.recommendation) if plan else (),
        sample=Sample(base64.b64decode(sample.body_base64), sample.content_type, sample.accept)
        if sample
        else None,
    )


def terraform_of(plan: DeploymentPlan) -> str:
    """Return a plan as Terraform for the aws provider.

    Raises:
        InvalidInputError: The plan makes no endpoint, or Terraform cannot express it.
    """
    spec = _spec_of(plan)
    if any(model.compilation is not None for model in spec.served):
        raise InvalidInputError(
            "Terraform's aws provider has no resource for a compilation job.",
            remedy="Render python, which runs the job.",
        )
    steps = tuple(_scripted(_steps_of(plan, spec), plan.digest))
    return render_terraform(spec, steps, _head(plan.account, plan))


def notebook_of(plan: DeploymentPlan) -> str:
    """Return a notebook that plans the same wish anew, shows, approves and deploys it.

    Raises:
        InvalidInputError: The plan makes no endpoint, or was not made from requirements.
    """
    spec = _spec_of(plan)
    if plan.kind != "deploy" or plan.requirements is None:
        raise InvalidInputError(
            "This plan does not say what it was made for, so a notebook cannot plan it anew.",
            remedy="Render a plan that deploys.",
        )
    return render_notebook(
        spec, plan.requirements, plan.method, _head(plan.account, plan), version("sagepilot")
    )


def workflow_of(plan: DeploymentPlan) -> str:
    """Return a GitHub Actions workflow that lints and applies the plan's script.

    Raises:
        InvalidInputError: The plan makes no endpoint.
    """
    spec = _spec_of(plan)
    steps = tuple(_scripted(_steps_of(plan, spec), plan.digest))
    return render_workflow(spec.region, Names(spec, steps, ()), _head(plan.account, plan))


#: Language to what its text is kept as in a repository.
FILE_NAMES = {
    "python": "deploy.py",
    "python-sdk": "deploy_sdk.py",
    "cloudformation": "template.yaml",
    "terraform": "main.tf",
    "notebook": "deploy.ipynb",
    "workflow": ".github/workflows/endpoint.yml",
}

_RENDERERS: dict[str, Callable[[DeploymentPlan], str]] = {
    "python": script_of,
    "python-sdk": sdk_script_of,
    "cloudformation": lambda plan: template_of(plan).text(),
    "terraform": terraform_of,
    "notebook": notebook_of,
    "workflow": workflow_of,
}


def rendered(plan: DeploymentPlan, language: str) -> str:
    """Return a plan as code.

    Args:
        plan: One that makes an endpoint.
        language: "python", "python-sdk", "cloudformation", "terraform", "notebook" or "workflow".

    Raises:
        InvalidInputError: The plan makes no endpoint, or the language cannot express it.
    """
    if language not in _RENDERERS:
        raise InvalidInputError(
            f"There is no rendering {language[:40]!r}.",
            remedy=f"Choose {', '.join(_RENDERERS)}.",
        )
    if plan.transform is not None:
        raise InvalidInputError(
            "A batch transform is one run of a job, no resource that code could keep: it is not "
            "rendered.",
            remedy="Take its calls from `sagepilot plan --json`: each step is one boto3 call.",
        )
    return _RENDERERS[language](plan)
