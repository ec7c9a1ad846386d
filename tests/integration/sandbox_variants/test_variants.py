"""Several variants behind one endpoint: weights, targets, and a shadow that gets copies."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Client, Hosting, archive
from tests.integration.sandbox_scaling.conftest import until

INSTANCES = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


def variant(name: str, model: str, weight: float) -> dict[str, Any]:
    return INSTANCES | {"VariantName": name, "ModelName": model, "InitialVariantWeight": weight}


def config(hosting: Hosting, **parts: Any) -> str:
    name = f"v-{datetime.now(UTC).timestamp():.6f}".replace(".", "-")
    hosting.client("sagemaker").create_endpoint_config(EndpointConfigName=name, **parts)
    return name


def answered_by(hosting: Hosting, endpoint: str, times: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for _ in range(times):
        answer = hosting.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint, Body=json.dumps([[1.0, 1.0]]), ContentType="application/json"
        )
        expected = {"A": [1], "B": [6]}[answer["InvokedProductionVariant"]]
        assert json.loads(answer["Body"].read()) == expected
        found[answer["InvokedProductionVariant"]] += 1
    return found


def total(client: Client, endpoint: str, name: str, metric: str = "Invocations") -> float:
    now = datetime.now(UTC)
    points = client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": name},
        ],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))


def test_traffic_follows_weights_targets_and_their_change(client: Client, hosting: Hosting) -> None:
    models = hosting.model(), hosting.model(archive(label_offset=5))
    two = [variant("A", models[0], 3.0), variant("B", models[1], 1.0)]
    endpoint = hosting.endpoint(config(hosting, ProductionVariants=two))
    shares = answered_by(hosting, endpoint, 200)
    assert 120 <= shares["A"] <= 178
    target = client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint,
        Body=b"[[1.0, 1.0]]",
        ContentType="application/json",
        TargetVariant="B",
    )
    assert target["InvokedProductionVariant"] == "B"
    assert json.loads(target["Body"].read()) == [6]
    assert total(client, endpoint, "A") + total(client, endpoint, "B") == 201
    assert total(client, endpoint, "A") == shares["A"]
    client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[
            {"VariantName": "A", "DesiredWeight": 0.0},
            {"VariantName": "B", "DesiredWeight": 2.0, "DesiredInstanceCount": 2},
        ],
    )
    hosting.wait(endpoint)
    assert answered_by(hosting, endpoint, 20) == Counter(B=20)
    shown = client("sagemaker").describe_endpoint(EndpointName=endpoint)["ProductionVariants"]
    assert [(one["CurrentWeight"], one["CurrentInstanceCount"]) for one in shown] == [
        (0.0, 1), (2.0, 2),
    ]  # fmt: skip


def test_a_shadow_gets_copies_and_its_answers_are_dropped(client: Client, hosting: Hosting) -> None:
    endpoint = hosting.endpoint(
        config(
            hosting,
            ProductionVariants=[variant("A", hosting.model(), 1.0)],
            ShadowProductionVariants=[variant("S", hosting.model(archive(label_offset=5)), 1.0)],
        )
    )
    assert answered_by(hosting, endpoint, 12) == Counter(A=12)
    until(lambda: total(client, endpoint, "S") == 12)
    assert total(client, endpoint, "A") == 12
    with pytest.raises(ClientError):
        hosting.invoke(endpoint, "raise")
    until(lambda: total(client, endpoint, "S", "Invocation5XXErrors") == 1)
    shown = client("sagemaker").describe_endpoint(EndpointName=endpoint)
    assert [one["VariantName"] for one in shown["ShadowProductionVariants"]] == ["S"]
    with pytest.raises(ClientError, match="not found"):
        hosting.invoke(endpoint, [[1.0, 1.0]], TargetVariant="S")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ShadowProductionVariants": ["S", "T"]}, "exactly one shadow"),
        ({"ProductionVariants": ["A", "B"]}, "exactly one production"),
        ({"ShadowProductionVariants": ["A"]}, "another name"),
    ],
)
def test_shadows_that_cannot_be_are_refused(
    hosting: Hosting, change: dict[str, list[str]], words: str
) -> None:
    model = hosting.model()
    names = {"ProductionVariants": ["A"], "ShadowProductionVariants": ["S"]} | change
    parts = {kind: [variant(name, model, 1.0) for name in found] for kind, found in names.items()}
    with pytest.raises(ClientError, match=words):
        config(hosting, **parts)
