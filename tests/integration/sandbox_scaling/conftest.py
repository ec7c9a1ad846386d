"""A sandbox whose AWS minutes are short, with real workers behind its endpoints."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.integration.sandbox.conftest import (
    TIMING,
    TRUST,
    Client,
    Hosting,
    clients_of,
    closed_clients,
)
from tools.sandbox.app import Sandbox
from tools.sandbox.server import SandboxServer
from tools.sandbox.timing import timing_from

__all__ = ["closed_clients"]
#: One minute of AWS, seconds.
MINUTE_S = 0.4
COUNT = "sagemaker:variant:DesiredInstanceCount"


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    home = tmp_path_factory.mktemp("moving")
    timing = timing_from(TIMING | {"aws_minute_s": MINUTE_S, "updating_s": 0.05}, {})
    server = SandboxServer(Sandbox(home, timing=timing))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def client(sandbox: SandboxServer) -> Client:
    return clients_of(sandbox.url)


@pytest.fixture(scope="session")
def role_arn(client: Client) -> str:
    name = f"moving-{time.monotonic_ns()}"
    iam = client("iam")
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": ["s3:*", "sns:Publish"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="models", PolicyDocument=document)
    return str(arn)


@pytest.fixture(scope="session")
def bucket(client: Client) -> str:
    name = f"moving-{time.monotonic_ns()}"
    client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="module")
def hosting(client: Client, role_arn: str, bucket: str) -> Iterator[Hosting]:
    made = Hosting(client, role_arn, bucket)
    yield made
    made.clean()


def until(holds: Callable[[], Any], within_s: float = 60.0) -> Any:
    """What `holds` returns once it is true."""
    deadline = time.monotonic() + within_s
    while not (found := holds()):
        if time.monotonic() > deadline:
            pytest.fail("it did not come about")
        time.sleep(0.03)
    return found


def counts(client: Client, endpoint: str) -> tuple[int, int]:
    """Current and desired instances of an endpoint's first variant."""
    found = client("sagemaker").describe_endpoint(EndpointName=endpoint)["ProductionVariants"][0]
    return found["CurrentInstanceCount"], found["DesiredInstanceCount"]


@contextmanager
def steadily(call: Callable[[], Any], *, callers: int = 1) -> Iterator[list[Any]]:
    """Call again and again until the block ends; the list holds answers and exceptions."""
    seen: list[Any] = []
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            try:
                seen.append(call())
            except Exception as error:  # noqa: BLE001 - what the test asserts on
                seen.append(error)
            time.sleep(0.005)

    threads = [threading.Thread(target=work) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def failures(seen: list[Any]) -> list[Exception]:
    """The calls that were not answered."""
    return [one for one in seen if isinstance(one, Exception)]
