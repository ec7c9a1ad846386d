"""How resources and parameters of a template are named; pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Call(NamedTuple):
    """One request in AWS's spelling; `operation` is "service.boto3_method"."""

    operation: str
    parameters: dict[str, Any]


def variant_labels(calls: Sequence[Call]) -> dict[str, str]:
    """Return what ends the names of each variant (and of its model); empty for the first."""
    labels: dict[str, str] = {}
    for call in calls:
        if call.operation != "sagemaker.create_endpoint_config":
            continue
        rows = [
            *call.parameters["ProductionVariants"],
            *call.parameters.get("ShadowProductionVariants", ()),
        ]
        for number, row in enumerate(rows):
            label = camel(row["VariantName"]) if number else ""
            if label in labels.values():
                label = f"{label}V{number + 1}"
            labels[row["VariantName"]] = label
            labels.setdefault(row.get("ModelName", row["VariantName"]), label)
    return labels


def label_of(call: Call, labels: Mapping[str, str]) -> str:
    """Return what ends the logical id of what a call makes."""
    given = call.parameters
    if call.operation == "sagemaker.create_model":
        return labels.get(given["ModelName"], "")
    if call.operation == "cloudwatch.put_metric_alarm":
        dimensions = {row["Name"]: row["Value"] for row in given.get("Dimensions", ())}
        return labels.get(dimensions.get("VariantName", ""), "") + camel(given["MetricName"])
    if "ResourceId" in given:
        variant = labels.get(given["ResourceId"].rpartition("/")[2], "")
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
