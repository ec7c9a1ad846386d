"""Requests that make an endpoint, read back as a specification; pure."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.endpoint import (
    HOST_METRICS,
    HOST_NAMESPACE,
    NO_COPY,
    AlarmSpec,
    AsyncSpec,
    DataCapture,
    EndpointSpec,
    InferenceComponentSpec,
    InferenceOption,
    ManagedInstanceScaling,
    ModelSpec,
    MultiModelSpec,
    ProductionVariant,
    ScalingPolicy,
    ScalingSpec,
    ScheduledScaling,
    VpcSpec,
)
from tools.errors import InvalidInputError
from tools.planners.alarms import LATENCY_UNKNOWN_MS, alarm_names

_CONFIG = {"EndpointConfigName", "ProductionVariants", "ShadowProductionVariants", "KmsKeyId",
           "AsyncInferenceConfig", "DataCaptureConfig", "Tags"}  # fmt: skip
#: Of a configuration whose instances host components.
_HOSTING = {"ExecutionRoleArn", "EnableNetworkIsolation", "VpcConfig"}
_COMPONENT = {"ModelName", "ComputeResourceRequirements", "StartupParameters"}
_MODEL = {"ModelName", "PrimaryContainer", "ExecutionRoleArn", "EnableNetworkIsolation",
          "VpcConfig", "Tags"}  # fmt: skip
_CONTAINER = {"Image", "ModelDataUrl", "ModelDataSource", "Environment"}
_SEVERAL = {"Mode", "MultiModelConfig"}
_VARIANT = {
    "VariantName", "ModelName", "InstanceType", "InitialInstanceCount", "InitialVariantWeight",
    "VolumeSizeInGB", "ModelDataDownloadTimeoutInSeconds", "InferenceAmiVersion",
    "ContainerStartupHealthCheckTimeoutInSeconds", "RoutingConfig", "ServerlessConfig",
    "ManagedInstanceScaling",
}  # fmt: skip


class Requests(NamedTuple):
    """What would make an endpoint: parameters in AWS's spelling.

    Attributes:
        models: CreateModel's, by model name.
        role_arn: None when the role is made with the endpoint.
    """

    name: str
    region: str
    config: dict[str, Any]
    models: dict[str, dict[str, Any]]
    targets: tuple[dict[str, Any], ...]
    policies: tuple[dict[str, Any], ...]
    actions: tuple[dict[str, Any], ...]
    alarms: tuple[dict[str, Any], ...]
    tags: dict[str, str]
    role_arn: str | None
    components: tuple[dict[str, Any], ...] = ()


class Imported(BaseModel):
    """A specification that was read, and what it leaves out.

    Attributes:
        notes: A sentence for each thing that the specification does not say.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    spec: EndpointSpec
    notes: tuple[str, ...] = ()


def imported(requests: Requests) -> Imported:
    """Return the specification of what the requests make.

    Raises:
        InvalidInputError: It is nothing that a specification can say at all.
    """
    reading = _Reading(requests)
    try:
        spec = reading.spec()
    except ValidationError as error:
        raise InvalidInputError(
            f"Endpoint {requests.name} cannot be read: {error.errors()[0]['msg']}",
            remedy="Describe what you want in words instead.",
        ) from error
    return Imported(spec=spec, notes=tuple(dict.fromkeys(reading.notes)))


