"""Models, endpoint configuration and endpoint as request parameters in AWS's spelling; pure."""

from collections.abc import Iterator
from typing import Any

from tools.endpoint import (
    EndpointSpec,
    InferenceComponentSpec,
    InferenceOption,
    ModelSpec,
    ProductionVariant,
)
from tools.planners import roles
from tools.planners.names import component_model_name, config_name, model_name


def models(spec: EndpointSpec, account: str) -> Iterator[dict[str, Any]]:
    """Yield CreateModel's parameters: of each variant's model, then of each component's."""
    for variant in spec.all_variants:
        if variant.sagemaker_model is not None:
            yield _model(spec, variant.sagemaker_model, model_name(spec, variant), account)
    for component in spec.components:
        name = component_model_name(spec, component)
        yield _model(spec, component.sagemaker_model, name, account)


def _model(spec: EndpointSpec, served: ModelSpec, name: str, account: str) -> dict[str, Any]:
    container: dict[str, Any] = {"Image": served.image_uri, **_model_data(served)}
    if served.multi_model is not None:
        container["Mode"] = "MultiModel"
        if served.multi_model.model_cache:
            container["MultiModelConfig"] = {"ModelCacheSetting": served.multi_model.model_cache}
    if served.environment:
        container["Environment"] = dict(sorted(served.environment.items()))
    parameters: dict[str, Any] = {
        "ModelName": name,
        "PrimaryContainer": container,
        "ExecutionRoleArn": execution_role(spec, account),
        **_network(spec),
    }
    return parameters | _tags(spec)


def _network(spec: EndpointSpec) -> dict[str, Any]:
    found: dict[str, Any] = {"EnableNetworkIsolation": True} if spec.network_isolation else {}
    if spec.vpc:
        found["VpcConfig"] = {
            "Subnets": list(spec.vpc.subnets),
            "SecurityGroupIds": list(spec.vpc.security_group_ids),
        }
    return found


def _model_data(served: ModelSpec) -> dict[str, Any]:
    """A plain archive as its URL; files under a prefix, and licensed data, as a data source."""
    if served.served_data_uri is None:
        return {}
    if served.compressed and not served.accept_eula:
        return {"ModelDataUrl": served.served_data_uri}
    source: dict[str, Any] = {
        "S3Uri": served.served_data_uri,
        "S3DataType": "S3Object" if served.compressed else "S3Prefix",
        "CompressionType": "Gzip" if served.compressed else "None",
    }
    if served.accept_eula:
        source["ModelAccessConfig"] = {"AcceptEula": True}
    return {"ModelDataSource": {"S3DataSource": source}}


def execution_role(spec: EndpointSpec, account: str) -> str:
    """Return the ARN of the role that is used or made."""
    return spec.role_arn or roles.role_arn(account, roles.role_name(spec.name, spec.suffix))


def config_parameters(spec: EndpointSpec, account: str) -> dict[str, Any]:
    """Return CreateEndpointConfig's parameters.

    Instances that host components belong to no model: role and network stand here
    (API_CreateEndpointConfig).
    """
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
    if spec.components:
        parameters["ExecutionRoleArn"] = execution_role(spec, account)
        parameters |= _network(spec)
    return parameters | _tags(spec)


def endpoint_parameters(spec: EndpointSpec) -> dict[str, Any]:
    """Return CreateEndpoint's parameters."""
    return {"EndpointName": spec.name, "EndpointConfigName": config_name(spec)} | _tags(spec)


def variant_parameters(spec: EndpointSpec, variant: ProductionVariant) -> dict[str, Any]:
    """Return a variant as CreateEndpointConfig takes it."""
    named: dict[str, Any] = {"VariantName": variant.name}
    if variant.sagemaker_model is not None:
        named["ModelName"] = model_name(spec, variant)
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
    managed = variant.managed_instance_scaling
    if managed is not None:
        parameters["ManagedInstanceScaling"] = {
            "Status": "ENABLED",
            "MinInstanceCount": managed.min_instance_count,
            "MaxInstanceCount": managed.max_instance_count,
        }
    return parameters


def component_parameters(
    spec: EndpointSpec, variant: ProductionVariant, component: InferenceComponentSpec
) -> dict[str, Any]:
    """Return CreateInferenceComponent's parameters."""
    needed = {
        "NumberOfCpuCoresRequired": component.number_of_cpu_cores,
        "NumberOfAcceleratorDevicesRequired": component.number_of_accelerator_devices,
        "MinMemoryRequiredInMb": component.min_memory_required_in_mb,
        "MaxMemoryRequiredInMb": component.max_memory_required_in_mb,
    }
    startup = {
        "ModelDataDownloadTimeoutInSeconds": component.model_data_download_timeout_s,
        "ContainerStartupHealthCheckTimeoutInSeconds": (
            component.container_startup_health_check_timeout_s
        ),
    }
    specification: dict[str, Any] = {
        "ModelName": component_model_name(spec, component),
        "ComputeResourceRequirements": {k: v for k, v in needed.items() if v is not None},
    }
    given = {key: value for key, value in startup.items() if value is not None}
    if given:
        specification["StartupParameters"] = given
    return {
        "InferenceComponentName": component.name,
        "EndpointName": spec.name,
        "VariantName": variant.name,
        "Specification": specification,
        "RuntimeConfig": {"CopyCount": component.copy_count},
    } | _tags(spec)


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
    if wanted.kms_key_id:
        config["KmsKeyId"] = wanted.kms_key_id
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
