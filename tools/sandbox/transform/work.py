"""A job carried out: workers started, every object scored, the end told."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from tools.sandbox.containers import RunnerGoneError, StartFailedError
from tools.sandbox.deployments import Deployer
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.hosting_state import HostingState, TransformJob
from tools.sandbox.moto_bridge import Role
from tools.sandbox.telemetry import Telemetry
from tools.sandbox.timing import Timing
from tools.sandbox.transform.inputs import InputObject, JobStorage, NoInputError
from tools.sandbox.transform.scoring import ObjectFailedError, Scorer, Setting

logger = logging.getLogger(__name__)

LOG_GROUP = "/aws/sagemaker/TransformJobs"
_SEE_LOGS = "See job logs for more information"
_MOST_AT_ONCE = 32  # threads of one job


class _EndedError(Exception):
    """The job failed; the text is its FailureReason."""


@dataclass(frozen=True)
class _Running:
    """A job whose instances are up."""

    job: TransformJob
    setting: Setting
    fleet: InstanceFleet
    storage: JobStorage
    role: Role


class TransformWork:
    """Runs every job in a thread of its own, those of before a restart from their beginning."""

    def __init__(
        self,
        state: HostingState,
        storage: Callable[[str], JobStorage],
        deployer: Deployer,
        telemetry: Telemetry,
        timing: Timing,
        now: Callable[[], datetime],
    ) -> None:
        """Take `storage`: the S3 of a region, as a job reads and writes it."""
        self._state = state
        self._storage = storage
        self._deployer = deployer
        self._telemetry = telemetry
        self._timing = timing
        self._now = now
        self._closing = threading.Event()
        self._fleets: dict[tuple[str, str], InstanceFleet] = {}
        self._lock = threading.Lock()

    # --- life
    def begin(self, job: TransformJob) -> None:
        """Carry a job out in the background."""
        threading.Thread(target=self._run, args=(job,), name=f"job-{job.name}", daemon=True).start()

    def restore(self) -> None:
        """After a restart: jobs that were under way are carried out again, from their beginning."""
        for job in self._state.all(TransformJob):
            if job.status == "Stopping":
                self._settle(job, "Stopped")
            elif job.status == "InProgress":
                self.begin(job)

    def stop(self, job: TransformJob) -> None:
        """End a job that is Stopping; results that are written stay."""
        with self._lock:
            fleet = self._fleets.get((job.region, job.name))
        if fleet is not None:
            fleet.stop()

    def close(self) -> None:
        """Stop every worker; the statuses stay as they are, for the next start."""
        self._closing.set()
        with self._lock:
            fleets = list(self._fleets.values())
        for fleet in fleets:
            fleet.stop()

    # --- one job
    def _run(self, job: TransformJob) -> None:
        try:
            self._carry_out(job)
        except _EndedError as error:
            self._settle(job, "Failed", str(error))
        except RunnerGoneError:
            self._settle(job, "Stopped")
        except Exception:
            if not self._closing.is_set():
                logger.exception("transform.broke", extra={"job": job.name})
                self._settle(
                    job, "Failed",
                    "InternalServerError: We encountered an internal error. Please try again.",
                )  # fmt: skip
        else:
            self._settle(job, "Completed")

    def _carry_out(self, job: TransformJob) -> None:
        storage, setting = self._storage(job.region), Setting(job.definition)
        try:
            role = storage.role(str(job.sagemaker_model["ExecutionRoleArn"]))
            source = job.definition["TransformInput"]["DataSource"]["S3DataSource"]
            found = storage.inputs(source, role)
        except NoInputError as error:
            raise _EndedError(f"ClientError: {error}") from error
        fleet = self._started(job, setting)
        try:
            self._score_all(_Running(job, setting, fleet, storage, role), found)
        finally:
            with self._lock:
                self._fleets.pop((job.region, job.name), None)
            fleet.stop()

    def _started(self, job: TransformJob, setting: Setting) -> InstanceFleet:
        """Bring the instances up; the time that takes counts as the job's."""
        self._state.save(job.model_copy(update={"started_at": job.started_at or self._now()}))
        self._closing.wait(self._timing.creating_s)
        count = int(job.definition["TransformResources"]["InstanceCount"])
        stream = f"{job.name}/{{}}-{int(self._now().timestamp())}"

        def log(instance_id: str, text: str) -> None:
            self._telemetry.log(job.region, LOG_GROUP, stream.format(instance_id), text)

        try:
            fleet = self._deployer.transform_fleet(job, setting.environment, count, log)
        except StartFailedError as error:
            raise _EndedError(f"ClientError: {error}") from error
        with self._lock:
            self._fleets[job.region, job.name] = fleet
        try:
            if self._ending(job):
                raise RunnerGoneError
            fleet.start()
        except StartFailedError as error:
            if self._ending(job):
                raise RunnerGoneError from error
            self._data_log(job, "Model server did not respond to /ping health check.")
            raise _EndedError(f"AlgorithmError: {_SEE_LOGS}") from error
        return fleet

    def _score_all(self, run: "_Running", found: list[InputObject]) -> None:
        job, setting = run.job, run.setting
        strategy = "SINGLE_RECORD" if setting.single else "MULTI_RECORD"
        self._data_log(
            job,
            f"MaxConcurrentTransforms={setting.concurrent}, "
            f"MaxPayloadInMB={setting.max_payload_mb}, BatchStrategy={strategy}",
        )
        instances = max(run.fleet.instance_count, 1)
        at_once = min(_MOST_AT_ONCE, setting.concurrent * instances)
        with ThreadPoolExecutor(at_once) as requests:
            scorer = Scorer(setting, run.fleet, requests, lambda: self._ending(job))
            with ThreadPoolExecutor(min(instances, len(found))) as objects:
                ends = list(objects.map(lambda one: self._score(run, scorer, one), found))
        failures = [error for error in ends if error is not None]
        if failures:
            kind = "ClientError" if failures[0].client_error else "AlgorithmError"
            raise _EndedError(f"{kind}: {_SEE_LOGS}")

    def _score(self, run: "_Running", scorer: Scorer, one: InputObject) -> ObjectFailedError | None:
        """Score one object; what is wrong with it is told and returned, the others go on.

        Raises:
            _EndedError: The object cannot be read or its result not be written.
            RunnerGoneError: The job was stopped.
        """
        compression = run.job.definition["TransformInput"].get("CompressionType", "None")
        folder = run.job.definition["TransformOutput"]["S3OutputPath"]
        try:
            body = run.storage.read(one.location, run.role, compression)
            result, kind = scorer.score(body)
            run.storage.write(folder, one.result, result, kind, run.role)
        except ObjectFailedError as error:
            self._tell(run.job, one, error)
            return error
        except NoInputError as error:
            raise _EndedError(f"ClientError: {error}") from error
        return None

    def _tell(self, job: TransformJob, one: InputObject, error: ObjectFailedError) -> None:
        for line in error.lines:
            self._data_log(job, f"{one.location.bucket}/{one.location.key}: {line}")

    def _data_log(self, job: TransformJob, text: str) -> None:
        moment = self._now().isoformat(timespec="milliseconds").removesuffix("+00:00")
        line = f"{moment}:[sagemaker logs]: {text}"
        self._telemetry.log(job.region, LOG_GROUP, f"{job.name}/data-log", line)

    def _ending(self, job: TransformJob) -> bool:
        present = self._state.get(TransformJob, job.region, job.name)
        return self._closing.is_set() or present is None or present.status != "InProgress"

    def _settle(self, job: TransformJob, status: str, reason: str | None = None) -> None:
        """Write how a job ended, unless the sandbox is going down."""
        if self._closing.is_set():
            return
        with self._state.lock:
            present = self._state.get(TransformJob, job.region, job.name) or job
            if present.status == "Stopping":
                status, reason = "Stopped", None
            self._state.save(
                present.model_copy(
                    update={"status": status, "failure_reason": reason, "ended_at": self._now()}
                )
            )
