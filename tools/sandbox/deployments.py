"""A deployment that runs: its variants' workers, brought up from models, roles and S3."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tools.sandbox.artifacts import Artifacts
from tools.sandbox.component_state import Blueprint
from tools.sandbox.containers import StartContainer, StartFailedError, VariantPlan
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.hosting_state import (
    Deployment,
    Endpoint,
    InferenceComponent,
    TransformJob,
    Variant,
)
from tools.sandbox.images.contract import ImageContract
from tools.sandbox.images.neo_onnx import SUBMITTED
from tools.sandbox.multi_model import MultiModelHost
from tools.sandbox.process import WorkerSpec
from tools.sandbox.sagemaker_models import containers_of
from tools.sandbox.serverless_pool import ServerlessPool
from tools.sandbox.telemetry import Telemetry
from tools.sandbox.timing import Timing
from tools.sandbox.wire import AwsError

VariantRunner = InstanceFleet | ServerlessPool | MultiModelHost


@dataclass(frozen=True)
class RunningDeployment:
    """The workers behind each variant, by variant name.

    Attributes:
        in_rollout: Whether another deployment serves beside it now.
    """

    deployment: Deployment
    runners: dict[str, VariantRunner]
    in_rollout: bool = False
    _began: list[bool] = field(default_factory=list, repr=False)

    @property
    def started(self) -> bool:
        """Whether `start` was called."""
        return bool(self._began)

    def start(self, sizes: Mapping[str, int] | None = None) -> None:
        """Bring every variant up.

        Args:
            sizes: Instances by variant, where fewer than wanted are to begin with.

        Raises:
            StartFailedError: One did not come up; all are stopped.
        """
        try:
            self._began.append(True)
            for name, runner in self.runners.items():
                if not isinstance(runner, ServerlessPool) and sizes and name in sizes:
                    runner.instance_count = sizes[name]
                runner.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End all workers at once."""
        for runner in self.runners.values():
            runner.stop()

    def drain(self, grace_s: float) -> None:
        """End all workers after what they are working on."""
        for runner in self.runners.values():
            runner.drain(grace_s)


