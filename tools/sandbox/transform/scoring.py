"""One object scored: records taken apart, sent in requests, answers joined and assembled."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from tools.sandbox.containers import RunnerGoneError
from tools.sandbox.fleet import InstanceFleet
from tools.sandbox.process import WorkerDiedError, WorkerResponse, WorkerTimeoutError
from tools.sandbox.transform.data_processing import DataProcessing, ProcessingError
from tools.sandbox.transform.records import (
    BYTES_PER_MB,
    BadRecordsError,
    TooMuchDataError,
    assembled,
    batches,
    split,
    together,
)

#: Defaults of CreateTransformJob (API reference: MaxPayloadInMB, ModelClientConfig).
DEFAULT_PAYLOAD_MB = 6
DEFAULT_TIMEOUT_S = 600
DEFAULT_RETRIES = 3
_SHOWN = 1000


class ObjectFailedError(Exception):
    """An object has no result.

    Attributes:
        lines: What the job's data log says about it.
        client_error: The data is at fault, as far as the status tells; else the model.
    """

    def __init__(self, lines: Sequence[str], *, client_error: bool) -> None:
        super().__init__(lines[0])
        self.lines = tuple(lines)
        self.client_error = client_error


@dataclass(frozen=True)
class Setting:
    """How a job sends its records, with AWS's defaults filled in."""

    definition: Mapping[str, Any]

    @property
    def content_type(self) -> str | None:
        """What a request is sent as."""
        found = self.definition["TransformInput"].get("ContentType")
        return None if found is None else str(found)

    @property
    def accept(self) -> str | None:
        """What answer is asked for."""
        found = self.definition["TransformOutput"].get("Accept")
        return None if found is None else str(found)

    @property
    def split_type(self) -> str:
        """How objects are taken apart."""
        return str(self.definition["TransformInput"].get("SplitType", "None"))

    @property
    def single(self) -> bool:
        """Whether records go one by one."""
        return str(self.definition.get("BatchStrategy", "MultiRecord")) == "SingleRecord"

    @property
    def max_payload_mb(self) -> int:
        """Largest request; 0 is no limit."""
        return int(self.definition.get("MaxPayloadInMB", DEFAULT_PAYLOAD_MB))

    @property
    def concurrent(self) -> int:
        """Requests at a time on one instance; without a word of the container AWS takes one."""
        return int(self.definition.get("MaxConcurrentTransforms") or 1)

    @property
    def timeout_s(self) -> float:
        """Of one request."""
        client = self.definition.get("ModelClientConfig", {})
        return float(client.get("InvocationsTimeoutInSeconds", DEFAULT_TIMEOUT_S))

    @property
    def retries(self) -> int:
        """Of one request that failed on the model's side."""
        client = self.definition.get("ModelClientConfig", {})
        return int(client.get("InvocationsMaxRetries", DEFAULT_RETRIES))

    @property
    def processing(self) -> DataProcessing:
        """Filters and join."""
        given = self.definition.get("DataProcessing", {})
        return DataProcessing(given, self.content_type, self.accept)

    @property
    def environment(self) -> dict[str, str]:
        """What a container is told in batch transform, under the job's own variables.

        https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
        """
        told = {
            "SAGEMAKER_BATCH": "True",
            "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(self.max_payload_mb),
            "SAGEMAKER_BATCH_STRATEGY": "SINGLE_RECORD" if self.single else "MULTI_RECORD",
            "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(self.concurrent),
        }
        return told | dict(self.definition.get("Environment", {}))


class Scorer:
    """Sends an object's records to the job's instances."""

    def __init__(
        self,
        setting: Setting,
        fleet: InstanceFleet,
        pool: Executor,
        stopped: Callable[[], bool],
    ) -> None:
        self._setting = setting
        self._fleet = fleet
        self._pool = pool
        self._stopped = stopped
        self._processing = setting.processing

    def score(self, body: bytes) -> tuple[bytes, str | None]:
        """Return the result object and its content type.

        Raises:
            ObjectFailedError: A record cannot be sent, or the model does not answer it well.
            RunnerGoneError: The job was stopped.
        """
        setting = self._setting
        try:
            whole = split(body, setting.split_type, single=setting.single)
            sent = [self._processing.narrowed(record) for record in whole]
            limit = setting.max_payload_mb * BYTES_PER_MB
            groups = list(batches(sent, single=setting.single, max_bytes=limit))
        except TooMuchDataError as error:
            raise ObjectFailedError(
                ["Too much data for max payload size"], client_error=True
            ) from error
        except (BadRecordsError, ProcessingError) as error:
            raise ObjectFailedError([str(error)], client_error=True) from error
        requests = [together(sent[g.start : g.stop], setting.split_type) for g in groups]
        answers = list(self._pool.map(self._ask, requests))
        kind = answers[0].content_type if answers else None
        return self._put_together(whole, groups, answers), kind

    def _put_together(
        self, whole: list[bytes], groups: list[range], answers: list[WorkerResponse]
    ) -> bytes:
        lines: list[bytes] = []
        try:
            for group, answer in zip(groups, answers, strict=True):
                lines += self._processing.finished(whole[group.start : group.stop], answer.body)
        except ProcessingError as error:
            raise ObjectFailedError([str(error)], client_error=True) from error
        how = self._setting.definition["TransformOutput"].get("AssembleWith", "None")
        return assembled(lines, how)

    def _ask(self, request: bytes) -> WorkerResponse:
        for attempt in range(self._setting.retries + 1):
            if self._stopped():
                raise RunnerGoneError
            last = attempt == self._setting.retries
            try:
                answer = self._send(request)
            except WorkerTimeoutError as error:
                if last:
                    raise ObjectFailedError(
                        ["Model server did not respond to /invocations request within "
                         f"{self._setting.timeout_s:g} seconds"], client_error=False,
                    ) from error  # fmt: skip
                continue
            except WorkerDiedError as error:
                if last:
                    raise ObjectFailedError(
                        ["Unable to get response from algorithm"], client_error=False
                    ) from error
                continue
            if answer.status < 300:
                return answer
            if last or answer.status < 500:
                break
        raise _refused(answer)

    def _send(self, request: bytes) -> WorkerResponse:
        instance = self._fleet.acquire(self._setting.timeout_s)
        if instance is None:
            raise WorkerDiedError("no instance")
        try:
            return instance.container.invoke(
                request,
                content_type=self._setting.content_type,
                accept=self._setting.accept,
                timeout_s=self._setting.timeout_s,
            )
        finally:
            self._fleet.release(instance)


def _refused(answer: WorkerResponse) -> ObjectFailedError:
    """The log's lines about an answer that is no success: its status, then what it says."""
    client = answer.status < 500
    first = (
        f"ClientError: {answer.status}"
        if client
        else f"Bad HTTP status received from algorithm: {answer.status}"
    )
    said = answer.body.decode(errors="replace")[:_SHOWN].splitlines()
    return ObjectFailedError([first, "", "Message:", *said], client_error=client)
