"""What a template tells when it is made, and what it may not say; pure."""

import json
from typing import Any

from tools.errors import InvalidInputError


def outputs_of(resources: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the outputs: what clients, updates and people who read logs need."""
    outputs: dict[str, Any] = {}
    for logical_id, resource in resources.items():
        match resource["Type"]:
            case "AWS::SageMaker::Endpoint":
                outputs["EndpointName"] = {
                    "Description": "What clients invoke.",
                    "Value": {"Fn::GetAtt": [logical_id, "EndpointName"]},
                }
                outputs["EndpointArn"] = {"Value": {"Ref": logical_id}}
                outputs["LogGroup"] = {
                    "Description": "Where the model's log is.",
                    "Value": {"Fn::Sub": "/aws/sagemaker/Endpoints/${EndpointName}"},
                }
            case "AWS::SageMaker::InferenceComponent":
                outputs[f"{logical_id}Name"] = {
                    "Description": "What requests to the endpoint name.",
                    "Value": name_of_component(logical_id),
                }
            case "AWS::SageMaker::EndpointConfig":
                outputs["EndpointConfigName"] = {
                    "Value": {"Fn::GetAtt": [logical_id, "EndpointConfigName"]}
                }
            case "AWS::IAM::Role":
                outputs["ExecutionRoleArn"] = {"Value": {"Fn::GetAtt": [logical_id, "Arn"]}}
            case _:
                pass
    return outputs


def name_of_component(logical_id: str) -> dict[str, Any]:
    """Return an inference component's name: the end of its ARN, which is all that Ref answers."""
    return {"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": logical_id}]}]}


def check_expressible(resources: dict[str, Any]) -> None:
    """Refuse values that CloudFormation would take for its own language.

    Raises:
        InvalidInputError: Names the value.
    """
    for resource in resources.values():
        properties = resource["Properties"]
        primary = properties.get("PrimaryContainer", {})
        for container in (primary, *properties.get("Containers", ())):
            names = container.get("Environment", {})
            if len(names) == 1 and set(names) & {"Ref", "Condition"}:
                raise _inexpressible(f"an environment variable {next(iter(names))} alone")
        if "{{resolve:" in json.dumps(properties, default=str):
            raise _inexpressible("text that holds {{resolve:")


def _inexpressible(what: str) -> InvalidInputError:
    return InvalidInputError(
        f"CloudFormation reads {what} as an instruction of its own.",
        remedy="Choose the method api, or change that value.",
    )
