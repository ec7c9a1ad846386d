"""The instances of a real-time or asynchronous variant: real worker processes behind one door."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from tools.sandbox.containers import (
    Instance,
    RunnerGoneError,
    StartFailedError,
    VariantPlan,
    await_ready,
    start_instance,
)

logger = logging.getLogger(__name__)


class InstanceFleet:
    """Holds as many workers as instances are wanted, up to the plan's maximum."""

    def __init__(self, plan: VariantPlan, instance_count: int) -> None:
        self.plan = plan
        self.instance_count = instance_count
        self._instances: list[Instance] = []
        self._lock = threading.Lock()
        self._free = threading.Condition(self._lock)
        self._growing = threading.Lock()
        self._stopped = False
        self._at_work = self._peak = 0

    def take_peak(self) -> int:
        """Most requests at work or waiting at once since the last call."""
        with self._free:
            peak, self._peak = self._peak, self._at_work
        return peak

    @property
    def process_count(self) -> int:
        """Worker processes that exist now."""
        return len(self._instances)

    def start(self) -> None:
        """Bring all instances up.

        Raises:
            StartFailedError: One of them did not come up; none is left running.
        """
        try:
            self._grow(min(self.instance_count, self.plan.max_processes))
        except StartFailedError:
            self.stop()
            raise
        if self.instance_count > self.plan.max_processes:
            self._note_cap()

    def _note_cap(self) -> None:
        with suppress(IndexError):
            self.plan.log(
                self._instances[0].instance_id,
                f"[sandbox] {self.instance_count} instances are served by "
                f"{self.plan.max_processes} worker processes on this machine.",
            )

    def _grow(self, count: int) -> None:
        with self._growing:
            started = [start_instance(self.plan) for _ in range(count - len(self._instances))]
            if not started:
                return
            with ThreadPoolExecutor(len(started)) as pool:
                waits = [pool.submit(self._await, one) for one in started]
            failures = [wait.exception() for wait in waits]
            failed = next((failure for failure in failures if failure is not None), None)
            if failed is not None:
                for one in started:
                    one.container.stop()
                raise failed
            with self._free:
                self._instances += started
                self._free.notify_all()

    def _await(self, instance: Instance) -> None:
        await_ready(self.plan, instance, lambda: self._stopped)

    def scale(self, instance_count: int) -> None:
        """Change the number of instances; zero stops every worker.

        Raises:
            StartFailedError: A new instance did not come up; those before it go on.
        """
        wanted = min(instance_count, self.plan.max_processes)
        self._grow(wanted)
        self.instance_count = instance_count
        with self._lock:
            surplus, self._instances = self._instances[wanted:], self._instances[:wanted]
        for one in surplus:
            _drain(one)
        if instance_count > self.plan.max_processes:
            self._note_cap()

    def acquire(self, timeout_s: float) -> Instance | None:
        """The living instance with the fewest requests; None when there is none in time.

        Raises:
            RunnerGoneError: The fleet was stopped.
        """
        deadline = time.monotonic() + timeout_s
        with self._free:
            self._at_work += 1
            self._peak = max(self._peak, self._at_work)
            while not self._stopped:
                living = [one for one in self._instances if one.alive]
                if living:
                    chosen = min(living, key=lambda one: one.outstanding)
                    chosen.outstanding += 1
                    return chosen
                if not self._free.wait(deadline - time.monotonic()):
                    break
            self._at_work -= 1
            if self._stopped:
                raise RunnerGoneError
        return None

    def release(self, instance: Instance) -> None:
        """Give an instance back after its answer."""
        with self._free:
            instance.outstanding -= 1
            self._at_work -= 1
            instance.idle_since = time.monotonic()
            self._free.notify_all()

    def housekeep(self) -> None:
        """Replace workers that died, as hosting restarts a container that crashed."""
        with self._lock:
            dead = [one for one in self._instances if not one.alive]
            self._instances = [one for one in self._instances if one.alive]
        for one in dead:
            self.plan.log(one.instance_id, f"Worker exited: {one.container.exit_reason()}")
            one.container.stop()
        try:
            self._grow(min(self.instance_count, self.plan.max_processes))
        except StartFailedError as error:
            logger.info("fleet.replacement_failed", extra={"reason": str(error)})

    def memory_bytes(self) -> list[int]:
        """Resident memory of each living worker."""
        with self._lock:
            living = [one for one in self._instances if one.alive]
        return [one.container.memory_rss_bytes() for one in living]

    def stop(self) -> None:
        """End every worker at once and remove their files."""
        with self._free:
            self._stopped = True
            instances, self._instances = self._instances, []
            self._free.notify_all()
        for one in instances:
            one.container.stop()
        self.plan.remove_files()

    def drain(self, grace_s: float) -> None:
        """Stop after the requests that are under way have been answered."""
        with self._free:
            self._stopped = True  # nobody new: a late caller asks for the fleet that serves now
            self._free.notify_all()
        deadline = time.monotonic() + grace_s
        while any(one.outstanding for one in self._instances) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.stop()


def _drain(instance: Instance) -> None:
    deadline = time.monotonic() + 60
    while instance.outstanding and time.monotonic() < deadline:
        time.sleep(0.02)
    instance.container.stop()