class _Reading:
    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        self.notes: list[str] = []

    def spec(self) -> EndpointSpec:
        given, config = self.requests, self.requests.config
        hosting = _HOSTING if given.components else set()
        self._left_out("the endpoint configuration", config.keys() - _CONFIG - hosting)
        models = list(given.models.values())
        first = models[0] if models else {}
        if any(self._shared(model) != self._shared(first) for model in models):
            self._note("Its models differ in role, VPC or isolation; the first one's are taken.")
        shadows = config.get("ShadowProductionVariants", [])
        if len(shadows) > 1:
            self._note("Only the first shadow variant is taken.")
        variants = tuple(self._variant(row) for row in config["ProductionVariants"])
        shadow = self._variant(shadows[0]) if shadows else None
        vpc = first.get("VpcConfig")
        return EndpointSpec(
            name=given.name,
            suffix=_suffix(config["EndpointConfigName"]),
            region=given.region,
            inference_option=_option(config),
            variants=variants,
            shadow=shadow,
            role_arn=given.role_arn,
            asynchronous=self._asynchronous(config.get("AsyncInferenceConfig")),
            network_isolation=bool(first.get("EnableNetworkIsolation")),
            vpc=VpcSpec(subnets=vpc["Subnets"], security_group_ids=vpc["SecurityGroupIds"])
            if vpc
            else None,
            kms_key_id=config.get("KmsKeyId"),
            data_capture=self._capture(config.get("DataCaptureConfig")),
            alarms=self._alarms(variants),
            tags=given.tags,
        )

    def _note(self, text: str) -> None:
        self.notes.append(text)

    def _left_out(self, of: str, keys: Iterable[str]) -> None:
        for key in sorted(keys):
            self._note(f"{key} of {of} is left out: a specification does not say it.")

    @staticmethod
    def _shared(model: dict[str, Any]) -> tuple[Any, ...]:
        keys = ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")
        return tuple(model.get(key) or None for key in keys)

    def _variant(self, row: dict[str, Any]) -> ProductionVariant:
        name = row["VariantName"]
        self._left_out(f"variant {name}", row.keys() - _VARIANT)
        serverless = row.get("ServerlessConfig", {})
        return ProductionVariant(
            name=name,
            **self._what_it_serves(row),
            instance_type=row.get("InstanceType"),
            initial_instance_count=row.get("InitialInstanceCount") or None,
            memory_size_in_mb=serverless.get("MemorySizeInMB"),
            max_concurrency=serverless.get("MaxConcurrency"),
            provisioned_concurrency=serverless.get("ProvisionedConcurrency"),
            weight=row.get("InitialVariantWeight", 1.0),
            volume_size_in_gb=row.get("VolumeSizeInGB"),
            model_data_download_timeout_s=row.get("ModelDataDownloadTimeoutInSeconds"),
            container_startup_health_check_timeout_s=row.get(
                "ContainerStartupHealthCheckTimeoutInSeconds"
            ),
            inference_ami_version=row.get("InferenceAmiVersion"),
            routing_strategy=row.get("RoutingConfig", {}).get("RoutingStrategy"),
            scaling=self._scaling(f"endpoint/{self.requests.name}/variant/{name}"),
        )

    def _what_it_serves(self, row: dict[str, Any]) -> dict[str, Any]:
        """Its model, or the components that it hosts."""
        name, managed = row["VariantName"], row.get("ManagedInstanceScaling", {})
        own = [one for one in self.requests.components if one.get("VariantName") == name]
        if not own or row.get("ModelName"):
            return {"sagemaker_model": self._served(row.get("ModelName"), f"variant {name}")}
        found: dict[str, Any] = {"components": tuple(map(self._component, own))}
        if managed.get("Status") == "ENABLED":
            self._left_out(
                f"the managed scaling of variant {name}",
                managed.keys() - {"Status", "MinInstanceCount", "MaxInstanceCount"},
            )
            found["managed_instance_scaling"] = ManagedInstanceScaling(
                min_instance_count=managed.get("MinInstanceCount", 1),
                max_instance_count=managed.get(
                    "MaxInstanceCount", row.get("InitialInstanceCount", 1)
                ),
            )
        return found

    def _component(self, made: dict[str, Any]) -> InferenceComponentSpec:
        name, given = made["InferenceComponentName"], made["Specification"]
        self._left_out(f"inference component {name}", given.keys() - _COMPONENT)
        needed, startup = given["ComputeResourceRequirements"], given.get("StartupParameters", {})
        return InferenceComponentSpec(
            name=name,
            sagemaker_model=self._served(given.get("ModelName"), f"inference component {name}"),
            min_memory_required_in_mb=needed["MinMemoryRequiredInMb"],
            max_memory_required_in_mb=needed.get("MaxMemoryRequiredInMb"),
            number_of_cpu_cores=needed.get("NumberOfCpuCoresRequired"),
            number_of_accelerator_devices=needed.get("NumberOfAcceleratorDevicesRequired"),
            copy_count=made["RuntimeConfig"]["CopyCount"],
            model_data_download_timeout_s=startup.get("ModelDataDownloadTimeoutInSeconds"),
            container_startup_health_check_timeout_s=startup.get(
                "ContainerStartupHealthCheckTimeoutInSeconds"
            ),
            scaling=self._scaling(f"inference-component/{name}"),
        )

    def _served(self, model_name: str | None, what: str) -> ModelSpec:
        made = self.requests.models.get(model_name or "", {})
        containers = [made["PrimaryContainer"]] if "PrimaryContainer" in made else []
        containers += made.get("Containers", [])
        if not containers or "Image" not in containers[0]:
            raise InvalidInputError(
                f"{_capital(what)} names no model with an image: it serves a model package, or "
                "nothing yet.",
                remedy="Describe what you want in words instead.",
            )
        if len(containers) > 1:
            self._note(f"{_capital(what)} serves several containers; only the first is taken.")
        self._left_out(f"the model of {what}", made.keys() - _MODEL - {"Containers"})
        first = containers[0]
        mode = {"Mode"} if first.get("Mode") == "SingleModel" else set()
        several = first.get("Mode") == "MultiModel"
        mode |= _SEVERAL if several else set()
        self._left_out(f"the container of {what}", first.keys() - _CONTAINER - mode)
        source = first.get("ModelDataSource", {}).get("S3DataSource", {})
        uri = first.get("ModelDataUrl") or source.get("S3Uri")
        return ModelSpec(
            image_uri=first["Image"],
            model_data_uri=uri,
            environment=first.get("Environment", {}),
            accept_eula=bool(source.get("ModelAccessConfig", {}).get("AcceptEula")),
            multi_model=MultiModelSpec(
                model_cache=first.get("MultiModelConfig", {}).get("ModelCacheSetting")
            )
            if several
            else None,
        )

    def _scaling(self, own: str) -> ScalingSpec | None:
        target = next((t for t in self.requests.targets if t["ResourceId"] == own), None)
        if target is None:
            return None
        policies = [self._policy(p) for p in self.requests.policies if p["ResourceId"] == own]
        return ScalingSpec(
            scalable_dimension=target["ScalableDimension"],
            min_capacity=target["MinCapacity"],
            max_capacity=target["MaxCapacity"],
            policies=tuple(policy for policy in policies if policy is not None),
            schedules=tuple(
                _schedule(row) for row in self.requests.actions if row["ResourceId"] == own
            ),
        )

    def _policy(self, row: dict[str, Any]) -> ScalingPolicy | None:
        body = row.get("TargetTrackingScalingPolicyConfiguration")
        if body is None:
            return self._step_policy(row)
        custom = body.get("CustomizedMetricSpecification", {})
        metric = body.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
        if metric is None and _is_ours(custom):
            metric = custom.get("MetricName")
        if metric is None:
            self._note(f"Policy {row['PolicyName']} is left out: it follows a metric of its own.")
            return None
        return ScalingPolicy(
            policy_type="TargetTrackingScaling",
            metric=metric,
            target_value=body["TargetValue"],
            scale_in_cooldown_s=body.get("ScaleInCooldown", 300),
            scale_out_cooldown_s=body.get("ScaleOutCooldown", 300),
        )

    def _step_policy(self, row: dict[str, Any]) -> ScalingPolicy | None:
        """Ours adds one when something at zero has work."""
        body = row.get("StepScalingPolicyConfiguration", {})
        woken = row["ResourceId"].startswith("inference-component/")
        metric = NO_COPY if woken else "HasBacklogWithoutCapacity"
        steps = [s.get("ScalingAdjustment") for s in body.get("StepAdjustments", ())]
        if steps != [1] or not row["PolicyName"].endswith(metric):
            self._note(f"Policy {row['PolicyName']} is left out: its steps are its own.")
            return None
        return ScalingPolicy(
            policy_type="StepScaling",
            metric=metric,
            scale_out_cooldown_s=body.get("Cooldown", 300),
        )

    def _asynchronous(self, given: dict[str, Any] | None) -> AsyncSpec | None:
        if given is None:
            return None
        output, client = given["OutputConfig"], given.get("ClientConfig", {})
        if "S3FailurePath" not in output:
            self._note("It keeps no failures; the specification puts them beside the results.")
        told = output.get("NotificationConfig", {})
        if told.get("IncludeInferenceResponseIn"):
            self._note("IncludeInferenceResponseIn of the notifications is left out.")
        return AsyncSpec(
            output_uri=output["S3OutputPath"],
            failure_uri=output.get("S3FailurePath", output["S3OutputPath"]),
            max_concurrent_invocations_per_instance=client.get(
                "MaxConcurrentInvocationsPerInstance"
            ),
            success_topic_arn=told.get("SuccessTopic"),
            error_topic_arn=told.get("ErrorTopic"),
            kms_key_id=output.get("KmsKeyId"),
        )

    def _capture(self, given: dict[str, Any] | None) -> DataCapture | None:
        if given is None or not given.get("EnableCapture", True):
            return None
        types = given.get("CaptureContentTypeHeader", {})
        return DataCapture(
            destination_uri=given["DestinationS3Uri"],
            sampling_percentage=given["InitialSamplingPercentage"],
            capture=tuple(row["CaptureMode"] for row in given["CaptureOptions"]),
            json_content_types=tuple(types.get("JsonContentTypes", ())),
            csv_content_types=tuple(types.get("CsvContentTypes", ())),
            kms_key_id=given.get("KmsKeyId"),
        )

    def _alarms(self, variants: tuple[ProductionVariant, ...]) -> AlarmSpec | None:
        named = {row["AlarmName"]: row for row in self.requests.alarms}
        latency, errors = alarm_names(self.requests.name, variants[0].name)
        known = {name for v in variants for name in alarm_names(self.requests.name, v.name)}
        woken = {f"{self.requests.name}{p}-HasBacklogWithoutCapacity"
                 for p in ("", *(f"-{v.name}" for v in variants))}  # fmt: skip
        woken |= {f"{one.name}-{NO_COPY}" for v in variants for one in v.components}
        for name in sorted(named.keys() - known - woken):
            self._note(f"Alarm {name} is left out: it is none that a specification asks for.")
        if latency not in named or errors not in named:
            return None
        alarm = named[latency]
        slow_ms = alarm["Threshold"] / 1000
        return AlarmSpec(
            latency_p95_ms=None if slow_ms == LATENCY_UNKNOWN_MS else slow_ms,
            topic_arn=next(iter(alarm.get("AlarmActions", ())), None),
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _schedule(row: dict[str, Any]) -> ScheduledScaling:
    bounds = row.get("ScalableTargetAction", {})
    return ScheduledScaling(
        name=row["ScheduledActionName"],
        schedule=row["Schedule"],
        min_capacity=bounds.get("MinCapacity"),
        max_capacity=bounds.get("MaxCapacity"),
        timezone=row.get("Timezone"),
    )


def _option(config: dict[str, Any]) -> InferenceOption:
    if any("ServerlessConfig" in row for row in config["ProductionVariants"]):
        return InferenceOption.SERVERLESS
    if "AsyncInferenceConfig" in config:
        return InferenceOption.ASYNCHRONOUS
    return InferenceOption.REAL_TIME


def _is_ours(custom: dict[str, Any]) -> bool:
    """A metric that a specification can name: of the endpoint's own, or of its instances."""
    namespace, metric = custom.get("Namespace"), custom.get("MetricName")
    return namespace == "AWS/SageMaker" or (namespace == HOST_NAMESPACE and metric in HOST_METRICS)


def _suffix(config_name: str) -> str:
    """What ends the names already, else one made from the name, the same every time."""
    found = re.search(r"-([0-9a-f]{8})$", config_name)
    return found[1] if found else hashlib.sha256(config_name.encode()).hexdigest()[:8]
