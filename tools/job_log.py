"""What a batch transform job's log says about a failure; read only."""

from tools.aws import AwsClients
from tools.errors import SagepilotError

#: https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
TRANSFORM_LOGS = "/aws/sagemaker/TransformJobs"
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
