"""Streamed answers: parts that arrive one by one, read by an unmodified boto3 client."""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, EventStreamError

from tests.integration.sandbox.conftest import Client, Hosting, archive, client_of
from tests.integration.sandbox_scaling.conftest import until
from tools.sandbox.app import Sandbox
from tools.sandbox.server import SandboxServer
from tools.sandbox.timing import timing_from

PYTORCH = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312"
STREAMING = """
import json, os, time
from ts.handler_utils.utils import send_intermediate_predict_response


def model_fn(model_dir):
    return "fitted"


def input_fn(body, content_type):
    return json.loads(body)


def predict_fn(data, fitted, context):
    if data["mode"] == "refuse":
        raise ValueError("no such prompt")
    for number in range(data["tokens"]):
        send_intermediate_predict_response(
            [f"token {number} "], context.request_ids, "Intermediate", 200, context
        )
        if data["mode"] == "raise" and number == 1:
            raise ValueError("lost the thread")
        if data["mode"] == "exit" and number == 1:
            os._exit(3)
        time.sleep(data.get("pause", 0.05))
    return "end"


def output_fn(prediction, accept):
    return prediction
"""


def streaming_model(hosting: Hosting) -> str:
    name = f"stream-{time.monotonic_ns()}"
    key = f"models/{name}.tar.gz"
    hosting.client("s3").put_object(Bucket=hosting.bucket, Key=key, Body=archive(STREAMING))
    hosting.client("sagemaker").create_model(
        ModelName=name,
        PrimaryContainer={"Image": PYTORCH, "ModelDataUrl": f"s3://{hosting.bucket}/{key}"},
        ExecutionRoleArn=hosting.role_arn,
    )
    return name


@pytest.fixture(scope="module")
def endpoint(hosting: Hosting) -> str:
    return hosting.endpoint(hosting.config(streaming_model(hosting)))


def parts_of(answer: Any) -> Iterator[bytes]:
    """The parts of a streamed answer; hangs up at the end."""
    with contextlib.closing(answer["Body"]) as body:
        for event in body:
            yield event["PayloadPart"]["Bytes"]


def stream(client: Client, endpoint: str, **data: Any) -> Any:
    return client("sagemaker-runtime").invoke_endpoint_with_response_stream(
        EndpointName=endpoint,
        Body=json.dumps({"mode": "talk", "tokens": 4} | data),
        ContentType="application/json",
        Accept="text/plain",
    )


def test_parts_arrive_while_the_model_is_at_work(client: Client, endpoint: str) -> None:
    answer = stream(client, endpoint, pause=0.2)
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    parts, times = [], []
    for part in parts_of(answer):
        parts.append(part)
        times.append(time.monotonic())
    assert parts == [b"token 0 ", b"token 1 ", b"token 2 ", b"token 3 ", b"end"]
    assert times[3] - times[0] > 0.5


def test_an_ordinary_invocation_gets_the_whole(client: Client, endpoint: str) -> None:
    answer = client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint,
        Body=json.dumps({"mode": "talk", "tokens": 2}),
        ContentType="application/json",
    )
    assert answer["Body"].read() == b"token 0 token 1 end"


def test_an_error_before_the_first_part_is_a_model_error(client: Client, endpoint: str) -> None:
    with pytest.raises(ClientError) as caught:
        stream(client, endpoint, mode="refuse")
    assert caught.value.response["Error"]["Code"] == "ModelError"
    assert caught.value.response["OriginalStatusCode"] == 500


@pytest.mark.parametrize("mode", ["raise", "exit"])
def test_an_error_after_it_breaks_the_stream(client: Client, endpoint: str, mode: str) -> None:
    until(lambda: b"end" in whole(client, endpoint))
    answer = stream(client, endpoint, mode=mode)
    with pytest.raises(EventStreamError, match="broken") as caught:
        list(parts_of(answer))
    assert caught.value.response["Error"]["Code"] == "ModelStreamError"
    metrics = client("cloudwatch")
    for name in ("MidStreamErrors", "FirstChunkLatency", "FirstChunkModelLatency"):
        found = metrics.list_metrics(
            Namespace="AWS/SageMaker",
            MetricName=name,
            Dimensions=[{"Name": "EndpointName", "Value": endpoint}],
        )
        assert found["Metrics"], name


def whole(client: Client, endpoint: str) -> bytes:
    """The answer, or nothing while a worker is being replaced."""
    try:
        return b"".join(parts_of(stream(client, endpoint, tokens=1)))
    except ClientError:
        return b""


def test_an_image_that_does_not_stream_answers_in_one_piece(
    client: Client, hosting: Hosting
) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model()))
    answer = client("sagemaker-runtime").invoke_endpoint_with_response_stream(
        EndpointName=endpoint, Body=b"[[1.0, 1.0]]", ContentType="application/json"
    )
    assert list(parts_of(answer)) == [b"[1]"]
    assert answer["ContentType"] == "application/json"


def test_what_cannot_stream_is_refused(client: Client, hosting: Hosting) -> None:
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 2}
    output = {"S3OutputPath": f"s3://{hosting.bucket}/out"}
    model = hosting.model()
    for config in (
        hosting.config(model, {"ServerlessConfig": serverless}),
        hosting.config(model, AsyncInferenceConfig={"OutputConfig": output}),
    ):
        name = hosting.endpoint(config)
        with pytest.raises(ClientError) as caught:
            client("sagemaker-runtime").invoke_endpoint_with_response_stream(
                EndpointName=name, Body=b"[]", ContentType="application/json"
            )
        assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_a_caller_that_hangs_up_frees_the_instance(client: Client, endpoint: str) -> None:
    answer = stream(client, endpoint, tokens=40)
    next(iter(answer["Body"]))
    answer["Body"].close()
    assert b"end" in whole(client, endpoint)


def test_a_stream_that_takes_too_long_ends_with_its_own_error(
    client: Client, hosting: Hosting, tmp_path_factory: pytest.TempPathFactory
) -> None:
    timing = timing_from({"creating_s": 0, "stream_timeout_s": 0.6}, {})
    server = SandboxServer(Sandbox(tmp_path_factory.mktemp("long"), timing=timing))
    server.start()
    try:
        other = Hosting(
            lambda service: client_of(server.url, service), hosting.role_arn, hosting.bucket
        )
        name = other.endpoint(other.config(streaming_model(other)))
        answer = stream(other.client, name, tokens=30, pause=0.1)
        with pytest.raises(EventStreamError) as caught:
            list(parts_of(answer))
        assert "ModelStreamError" in str(caught.value)
    finally:
        server.stop()
