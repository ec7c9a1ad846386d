"""A deployment that runs: its variants' workers, brought up from models, roles and S3."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.sandbox.artifacts import Artifacts
from tools.sandbox.containers import StartContainer, StartFailedError, VariantPlan
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.hosting_state import Deployment, Endpoint, Variant
from tools.sandbox.images.contract import ImageContract
from tools.sandbox.process import WorkerSpec
from tools.sandbox.sagemaker_models import containers_of
from tools.sandbox.serverless_pool import ServerlessPool
from tools.sandbox.telemetry import Telemetry
from tools.sandbox.timing import Timing
from tools.sandbox.wire import AwsError

VariantRunner = InstanceFleet | ServerlessPool


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
                if isinstance(runner, InstanceFleet) and sizes and name in sizes:
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
        }
        return RunningDeployment(deployment, runners)

    def _runner(
        self, endpoint: Endpoint, deployment: Deployment, variant: Variant
    ) -> VariantRunner:
        definition = deployment.sagemaker_models[variant.model_name]
        directory = self._folder / f"{endpoint.name}-{variant.name}-{secrets.token_hex(4)}"
        directory.mkdir(parents=True)
        spec = self._spec(endpoint, variant, definition, directory)
        plan = VariantPlan(
            endpoint_name=endpoint.name,
            variant_name=variant.name,
            spec=spec,
            directory=directory,
            start=self._start,
            log=self._log(endpoint, variant),
            ping_window_s=self._ping_window_s(deployment, variant),
            unhealthy_s=self._timing.unhealthy_s,
            max_processes=self._timing.max_processes,
        )
        if variant.serverless is None:
            return InstanceFleet(plan, variant.desired_instance_count or 0)
        return ServerlessPool(
            plan,
            max_concurrency=variant.serverless["MaxConcurrency"],
            provisioned=variant.serverless.get("ProvisionedConcurrency", 0),
            idle_s=self._timing.serverless_idle_s,
        )

    def _ping_window_s(self, deployment: Deployment, variant: Variant) -> float:
        configured = deployment.configured[variant.name]
        asked = configured.get("ContainerStartupHealthCheckTimeoutInSeconds")
        return min(self._timing.ping_window_s, asked or self._timing.ping_window_s)

    def _log(self, endpoint: Endpoint, variant: Variant) -> Callable[[str, str], None]:
        def log(instance_id: str, text: str) -> None:
            stream = f"{variant.name}/{instance_id}"
            self._telemetry.log(endpoint.region, endpoint.name, stream, text)

        return log

    def _spec(
        self, endpoint: Endpoint, variant: Variant, definition: dict[str, Any], directory: Path
    ) -> WorkerSpec:
        container = containers_of(definition)[0]
        contract = self._resolve_image(container["Image"])
        if not contract.executable:
            raise StartFailedError(
                f"CannotStartContainerError. The sandbox cannot run the image of variant "
                f"{variant.name}: {contract.not_executed_reason}"
            )
        return WorkerSpec(
            image=container["Image"],
            archive=self._download(endpoint, variant, definition, directory),
            environment=container.get("Environment", {}),
            memory_limit_mb=variant.serverless["MemorySizeInMB"] if variant.serverless else None,
            network_isolation=bool(definition.get("EnableNetworkIsolation")),
            name=f"{endpoint.name}/{variant.name}",
        )

    def _download(
        self, endpoint: Endpoint, variant: Variant, definition: dict[str, Any], directory: Path
    ) -> Path | None:
        container = containers_of(definition)[0]
        source = container.get("ModelDataSource", {}).get("S3DataSource", {})
        url = container.get("ModelDataUrl") or source.get("S3Uri")
        try:
            role = self._artifacts.assume(str(definition["ExecutionRoleArn"]))
            body = self._artifacts.archive(container, role, endpoint.region)
        except AwsError as error:
            raise StartFailedError(
                'Failed to download model data for container "primary" in variant '
                f'"{variant.name}" from URL: "{url}". Please ensure that there is an object '
                "located at the URL and that the role passed to CreateModel has permissions to "
                "download the object."
            ) from error
        if body is None:
            return None
        archive = directory / "model.tar.gz"
        archive.write_bytes(body)
        return archive
