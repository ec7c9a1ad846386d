"""Asynchronous endpoints: 202, results and failures in S3, notes to SNS, limits."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Client, Hosting, fetch


@pytest.fixture(scope="module")
def topics(client: Client) -> dict[str, str]:
    """Two topics, each with a queue that keeps what is published."""
    made = {}
    for name in ("success", "error"):
        topic = client("sns").create_topic(Name=f"async-{name}")["TopicArn"]
        url = client("sqs").create_queue(QueueName=f"async-{name}")["QueueUrl"]
        arn = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"]
        )
        made[name] = topic
    return made


@pytest.fixture(scope="module")
def endpoint(hosting: Hosting, topics: dict[str, str]) -> str:
    config = hosting.config(
        hosting.model(),
        AsyncInferenceConfig={
            "OutputConfig": {
                "S3OutputPath": f"s3://{hosting.bucket}/out",
                "S3FailurePath": f"s3://{hosting.bucket}/failed/",
                "NotificationConfig": {
                    "SuccessTopic": topics["success"],
                    "ErrorTopic": topics["error"],
                    "IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC"],
                },
            },
            "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 2},
        },
    )
    return hosting.endpoint(config)


def submit(hosting: Hosting, endpoint: str, data: Any, **extra: Any) -> dict[str, Any]:
    key = f"in/{time.monotonic_ns()}.json"
    hosting.client("s3").put_object(Bucket=hosting.bucket, Key=key, Body=json.dumps(data))
    return dict(
        hosting.client("sagemaker-runtime").invoke_endpoint_async(
            EndpointName=endpoint,
            InputLocation=f"s3://{hosting.bucket}/{key}",
            ContentType="application/json",
            **extra,
        )
    )


def received(client: Client, name: str, inference_id: str) -> dict[str, Any]:
    url = client("sqs").get_queue_url(QueueName=f"async-{name}")["QueueUrl"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for message in client("sqs").receive_message(QueueUrl=url).get("Messages", []):
            note = json.loads(json.loads(message["Body"])["Message"])
            if note["inferenceId"] == inference_id:
                return dict(note)
        time.sleep(0.05)
    pytest.fail("no notification")


def test_a_result_is_written_and_announced(hosting: Hosting, endpoint: str, client: Client) -> None:
    answer = submit(hosting, endpoint, [[1, 1], [-1, -1]], InferenceId="mine-1")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert answer["InferenceId"] == "mine-1"
    assert answer["OutputLocation"].startswith(f"s3://{hosting.bucket}/out/")
    assert answer["OutputLocation"].endswith(".out")
    assert answer["FailureLocation"].endswith("-error.out")
    assert json.loads(fetch(client, answer["OutputLocation"])) == [1, 0]
    note = received(client, "success", "mine-1")
    assert note["invocationStatus"] == "Completed"
    assert note["responseParameters"]["outputLocation"] == answer["OutputLocation"]
    assert note["responseParameters"]["responseBody"]["content"] == "[1, 0]"


def test_a_failure_is_written_to_the_failure_path_and_announced(
    hosting: Hosting, endpoint: str, client: Client
) -> None:
    answer = submit(hosting, endpoint, "raise")
    text = fetch(client, answer["FailureLocation"]).decode()
    assert text.startswith('Received server error (500) from primary with message "')
    note = received(client, "error", answer["InferenceId"])
    assert note["invocationStatus"] == "Failed"
    assert note["failureReason"] == text


def test_an_inline_body_needs_no_input_object(
    hosting: Hosting, endpoint: str, client: Client
) -> None:
    answer = client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=endpoint,
        Body=json.dumps([[2, 2]]),
        ContentType="application/json",
        S3OutputPathExtension="deep/er",
        Filename="chosen",
    )
    assert answer["OutputLocation"] == f"s3://{hosting.bucket}/out/deep/er/chosen.out"
    assert json.loads(fetch(client, answer["OutputLocation"])) == [1]


def test_an_invocation_timeout_is_a_failure(
    hosting: Hosting, endpoint: str, client: Client
) -> None:
    answer = submit(hosting, endpoint, "sleep", InvocationTimeoutSeconds=1)
    assert b"timed out" in fetch(client, answer["FailureLocation"])


def test_a_missing_input_object_is_a_failure(
    hosting: Hosting, endpoint: str, client: Client
) -> None:
    answer = client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=endpoint, InputLocation=f"s3://{hosting.bucket}/in/never"
    )
    assert b"Failed to download" in fetch(client, answer["FailureLocation"])


def test_a_synchronous_invocation_is_refused(hosting: Hosting, endpoint: str) -> None:
    with pytest.raises(ClientError) as caught:
        hosting.invoke(endpoint, [[1, 1]])
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert "does not support this inference type" in caught.value.response["Error"]["Message"]


def test_an_asynchronous_invocation_of_a_real_time_endpoint_is_refused(
    hosting: Hosting, served: str
) -> None:
    with pytest.raises(ClientError, match="does not support this inference type"):
        submit(hosting, served, [[1, 1]])


@pytest.mark.parametrize(
    ("params", "wording"),
    [
        ({}, "Exactly one of InputLocation and Body"),
        ({"InputLocation": "s3://hosting-tests/a", "Body": b"1"}, "Exactly one of"),
        ({"InputLocation": "https://example.com/a"}, "not a valid S3 URI"),
        ({"Body": b"x" * 128_001}, "less than or equal to 128000"),
        ({"Body": b"1", "InvocationTimeoutSeconds": 3601}, "less than or equal to 3600"),
        ({"Body": b"1", "RequestTTLSeconds": 59}, "greater than or equal to 60"),
    ],
)
def test_input_outside_the_limits_is_refused(
    client: Client, endpoint: str, params: dict[str, Any], wording: str
) -> None:
    from botocore.exceptions import ParamValidationError  # boto3 itself checks the minima

    with pytest.raises((ClientError, ParamValidationError)) as caught:
        client("sagemaker-runtime").invoke_endpoint_async(EndpointName=endpoint, **params)
    if isinstance(caught.value, ClientError):
        assert caught.value.response["Error"]["Code"] == "ValidationError"
        assert wording in caught.value.response["Error"]["Message"]


def test_describe_shows_the_asynchronous_config(hosting: Hosting, endpoint: str) -> None:
    described = hosting.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    output = described["AsyncInferenceConfig"]["OutputConfig"]
    assert output["S3OutputPath"] == f"s3://{hosting.bucket}/out"


def test_an_endpoint_without_instances_keeps_requests_until_it_has_one(
    hosting: Hosting, endpoint: str, client: Client
) -> None:
    def scale(count: int) -> None:
        client("sagemaker").update_endpoint_weights_and_capacities(
            EndpointName=endpoint,
            DesiredWeightsAndCapacities=[
                {"VariantName": "AllTraffic", "DesiredInstanceCount": count}
            ],
        )
        hosting.wait(endpoint)

    scale(0)
    answer = submit(hosting, endpoint, [[1, 1]])
    bucket, key = answer["OutputLocation"].removeprefix("s3://").split("/", 1)
    with pytest.raises(ClientError):
        client("s3").get_object(Bucket=bucket, Key=key)
    scale(1)
    assert json.loads(fetch(client, answer["OutputLocation"])) == [1]
