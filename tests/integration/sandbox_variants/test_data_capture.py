"""Data capture: what was asked and answered, as JSON lines in S3."""

import base64
import json
import time
from typing import Any

import pytest

from tests.integration.sandbox.conftest import Client, Hosting
from tests.integration.sandbox_scaling.conftest import until

JSON_TYPES = {"CaptureContentTypeHeader": {"JsonContentTypes": ["application/json"]}}


def captured(client: Client, hosting: Hosting, prefix: str) -> list[dict[str, Any]]:
    listed = client("s3").list_objects_v2(Bucket=hosting.bucket, Prefix=prefix)
    bodies = [
        client("s3").get_object(Bucket=hosting.bucket, Key=one["Key"])["Body"].read()
        for one in listed.get("Contents", [])
    ]
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def capturing(hosting: Hosting, prefix: str, percent: int, modes: list[str], **extra: Any) -> str:
    config = {
        "EnableCapture": True,
        "InitialSamplingPercentage": percent,
        "DestinationS3Uri": f"s3://{hosting.bucket}/{prefix}",
        "CaptureOptions": [{"CaptureMode": mode} for mode in modes],
    }
    return hosting.endpoint(hosting.config(hosting.model(), DataCaptureConfig=config | extra))


def test_both_sides_are_captured_as_text_where_the_config_says(
    client: Client, hosting: Hosting
) -> None:
    prefix = f"capture-{time.monotonic_ns()}"
    endpoint = capturing(hosting, prefix, 100, ["Input", "Output"], **JSON_TYPES)
    for _ in range(3):
        hosting.invoke(endpoint, [[1.0, 1.0]], InferenceId="mine")
    lines = until(
        lambda: (found := captured(client, hosting, prefix)) and len(found) == 3 and found
    )
    data = lines[0]["captureData"]
    assert data["endpointInput"] == {
        "observedContentType": "application/json",
        "mode": "INPUT",
        "data": "[[1.0, 1.0]]",
        "encoding": "JSON",
    }
    assert (data["endpointOutput"]["data"], data["endpointOutput"]["mode"]) == ("[1]", "OUTPUT")
    assert lines[0]["eventMetadata"]["inferenceId"] == "mine"
    assert lines[0]["eventVersion"] == "0"
    (key,) = {
        "/".join(one["Key"].split("/")[:3])
        for one in client("s3").list_objects_v2(Bucket=hosting.bucket, Prefix=prefix)["Contents"]
    }
    assert key == f"{prefix}/{endpoint}/AllTraffic"
    shown = client("sagemaker").describe_endpoint(EndpointName=endpoint)["DataCaptureConfig"]
    assert (shown["CaptureStatus"], shown["CurrentSamplingPercentage"]) == ("Started", 100)


@pytest.mark.parametrize(
    ("mode", "side"), [("Input", "endpointInput"), ("Output", "endpointOutput")]
)
def test_one_side_alone_in_base64(client: Client, hosting: Hosting, mode: str, side: str) -> None:
    prefix = f"capture-{time.monotonic_ns()}"
    endpoint = capturing(hosting, prefix, 100, [mode])
    hosting.invoke(endpoint, [[1.0, 1.0]])
    (line,) = until(lambda: captured(client, hosting, prefix))
    assert list(line["captureData"]) == [side]
    shown = line["captureData"][side]
    expected = b"[[1.0, 1.0]]" if mode == "Input" else b"[1]"
    assert (shown["encoding"], base64.b64decode(shown["data"])) == ("BASE64", expected)


def test_only_a_sample_is_captured(client: Client, hosting: Hosting) -> None:
    prefix = f"capture-{time.monotonic_ns()}"
    endpoint = capturing(hosting, prefix, 50, ["InputAndOutput"])
    for _ in range(100):
        hosting.invoke(endpoint, [[1.0, 1.0]])
    until(lambda: len(captured(client, hosting, prefix)) >= 20)
    assert len(captured(client, hosting, prefix)) <= 80
