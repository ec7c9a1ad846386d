"""Deployments, invocations and memory in the sandbox at its usual speed."""

import base64
import logging
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from tests.benchmarks.conftest import carried_out, wish
from tools.invocation import Request, invoke_now
from tools.planners.removal import plan_undo
from tools.sandbox import control
from tools.sandbox.process import Worker, WorkerSpec

MEGA = 1_000_000


class AwsClock(logging.Handler):
    """Adds up the time between sending and parsing, as botocore's log tells it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.seconds = 0.0
        self.sent = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "botocore.endpoint" and "Sending http request" in record.msg:
            self.sent = time.perf_counter()
        elif record.name == "botocore.parsers" and self.sent:
            self.seconds += time.perf_counter() - self.sent
            self.sent = 0.0

    def __enter__(self) -> "AwsClock":
        self._set(logging.DEBUG)
        return self

    def __exit__(self, *_: object) -> None:
        self._set(logging.NOTSET)

    def _set(self, level: int) -> None:
        for name in ("botocore.endpoint", "botocore.parsers"):
            logger = logging.getLogger(name)
            logger.setLevel(level)
            logger.propagate = level == logging.NOTSET
            (logger.addHandler if level else logger.removeHandler)(self)


@pytest.mark.parametrize("kind", ["sklearn", "onnx"])
def test_a_deployment_and_our_share_of_it(app, figures, onnx_model, kind):
    plan = app.place.plan(wish("sample" if kind == "sklearn" else str(onnx_model)))
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    place = app.place._replace(sleep=sleep)
    begun = time.perf_counter()
    with AwsClock() as clock:
        made = carried_out(type(app)(app.settings, place), plan)
    total = time.perf_counter() - begun
    assert made.verification.ok
    assert clock.seconds > 0
    own = total - clock.seconds - sum(slept)
    figures.tell(
        f"deployment, {kind}",
        f"{total:.2f} s: sandbox {clock.seconds:.2f} s, waiting {sum(slept):.2f} s, "
        f"own {own:.2f} s ({own / total:.0%})",
    )
    carried_out(app, plan_undo(made.deployment_id, place.removal(plan.region)))


@pytest.mark.parametrize("kind", ["sklearn", "onnx"])
def test_invocations_beside_the_worker_alone(app, timed, benchmark, figures, request, kind):
    plan = request.getfixturevalue(f"{kind}_plan")
    sample = plan.sample
    wanted = Request(
        body=base64.b64decode(sample.body_base64),
        content_type=sample.content_type,
        accept=sample.accept,
    )
    alone = directly(plan, app.place.blobs, wanted)
    alone_ms = figures.milliseconds(f"{kind} worker alone", alone)
    clients = app.place.clients(plan.region)
    told = timed(
        f"{kind} invocation",
        lambda: invoke_now(plan.endpoint_name, wanted, clients),
        rounds=200,
    )
    figures.tell("  invocation : worker alone", f"{told / alone_ms:.1f} x")


def directly(plan, blobs: Path, wanted: Request) -> list[float]:
    """Return durations of requests to a worker of the same model, without AWS around it."""
    model = next(s for s in plan.steps if s.operation == "sagemaker.create_model").parameters
    upload = next(s for s in plan.steps if s.operation == "s3.put_object").parameters
    container = model.get("PrimaryContainer") or model["Containers"][0]
    spec = WorkerSpec(
        image=container["Image"],
        archive=blobs / upload["Body"]["$blob"]["sha256"],
        environment=container.get("Environment", {}),
        memory_limit_mb=None,
        network_isolation=False,
        name="bench",
    )
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(spec, Path(folder), lambda _: None)
        try:
            deadline = time.monotonic() + 60
            while worker.ping() != 200:
                assert time.monotonic() < deadline, worker.exit_reason()
                time.sleep(0.05)
            for _ in range(200):
                begun = time.perf_counter()
                answered = worker.invoke(
                    wanted.body, content_type=wanted.content_type, accept=wanted.accept
                )
                taken.append(time.perf_counter() - begun)
                assert answered.status == 200
        finally:
            worker.stop()
    return taken


def test_memory(app, figures, sklearn_plan, onnx_plan, home):
    told = control.details(home)
    figures.tell("memory of the sandbox", f"{told['memory_rss_bytes'] / MEGA:.0f} MB")
    server = psutil.Process(told["pid"])
    for worker in server.children(recursive=True):
        size = worker.memory_info().rss
        if size > 20 * MEGA:  # not the wrappers that cut a worker off
            figures.tell("memory of a worker process", f"{size / MEGA:.0f} MB")
