"""Serverless endpoints: a visible cold start, limits, idle environments."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Hosting, client_of, status_of
from tools.sandbox.server import SandboxServer


def workers(sandbox: SandboxServer, endpoint: str) -> int:
    found = status_of(sandbox)["endpoints"]
    return int(next(e["worker_processes"] for e in found if e["endpoint_name"] == endpoint))


def setups(hosting: Hosting, endpoint: str) -> float:
    now = datetime.now(UTC)
    points = hosting.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="ModelSetupTime",
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=["SampleCount"],
    )["Datapoints"]
    return float(sum(point["SampleCount"] for point in points))


def serverless(max_concurrency: int, **extra: int) -> dict[str, Any]:
    return {
        "ServerlessConfig": {
            "MemorySizeInMB": 2048, "MaxConcurrency": max_concurrency, **extra,
        }
    }  # fmt: skip


@pytest.fixture(scope="module")
def endpoint(hosting: Hosting) -> str:
    return hosting.endpoint(hosting.config(hosting.model(), serverless(1)))


def test_no_worker_runs_until_asked_and_idle_ones_go(
    hosting: Hosting, endpoint: str, sandbox: SandboxServer
) -> None:
    deadline = time.monotonic() + 30
    while workers(sandbox, endpoint) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers(sandbox, endpoint) == 0
    before = setups(hosting, endpoint)
    assert hosting.invoke(endpoint, [[1, 1]]) == [1]
    assert workers(sandbox, endpoint) == 1
    assert hosting.invoke(endpoint, [[-1, -1]]) == [0]
    assert setups(hosting, endpoint) == before + 1
    deadline = time.monotonic() + 30
    while workers(sandbox, endpoint) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers(sandbox, endpoint) == 0


def test_requests_above_max_concurrency_are_throttled(
    hosting: Hosting, endpoint: str, sandbox: SandboxServer
) -> None:
    url = sandbox.url
    once = client_of(url, "sagemaker-runtime", retries={"total_max_attempts": 1})
    hosting.invoke(endpoint, [[1, 1]])  # warm, so that all three arrive at the same time

    def code(_index: int) -> str:
        try:
            once.invoke_endpoint(
                EndpointName=endpoint, Body=b'"slow"', ContentType="application/json"
            )
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "answered"

    with ThreadPoolExecutor(3) as pool:
        codes = list(pool.map(code, range(3)))
    assert set(codes) == {"answered", "ThrottlingException"}
    assert hosting.invoke(endpoint, [[1, 1]]) == [1]


def test_a_body_over_four_megabytes_is_refused(hosting: Hosting, endpoint: str) -> None:
    with pytest.raises(ClientError) as caught:
        hosting.invoke(endpoint, "x" * (4 * 1024 * 1024))
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert "4194304" in caught.value.response["Error"]["Message"]


def test_descriptions_show_the_serverless_config(hosting: Hosting, endpoint: str) -> None:
    described = hosting.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    variant = described["ProductionVariants"][0]
    assert variant["CurrentServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 1}
    assert variant["CurrentInstanceCount"] == 0


def test_provisioned_concurrency_is_kept_warm(hosting: Hosting, sandbox: SandboxServer) -> None:
    config = hosting.config(hosting.model(), serverless(2, ProvisionedConcurrency=1))
    endpoint = hosting.endpoint(config)
    assert workers(sandbox, endpoint) == 1
    assert hosting.invoke(endpoint, [[1, 1]]) == [1]
    assert setups(hosting, endpoint) == 0
