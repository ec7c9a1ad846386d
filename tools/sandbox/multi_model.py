"""A multi-model variant: models are fetched and loaded when they are first asked for.

Each loaded model is a worker of its own; when there is room for no more, the one that was asked for
least recently is unloaded. Source: developer guide, multi-model-endpoints.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass

from tools.sandbox.containers import Instance, RunnerGoneError
from tools.sandbox.fleet import InstanceFleet

logger = logging.getLogger(__name__)

#: Takes a target model and returns its worker, fetched and not started.
OpenModel = Callable[[str], InstanceFleet]


class ModelNotReadyError(Exception):
    """The model is still being loaded; a later request finds it ready."""


@dataclass(frozen=True)
class Loading:
    """How a request came by its model: metrics of multi-model endpoints, times in microseconds."""

    cache_hit: bool
    wait_us: float = 0.0
    download_us: float = 0.0
    load_us: float = 0.0

    @property
    def values(self) -> dict[str, float]:
        """The metrics by name."""
        found = {"ModelCacheHit": float(self.cache_hit)}
        if not self.cache_hit:
            found |= {
                "ModelLoadingWaitTime": self.wait_us,
                "ModelDownloadingTime": self.download_us,
                "ModelLoadingTime": self.load_us,
            }
        return found


@dataclass(frozen=True)
class _Loaded:
    fleet: InstanceFleet
    download_us: float
    load_us: float


class MultiModelHost:
    """Keeps the models that were asked for last, up to so many."""

    def __init__(
        self, open_model: OpenModel, *, instance_count: int, max_models: int, keep: bool = True
    ) -> None:
        """Take `keep`: whether a model stays loaded after its request (ModelCacheSetting)."""
        self._open_model = open_model
        self.instance_count = instance_count
        self._max_models = max_models
        self._keep = keep
        self._models: OrderedDict[str, Future[_Loaded]] = OrderedDict()
        self._owners: dict[int, tuple[str, InstanceFleet]] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="model-loading")
        self._stopped = False
        self._at_work = self._peak = 0

    def _loaded(self) -> dict[str, InstanceFleet]:
        with self._lock:
            done = {name: one for name, one in self._models.items() if one.done()}
        return {name: one.result().fleet for name, one in done.items() if not one.exception()}

    @property
    def process_count(self) -> int:
        """Worker processes that exist now."""
        return sum(fleet.process_count for fleet in self._loaded().values())

    @property
    def model_count(self) -> int:
        """Models in memory."""
        return len(self._loaded())

    def start(self) -> None:
        """Nothing is loaded before it is asked for."""

    def scale(self, instance_count: int) -> None:
        """Change the number of instances; the models stay where they are."""
        self.instance_count = instance_count

    def take_peak(self) -> int:
        """Most requests at work at once since the last call."""
        with self._lock:
            peak, self._peak = self._peak, self._at_work
        return peak

    def acquire(self, target: str, timeout_s: float) -> tuple[Instance | None, Loading]:
        """A worker that has the model loaded.

        Raises:
            ModelNotReadyError: It is still being loaded after `timeout_s` seconds.
            StartFailedError: It cannot be fetched or loaded; the message says why.
            RunnerGoneError: The host was stopped.
        """
        began = time.monotonic()
        waiting, hit = self._find(target)
        try:
            loaded = waiting.result(timeout_s)
        except FutureTimeoutError as error:
            raise ModelNotReadyError(target) from error
        except Exception:
            with self._lock:
                self._models.pop(target, None)
            raise
        loading = Loading(hit)
        if not hit:
            waited_us = (time.monotonic() - began) * 1e6
            loading = Loading(False, waited_us, loaded.download_us, loaded.load_us)
        instance = loaded.fleet.acquire(timeout_s)
        if instance is not None:
            with self._lock:
                self._owners[id(instance)] = (target, loaded.fleet)
                self._at_work += 1
                self._peak = max(self._peak, self._at_work)
        return instance, loading

    def _find(self, target: str) -> tuple["Future[_Loaded]", bool]:
        """The model's loading, begun if need be, and whether it was done before."""
        with self._lock:
            if self._stopped:
                raise RunnerGoneError
            found = self._models.get(target)
            if found is not None:
                self._models.move_to_end(target)
                return found, found.done()
            gone = self._surplus()
            loading = self._pool.submit(self._load, target, gone)
            self._models[target] = loading
            return loading, False

    def _surplus(self) -> list[InstanceFleet]:
        """Models that make room, least recently asked for first; hold the lock."""
        gone = []
        for name, one in list(self._models.items()):
            if len(self._models) < self._max_models:
                break
            if one.done() and not one.exception():
                gone.append(one.result().fleet)
                del self._models[name]
        return gone

    def _load(self, target: str, gone: list[InstanceFleet]) -> _Loaded:
        for fleet in gone:
            fleet.drain(60.0)
        began = time.monotonic()
        fleet = self._open_model(target)
        fetched = time.monotonic()
        fleet.start()
        return _Loaded(fleet, (fetched - began) * 1e6, (time.monotonic() - fetched) * 1e6)

    def release(self, instance: Instance) -> None:
        """Give a worker back after its answer."""
        with self._lock:
            self._at_work -= 1
            target, fleet = self._owners[id(instance)]
        fleet.release(instance)
        if self._keep or instance.outstanding:
            return
        with self._lock:
            held = self._models.pop(target, None)
            del self._owners[id(instance)]
        if held is not None:
            fleet.drain(60.0)

    def housekeep(self) -> None:
        """Replace workers that died."""
        for fleet in self._loaded().values():
            fleet.housekeep()

    def memory_bytes(self) -> list[int]:
        """Resident memory of each living worker."""
        return [size for fleet in self._loaded().values() for size in fleet.memory_bytes()]

    def stop(self) -> None:
        """End every worker at once and remove their files."""
        with self._lock:
            self._stopped = True
        self._pool.shutdown(wait=True, cancel_futures=True)
        for fleet in self._loaded().values():
            fleet.stop()

    def drain(self, grace_s: float) -> None:
        """Stop after the requests that are under way have been answered."""
        with self._lock:
            self._stopped = True
        for fleet in self._loaded().values():
            fleet.drain(grace_s)
        self.stop()
