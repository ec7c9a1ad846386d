"""A plan's calls, and what they build upon, as one `Footprint`. AWS is only read."""

from collections.abc import Iterator
from typing import Any

from tools.aws import AwsClients
from tools.endpoint import InferenceOption
from tools.errors import InvalidInputError, NotFoundError
from tools.footprint.template import calls_of_template, with_template
from tools.footprint.values import Capacity, Encryption, Footprint, HostedModel
from tools.plan import SERVING_KINDS, DeploymentPlan, Step

Call = tuple[str, dict[str, Any]]
_SERVES = ("sagemaker.create_endpoint", "sagemaker.update_endpoint",
           "sagemaker.create_endpoint_config", "sagemaker.create_model",
           "sagemaker.create_inference_component", "sagemaker.create_transform_job",
           "application-autoscaling.register_scalable_target",
           "application-autoscaling.put_scheduled_action",
           "sagemaker.update_endpoint_weights_and_capacities")  # fmt: skip
_NAMED = {"sagemaker.create_endpoint": "EndpointName", "sagemaker.create_model": "ModelName",
          "sagemaker.create_endpoint_config": "EndpointConfigName", "iam.create_role": "RoleName",
          "sagemaker.create_inference_component": "InferenceComponentName",
          "sagemaker.create_transform_job": "TransformJobName",
          "sagemaker.create_compilation_job": "CompilationJobName",
          "cloudformation.create_change_set": "StackName"}  # fmt: skip


#: Calls that put something up whatever a plan calls itself.
_MAKES = frozenset(
    {
        "sagemaker.create_model", "sagemaker.create_endpoint_config", "sagemaker.create_endpoint",
        "sagemaker.create_inference_component", "sagemaker.create_transform_job",
        "sagemaker.create_compilation_job", "cloudformation.create_change_set",
    }
)  # fmt: skip


def puts_up(plan: DeploymentPlan) -> bool:
    """Say whether a plan puts something up or changes it, and not only takes away."""
    return plan.kind in SERVING_KINDS or any(step.operation in _MAKES for step in plan.steps)


