"""A plan in the SageMaker SDK's words: as ModelBuilder's arguments, where it was made by them."""

from typing import Any

from tools.endpoint import EndpointSpec
from tools.plan import PLAN_TAG, DeploymentPlan
from tools.planners.model_builder import SdkRoom, deployment_arguments
from tools.planners.names import bucket_of, uploads
from tools.renderers.sdk_script import Builder, Made


def builder_of(plan: DeploymentPlan, spec: EndpointSpec) -> Builder | None:
    """Return the model of a plan as ModelBuilder takes it; None for plans made otherwise."""
    if plan.kind != "deploy" or plan.method not in {"sdk", "jumpstart"}:
        return None
    made = next(s.parameters for s in plan.steps if s.operation == "sagemaker.create_model")
    known = deployment_arguments(spec, _room(plan, spec))
    if plan.method == "jumpstart" and plan.catalogue_model is None:
        return None  # kept from before plans told which model it was
    catalogue = _catalogue(plan.catalogue_model, made) if plan.catalogue_model else None
    given = _catalogue_model(spec, known) if catalogue else _own_model(made, spec)
    network = _network(known)
    given |= {"role_arn": known["role_arn"], **({"network": network} if network else {})}
    tags = [{"Key": key, "Value": value} for key, value in sorted(spec.tags.items())]
    return Builder(
        given=given,
        deploy=_deploy(spec, known),
        model_name=known["model_name"],
        bucket=known["bucket"],
        tags=[*tags, {"Key": PLAN_TAG, "Value": plan.digest}],
        catalogue=catalogue,
    )


def _room(plan: DeploymentPlan, spec: EndpointSpec) -> SdkRoom:
    """Where it was planned, as far as the arguments show it; nothing is recorded."""
    held = [bucket_of(upload.uri) for upload in uploads(spec)]
    held += [s.parameters["Bucket"] for s in plan.steps if s.operation.startswith("s3.")]
    bucket = next(iter(held), f"sagemaker-{spec.region}-{plan.account}")

    def never(_request: object) -> Any:  # noqa: ANN401
        raise AssertionError("a rendering runs no SDK")

    return SdkRoom(plan.account, bucket, True, "", never)


def _catalogue(entry: tuple[str, str], made: dict[str, Any]) -> dict[str, Any]:
    source = made["PrimaryContainer"].get("ModelDataSource", {}).get("S3DataSource", {})
    accepted = source.get("ModelAccessConfig", {}).get("AcceptEula")
    # Not False: the SDK would then write "AcceptEula": false into an open model's call.
    return {"model_id": entry[0], "model_version": entry[1], "accept_eula": accepted or None}


def _catalogue_model(spec: EndpointSpec, known: dict[str, Any]) -> dict[str, Any]:
    count = known["initial_instance_count"]
    capacity = {"instance_type": known["instance_type"], "instance_count": count}
    given = {key: value for key, value in capacity.items() if value is not None}
    compute = {"compute": Made("Compute", given)} if given else {}
    return {**compute, "env_vars": dict(spec.first.served[0].environment)}


def _own_model(made: dict[str, Any], spec: EndpointSpec) -> dict[str, Any]:
    container = made["PrimaryContainer"]
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    kind = spec.first.instance_type
    return {
        "image_uri": container["Image"],
        "s3_model_data_url": container.get("ModelDataUrl") or source.get("S3Uri"),
        "env_vars": dict(container.get("Environment", {})),
        **({"instance_type": kind} if kind else {}),
    }


def _network(known: dict[str, Any]) -> Made | None:
    vpc, isolated = known["vpc"], known["network_isolation"]
    if vpc is None:
        return Made("Networking", {"enable_network_isolation": True}) if isolated else None
    return Made(
        "Networking",
        {
            "enable_network_isolation": isolated,
            "subnets": list(vpc.subnets),
            "security_group_ids": list(vpc.security_group_ids),
        },
    )


def _deploy(spec: EndpointSpec, known: dict[str, Any]) -> dict[str, Any]:
    """Arguments of deploy() beside the endpoint's name."""
    given: dict[str, Any] = {
        "initial_instance_count": known["initial_instance_count"],
        "instance_type": known["instance_type"],
        "kms_key": spec.kms_key_id,
        **known["variant_options"],
    }
    if "routing_config" in given:
        given["routing_config"] = {"RoutingStrategy": given["routing_config"]}
    for argument, kind in (
        ("serverless", "ServerlessInferenceConfig"),
        ("asynchronous", "AsyncInferenceConfig"),
    ):
        if known[argument] is not None:
            given["inference_config"] = Made(kind, _said(known[argument]))
    if known["capture"] is not None:
        captured = {"enable_capture": True, **_said(known["capture"])}
        given["data_capture_config"] = Made("DataCaptureConfig", captured)
    return {key: value for key, value in given.items() if value is not None}


def _said(message: Any) -> dict[str, Any]:  # noqa: ANN401 - one of a request's parts
    said: dict[str, Any] = message.model_dump(mode="json", exclude_none=True)
    return said
