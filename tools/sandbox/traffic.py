"""Which deployment of an endpoint takes requests; two share them while one replaces the other."""

import random
import threading
from dataclasses import dataclass, replace

from tools.sandbox.deployments import RunningDeployment

Place = tuple[str, str]


@dataclass(frozen=True)
class _Shift:
    to: RunningDeployment
    share: float


class Traffic:
    """The running deployments by region and endpoint name; safe to use from several threads."""

    def __init__(self) -> None:
        self._running: dict[Place, RunningDeployment] = {}
        self._shifts: dict[Place, _Shift] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._random = random.Random()  # noqa: S311 - traffic shares, no secret

    def pick(self, region: str, name: str, timeout_s: float) -> RunningDeployment | None:
        """The deployment for one request; waits for it after a restart of the sandbox."""
        place = (region, name)
        with self._changed:
            self._changed.wait_for(lambda: place in self._running or self._closed, timeout_s)
            found, shift = self._running.get(place), self._shifts.get(place)
        if found is None or shift is None:
            return found
        chosen = shift.to if self._random.random() < shift.share else found
        return replace(chosen, in_rollout=True)

    def settled(self) -> dict[Place, RunningDeployment]:
        """What serves every endpoint: of one that is being replaced, the old."""
        with self._changed:
            return dict(self._running)

    def everything(self) -> list[tuple[Place, RunningDeployment]]:
        """All that runs, a deployment that is coming beside the one it replaces."""
        with self._changed:
            coming = [(place, shift.to) for place, shift in self._shifts.items()]
            return [*self._running.items(), *coming]

    def install(self, region: str, name: str, running: RunningDeployment) -> None:
        """Let a deployment take every request."""
        with self._changed:
            self._running[region, name] = running
            self._shifts.pop((region, name), None)
            self._changed.notify_all()

    def shift(self, region: str, name: str, to: RunningDeployment, share: float) -> None:
        """Let a second deployment take part of the requests, 0 to 1."""
        with self._changed:
            self._shifts[region, name] = _Shift(to, share)

    def remove(self, region: str, name: str) -> list[RunningDeployment]:
        """Take an endpoint's deployments out."""
        with self._changed:
            shift = self._shifts.pop((region, name), None)
            found = self._running.pop((region, name), None)
        return [one for one in (found, shift.to if shift else None) if one is not None]

    def close(self) -> list[RunningDeployment]:
        """Take everything out, and let nobody wait any longer."""
        with self._changed:
            self._closed = True
            found = [*self._running.values(), *(shift.to for shift in self._shifts.values())]
            self._running, self._shifts = {}, {}
            self._changed.notify_all()
        return found