def footprint_of(plan: DeploymentPlan, clients: AwsClients) -> Footprint:
    """Return what stands when the plan is carried out.

    Configurations and models that it serves and does not make are read from AWS.

    Raises:
        InvalidInputError: A template or a call cannot be read.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    try:
        calls = tuple(_calls(plan))
        return _Reading(plan, calls, clients).footprint()
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InvalidInputError(
            f"A call of this plan cannot be read: {type(error).__name__} {error}.",
            remedy="Make the plan again with `sagepilot plan`.",
        ) from error


def _calls(plan: DeploymentPlan) -> Iterator[Call]:
    for step in plan.steps:
        yield step.operation, step.parameters
        if step.operation == "cloudformation.create_change_set" and step is _last_of_stack(plan):
            yield from _calls_of_stack(plan, step.parameters)


def _last_of_stack(plan: DeploymentPlan) -> Step:
    """What stands afterwards is what the last change set says; those before lead there."""
    *_, last = (s for s in plan.steps if s.operation == "cloudformation.create_change_set")
    return last


def _calls_of_stack(plan: DeploymentPlan, given: dict[str, Any]) -> Iterator[Call]:
    """An endpoint in a stack that stands is served anew, or, where the template has none, gone."""
    calls = tuple(
        calls_of_template(with_template(plan, given), region=plan.region, account=plan.account)
    )
    if given.get("ChangeSetType") != "UPDATE":
        yield from calls
    elif any(name == "sagemaker.create_endpoint" for name, _ in calls):
        for name, parameters in calls:
            again = name == "sagemaker.create_endpoint"
            yield ("sagemaker.update_endpoint" if again else name), parameters


class _Reading:
    """One plan's calls, looked at by kind."""

    def __init__(self, plan: DeploymentPlan, calls: tuple[Call, ...], clients: AwsClients) -> None:
        self.plan, self.calls, self.clients = plan, calls, clients

    def _of(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == operation]

    def footprint(self) -> Footprint:
        configs = self._configs()
        jobs = self._of("sagemaker.create_transform_job")
        capacities = [*(c for config in configs for c in self._capacities(config)),
                      *self._bare_targets(configs), *map(_job_capacity, jobs)]  # fmt: skip
        options = dict.fromkeys([*map(_option, configs), *(_BATCH for _ in jobs)])
        return Footprint(
            serves=any(name in _SERVES for name, _ in self.calls),
            inference_options=tuple(options),
            capacities=tuple(capacities),
            models=tuple(self._models(configs, jobs)),
            encryptions=tuple(
                e for c in (*map(_of_config, configs), *map(_of_job, jobs)) for e in c
            ),
            tags=self._tags(),
            made=tuple(
                (name, str(given[_NAMED[name]]))
                for name, given in self.calls
                if name in _NAMED and isinstance(given.get(_NAMED[name]), str)
            ),
        )

    def _configs(self) -> list[dict[str, Any]]:
        """Configurations that are made, and those that are served and stand already."""
        made = self._of("sagemaker.create_endpoint_config")
        known = {config.get("EndpointConfigName") for config in made}
        served = [*self._of("sagemaker.create_endpoint"), *self._of("sagemaker.update_endpoint")]
        names = dict.fromkeys(str(row["EndpointConfigName"]) for row in served)
        read = (
            self._read("describe_endpoint_config", {"EndpointConfigName": name})
            for name in names
            if name not in known
        )
        return [*made, *(config for config in read if config is not None)]

    def _read(self, method: str, parameters: dict[str, str]) -> dict[str, Any] | None:
        try:
            return self.clients.call(f"sagemaker.{method}", parameters)
        except NotFoundError:
            return None

    def _capacities(self, config: dict[str, Any]) -> Iterator[Capacity]:
        listed = [*config["ProductionVariants"], *(config.get("ShadowProductionVariants") or ())]
        for variant in listed:
            serverless = variant.get("ServerlessConfig") or {}
            count = int(variant.get("InitialInstanceCount") or 0)
            managed = variant.get("ManagedInstanceScaling") or {}
            most = int(managed.get("MaxInstanceCount") or 0)
            common = {
                "name": str(variant["VariantName"]),
                "model_name": variant.get("ModelName"),
                "instances": count,
                "most_instances": max(count, most, self._scaled(variant["VariantName"])),
                "memory_size_in_mb": serverless.get("MemorySizeInMB"),
                "max_concurrency": serverless.get("MaxConcurrency"),
                "provisioned_concurrency": serverless.get("ProvisionedConcurrency"),
            }
            pools = [row.get("InstanceType") for row in variant.get("InstancePools") or ()]
            for kind in pools or [variant.get("InstanceType")]:
                yield Capacity(**common, instance_type=None if kind is None else str(kind))

    def _scaled(self, variant_name: str) -> int:
        """The most instances that scaling may give a variant."""
        return max((most for name, most in self._targets() if name == variant_name), default=0)

    def _targets(self) -> Iterator[tuple[str, int]]:
        scheduled = (
            {**row, **(row.get("ScalableTargetAction") or {})}
            for row in self._of("application-autoscaling.put_scheduled_action")
        )
        for row in (*self._of("application-autoscaling.register_scalable_target"), *scheduled):
            dimension = str(row.get("ScalableDimension", ""))
            if dimension == "sagemaker:variant:DesiredInstanceCount":
                name = str(row["ResourceId"]).rpartition("/")[2]
                most = [int(row.get("MaxCapacity") or 0)]
                actions = row.get("ScheduledActions") or ()
                most += [int((a.get("ScalableTargetAction") or {}).get("MaxCapacity") or 0)
                         for a in actions]  # fmt: skip
                yield name, max(most)

    def _bare_targets(self, configs: list[dict[str, Any]]) -> Iterator[Capacity]:
        """Scaling of a variant whose configuration the plan does not touch."""
        if configs:
            return
        for name in dict.fromkeys(name for name, _ in self._targets()):
            yield Capacity(name=name, most_instances=self._scaled(name))

    def _models(
        self, configs: list[dict[str, Any]], jobs: list[dict[str, Any]]
    ) -> Iterator[HostedModel]:
        made = {str(row["ModelName"]): row for row in self._of("sagemaker.create_model")}
        yield from (_hosted(name, row, made=True) for name, row in made.items())
        components = self._of("sagemaker.create_inference_component")
        served = [
            variant.get("ModelName")
            for config in configs
            for key in ("ProductionVariants", "ShadowProductionVariants")
            for variant in config.get(key) or ()
        ]
        served += [(row.get("Specification") or {}).get("ModelName") for row in components]
        served += [job.get("ModelName") for job in jobs]
        for name in dict.fromkeys(str(n) for n in served if n and n not in made):
            found = self._read("describe_model", {"ModelName": name})
            if found is not None:
                yield _hosted(name, found, made=False)
        for row in components:
            container = (row.get("Specification") or {}).get("Container")
            if container:
                yield _hosted(str(row["InferenceComponentName"]), {"PrimaryContainer": container},
                              made=True)  # fmt: skip

    def _tags(self) -> dict[str, str] | None:
        made = self._of("sagemaker.create_endpoint")
        jobs = self._of("sagemaker.create_transform_job")
        added = _as_tags(t for row in self._of("sagemaker.add_tags") for t in row.get("Tags") or ())
        for row in (*made, *jobs):
            return _as_tags(row.get("Tags") or ()) | added
        if not self._of("sagemaker.update_endpoint"):
            return None
        arn = (f"arn:aws:sagemaker:{self.plan.region}:{self.plan.account}:endpoint/"
               f"{self.plan.endpoint_name}").lower()  # fmt: skip
        found = self._read("list_tags", {"ResourceArn": arn})
        return None if found is None else _as_tags(found.get("Tags") or ()) | added


