"""One request carried out by the SDK's `ModelBuilder`, in a process whose sessions record."""

from typing import Any

from tools.recording.request import SdkRequest


def build_and_deploy(request: SdkRequest) -> None:
    """Call build() and deploy(); what they do is seen by the recorder, their results are dropped.

    Raises:
        Exception: Whatever the SDK refuses with; it has no tree of its own.
    """
    builder = _catalogue_builder(request) if request.jumpstart else _builder(request)
    tags = [{"Key": key, "Value": value} for key, value in sorted(request.tags.items())]
    builder.build(model_name=request.model_name, **({"tags": tags} if tags else {}))
    builder.deploy(
        endpoint_name=request.endpoint_name,
        initial_instance_count=request.initial_instance_count,
        instance_type=request.instance_type,
        inference_config=_inference_config(request),
        wait=False,
        **_options(request),
    )


def _session(request: SdkRequest) -> Any:  # noqa: ANN401 - the SDK has no types
    import boto3  # noqa: TID251 - the SDK wants boto3's session; every session here records
    from sagemaker.core.helper.session_helper import Session

    return Session(
        boto_session=boto3.Session(region_name=request.region), default_bucket=request.bucket
    )


def _network(request: SdkRequest) -> Any:  # noqa: ANN401
    from sagemaker.core.training.configs import Networking

    if request.vpc is None:
        return Networking(enable_network_isolation=True) if request.network_isolation else None
    return Networking(
        enable_network_isolation=request.network_isolation,
        subnets=list(request.vpc.subnets),
        security_group_ids=list(request.vpc.security_group_ids),
    )


def _builder(request: SdkRequest) -> Any:  # noqa: ANN401
    from sagemaker.serve.model_builder import ModelBuilder

    code = {}
    if request.source is not None:
        from sagemaker.core.training.configs import SourceCode

        code["source_code"] = SourceCode(
            source_dir=request.source.folder, entry_script=request.source.entry_script
        )
    return ModelBuilder(
        image_uri=request.image_uri,
        s3_model_data_url=request.model_data_uri,
        env_vars=dict(request.environment),
        role_arn=request.role_arn,
        instance_type=request.instance_type,
        network=_network(request),
        sagemaker_session=_session(request),
        **code,
    )


def _catalogue_builder(request: SdkRequest) -> Any:  # noqa: ANN401
    from sagemaker.core.jumpstart.configs import JumpStartConfig
    from sagemaker.core.training.configs import Compute
    from sagemaker.serve.model_builder import ModelBuilder

    chosen = request.jumpstart
    assert chosen is not None  # noqa: S101 - the caller looked
    # For serverless the SDK still wants a type: it chooses the image by it.
    compute = Compute(
        instance_type=request.instance_type, instance_count=request.initial_instance_count
    )
    return ModelBuilder.from_jumpstart_config(
        JumpStartConfig(
            model_id=chosen.model_id,
            model_version=chosen.version,
            # Not False: the SDK would then write "AcceptEula": false into open models' calls.
            accept_eula=chosen.accept_eula or None,
        ),
        role_arn=request.role_arn,
        compute=compute,
        network=_network(request),
        env_vars=dict(request.environment),
        sagemaker_session=_session(request),
    )


def _inference_config(request: SdkRequest) -> Any:  # noqa: ANN401
    if request.serverless is not None:
        from sagemaker.core.inference_config import ServerlessInferenceConfig

        return ServerlessInferenceConfig(**request.serverless.model_dump())
    if request.asynchronous is not None:
        from sagemaker.core.inference_config import AsyncInferenceConfig

        return AsyncInferenceConfig(**request.asynchronous.model_dump())
    return None


def _options(request: SdkRequest) -> dict[str, Any]:
    options: dict[str, Any] = dict(request.variant_options)
    if "routing_config" in options:
        options["routing_config"] = {"RoutingStrategy": options["routing_config"]}
    if request.kms_key_id is not None:
        options["kms_key"] = request.kms_key_id
    if request.capture is not None:
        from sagemaker.core.model_monitor.data_capture_config import DataCaptureConfig

        options["data_capture_config"] = DataCaptureConfig(
            enable_capture=True,
            sagemaker_session=_session(request),
            **request.capture.model_dump(mode="json"),
        )
    return options
