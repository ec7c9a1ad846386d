"""What the log of a batch transform job, or of an endpoint, says about a failure; read only."""

import re
import time

from tools.aws import AwsClients
from tools.errors import SagepilotError

#: https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
TRANSFORM_LOGS = "/aws/sagemaker/TransformJobs"
ENDPOINT_LOGS = "/aws/sagemaker/Endpoints/"
#: The last line of a traceback, in Python's words: "ValueError: ...", "pkg.errors.LoadError: ...".
_ERROR = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception)\b: \S.*")
_LOOKED_BACK_S = 3600
_MOST_PAGES = 20
_MOST_STREAMS = 10
_MOST_LINES = 6
_LONGEST = 300
_MARK = "[sagemaker logs]: "
_CHATTER = ("MaxConcurrentTransforms=", "Message:")


def transform_failure(job_name: str, clients: AwsClients) -> tuple[str, ...]:
    """Return the lines of a job's data log that tell what failed, oldest first.

    What the model's own log says last is added where the data log is silent. Nothing is returned
    where the logs cannot be read: the failure is told without them then.
    """
    try:
        streams = clients.call(
            "logs.describe_log_streams",
            {"logGroupName": TRANSFORM_LOGS, "logStreamNamePrefix": f"{job_name}/"},
        )["logStreams"][:_MOST_STREAMS]
        names = [stream["logStreamName"] for stream in streams]
        data = [name for name in names if name.endswith("/data-log")]
        told = _lines([name for name in names if name in data], clients)
        found = [line.partition(_MARK)[2] or line for line in told]
        found = [line for line in found if line.strip() and not _is_chatter(line)]
        if not found:
            found = _lines([name for name in names if name not in data], clients)[-_MOST_LINES:]
    except SagepilotError:
        return ()
    return tuple(line.strip()[:_LONGEST] for line in found[:_MOST_LINES])


def last_endpoint_error(endpoint_name: str, clients: AwsClients) -> str | None:
    """Return the last error that an endpoint's containers wrote within the last hour.

    None where there is none, or where the log cannot be read.
    """
    since_ms = int((time.time() - _LOOKED_BACK_S) * 1000)
    where = {"logGroupName": f"{ENDPOINT_LOGS}{endpoint_name}", "startTime": since_ms}
    found: list[tuple[int, str]] = []
    token: dict[str, str] = {}
    try:
        for _ in range(_MOST_PAGES):
            answer = clients.call("logs.filter_log_events", {**where, **token})
            for event in answer.get("events", ()):
                if error := _ERROR.search(str(event["message"])):
                    found.append((event.get("timestamp", 0), error[0].strip()))
            if not (following := answer.get("nextToken")):
                break
            token = {"nextToken": following}
    except SagepilotError:
        return None
    return sorted(found, key=lambda one: one[0])[-1][1][:_LONGEST] if found else None


def _is_chatter(line: str) -> bool:
    said = line.rpartition(": ")[2] or line
    return any(line.startswith(mark) or line.rstrip().endswith(mark) for mark in _CHATTER) or (
        not said.strip() or line.rstrip().endswith(":")
    )


def _lines(streams: list[str], clients: AwsClients) -> list[str]:
    if not streams:
        return []
    answer = clients.call(
        "logs.filter_log_events", {"logGroupName": TRANSFORM_LOGS, "logStreamNames": streams}
    )
    return [str(event["message"]) for event in answer.get("events", ())]