_BATCH = InferenceOption.BATCH_TRANSFORM


def _option(config: dict[str, Any]) -> InferenceOption:
    if any(variant.get("ServerlessConfig") for variant in config["ProductionVariants"]):
        return InferenceOption.SERVERLESS
    asynchronous = bool(config.get("AsyncInferenceConfig"))
    return InferenceOption.ASYNCHRONOUS if asynchronous else InferenceOption.REAL_TIME


def _hosted(name: str, row: dict[str, Any], *, made: bool) -> HostedModel:
    network = row.get("VpcConfig") or {}
    containers = [c for c in (row.get("PrimaryContainer"), *(row.get("Containers") or ())) if c]
    return HostedModel(
        name=name,
        made=made,
        images=tuple(str(c["Image"]) for c in containers if c.get("Image")),
        data_uris=tuple(uri for c in containers for uri in _data(c)),
        role_arn=row.get("ExecutionRoleArn"),
        isolated=row.get("EnableNetworkIsolation") in (True, "true", "True"),
        subnets=tuple(network.get("Subnets") or ()),
        security_group_ids=tuple(network.get("SecurityGroupIds") or ()),
    )


def _data(container: dict[str, Any]) -> Iterator[str]:
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    for uri in (container.get("ModelDataUrl"), container.get("ArtifactUrl"), source.get("S3Uri")):
        if isinstance(uri, str):
            yield uri


def _of_config(config: dict[str, Any]) -> Iterator[Encryption]:
    key = config.get("KmsKeyId")
    yield Encryption(of="the volumes", key=None if key is None else str(key))
    output = (config.get("AsyncInferenceConfig") or {}).get("OutputConfig")
    if output:
        yield Encryption(of="the asynchronous results", key=output.get("KmsKeyId"))
    capture = config.get("DataCaptureConfig")
    if capture:
        yield Encryption(of="the captured data", key=capture.get("KmsKeyId"))


def _of_job(job: dict[str, Any]) -> Iterator[Encryption]:
    yield Encryption(of="the volumes", key=job["TransformResources"].get("VolumeKmsKeyId"))
    yield Encryption(of="the batch results", key=job["TransformOutput"].get("KmsKeyId"))


def _job_capacity(job: dict[str, Any]) -> Capacity:
    resources = job["TransformResources"]
    count = int(resources["InstanceCount"])
    return Capacity(
        name=str(job["TransformJobName"]),
        model_name=job.get("ModelName"),
        instance_type=str(resources["InstanceType"]),
        instances=count,
        most_instances=count,
    )


def _as_tags(rows: Any) -> dict[str, str]:  # noqa: ANN401 - AWS's rows
    return {str(row["Key"]): str(row.get("Value", "")) for row in rows}