class Deployer:
    """Makes a `RunningDeployment` of a `Deployment`; nothing is started by that."""

    def __init__(
        self,
        artifacts: Artifacts,
        telemetry: Telemetry,
        timing: Timing,
        folder: Path,
        start: StartContainer,
        resolve_image: Callable[[str], ImageContract],
    ) -> None:
        self._artifacts = artifacts
        self._telemetry = telemetry
        self._timing = timing
        self._folder = folder
        self._start = start
        self._resolve_image = resolve_image

    def prepare(self, endpoint: Endpoint, deployment: Deployment) -> RunningDeployment:
        """Fetch images and model data of every variant.

        Raises:
            StartFailedError: With AWS's FailureReason.
        """
        runners = {
            variant.name: self._runner(endpoint, deployment, variant)
            for variant in deployment.every_variant
            if variant.model_name is not None
        }
        return RunningDeployment(deployment, runners)

    def component_fleet(self, component: InferenceComponent, blueprint: Blueprint) -> InstanceFleet:
        """The copies of an inference component, fetched and not started.

        Raises:
            StartFailedError: With AWS's FailureReason.
        """
        group = f"/aws/sagemaker/InferenceComponents/{component.name}"

        def log(instance_id: str, text: str) -> None:
            self._telemetry.log(component.region, group, instance_id, text)

        asked = blueprint.specification.get("StartupParameters", {}).get(
            "ContainerStartupHealthCheckTimeoutInSeconds", self._timing.ping_window_s
        )
        source = _Source(
            region=component.region,
            owner=component.endpoint_name,
            variant=component.variant_name,
            container=blueprint.container,
            role_arn=blueprint.role_arn,
            isolated=blueprint.isolated,
            memory_limit_mb=blueprint.requirements.get("MaxMemoryRequiredInMb"),
        )
        plan = self._plan(source, log, min(self._timing.ping_window_s, asked))
        return InstanceFleet(plan, component.desired_copies)

    def transform_fleet(
        self,
        job: TransformJob,
        environment: Mapping[str, str],
        instance_count: int,
        log: Callable[[str, str], None],
    ) -> InstanceFleet:
        """The instances of a batch transform job, fetched and not started.

        Args:
            job: Whose.
            environment: Of the job, over the model's own.
            instance_count: How many.
            log: Takes an instance's id and text.

        Raises:
            StartFailedError: With the reason.
        """
        container = containers_of(job.sagemaker_model)[0]
        given = {**container.get("Environment", {}), **environment}
        source = _Source(
            region=job.region,
            owner=job.name,
            variant="transform",
            container={**container, "Environment": given},
            role_arn=str(job.sagemaker_model["ExecutionRoleArn"]),
            isolated=bool(job.sagemaker_model.get("EnableNetworkIsolation")),
            memory_limit_mb=None,
        )
        return InstanceFleet(self._plan(source, log, self._timing.ping_window_s), instance_count)

    def _runner(
        self, endpoint: Endpoint, deployment: Deployment, variant: Variant
    ) -> VariantRunner:
        definition = deployment.sagemaker_models[variant.model_name or ""]
        source = _Source(
            region=endpoint.region,
            owner=endpoint.name,
            variant=variant.name,
            container=containers_of(definition)[0],
            role_arn=str(definition["ExecutionRoleArn"]),
            isolated=bool(definition.get("EnableNetworkIsolation")),
            memory_limit_mb=variant.serverless["MemorySizeInMB"] if variant.serverless else None,
        )
        log, window_s = self._log(endpoint, variant), self._ping_window_s(deployment, variant)
        if source.container.get("Mode") == "MultiModel":
            return self._host(source, log, window_s, variant.desired_instance_count or 0)
        plan = self._plan(source, log, window_s)
        if variant.serverless is None:
            return InstanceFleet(plan, variant.desired_instance_count or 0)
        return ServerlessPool(
            plan,
            max_concurrency=variant.serverless["MaxConcurrency"],
            provisioned=variant.serverless.get("ProvisionedConcurrency", 0),
            idle_s=self._timing.serverless_idle_s,
        )

    def _host(
        self,
        source: "_Source",
        log: Callable[[str, str], None],
        window_s: float,
        instance_count: int,
    ) -> MultiModelHost:
        """A variant whose models lie below an S3 prefix, one archive each."""
        prefix = str(source.container["ModelDataUrl"]).rstrip("/")

        def open_model(target: str) -> InstanceFleet:
            container = {**source.container, "ModelDataUrl": f"{prefix}/{target.lstrip('/')}"}
            return InstanceFleet(self._plan(replace(source, container=container), log, window_s), 1)

        setting = source.container.get("MultiModelConfig", {}).get("ModelCacheSetting", "Enabled")
        return MultiModelHost(
            open_model,
            instance_count=instance_count,
            max_models=self._timing.max_processes,
            keep=setting == "Enabled",
        )

    def _plan(
        self, source: "_Source", log: Callable[[str, str], None], ping_window_s: float
    ) -> VariantPlan:
        folder = f"{source.owner}-{source.variant}-{secrets.token_hex(4)}"
        directory = self._folder / folder
        directory.mkdir(parents=True)
        return VariantPlan(
            endpoint_name=source.owner,
            variant_name=source.variant,
            spec=self._spec(source, directory),
            directory=directory,
            start=self._start,
            log=log,
            ping_window_s=ping_window_s,
            unhealthy_s=self._timing.unhealthy_s,
            max_processes=self._timing.max_processes,
        )

    def _ping_window_s(self, deployment: Deployment, variant: Variant) -> float:
        configured = deployment.configured[variant.name]
        asked = configured.get("ContainerStartupHealthCheckTimeoutInSeconds")
        return min(self._timing.ping_window_s, asked or self._timing.ping_window_s)

    def _log(self, endpoint: Endpoint, variant: Variant) -> Callable[[str, str], None]:
        group = f"/aws/sagemaker/Endpoints/{endpoint.name}"

        def log(instance_id: str, text: str) -> None:
            self._telemetry.log(endpoint.region, group, f"{variant.name}/{instance_id}", text)

        return log

    def _spec(self, source: "_Source", directory: Path) -> WorkerSpec:
        image = source.container["Image"]
        contract = self._resolve_image(image)
        if not contract.executable:
            raise StartFailedError(
                f"CannotStartContainerError. The sandbox cannot run the image of variant "
                f"{source.variant}: {contract.not_executed_reason}"
            )
        return WorkerSpec(
            image=image,
            archive=self._download(source, directory),
            environment=source.container.get("Environment", {}),
            memory_limit_mb=source.memory_limit_mb,
            network_isolation=source.isolated,
            script=self._script(source, contract, directory),
            name=f"{source.owner}/{source.variant}",
        )

    def _script(self, source: "_Source", contract: ImageContract, directory: Path) -> Path | None:
        """The script that Neo's image fetches itself; without it the container will say why."""
        url = source.container.get("Environment", {}).get(SUBMITTED, "")
        if contract.family != "neo-onnx" or source.isolated or not url.startswith("s3://"):
            return None
        try:
            role = self._artifacts.assume(source.role_arn)
            body = self._artifacts.model_data(url, role, source.region)
        except AwsError:
            return None
        script = directory / "sourcedir.tar.gz"
        script.write_bytes(body)
        return script

    def _download(self, source: "_Source", directory: Path) -> Path | None:
        given = source.container.get("ModelDataSource", {}).get("S3DataSource", {})
        url = source.container.get("ModelDataUrl") or given.get("S3Uri")
        try:
            role = self._artifacts.assume(source.role_arn)
            body = self._artifacts.archive(source.container, role, source.region)
        except AwsError as error:
            raise StartFailedError(
                'Failed to download model data for container "primary" in variant '
                f'"{source.variant}" from URL: "{url}". Please ensure that there is an object '
                "located at the URL and that the role passed to CreateModel has permissions to "
                "download the object."
            ) from error
        if body is None:
            return None
        archive = directory / "model.tar.gz"
        archive.write_bytes(body)
        return archive


@dataclass(frozen=True)
class _Source:
    """What containers are started from; `owner` is the endpoint."""

    region: str
    owner: str
    variant: str
    container: Mapping[str, Any]
    role_arn: str
    isolated: bool
    memory_limit_mb: int | None
