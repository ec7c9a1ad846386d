"""A variant that follows its load out and in, with activities that say why."""

from typing import Any

import pytest

from tests.integration.sandbox.conftest import Client, Hosting, status_of
from tests.integration.sandbox_scaling.conftest import COUNT, counts, failures, steadily, until
from tools.sandbox.server import SandboxServer


def register(client: Client, endpoint: str, low: int, high: int) -> dict[str, str]:
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/AllTraffic",
        "ScalableDimension": COUNT,
    }
    scaling = client("application-autoscaling")
    scaling.register_scalable_target(**target, MinCapacity=low, MaxCapacity=high)
    return target


def track(client: Client, target: dict[str, str], value: float, **extra: Any) -> dict[str, Any]:
    configuration = {
        "TargetValue": value,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
        },
        "ScaleInCooldown": 60,
        "ScaleOutCooldown": 60,
    }
    put: dict[str, Any] = client("application-autoscaling").put_scaling_policy(
        **target,
        PolicyName="follow",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=configuration | extra,
    )
    return put


def activities(client: Client, target: dict[str, str], **extra: Any) -> list[dict[str, Any]]:
    found = client("application-autoscaling").describe_scaling_activities(
        ServiceNamespace="sagemaker", ResourceId=target["ResourceId"], **extra
    )
    return list(found["ScalingActivities"])


@pytest.fixture
def endpoint(hosting: Hosting) -> str:
    return hosting.endpoint(hosting.config(hosting.model()))


def test_load_scales_out_to_the_maximum_and_idleness_back_in(
    sandbox: SandboxServer, client: Client, hosting: Hosting, endpoint: str
) -> None:
    target = register(client, endpoint, 1, 3)
    put = track(client, target, 2.0)
    with steadily(lambda: hosting.invoke(endpoint, [[1.0, 1.0]])) as seen:
        until(lambda: counts(client, endpoint) == (3, 3))
        workers = {
            e["endpoint_name"]: e["worker_processes"] for e in status_of(sandbox)["endpoints"]
        }
        assert workers[endpoint] == status_of(sandbox)["max_processes_per_variant"] == 2
        until(
            lambda: any(
                one["NotScaledReasons"] == [{"Code": "AlreadyAtMaxCapacity", "MaxCapacity": 3}]
                for one in activities(client, target, IncludeNotScaledActivities=True)
                if "NotScaledReasons" in one
            )
        )
    assert failures(seen) == []
    until(lambda: counts(client, endpoint) == (1, 1))
    done = until(lambda: [a for a in activities(client, target) if a["StatusCode"] != "InProgress"])
    first = done[-1]
    high = put["Alarms"][0]["AlarmName"]
    assert first["Cause"] == f"monitor alarm {high} in state ALARM triggered policy follow"
    assert first["Description"].startswith("Setting desired instance count to ")
    assert first["StatusMessage"].endswith("Change successfully fulfilled by sagemaker.")
    assert {one["StatusCode"] for one in done} == {"Successful"}
    assert all("NotScaledReasons" not in one for one in done)
    until(
        lambda: any(
            reason["Code"] == "AlreadyAtMinCapacity"
            for one in activities(client, target, IncludeNotScaledActivities=True)
            for reason in one.get("NotScaledReasons", [])
        )
    )


def test_a_suspended_target_does_not_move(client: Client, hosting: Hosting, endpoint: str) -> None:
    target = register(client, endpoint, 1, 3)
    client("application-autoscaling").register_scalable_target(
        **target, SuspendedState={"DynamicScalingOutSuspended": True}
    )
    high = track(client, target, 1.0)["Alarms"][0]["AlarmName"]
    with steadily(lambda: hosting.invoke(endpoint, [[1.0, 1.0]])):
        until(
            lambda: (
                client("cloudwatch").describe_alarms(AlarmNames=[high])["MetricAlarms"][0][
                    "StateValue"
                ]
                == "ALARM"
            )
        )
        assert counts(client, endpoint) == (1, 1)
    assert activities(client, target) == []


def test_limits_move_capacity_at_once(client: Client, endpoint: str) -> None:
    target = register(client, endpoint, 2, 3)
    until(lambda: counts(client, endpoint) == (2, 2))
    (only,) = until(
        lambda: [a for a in activities(client, target) if a["StatusCode"] == "Successful"]
    )
    assert only["Cause"] == "minimum capacity was set to 2"


def test_a_quota_makes_the_activity_fail(client: Client, endpoint: str) -> None:
    target = register(client, endpoint, 500, 600)
    (only,) = until(lambda: activities(client, target))
    assert only["StatusCode"] == "Failed"
    assert "ml.m5.large for endpoint usage" in only["StatusMessage"]
    assert counts(client, endpoint) == (1, 1)
