"""A regular look at everything that runs: the dead and the idle."""

import logging
import threading
from collections.abc import Callable, Iterable

from tools.sandbox.containers import StartFailedError
from tools.sandbox.deployments import VariantRunner
from tools.sandbox.timing import Timing

logger = logging.getLogger(__name__)


class Housekeeping:
    """The background thread that keeps fleets whole and pools small."""

    def __init__(
        self,
        runners: Callable[[], Iterable[VariantRunner]],
        timing: Timing,
    ) -> None:
        self._runners = runners
        self._timing = timing
        self._closing = threading.Event()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="housekeeping", daemon=True).start()

    def close(self) -> None:
        """End with the present round."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.wait(self._timing.housekeeping_s):
            try:
                self.look()
            except Exception:  # the edge of a thread: the next round may fare better
                logger.exception("housekeeping.broke")

    def look(self) -> None:
        """One round."""
        for runner in self._runners():
            try:
                runner.housekeep()
            except StartFailedError as error:
                logger.info("housekeeping.start_failed", extra={"reason": str(error)})
