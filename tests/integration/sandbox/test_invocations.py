"""InvokeEndpoint: errors of the model and of the service, headers, metrics, logs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Client, Hosting, client_of


def error_of(hosting: Hosting, endpoint: str, data: Any, **extra: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as caught:
        hosting.invoke(endpoint, data, **extra)
    return dict(caught.value.response)


def test_an_exception_in_the_model_is_a_model_error(hosting: Hosting, served: str) -> None:
    response = error_of(hosting, served, "raise")
    assert response["Error"]["Code"] == "ModelError"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == 500
    assert response["Error"]["Message"].startswith(
        'Received server error (500) from primary with message "'
    )
    assert response["Error"]["Message"].endswith(
        "See https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
        f"#logEventViewer:group=/aws/sagemaker/Endpoints/{served} in account 123456789012 for more "
        "information."
    )
    group = f"/aws/sagemaker/Endpoints/{served}"
    assert response["LogStreamArn"] == f"arn:aws:logs:us-east-1:123456789012:log-group:{group}"
    events = hosting.client("logs").filter_log_events(logGroupName=group)["events"]
    assert any("boom in the model" in event["message"] for event in events)


def test_a_model_that_takes_too_long_times_out(hosting: Hosting, served: str) -> None:
    response = error_of(hosting, served, "sleep")
    assert response["OriginalStatusCode"] == 0
    assert "Your invocation timed out while waiting for a response" in response["Error"]["Message"]


def test_a_body_over_the_real_time_limit_is_refused(hosting: Hosting, served: str) -> None:
    response = error_of(hosting, served, "x" * 6_291_456)
    assert response["Error"]["Code"] == "ValidationError"
    assert response["Error"]["Message"].endswith("length less than or equal to 6291456")


def test_an_unknown_variant_is_refused(hosting: Hosting, served: str) -> None:
    response = error_of(hosting, served, [[1, 1]], TargetVariant="Nobody")
    assert response["Error"]["Code"] == "ValidationError"


def test_the_target_variant_is_invoked(hosting: Hosting, served: str) -> None:
    assert hosting.invoke(served, [[1, 1]], TargetVariant="AllTraffic") == [1]


def test_an_endpoint_of_another_region_is_not_found(client: Client, served: str) -> None:
    url = client("sagemaker").meta.endpoint_url
    elsewhere = client_of(url, "sagemaker-runtime", "eu-west-1")
    with pytest.raises(ClientError, match=f"Endpoint {served} of account 123456789012 not found"):
        elsewhere.invoke_endpoint(EndpointName=served, Body=b"[]")


def test_metrics_follow_traffic(hosting: Hosting, served: str) -> None:
    cloudwatch = hosting.client("cloudwatch")
    dimensions = [
        {"Name": "EndpointName", "Value": served},
        {"Name": "VariantName", "Value": "AllTraffic"},
    ]
    now = datetime.now(UTC)

    def total(metric: str) -> float:
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/SageMaker",
            MetricName=metric,
            Dimensions=dimensions,
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    names = (
        "Invocations",
        "InvocationsPerInstance",
        "Invocation5XXErrors",
        "InvocationModelErrors",
    )
    before = [total(name) for name in names]
    latency = total("ModelLatency")
    for _ in range(3):
        hosting.invoke(served, [[1, 1]])
    error_of(hosting, served, "raise")
    assert [total(n) - b for n, b in zip(names, before, strict=True)] == [4, 4, 1, 1]
    assert total("ModelLatency") > latency
