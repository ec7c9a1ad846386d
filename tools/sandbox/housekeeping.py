"""A regular look at every running deployment: the dead, the idle, the metrics of a minute."""

import logging
import threading
import time
from collections.abc import Callable, Mapping

import psutil

from tools.sandbox.containers import StartFailedError
from tools.sandbox.deployments import RunningDeployment
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.serverless_pool import ServerlessPool
from tools.sandbox.telemetry import Telemetry
from tools.sandbox.timing import Timing

logger = logging.getLogger(__name__)

#: Instance and backlog metrics come once in so many seconds, as in CloudWatch's minutes.
_METRICS_EVERY_S = 10.0


class Housekeeping:
    """The background thread that keeps fleets whole and pools small."""

    def __init__(
        self,
        running: Callable[[], Mapping[tuple[str, str], RunningDeployment]],
        report_backlog: Callable[[], None],
        telemetry: Telemetry,
        timing: Timing,
    ) -> None:
        self._running = running
        self._report_backlog = report_backlog
        self._telemetry = telemetry
        self._timing = timing
        self._closing = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="housekeeping", daemon=True).start()

    def close(self) -> None:
        """End with the present round."""
        self._closing.set()

    def _run(self) -> None:
        metrics_due = time.monotonic()
        while not self._closing.wait(self._timing.housekeeping_s):
            report = time.monotonic() >= metrics_due
            if report:
                metrics_due = time.monotonic() + _METRICS_EVERY_S
            try:
                self.look(report=report)
            except Exception:  # the edge of a thread: the next round may fare better
                logger.exception("housekeeping.broke")

    def look(self, *, report: bool) -> None:
        """One round; with `report`, metrics are written too."""
        if report:
            self._report_backlog()
        for (region, endpoint), deployment in self._running().items():
            for variant, runner in deployment.runners.items():
                try:
                    runner.housekeep()
                except StartFailedError as error:
                    logger.info("housekeeping.start_failed", extra={"reason": str(error)})
                if report:
                    self._report(region, {"EndpointName": endpoint, "VariantName": variant}, runner)

    def _report(
        self, region: str, dimensions: Mapping[str, str], runner: InstanceFleet | ServerlessPool
    ) -> None:
        if isinstance(runner, ServerlessPool):
            share = {
                "ServerlessConcurrentExecutionsUtilization": runner.active / runner.max_concurrency
            }
            if runner.provisioned:
                share["ServerlessProvisionedConcurrencyUtilization"] = (
                    runner.active / runner.provisioned
                )
            self._telemetry.put(region, dimensions, share)
            return
        total = psutil.virtual_memory().total
        for resident_bytes in runner.memory_bytes():
            percent = 100.0 * resident_bytes / total
            self._telemetry.put(region, dimensions, {"MemoryUtilization": percent}, host=True)
