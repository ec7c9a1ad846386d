"""Carries compilation jobs out, each in a process of its own, and writes down what came of them."""

import json
import logging
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tools.sandbox.compilation.child import start_compiler
from tools.sandbox.compilation.objects import JobFailedError, JobObjects, target_of
from tools.sandbox.hosting_state import CompilationJob, HostingState
from tools.sandbox.telemetry import Telemetry
from tools.sandbox.timing import Timing

logger = logging.getLogger(__name__)

LOG_GROUP = "/aws/sagemaker/CompilationJobs"
STANDS_IN = (
    "[sandbox] ONNX Runtime stands in for Neo: its graph optimisations are saved as the result. "
    "Neo's own speed, and whether it has every operator, are not proven here."
)


class CompilationWork:
    """Runs each job in a thread that waits for its process."""

    def __init__(
        self,
        state: HostingState,
        objects: JobObjects,
        telemetry: Telemetry,
        timing: Timing,
        now: Callable[[], datetime],
    ) -> None:
        self._state = state
        self._objects = objects
        self._telemetry = telemetry
        self._timing = timing
        self._now = now
        self._closing = threading.Event()
        self._running: dict[tuple[str, str], subprocess.Popen[bytes]] = {}

    def start(self, job: CompilationJob) -> None:
        """Begin a job."""
        threading.Thread(target=self._run, args=(job,), name=f"neo-{job.name}", daemon=True).start()

    def restore(self) -> None:
        """After a restart: begin anew what was under way."""
        for job in self._state.all(CompilationJob):
            if job.status in ("STARTING", "INPROGRESS"):
                self.start(job)
            elif job.status == "STOPPING":
                self._settle(job, status="STOPPED", ended_at=self._now())

    def stop(self, job: CompilationJob) -> None:
        """End a job that runs."""
        self._settle(job, status="STOPPING")
        process = self._running.get((job.region, job.name))
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End every process; the jobs go on at the next start."""
        self._closing.set()
        for process in list(self._running.values()):
            process.kill()

    def _present(self, job: CompilationJob) -> CompilationJob | None:
        return self._state.get(CompilationJob, job.region, job.name)

    def _stopped(self, job: CompilationJob) -> bool:
        """Whether nothing more is to be written: it was stopped, or the sandbox goes down."""
        present = self._present(job)
        return present is None or present.status == "STOPPING" or self._closing.is_set()

    def _settle(self, job: CompilationJob, **changes: object) -> None:
        with self._state.lock:
            present = self._present(job)
            if present is not None and not self._closing.is_set():
                self._state.save(present.model_copy(update={"modified_at": self._now(), **changes}))

    def _run(self, job: CompilationJob) -> None:
        began = time.monotonic()
        if not self._stopped(job):
            self._settle(job, status="INPROGRESS", started_at=self._now())
        self._log(job, STANDS_IN)
        try:
            made = self._compiled(job)
            self._closing.wait(began + self._timing.compiling_s - time.monotonic())
            stored = {} if self._stopped(job) else self._objects.write(job, made)
            changes: dict[str, Any] = {"status": "COMPLETED", **stored}
        except JobFailedError as error:
            changes = {"status": "FAILED", "failure_reason": str(error)}
            self._log(job, str(error))
        except Exception:  # the thread's edge: a job must end, whatever breaks
            logger.exception("compilation.broke", extra={"job": job.name})
            changes = {"status": "FAILED", "failure_reason": "InternalServerError: the job broke."}
        if self._stopped(job):
            changes = {"status": "STOPPED"}
        self._settle(job, ended_at=self._now(), **changes)

    def _log(self, job: CompilationJob, text: str) -> None:
        self._telemetry.log(job.region, LOG_GROUP, job.name, text)

    def _compiled(self, job: CompilationJob) -> bytes:
        """The result's archive.

        Raises:
            JobFailedError: With AWS's wording where it is known.
        """
        given = job.definition["InputConfig"]
        if given["Framework"] != "ONNX":
            raise JobFailedError(
                f"[sandbox] The sandbox compiles ONNX models only: nothing on this machine stands "
                f"in for Neo's compiler of {given['Framework']}."
            )
        archive = self._objects.read(job, str(given["S3Uri"]))
        with tempfile.TemporaryDirectory(prefix="sagepilot-neo-") as folder:
            place = Path(folder)
            (place / "input.tar.gz").write_bytes(archive)
            told = self._child(job, place)
            if "failed" in told:
                raise JobFailedError(str(told["failed"]))
            for line in told.get("log", ()):
                self._log(job, str(line))
            return (place / "result.tar.gz").read_bytes()

    def _child(self, job: CompilationJob, place: Path) -> dict[str, Any]:
        orders = {
            "directory": str(place),
            "data_input_config": job.definition["InputConfig"].get("DataInputConfig"),
            "compiler_options": job.definition["OutputConfig"].get("CompilerOptions"),
            "target": target_of(job),
        }
        limit_s = float(job.definition["StoppingCondition"].get("MaxRuntimeInSeconds", 900))
        process = start_compiler()
        self._running[job.region, job.name] = process
        try:
            out, _ = process.communicate(json.dumps(orders).encode() + b"\n", timeout=limit_s)
        except subprocess.TimeoutExpired as error:
            process.kill()
            process.communicate()
            raise JobFailedError(
                f"ClientError: The job did not end within {limit_s:g} seconds."
            ) from error
        finally:
            self._running.pop((job.region, job.name), None)
        try:
            told: dict[str, Any] = json.loads(out.strip().rpartition(b"\n")[2])
        except ValueError as error:
            raise JobFailedError(
                f"InternalServerError: the compiler ended with status {process.returncode}."
            ) from error
        return told
