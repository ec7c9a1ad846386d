"""Role, models, endpoint configuration and endpoint as properties of resources; pure.

Each function takes one request's parameters (its own copy) and returns what CloudFormation takes.
"""

import json
from typing import Any

from tools.endpoint import InferenceOption
from tools.renderers.logical_ids import component_key
from tools.renderers.making import Making

MODEL = "AWS::SageMaker::Model"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"
COMPONENT = "AWS::SageMaker::InferenceComponent"
ROLE = "AWS::IAM::Role"
#: A stack update must not undo what auto scaling did; everything else the template decides.
_DECIDED_HERE = ("DesiredWeight", "DataCaptureConfig")
_CAPACITY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("InstanceType", "What each instance is.", {"AllowedPattern": r"^ml\.[a-z0-9-]+\.[a-z0-9]+$"}),
    (
        "InitialInstanceCount",
        "How many instances it starts with; auto scaling moves it later.",
        {"MinValue": 1},
    ),
)
_SERVERLESS = {
    "MemorySizeInMB": "Memory of one execution environment, in steps of 1024.",
    "MaxConcurrency": "Invocations at the same time; more are throttled.",
    "ProvisionedConcurrency": "Environments that are kept warm, and paid for.",
}


def role(_making: Making, given: dict[str, Any]) -> dict[str, Any]:
    """AWS::IAM::Role; CloudFormation gives the name."""
    del given["RoleName"]
    trust = json.loads(given.pop("AssumeRolePolicyDocument"))
    return {**given, "AssumeRolePolicyDocument": trust}


def role_policy(making: Making, given: dict[str, Any]) -> None:
    """Put a policy into its role, still as text: it follows parameters yet to be declared."""
    logical_id = making.id_of(ROLE, given["RoleName"])
    assert logical_id is not None  # noqa: S101 - a plan makes the role before its policy
    policies = making.resources[logical_id]["Properties"].setdefault("Policies", [])
    policies.append({"PolicyName": given["PolicyName"], "PolicyDocument": given["PolicyDocument"]})


def sagemaker_model(making: Making, given: dict[str, Any]) -> dict[str, Any]:
    """AWS::SageMaker::Model; CloudFormation gives the name."""
    label = making.label(given.pop("ModelName"))
    made = {**given, "ExecutionRoleArn": _role_arn(making, given["ExecutionRoleArn"])}
    if "PrimaryContainer" in given:
        made["PrimaryContainer"] = _container(making, given["PrimaryContainer"], label)
    if "Containers" in given:
        made["Containers"] = [
            _container(making, container, f"{label}{number}")
            for number, container in enumerate(given["Containers"], 1)
        ]
    return made


def _role_arn(making: Making, arn: str) -> Any:  # noqa: ANN401 - a reference
    name = arn.rpartition("/")[2]
    if making.spec.role_arn is None and making.id_of(ROLE, name):
        return making.attribute(ROLE, name, "Arn")
    return making.parameters.ref(
        "ExecutionRoleArn", arn, "The role that SageMaker takes on to host the model."
    )


def _container(making: Making, given: dict[str, Any], label: str) -> dict[str, Any]:
    made = dict(given)
    if "Image" in given:
        made["Image"] = making.parameters.shared(
            f"ImageUri{label}", given["Image"], "The serving image in Amazon ECR."
        )
    if "ModelDataUrl" in given:
        made["ModelDataUrl"] = _model_data(making, given["ModelDataUrl"], label)
    source = given.get("ModelDataSource", {}).get("S3DataSource")
    if source:
        uri = _model_data(making, source["S3Uri"], label)
        made["ModelDataSource"] = {"S3DataSource": {**source, "S3Uri": uri}}
    return made


def _model_data(making: Making, uri: str, label: str) -> dict[str, str]:
    return making.parameters.shared(
        f"ModelDataUrl{label}",
        uri,
        "The model's data in Amazon S3; a new version needs a new key.",
        AllowedPattern="^s3://[^/]+/.+$",
    )


def endpoint_config(making: Making, given: dict[str, Any]) -> dict[str, Any]:
    """AWS::SageMaker::EndpointConfig; CloudFormation gives the name."""
    del given["EndpointConfigName"]
    for key in ("ProductionVariants", "ShadowProductionVariants"):
        if key in given:
            given[key] = [_variant(making, variant) for variant in given[key]]
    if "ExecutionRoleArn" in given:
        given["ExecutionRoleArn"] = _role_arn(making, given["ExecutionRoleArn"])
    return given


def _variant(making: Making, given: dict[str, Any]) -> dict[str, Any]:
    label, made = making.label(given["VariantName"]), dict(given)
    if "ModelName" in given:
        made["ModelName"] = making.attribute(MODEL, given["ModelName"], "ModelName")
    for key, description, limits in _CAPACITY:
        if key in given:
            made[key] = making.parameters.ref(f"{key}{label}", given[key], description, **limits)
    if "ServerlessConfig" in given:
        made["ServerlessConfig"] = {
            key: making.parameters.ref(f"{key}{label}", value, _SERVERLESS[key])
            for key, value in given["ServerlessConfig"].items()
        }
    return made


def endpoint(making: Making, given: dict[str, Any]) -> dict[str, Any]:
    """AWS::SageMaker::Endpoint; it keeps the name that clients use."""
    config = given.pop("EndpointConfigName")
    made = {
        **given,
        "EndpointName": making.endpoint_name,
        "EndpointConfigName": making.attribute(CONFIG, config, "EndpointConfigName"),
    }
    if _scales_by_instances(making):
        made["RetainAllVariantProperties"] = True
        made["ExcludeRetainedVariantProperties"] = [
            {"VariantPropertyType": kind} for kind in _DECIDED_HERE
        ]
    return made


def component(making: Making, given: dict[str, Any]) -> dict[str, Any]:
    """AWS::SageMaker::InferenceComponent; it keeps the name that clients use."""
    label, specification = (
        making.label(component_key(given["InferenceComponentName"])),
        dict(given["Specification"]),
    )
    specification["ModelName"] = making.attribute(MODEL, specification["ModelName"], "ModelName")
    copies = making.parameters.ref(
        f"CopyCount{label}",
        given["RuntimeConfig"]["CopyCount"],
        "How many copies it starts with; auto scaling moves it later.",
        MinValue=1,
    )
    return {
        **given,
        "InferenceComponentName": making.beginning_with_endpoint(given["InferenceComponentName"]),
        "EndpointName": making.attribute(ENDPOINT, given["EndpointName"], "EndpointName"),
        "Specification": specification,
        "RuntimeConfig": {"CopyCount": copies},
    }


def _scales_by_instances(making: Making) -> bool:
    spec = making.spec
    by_instances = spec.inference_option is not InferenceOption.SERVERLESS
    return by_instances and any(variant.scaling for variant in spec.all_variants)
