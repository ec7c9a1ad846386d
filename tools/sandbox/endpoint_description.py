"""An endpoint as DescribeEndpoint shows it."""

from typing import Any

from tools.sandbox.hosting_state import Deployment, Endpoint, Variant
from tools.sandbox.sagemaker_models import containers_of


def _describe_variant(variant: Variant, deployment: Deployment, updating: bool) -> dict[str, Any]:
    image = containers_of(deployment.sagemaker_models[variant.model_name])[0]["Image"]
    found: dict[str, Any] = {
        "VariantName": variant.name,
        "DeployedImages": [{"SpecifiedImage": image, "ResolvedImage": image}],
        "CurrentWeight": variant.current_weight,
        "DesiredWeight": variant.desired_weight,
    }
    if variant.serverless is not None:
        found |= {
            "CurrentInstanceCount": 0,
            "DesiredInstanceCount": 0,
            "CurrentServerlessConfig": variant.serverless,
            "DesiredServerlessConfig": variant.desired_serverless,
        }
    else:
        found |= {
            "CurrentInstanceCount": variant.current_instance_count,
            "DesiredInstanceCount": variant.desired_instance_count,
        }
    configured = next(
        one for one in deployment.config["ProductionVariants"] if one["VariantName"] == variant.name
    )
    for member in ("ManagedInstanceScaling", "RoutingConfig"):
        if member in configured:
            found[member] = configured[member]
    if updating:
        found["VariantStatus"] = [{"Status": "Updating"}]
    return found


def describe_endpoint(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint as DescribeEndpoint answers; variants appear once something serves."""
    shown = endpoint.live or endpoint.pending
    found: dict[str, Any] = {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "EndpointStatus": endpoint.status,
        "CreationTime": endpoint.created_at,
        "LastModifiedTime": endpoint.modified_at,
    }
    if shown is not None:
        found["EndpointConfigName"] = shown.config_name
        capture = shown.config.get("DataCaptureConfig")
        if capture:
            found["DataCaptureConfig"] = _capture_summary(capture)
        for member in ("AsyncInferenceConfig", "ExplainerConfig", "MetricsConfig"):
            if member in shown.config:
                found[member] = shown.config[member]
    if endpoint.live is not None:
        updating = endpoint.status == "Updating"
        found["ProductionVariants"] = [
            _describe_variant(variant, endpoint.live, updating)
            for variant in endpoint.live.variants
        ]
    if endpoint.failure_reason:
        found["FailureReason"] = endpoint.failure_reason
    if endpoint.deployment_config:
        found["LastDeploymentConfig"] = endpoint.deployment_config
    return found


def _capture_summary(capture: dict[str, Any]) -> dict[str, Any]:
    enabled = bool(capture.get("EnableCapture"))
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }
