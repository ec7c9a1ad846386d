"""What was under way when the sandbox stopped goes on when it starts again."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.sandbox.conftest import Client, Hosting, clients_of
from tools.sandbox.app import Sandbox
from tools.sandbox.process import WorkerResponse, WorkerSpec
from tools.sandbox.server import SandboxServer
from tools.sandbox.timing import Timing


class Containers:
    """Starts containers that answer at once, or never pass /ping while `healthy` is false."""

    def __init__(self) -> None:
        self.healthy = True

    def start(self, spec: WorkerSpec, folder: Path, log: Callable[[str], None]) -> Any:
        return _Container(self.healthy)


class _Container:
    def __init__(self, healthy: bool) -> None:
        self._healthy = healthy
        self._stopped = False

    def ping(self, timeout_s: float = 2.0) -> int:
        return 200 if self._healthy else 500

    def invoke(self, body: bytes, **_given: Any) -> WorkerResponse:
        return WorkerResponse(status=200, body=body, content_type="application/json")

    def exit_reason(self) -> str | None:
        return "stopped" if self._stopped else None

    def memory_rss_bytes(self) -> int:
        return 0

    def stop(self) -> None:
        self._stopped = True


@pytest.fixture
def containers() -> Containers:
    return Containers()


@pytest.fixture
def serve(
    tmp_path: Path, containers: Containers, client: Client, role_arn: str, bucket: str
) -> Iterator[Callable[[Timing], Hosting]]:
    """Start (or start again) a sandbox on one home; moto's stores are the process's own."""
    servers: list[SandboxServer] = []

    def start(timing: Timing) -> Hosting:
        if servers:
            servers.pop().stop()
        sandbox = Sandbox(tmp_path, timing=timing, start_container=containers.start)
        servers.append(SandboxServer(sandbox))
        servers[0].start()
        return Hosting(clients_of(servers[0].url), role_arn, bucket)

    yield start
    servers.pop().stop()


QUICK = Timing(
    creating_s=0, updating_s=0, deleting_s=0, housekeeping_s=0.1, unhealthy_s=0.05, ping_window_s=5
)
SLOW = QUICK.model_copy(update={"creating_s": 60, "updating_s": 60, "deleting_s": 60})


def status(hosting: Hosting, name: str) -> str:
    found = hosting.client("sagemaker").describe_endpoint(EndpointName=name)
    return str(found["EndpointStatus"])


def test_creating_updating_and_deleting_go_on(serve: Callable[[Timing], Hosting]) -> None:
    hosting = serve(QUICK)
    config = hosting.config(hosting.model())
    other = hosting.config(hosting.model())
    updated, deleted, scaled = (hosting.endpoint(config) for _ in range(3))

    hosting = serve(SLOW)
    sagemaker = hosting.client("sagemaker")
    created = hosting.endpoint(config, wait=False)
    assert hosting.invoke(updated, [1]) == [1]
    sagemaker.update_endpoint(EndpointName=updated, EndpointConfigName=other)
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=scaled,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 2}],
    )
    sagemaker.delete_endpoint(EndpointName=deleted)
    names = (created, updated, scaled, deleted)
    assert [status(hosting, name) for name in names] == [
        "Creating", "Updating", "Updating", "Deleting",
    ]  # fmt: skip

    hosting = serve(QUICK)
    sagemaker = hosting.client("sagemaker")
    hosting.wait(deleted, "endpoint_deleted")
    for name in (created, updated, scaled):
        hosting.wait(name)
        assert hosting.invoke(name, [7]) == [7]
    described = sagemaker.describe_endpoint(EndpointName=updated)
    assert described["EndpointConfigName"] == other
    variant = sagemaker.describe_endpoint(EndpointName=scaled)["ProductionVariants"][0]
    assert variant["CurrentInstanceCount"] == 2


def test_a_model_that_no_longer_starts_is_failed_after_a_restart(
    serve: Callable[[Timing], Hosting], containers: Containers
) -> None:
    hosting = serve(QUICK)
    name = hosting.endpoint(hosting.config(hosting.model()))
    containers.healthy = False
    hosting = serve(QUICK)
    deadline = time.monotonic() + 30
    while status(hosting, name) != "Failed" and time.monotonic() < deadline:
        time.sleep(0.02)
    assert status(hosting, name) == "Failed"


def test_a_scaling_that_fails_keeps_what_served(
    serve: Callable[[Timing], Hosting], containers: Containers
) -> None:
    hosting = serve(QUICK)
    name = hosting.endpoint(hosting.config(hosting.model()))
    containers.healthy = False
    sagemaker = hosting.client("sagemaker")
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=name,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 2}],
    )
    hosting.wait(name)
    described = sagemaker.describe_endpoint(EndpointName=name)
    assert "ping health check" in described["FailureReason"]
    assert described["ProductionVariants"][0]["DesiredInstanceCount"] == 1
    assert hosting.invoke(name, [3]) == [3]


@pytest.mark.parametrize(
    ("retain", "excluded", "count"),
    [(False, [], 1), (True, [], 2), (True, [{"VariantPropertyType": "DesiredInstanceCount"}], 1)],
)
def test_an_update_keeps_counts_when_told_to(
    serve: Callable[[Timing], Hosting], retain: bool, excluded: list[dict[str, str]], count: int
) -> None:
    hosting = serve(QUICK)
    config = hosting.config(hosting.model())
    name = hosting.endpoint(config)
    sagemaker = hosting.client("sagemaker")
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=name,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 2}],
    )
    hosting.wait(name)
    extra = {"ExcludeRetainedVariantProperties": excluded} if excluded else {}
    sagemaker.update_endpoint(
        EndpointName=name, EndpointConfigName=config, RetainAllVariantProperties=retain, **extra
    )
    hosting.wait(name)
    variant = sagemaker.describe_endpoint(EndpointName=name)["ProductionVariants"][0]
    assert (variant["CurrentInstanceCount"], variant["DesiredInstanceCount"]) == (count, count)
