"""A sandbox in this process whose containers answer at once: control plane only, no workers."""

import gc
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.integration.renderings.heard import Heard
from tests.unit.renderers.specs import (
    ACCOUNT,
    ARCHIVE,
    REGION,
    ROLE,
    SHA,
    THEIR_ARCHIVE,
    THEIR_BUCKET,
    THEIR_FILES,
)
from tools.aws import AwsClients, AwsTarget, connect
from tools.carrying import Run, Workshop
from tools.endpoint import EndpointSpec
from tools.journal import Journal
from tools.plan import DeploymentPlan, Step
from tools.planners.api import steps_for
from tools.planners.cloudformation import additions, steps_by_stack, template_for
from tools.planners.inverse import undo_for
from tools.planners.names import key_of
from tools.planners.roles import trust_policy
from tools.sandbox.app import Sandbox
from tools.sandbox.process import WorkerResponse, WorkerSpec
from tools.sandbox.server import SandboxServer
from tools.sandbox.timing import Timing

TIMING = Timing(
    creating_s=0,
    updating_s=0,
    deleting_s=0,
    housekeeping_s=5,
    unhealthy_s=0.05,
    ping_window_s=5,
    max_processes=1,
    # Auto scaling looks every 0.08 s; a quarter of an hour, after which idle capacity would begin
    # to go, is still much longer than an endpoint lives here.
    aws_minute_s=1.0,
)
EVERYTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)


class _Container:
    """Passes every ping and gives back what it is sent."""

    def __init__(self, _spec: WorkerSpec, _folder: Path, _log: Callable[[str], None]) -> None:
        self._stopped = False

    def ping(self, timeout_s: float = 2.0) -> int:
        return 200

    def invoke(self, body: bytes, **_given: Any) -> WorkerResponse:
        return WorkerResponse(status=200, body=body, content_type="application/json")

    def exit_reason(self) -> str | None:
        return "stopped" if self._stopped else None

    def memory_rss_bytes(self) -> int:
        return 0

    def stop(self) -> None:
        self._stopped = True


class Place(NamedTuple):
    """Where plans are carried out for real, without anybody's approval."""

    clients: AwsClients
    workshop: Workshop
    heard: Heard

    def run(self, plan: DeploymentPlan) -> Run:
        """Claim a deployment as an approval would, and return its run."""
        now = self.workshop.now()
        row = {"deployment_id": f"dep-{plan.digest[:12]}", "endpoint_name": plan.endpoint_name}
        self.workshop.journal.save_plan(plan.digest, plan.model_dump_json(), now)
        self.workshop.journal.claim(plan.digest, "{}", row, "test", now)
        return Run(plan, row["deployment_id"], self.clients, self.workshop)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    heard = Heard()
    with heard.listening():
        yield from _place(tmp_path_factory.mktemp("control-plane"), heard)


def _place(home: Path, heard: Heard) -> Iterator[Place]:
    server = SandboxServer(Sandbox(home, timing=TIMING, start_container=_Container))
    server.start()
    target = AwsTarget(name="sandbox", region_name=REGION, endpoint_url=server.url)
    clients = connect(target)
    blobs = home / "uploads"
    blobs.mkdir()
    (blobs / SHA).write_bytes(ARCHIVE)
    _what_is_theirs(clients)
    workshop = Workshop(
        journal=Journal(home / "plans.sqlite"),
        blobs=blobs,
        now=lambda: datetime.now(UTC),
        sleep=time.sleep,
        poll_s=0.01,
    )
    # Moto and botocore are some million objects: looking through them took a third of the time.
    gc.collect()
    gc.freeze()
    yield Place(clients, workshop, heard)
    gc.unfreeze()
    server.stop()


def _what_is_theirs(clients: AwsClients) -> None:
    clients.call("s3.create_bucket", {"Bucket": THEIR_BUCKET})
    for uri in (THEIR_ARCHIVE, f"{THEIR_FILES}weights.bin"):
        where = {"Bucket": THEIR_BUCKET, "Key": key_of(uri)}
        clients.call("s3.put_object", {**where, "Body": ARCHIVE})
    name = ROLE.rpartition("/")[2]
    clients.call(
        "iam.create_role",
        {
            "RoleName": name,
            "Path": "/service-role/",
            "AssumeRolePolicyDocument": trust_policy(),
        },
    )
    clients.call(
        "iam.put_role_policy",
        {"RoleName": name, "PolicyName": "all", "PolicyDocument": EVERYTHING},
    )


def plan_by_calls(spec: EndpointSpec, nonce: str) -> DeploymentPlan:
    """The specification as plain calls."""
    return _plan(spec, "api", nonce, steps_for(spec, account=ACCOUNT, bucket_exists=False))


def plan_by_stack(spec: EndpointSpec, nonce: str) -> DeploymentPlan:
    """The specification as a stack."""
    template = template_for(spec, ACCOUNT)
    steps = steps_by_stack(spec, template, bucket_exists=False, nonce=nonce)
    return _plan(spec, "cloudformation", nonce, steps, expected_changes=additions(template))


def _plan(
    spec: EndpointSpec, method: str, nonce: str, steps: tuple[Step, ...], **more: Any
) -> DeploymentPlan:
    return DeploymentPlan.model_validate(
        {
            "method": method,
            "target": "sandbox",
            "account": ACCOUNT,
            "region": spec.region,
            "endpoint_name": spec.name,
            "nonce": nonce,
            "steps": steps,
            "undo": undo_for(steps),
            "spec": spec,
            **more,
        }
    )
