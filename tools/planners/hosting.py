"""Models, endpoint configuration and endpoint as request parameters in AWS's spelling; pure."""

from typing import Any

from tools.endpoint import EndpointSpec, InferenceOption, ModelSpec, ProductionVariant
from tools.planners import roles
from tools.planners.names import config_name, model_name


def model_parameters(
    spec: EndpointSpec, variant: ProductionVariant, account: str
) -> dict[str, Any]:
    """Return CreateModel's parameters for a variant."""
    served = variant.sagemaker_model
    container: dict[str, Any] = {"Image": served.image_uri, **_model_data(served)}
    if served.environment:
        container["Environment"] = dict(sorted(served.environment.items()))
    parameters: dict[str, Any] = {
        "ModelName": model_name(spec, variant),
        "PrimaryContainer": container,
        "ExecutionRoleArn": execution_role(spec, account),
    }
    if spec.network_isolation:
        parameters["EnableNetworkIsolation"] = True
    if spec.vpc:
        parameters["VpcConfig"] = {
            "Subnets": list(spec.vpc.subnets),
            "SecurityGroupIds": list(spec.vpc.security_group_ids),
        }
    return parameters | _tags(spec)


def _model_data(served: ModelSpec) -> dict[str, Any]:
    """A plain archive as its URL; files under a prefix, and licensed data, as a data source."""
    if served.model_data_uri is None:
        return {}
    if served.compressed and not served.accept_eula:
        return {"ModelDataUrl": served.model_data_uri}
    source: dict[str, Any] = {
        "S3Uri": served.model_data_uri,
        "S3DataType": "S3Object" if served.compressed else "S3Prefix",
        "CompressionType": "Gzip" if served.compressed else "None",
    }
    if served.accept_eula:
        source["ModelAccessConfig"] = {"AcceptEula": True}
    return {"ModelDataSource": {"S3DataSource": source}}


def execution_role(spec: EndpointSpec, account: str) -> str:
    """Return the ARN of the role that is used or made."""
    return spec.role_arn or roles.role_arn(account, roles.role_name(spec.name, spec.suffix))


def config_parameters(spec: EndpointSpec) -> dict[str, Any]:
    """Return CreateEndpointConfig's parameters."""
    parameters: dict[str, Any] = {
        "EndpointConfigName": config_name(spec),
        "ProductionVariants": [variant_parameters(spec, v) for v in spec.variants],
    }
    if spec.shadow:
        parameters["ShadowProductionVariants"] = [variant_parameters(spec, spec.shadow)]
    if spec.asynchronous:
        parameters["AsyncInferenceConfig"] = _asynchronous(spec)
    if spec.data_capture:
        parameters["DataCaptureConfig"] = _data_capture(spec)
    if spec.kms_key_id:
        parameters["KmsKeyId"] = spec.kms_key_id
    return parameters | _tags(spec)


def endpoint_parameters(spec: EndpointSpec) -> dict[str, Any]:
    """Return CreateEndpoint's parameters."""
    return {"EndpointName": spec.name, "EndpointConfigName": config_name(spec)} | _tags(spec)


def variant_parameters(spec: EndpointSpec, variant: ProductionVariant) -> dict[str, Any]:
    """Return a variant as CreateEndpointConfig takes it."""
    named: dict[str, Any] = {
        "VariantName": variant.name,
        "ModelName": model_name(spec, variant),
    }
    if spec.inference_option is InferenceOption.SERVERLESS:
        return {**named, "ServerlessConfig": _serverless(variant)}
    optional = {
        "VolumeSizeInGB": variant.volume_size_in_gb,
        "ModelDataDownloadTimeoutInSeconds": variant.model_data_download_timeout_s,
        "ContainerStartupHealthCheckTimeoutInSeconds": (
            variant.container_startup_health_check_timeout_s
        ),
        "InferenceAmiVersion": variant.inference_ami_version,
    }
    parameters = {
        **named,
        "InstanceType": variant.instance_type,
        "InitialInstanceCount": variant.initial_instance_count,
        "InitialVariantWeight": variant.weight,
        **{key: value for key, value in optional.items() if value is not None},
    }
    if variant.routing_strategy:
        parameters["RoutingConfig"] = {"RoutingStrategy": variant.routing_strategy}
    return parameters


def _serverless(variant: ProductionVariant) -> dict[str, Any]:
    config: dict[str, Any] = {
        "MemorySizeInMB": variant.memory_size_in_mb,
        "MaxConcurrency": variant.max_concurrency,
    }
    if variant.provisioned_concurrency:
        config["ProvisionedConcurrency"] = variant.provisioned_concurrency
    return config


def _asynchronous(spec: EndpointSpec) -> dict[str, Any]:
    wanted = spec.asynchronous
    assert wanted is not None  # noqa: S101 - the caller looked
    output: dict[str, Any] = {
        "S3OutputPath": wanted.output_uri,
        "S3FailurePath": wanted.failure_uri,
    }
    topics = {"SuccessTopic": wanted.success_topic_arn, "ErrorTopic": wanted.error_topic_arn}
    told = {key: arn for key, arn in topics.items() if arn}
    if told:
        output["NotificationConfig"] = told
    if wanted.kms_key_id:
        output["KmsKeyId"] = wanted.kms_key_id
    config: dict[str, Any] = {"OutputConfig": output}
    if wanted.max_concurrent_invocations_per_instance:
        config["ClientConfig"] = {
            "MaxConcurrentInvocationsPerInstance": wanted.max_concurrent_invocations_per_instance
        }
    return config


def _data_capture(spec: EndpointSpec) -> dict[str, Any]:
    wanted = spec.data_capture
    assert wanted is not None  # noqa: S101 - the caller looked
    config: dict[str, Any] = {
        "EnableCapture": True,
        "InitialSamplingPercentage": wanted.sampling_percentage,
        "DestinationS3Uri": wanted.destination_uri,
        "CaptureOptions": [{"CaptureMode": mode} for mode in wanted.capture],
    }
    types = {
        "JsonContentTypes": list(wanted.json_content_types),
        "CsvContentTypes": list(wanted.csv_content_types),
    }
    given = {key: value for key, value in types.items() if value}
    if given:
        config["CaptureContentTypeHeader"] = given
    return config


def _tags(spec: EndpointSpec) -> dict[str, Any]:
    tags = [{"Key": key, "Value": value} for key, value in sorted(spec.tags.items())]
    return {"Tags": tags} if tags else {}
