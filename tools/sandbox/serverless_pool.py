"""The environments of a serverless variant: none until asked, at most MaxConcurrency at work."""

import threading
import time

from tools.sandbox.containers import (
    Instance,
    RunnerGoneError,
    StartFailedError,
    VariantPlan,
    await_ready,
    start_instance,
)


class ConcurrencyExceededError(Exception):
    """More requests at once than MaxConcurrency."""


class ServerlessPool:
    """Starts an environment when a request finds none free, and stops the idle ones."""

    def __init__(
        self, plan: VariantPlan, *, max_concurrency: int, provisioned: int, idle_s: float
    ) -> None:
        self.plan = plan
        self.max_concurrency = max_concurrency
        self.provisioned = provisioned
        self._idle_s = idle_s
        self._environments: list[Instance] = []
        self._starting = 0
        self._active = self._peak = 0
        self._free = threading.Condition()
        self._stopped = False

    @property
    def process_count(self) -> int:
        """Worker processes that exist now."""
        return len(self._environments)

    @property
    def active(self) -> int:
        """Requests at work."""
        return self._active

    def take_peak(self) -> int:
        """Most requests at work at once since the last call."""
        with self._free:
            peak, self._peak = self._peak, self._active
        return peak

    def start(self) -> None:
        """Prove that the container comes up, then keep only what is provisioned.

        AWS starts the container while the endpoint is Creating, too: a container that does not pass
        the ping check makes the endpoint Failed. The first request is still a cold start.

        Raises:
            StartFailedError: The container did not come up.
        """
        warm = [self._start_one() for _ in range(max(1, self._kept_warm()))]
        kept = warm[: self._kept_warm()]
        for one in warm[len(kept) :]:
            one.container.stop()
        with self._free:
            self._environments = kept

    def _kept_warm(self) -> int:
        return min(self.provisioned, self.plan.max_processes)

    def _start_one(self) -> Instance:
        environment = start_instance(self.plan)
        try:
            await_ready(self.plan, environment, lambda: self._stopped)
        except StartFailedError:
            environment.container.stop()
            raise
        return environment

    def acquire(self) -> tuple[Instance, float | None]:
        """An environment for one request, and how long it took to start it (None: it was warm).

        Returns:
            The environment and microseconds.

        Raises:
            ConcurrencyExceededError: MaxConcurrency requests are at work.
            RunnerGoneError: The pool was stopped.
            StartFailedError: A new environment did not come up.
        """
        with self._free:
            if self._active >= self.max_concurrency:
                raise ConcurrencyExceededError
            self._active += 1
            self._peak = max(self._peak, self._active)
        try:
            return self._take()
        except BaseException:
            self._leave()
            raise

    def _take(self) -> tuple[Instance, float | None]:
        with self._free:
            while True:
                if self._stopped:
                    raise RunnerGoneError
                self._drop_dead()
                idle = [one for one in self._environments if one.outstanding == 0]
                if idle:
                    chosen = max(idle, key=lambda one: one.idle_since)
                    chosen.outstanding += 1
                    return chosen, None
                if len(self._environments) + self._starting < self.plan.max_processes:
                    self._starting += 1
                    break
                self._free.wait(1.0)  # the machine's cap: wait for one to be free
        return self._take_cold()

    def _take_cold(self) -> tuple[Instance, float | None]:
        began = time.monotonic()
        try:
            environment = self._start_one()
            environment.outstanding += 1
            with self._free:
                self._environments.append(environment)
        finally:
            with self._free:
                self._starting -= 1
                self._free.notify_all()
        return environment, (time.monotonic() - began) * 1e6

    def _drop_dead(self) -> None:
        for one in [one for one in self._environments if not one.alive]:
            self._environments.remove(one)
            one.container.stop()

    def _leave(self) -> None:
        with self._free:
            self._active -= 1
            self._free.notify_all()

    def release(self, environment: Instance) -> None:
        """Give an environment back after its answer."""
        with self._free:
            environment.outstanding -= 1
            environment.idle_since = time.monotonic()
        self._leave()

    def configure(self, *, max_concurrency: int, provisioned: int) -> None:
        """Change the limits; housekeeping brings provisioned environments up."""
        with self._free:
            self.max_concurrency, self.provisioned = max_concurrency, provisioned

    def housekeep(self) -> None:
        """Stop environments that have been idle too long; keep the provisioned ones warm."""
        with self._free:
            self._drop_dead()
            spare = max(len(self._environments) - self._kept_warm(), 0)
            limit = time.monotonic() - self._idle_s
            idle = [o for o in self._environments if o.outstanding == 0 and o.idle_since < limit]
            gone = idle[:spare]
            self._environments = [one for one in self._environments if one not in gone]
            missing = self._kept_warm() - len(self._environments) - self._starting
        for one in gone:
            one.container.stop()
        for _ in range(max(missing, 0)):
            environment = self._start_one()
            with self._free:
                self._environments.append(environment)
                self._free.notify_all()

    def memory_bytes(self) -> list[int]:
        """Resident memory of each living environment."""
        with self._free:
            living = [one for one in self._environments if one.alive]
        return [one.container.memory_rss_bytes() for one in living]

    def stop(self) -> None:
        """End every environment at once and remove their files."""
        with self._free:
            self._stopped = True
            environments, self._environments = self._environments, []
            self._free.notify_all()
        for one in environments:
            one.container.stop()
        self.plan.remove_files()

    def drain(self, grace_s: float) -> None:
        """Stop after the requests that are under way have been answered."""
        with self._free:
            self._stopped = True  # nobody new: a late caller asks for the fleet that serves now
            self._free.notify_all()
        deadline = time.monotonic() + grace_s
        while self._active and time.monotonic() < deadline:
            time.sleep(0.02)
        self.stop()
