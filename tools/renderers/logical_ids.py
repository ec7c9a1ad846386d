"""How resources and parameters of a template are named; pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Call(NamedTuple):
    """One request in AWS's spelling; `operation` is "service.boto3_method"."""

    operation: str
    parameters: dict[str, Any]


def variant_labels(calls: Sequence[Call]) -> dict[str, str]:
    """Return what ends the names of each variant (and of its model); empty for the first.

    Inference components stand under what Application Auto Scaling calls them; the first one's
    label is empty too.
    """
    labels = _component_labels(calls)
    of_components = dict(labels)
    for call in calls:
        if call.operation != "sagemaker.create_endpoint_config":
            continue
        rows = [
            *call.parameters["ProductionVariants"],
            *call.parameters.get("ShadowProductionVariants", ()),
        ]
        for number, row in enumerate(rows):
            label = camel(row["VariantName"]) if number else ""
            taken = {v for k, v in labels.items() if k not in of_components}
            if label in taken:
                label = f"{label}V{number + 1}"
            labels[row["VariantName"]] = label
            labels.setdefault(row.get("ModelName", row["VariantName"]), label)
    return labels


def _component_labels(calls: Sequence[Call]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for call in calls:
        if call.operation != "sagemaker.create_inference_component":
            continue
        number = len(set(labels.values()))
        label = camel(call.parameters["InferenceComponentName"]) if number else ""
        if label in labels.values():
            label = f"{label}C{number + 1}"
        labels[component_key(call.parameters["InferenceComponentName"])] = label
        labels[call.parameters["Specification"]["ModelName"]] = label
    return labels


def component_key(name: str) -> str:
    """Return an inference component's name as Application Auto Scaling gives it."""
    return f"inference-component/{name}"


def of_resource(resource_id: str) -> str:
    """Return what a scalable resource's label is found by."""
    own = resource_id.startswith("inference-component/")
    return resource_id if own else resource_id.rpartition("/")[2]


def label_of(call: Call, labels: Mapping[str, str]) -> str:
    """Return what ends the logical id of what a call makes."""
    given = call.parameters
    if call.operation == "sagemaker.create_model":
        return labels.get(given["ModelName"], "")
    if call.operation == "cloudwatch.put_metric_alarm":
        dimensions = {row["Name"]: row["Value"] for row in given.get("Dimensions", ())}
        component = labels.get(component_key(dimensions.get("InferenceComponentName", "")), "")
        of = labels.get(dimensions.get("VariantName", ""), component)
        return of + camel(given["MetricName"])
    if call.operation == "sagemaker.create_inference_component":
        return labels.get(component_key(given["InferenceComponentName"]), "")
    if "ResourceId" in given:
        variant = labels.get(of_resource(given["ResourceId"]), "")
        return variant + (_measured(given) if "PolicyName" in given else "")
    return ""


def camel(text: str) -> str:
    """Return a text as CloudFormation's names are written: ModelB for "model-b"."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text))


def _measured(given: Mapping[str, Any]) -> str:
    """What a policy follows."""
    body = given.get("TargetTrackingScalingPolicyConfiguration", {})
    predefined = body.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    custom = body.get("CustomizedMetricSpecification", {}).get("MetricName")
    name = predefined or custom or given["PolicyType"].removesuffix("Scaling")
    return camel(name.removeprefix("SageMaker"))
