"""The metrics that SageMaker writes by the clock: every minute, concurrency every ten seconds."""

from collections.abc import Callable, Mapping
from datetime import datetime

import psutil

from tools.sandbox.deployments import RunningDeployment, VariantRunner
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.multi_model import MultiModelHost
from tools.sandbox.serverless_pool import ServerlessPool
from tools.sandbox.telemetry import COMPONENT, Telemetry


class MinuteMetrics:
    """Writes what is measured and not counted by request."""

    def __init__(
        self,
        running: Callable[[], Mapping[tuple[str, str], RunningDeployment]],
        fleets: Callable[[], Mapping[tuple[str, str], InstanceFleet]],
        report_backlog: Callable[[datetime], None],
        telemetry: Telemetry,
    ) -> None:
        """Take `fleets`: the copies of inference components, by region and name."""
        self._running = running
        self._fleets = fleets
        self._report_backlog = report_backlog
        self._telemetry = telemetry

    def minute(self, at: datetime) -> None:
        """The data points of a minute that is over; `at` lies within it."""
        self._report_backlog(at)
        active = self._telemetry.take_active(at)
        for (region, endpoint), deployment in self._running().items():
            asynchronous = deployment.deployment.asynchronous is not None
            for variant, runner in deployment.runners.items():
                dimensions = {"EndpointName": endpoint, "VariantName": variant}
                if not asynchronous and (region, endpoint, variant) not in active:
                    self._idle(region, dimensions, runner, at)
                self._measured(region, dimensions, runner, at)
        for (region, name), fleet in self._fleets().items():
            if fleet.instance_count and (region, COMPONENT, name) not in active:
                values = {"Invocations": 0.0, "InvocationsPerCopy": 0.0}
                self._telemetry.put(region, {COMPONENT: name}, values, at=at)

    def slot(self, at: datetime) -> None:
        """The high-resolution data points: requests at work or waiting, an instance each."""
        for (region, endpoint), deployment in self._running().items():
            if deployment.deployment.asynchronous is not None:
                continue
            for variant, runner in deployment.runners.items():
                if not isinstance(runner, ServerlessPool) and runner.instance_count:
                    value = runner.take_peak() / runner.instance_count
                    dimensions = {"EndpointName": endpoint, "VariantName": variant}
                    self._telemetry.put(
                        region, dimensions, {"ConcurrentRequestsPerModel": value}, at=at
                    )
        for (region, name), fleet in self._fleets().items():
            if fleet.instance_count:
                per_copy = {"ConcurrentRequestsPerCopy": fleet.take_peak() / fleet.instance_count}
                self._telemetry.put(region, {COMPONENT: name}, per_copy, at=at)

    def _idle(
        self,
        region: str,
        dimensions: Mapping[str, str],
        runner: VariantRunner,
        at: datetime,
    ) -> None:
        """SageMaker writes zeros when there is no traffic, so that a variant scales in."""
        values = {"Invocations": 0.0}
        if not isinstance(runner, ServerlessPool) and runner.instance_count:
            values["InvocationsPerInstance"] = 0.0
        self._telemetry.put(region, dimensions, values, at=at)

    def _measured(
        self,
        region: str,
        dimensions: Mapping[str, str],
        runner: VariantRunner,
        at: datetime,
    ) -> None:
        if isinstance(runner, ServerlessPool):
            peak = runner.take_peak()
            share = {"ServerlessConcurrentExecutionsUtilization": peak / runner.max_concurrency}
            if runner.provisioned:
                share["ServerlessProvisionedConcurrencyUtilization"] = peak / runner.provisioned
                share["ServerlessProvisionedConcurrencyExecutions"] = min(peak, runner.provisioned)
            self._telemetry.put(region, dimensions, share, at=at)
            return
        if isinstance(runner, MultiModelHost):
            loaded = {"LoadedModelCount": float(runner.model_count)}
            self._telemetry.put(region, dimensions, loaded, at=at, host=True)
        total = psutil.virtual_memory().total
        for resident_bytes in runner.memory_bytes():
            percent = 100.0 * resident_bytes / total
            self._telemetry.put(
                region, dimensions, {"MemoryUtilization": percent}, at=at, host=True
            )
