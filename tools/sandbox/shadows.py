"""Copies of requests for a shadow variant: sent aside, counted, their answers dropped."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from tools.sandbox.containers import RunnerGoneError
from tools.sandbox.deployments import VariantRunner
from tools.sandbox.destinations import Destination
from tools.sandbox.invocation import Payload, invoke_variant
from tools.sandbox.telemetry import Metered, Telemetry

logger = logging.getLogger(__name__)

#: Copies at work; more wait, and beyond `_MAX_WAITING` they are dropped as AWS may drop them.
_AT_WORK, _MAX_WAITING = 4, 200


class Shadows:
    """Sends copies to shadow variants; the caller never waits for them."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._pool = ThreadPoolExecutor(_AT_WORK, thread_name_prefix="shadow")
        self._waiting = 0
        self._lock = threading.Lock()

    def copy(self, found: Destination, payload: Payload) -> None:
        """Send a copy to each shadow variant that this request was drawn for."""
        for metered, runner in found.shadows:
            with self._lock:
                if self._waiting >= _MAX_WAITING:
                    continue
                self._waiting += 1
            self._pool.submit(self._send, metered, runner, payload)

    def _send(self, metered: Metered, runner: VariantRunner, payload: Payload) -> None:
        try:
            outcome = invoke_variant(metered.region, metered.endpoint, runner, payload)
            self._telemetry.served(metered, outcome.served, asynchronous=False)
        except RunnerGoneError:
            logger.info("shadow.gone", extra={"variant": metered.variant})
        finally:
            with self._lock:
                self._waiting -= 1
