"""A stack as it stands: its template and parameters, read from CloudFormation."""

from typing import Any, NamedTuple

import yaml

from tools.aws import AwsClients
from tools.errors import InvalidInputError
from tools.plan import DeploymentPlan
from tools.planners.lineage import Removal, history
from tools.renderers.template import Template
from tools.renderers.template_reading import read_document

_AT_REST = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE",
     "IMPORT_ROLLBACK_COMPLETE"}
)  # fmt: skip


class Revision(NamedTuple):
    """What a stack is made from.

    Attributes:
        text: The template as it is sent.
        document: The same as plain values, functions in their long form.
        parameters: Values by name.
    """

    text: str
    document: dict[str, Any]
    parameters: dict[str, str]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Logical id to resource."""
        found: dict[str, dict[str, Any]] = self.document["Resources"]
        return found


class StandingStack(NamedTuple):
    """A stack at rest.

    Attributes:
        tags: As CloudFormation lists them; they are its resources' too.
    """

    name: str
    tags: tuple[dict[str, str], ...]
    revision: Revision


def revision_of(template: Template) -> Revision:
    """Return a template that was made here, with its parameters' defaults."""
    return read_revision(template.text(commented=False), template.parameters)


def edited(revision: Revision, document: dict[str, Any]) -> Revision:
    """Return a revision with another document and the parameters that it has."""
    return read_revision(Template(document, {}).text(commented=False), revision.parameters)


def read_revision(text: Any, parameters: dict[str, str]) -> Revision:  # noqa: ANN401 - YAML or JSON
    """Return what a template and its parameters say.

    Raises:
        InvalidInputError: The text cannot be read as a template.
    """
    try:
        document = read_document(text) if isinstance(text, str) else dict(text)
        written = text if isinstance(text, str) else Template(document, {}).text(commented=False)
        return Revision(written, {**document, "Resources": document["Resources"]}, parameters)
    except (yaml.YAMLError, TypeError, KeyError, ValueError) as error:
        raise InvalidInputError(
            f"The template cannot be read: {error}", remedy="Look at it in CloudFormation."
        ) from error


def read_stack(name: str, clients: AwsClients) -> StandingStack:
    """Read a stack that is to be changed.

    Raises:
        NotFoundError: There is no such stack.
        InvalidInputError: Something is under way at it, or it is stuck.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    (stack,) = clients.call("cloudformation.describe_stacks", {"StackName": name})["Stacks"]
    if stack["StackStatus"] not in _AT_REST:
        raise InvalidInputError(
            f"Stack {name} is {stack['StackStatus']}: "
            f"{stack.get('StackStatusReason') or 'no reason given'}.",
            remedy=_remedy(name, stack["StackStatus"]),
        )
    given = {"StackName": name, "TemplateStage": "Original"}
    text = clients.call("cloudformation.get_template", given)["TemplateBody"]
    rows = stack.get("Parameters", ())
    parameters = {row["ParameterKey"]: row["ParameterValue"] for row in rows}
    tags = tuple({"Key": t["Key"], "Value": t["Value"]} for t in stack.get("Tags", ()))
    return StandingStack(name, tags, read_revision(text, parameters))


def _remedy(name: str, status: str) -> str:
    if status == "UPDATE_ROLLBACK_FAILED":
        return (
            f"Mend what its events name, then `aws cloudformation continue-update-rollback "
            f"--stack-name {name}`, and plan again."
        )
    if status.endswith("_IN_PROGRESS"):
        return "Wait until the stack is at rest, then plan again."
    return "Delete the endpoint and plan it anew."


def stack_of(endpoint_name: str, removal: Removal) -> str | None:
    """Return the name of the stack that a plan of ours made an endpoint with, or None."""
    past = history(endpoint_name, removal.journal)
    return stack_made_by(past[-1].plan) if past else None


def stack_made_by(plan: DeploymentPlan) -> str | None:
    """Return the name of the stack that a plan makes, or None."""
    for step in plan.steps:
        if step.operation == "cloudformation.create_change_set" and plan.kind == "deploy":
            return str(step.parameters["StackName"])
    return None
