"""Models trained once, packaged and served by the sandbox's worker."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.packaging import Package, package
from tools.sandbox.process import Worker, WorkerResponse, WorkerSpec


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Package]:
    """Packages a source with the usual arguments."""

    def packed(source: Path, **changes: object) -> Package:
        usual = {"region": "us-east-1", "instance_type": "ml.m5.large", "framework": None}
        return package(
            source, **{**usual, "sample_path": None, "blobs": tmp_path / "blobs", **changes}
        )

    return packed


@pytest.fixture
def serve(tmp_path: Path):
    """Starts a worker for a package and gives its `invoke`; all end with the test."""
    workers: list[Worker] = []
    lines: list[str] = []

    def started(packed: Package) -> Callable[..., WorkerResponse]:
        spec = WorkerSpec(
            image=packed.image_uri,
            archive=packed.archive.path,
            environment=packed.environment,
            network_isolation=True,
        )
        worker = Worker(spec, tmp_path / f"worker-{len(workers)}", lines.append)
        workers.append(worker)
        until = time.monotonic() + 60
        while worker.ping() != 200:
            reason = worker.exit_reason()
            if reason or time.monotonic() > until:
                pytest.fail(f"{reason}\n" + "\n".join(lines[-40:]))
            time.sleep(0.05)

        def invoke(body: bytes, content_type: str, accept: str | None = None) -> WorkerResponse:
            answer = worker.invoke(body, content_type=content_type, accept=accept)
            assert answer.status == 200, (answer, lines[-40:])
            return answer

        return invoke

    yield started
    for worker in workers:
        worker.stop()
