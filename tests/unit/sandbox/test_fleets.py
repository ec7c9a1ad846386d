"""Fleets and pools over containers that are only pretended."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tools.sandbox.containers import StartFailedError, VariantPlan
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.process import WorkerResponse, WorkerSpec
from tools.sandbox.serverless_pool import ConcurrencyExceededError, ServerlessPool


class FakeContainer:
    """Answers /ping with a fixed status, until it is stopped or killed."""

    def __init__(self, status: int | None) -> None:
        self.status = status
        self.reason: str | None = None
        self.stopped = False

    def ping(self, timeout_s: float = 2.0) -> int | None:
        return self.status

    def invoke(
        self,
        body: bytes,
        *,
        content_type: str | None,
        accept: str | None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 60.0,
    ) -> WorkerResponse:
        return WorkerResponse(status=200, body=body)

    def exit_reason(self) -> str | None:
        return self.reason

    def memory_rss_bytes(self) -> int:
        return 1000

    def stop(self) -> None:
        self.stopped = True
        self.reason = "stopped"


class Machine:
    """Starts fake containers and remembers them and what was logged."""

    def __init__(self, folder: Path, status: int | None = 200) -> None:
        self.folder = folder
        self.status = status
        self.started: list[FakeContainer] = []
        self.lines: list[str] = []

    def start(self, spec: WorkerSpec, folder: Path, log: Callable[[str], None]) -> FakeContainer:
        self.started.append(FakeContainer(self.status))
        return self.started[-1]

    def plan(self, max_processes: int = 2) -> VariantPlan:
        return VariantPlan(
            endpoint_name="e",
            variant_name="v",
            spec=WorkerSpec(image="image"),
            directory=self.folder / "work",
            start=self.start,
            log=lambda _instance, text: self.lines.append(text),
            ping_window_s=0.2,
            unhealthy_s=0.1,
            max_processes=max_processes,
        )

    @property
    def running(self) -> int:
        return sum(not one.stopped for one in self.started)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_fleet_starts_as_many_workers_as_instances(machine: Machine) -> None:
    fleet = InstanceFleet(machine.plan(), 2)
    fleet.start()
    assert (fleet.process_count, machine.running) == (2, 2)
    fleet.stop()
    assert machine.running == 0
    assert not (machine.folder / "work").exists()


def test_more_instances_than_processes_share_and_the_log_says_so(machine: Machine) -> None:
    fleet = InstanceFleet(machine.plan(max_processes=1), 5)
    fleet.start()
    assert (fleet.instance_count, fleet.process_count) == (5, 1)
    assert any("5 instances are served by 1 worker process" in line for line in machine.lines)


@pytest.mark.parametrize("status", [None, 500])
def test_a_container_that_does_not_pass_ping_fails_the_fleet(
    tmp_path: Path, status: int | None
) -> None:
    machine = Machine(tmp_path, status)
    with pytest.raises(StartFailedError, match="production variant v did not pass the ping"):
        InstanceFleet(machine.plan(), 1).start()
    assert machine.running == 0


def test_the_least_busy_instance_is_chosen(machine: Machine) -> None:
    fleet = InstanceFleet(machine.plan(), 2)
    fleet.start()
    first, second = fleet.acquire(1), fleet.acquire(1)
    assert first is not None
    assert second is not None
    assert first is not second
    fleet.release(first)
    assert fleet.acquire(1) is first


def test_the_dead_are_replaced(machine: Machine) -> None:
    fleet = InstanceFleet(machine.plan(), 1)
    fleet.start()
    machine.started[0].reason = "killed"
    assert fleet.acquire(0.01) is None
    fleet.housekeep()
    assert fleet.acquire(0.01) is not None
    assert any("killed" in line for line in machine.lines)
    assert fleet.memory_bytes() == [1000]


def test_scaling_to_zero_stops_every_worker(machine: Machine) -> None:
    fleet = InstanceFleet(machine.plan(), 2)
    fleet.start()
    fleet.scale(0)
    assert (fleet.process_count, machine.running) == (0, 0)
    assert fleet.acquire(0.01) is None
    fleet.scale(1)
    assert machine.running == 1


def pool(machine: Machine, **limits: int) -> ServerlessPool:
    return ServerlessPool(
        machine.plan(),
        max_concurrency=limits.get("max_concurrency", 2),
        provisioned=limits.get("provisioned", 0),
        idle_s=0.0,
    )


def test_a_pool_proves_the_container_and_keeps_none(machine: Machine) -> None:
    serverless = pool(machine)
    serverless.start()
    assert (len(machine.started), machine.running, serverless.process_count) == (1, 0, 0)


def test_a_cold_start_has_a_duration_and_a_warm_one_has_none(machine: Machine) -> None:
    serverless = pool(machine)
    environment, cold_us = serverless.acquire()
    assert cold_us is not None
    assert serverless.active == 1
    serverless.release(environment)
    again, warm_us = serverless.acquire()
    assert (again is environment, warm_us) == (True, None)


def test_more_requests_than_max_concurrency_are_refused(machine: Machine) -> None:
    serverless = pool(machine, max_concurrency=1)
    environment, _ = serverless.acquire()
    with pytest.raises(ConcurrencyExceededError):
        serverless.acquire()
    serverless.release(environment)
    assert serverless.acquire()


def test_idle_environments_go_and_provisioned_ones_stay(machine: Machine) -> None:
    serverless = pool(machine, provisioned=1)
    serverless.start()
    (first, _), (second, _) = serverless.acquire(), serverless.acquire()
    serverless.release(first)
    serverless.release(second)
    assert serverless.process_count == 2
    serverless.housekeep()
    assert serverless.process_count == 1
    serverless.configure(max_concurrency=2, provisioned=0)
    serverless.housekeep()
    assert (serverless.process_count, machine.running) == (0, 0)
    serverless.configure(max_concurrency=2, provisioned=1)
    serverless.housekeep()
    assert serverless.process_count == 1
    serverless.drain(1.0)
    assert machine.running == 0


def test_a_failed_cold_start_gives_its_place_back(tmp_path: Path) -> None:
    machine = Machine(tmp_path, status=500)
    serverless = pool(machine, max_concurrency=1)
    for _ in range(2):
        with pytest.raises(StartFailedError):
            serverless.acquire()
    assert serverless.active == 0
