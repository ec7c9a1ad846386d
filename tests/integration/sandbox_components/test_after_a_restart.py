"""What moved before a restart of the sandbox is where it was after it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.sandbox.conftest import TIMING, Hosting, clients_of
from tests.integration.sandbox_components.test_components import create, host, settled
from tests.integration.sandbox_scaling.conftest import until
from tools.sandbox.app import Sandbox
from tools.sandbox.server import SandboxServer
from tools.sandbox.timing import timing_from


@pytest.fixture
def start(tmp_path: Path, role_arn: str, bucket: str) -> Iterator[Callable[[], Hosting]]:
    """Start (or start again) a sandbox on one home; moto's stores are the process's own."""
    servers: list[SandboxServer] = []

    def begin() -> Hosting:
        if servers:
            servers.pop().stop()
        servers.append(SandboxServer(Sandbox(tmp_path, timing=timing_from(TIMING, {}))))
        servers[0].start()
        return Hosting(clients_of(servers[0].url), role_arn, bucket)

    yield begin
    servers.pop().stop()


def test_components_targets_and_activities_come_back(start: Callable[[], Hosting]) -> None:
    hosting = start()
    endpoint = host(hosting)
    name = create(hosting.client, endpoint, hosting.model())
    settled(hosting.client, name)
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"inference-component/{name}",
        "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
    }
    hosting.client("application-autoscaling").register_scalable_target(
        **target, MinCapacity=2, MaxCapacity=3
    )

    def activities(of: Hosting) -> list[tuple[str, str]]:
        found = of.client("application-autoscaling").describe_scaling_activities(
            ServiceNamespace="sagemaker", ResourceId=target["ResourceId"]
        )["ScalingActivities"]
        return [(one["StatusCode"], one["Cause"]) for one in found]

    expected = [("Successful", "minimum capacity was set to 2")]
    until(lambda: activities(hosting) == expected)

    hosting = start()
    assert activities(hosting) == expected
    assert settled(hosting.client, name)["RuntimeConfig"]["CurrentCopyCount"] == 2
    assert hosting.invoke(endpoint, [[1.0, 1.0]], InferenceComponentName=name) == [1]
    found = hosting.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=[target["ResourceId"]]
    )["ScalableTargets"]
    assert [(one["MinCapacity"], one["MaxCapacity"]) for one in found] == [(2, 3)]
