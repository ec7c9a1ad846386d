"""An endpoint as DescribeEndpoint shows it."""

from typing import Any

from tools.sandbox.hosting_state import Deployment, Endpoint, Variant
from tools.sandbox.sagemaker_models import containers_of


def _describe_variant(
    variant: Variant, deployment: Deployment, status: str | None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "VariantName": variant.name,
        "CurrentWeight": variant.current_weight,
        "DesiredWeight": variant.desired_weight,
    }
    if variant.model_name is not None:
        image = containers_of(deployment.sagemaker_models[variant.model_name])[0]["Image"]
        found["DeployedImages"] = [{"SpecifiedImage": image, "ResolvedImage": image}]
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
    configured = deployment.configured[variant.name]
    for member in ("ManagedInstanceScaling", "RoutingConfig"):
        if member in configured:
            found[member] = configured[member]
    if status is not None:
        found["VariantStatus"] = [{"Status": status}]
    return found


def _pending(endpoint: Endpoint, pending: Deployment) -> dict[str, Any]:
    """PendingDeploymentSummary: the fleet that is coming up."""
    progress = endpoint.progress
    share = progress.share if progress else 0.0
    counts = progress.counts if progress else {}
    status = progress.phase if progress else "Creating"

    def shown(variant: Variant) -> dict[str, Any]:
        found = _describe_variant(variant, pending, status if status != "Deleting" else None)
        if variant.serverless is None:
            found["CurrentInstanceCount"] = counts.get(variant.name, 0)
        found["CurrentWeight"] = variant.desired_weight * share if counts else 0.0
        return found

    summary: dict[str, Any] = {
        "EndpointConfigName": pending.config_name,
        "ProductionVariants": [shown(variant) for variant in pending.variants],
        "StartTime": progress.started_at if progress else endpoint.modified_at,
    }
    if pending.shadow_variants:
        summary["ShadowProductionVariants"] = [shown(one) for one in pending.shadow_variants]
    return summary


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
        found |= _configured(shown)
    if endpoint.live is not None:
        found |= _serving(endpoint, endpoint.live)
    if endpoint.failure_reason:
        found["FailureReason"] = endpoint.failure_reason
    if endpoint.deployment_config:
        found["LastDeploymentConfig"] = endpoint.deployment_config
    return found


def _configured(shown: Deployment) -> dict[str, Any]:
    found: dict[str, Any] = {"EndpointConfigName": shown.config_name}
    if "DataCaptureConfig" in shown.config:
        found["DataCaptureConfig"] = _capture_summary(shown.config["DataCaptureConfig"])
    members = ("AsyncInferenceConfig", "ExplainerConfig", "MetricsConfig")
    return found | {name: shown.config[name] for name in members if name in shown.config}


def _serving(endpoint: Endpoint, live: Deployment) -> dict[str, Any]:
    status = "Updating" if endpoint.status == "Updating" else None
    if endpoint.progress is not None and endpoint.progress.phase == "Deleting":
        status = "Deleting"
    found: dict[str, Any] = {
        "ProductionVariants": [_describe_variant(one, live, status) for one in live.variants]
    }
    if live.shadow_variants:
        found["ShadowProductionVariants"] = [
            _describe_variant(one, live, status) for one in live.shadow_variants
        ]
    if endpoint.pending is not None and endpoint.status == "Updating":
        found["PendingDeploymentSummary"] = _pending(endpoint, endpoint.pending)
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
