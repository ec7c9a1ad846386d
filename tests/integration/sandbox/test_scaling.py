"""Application Auto Scaling of variants, validated as AWS does."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Client, Hosting

COUNT = "sagemaker:variant:DesiredInstanceCount"
CONCURRENCY = "sagemaker:variant:DesiredProvisionedConcurrency"
TRACKING: dict[str, Any] = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {
        "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    },
}


def resource(endpoint: str, dimension: str = COUNT, variant: str = "AllTraffic") -> dict[str, str]:
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/{variant}",
        "ScalableDimension": dimension,
    }


def code_of(call: Any, **params: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture(scope="module")
def scaling(client: Client) -> Any:
    return client("application-autoscaling")


@pytest.fixture
def registered(scaling: Any, served: str) -> Iterator[dict[str, str]]:
    target = resource(served)
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=4)
    yield target
    scaling.deregister_scalable_target(**target)


def test_a_target_is_registered_changed_and_described(
    scaling: Any, registered: dict[str, str]
) -> None:
    again = scaling.register_scalable_target(**registered, MaxCapacity=6)
    assert again["ScalableTargetARN"].startswith("arn:aws:application-autoscaling:us-east-1:")
    found = scaling.describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=[registered["ResourceId"]]
    )["ScalableTargets"]
    assert [(t["MinCapacity"], t["MaxCapacity"]) for t in found] == [(1, 6)]
    assert found[0]["ScalableTargetARN"] == again["ScalableTargetARN"]
    assert found[0]["RoleARN"].endswith("ForApplicationAutoScaling_SageMakerEndpoint")


@pytest.mark.parametrize(
    ("change", "capacity"),
    [
        ({"ResourceId": "endpoint/nothing/variant/AllTraffic"}, (1, 2)),
        ({"ResourceId": "endpoint/nothing"}, (1, 2)),
        ({"ScalableDimension": "ecs:service:DesiredCount"}, (1, 2)),
        ({"ScalableDimension": CONCURRENCY}, (1, 2)),
        ({}, (3, 2)),
    ],
)
def test_a_target_that_cannot_be_is_refused(
    scaling: Any, served: str, change: dict[str, str], capacity: tuple[int, int]
) -> None:
    code, message = code_of(
        scaling.register_scalable_target,
        **(resource(served) | change),
        MinCapacity=capacity[0],
        MaxCapacity=capacity[1],
    )
    assert code == "ValidationException"
    assert message


def test_an_unknown_variant_is_refused(scaling: Any, served: str) -> None:
    code, message = code_of(
        scaling.register_scalable_target,
        **resource(served, variant="Other"),
        MinCapacity=1,
        MaxCapacity=2,
    )
    assert (code, "Other" in message) == ("ValidationException", True)


def test_the_first_registration_needs_both_limits(scaling: Any, served: str) -> None:
    code, _ = code_of(scaling.register_scalable_target, **resource(served), MinCapacity=1)
    assert code == "ValidationException"


def test_a_policy_needs_a_registered_target(scaling: Any, served: str) -> None:
    code, message = code_of(
        scaling.put_scaling_policy,
        **resource(served),
        PolicyName="p",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKING,
    )
    assert code == "ObjectNotFoundException"
    assert message.startswith("No scalable target registered for service namespace: sagemaker")
    for call, extra in (
        (scaling.deregister_scalable_target, {}),
        (scaling.delete_scaling_policy, {"PolicyName": "p"}),
        (scaling.delete_scheduled_action, {"ScheduledActionName": "s"}),
    ):
        assert code_of(call, **resource(served), **extra)[0] == "ObjectNotFoundException"


def test_target_tracking_brings_two_alarms_that_go_with_it(
    scaling: Any, client: Client, registered: dict[str, str]
) -> None:
    put = scaling.put_scaling_policy(
        **registered,
        PolicyName="tracking",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKING,
    )
    assert put["PolicyARN"].endswith(f"{registered['ResourceId']}:policyName/tracking")
    names = [alarm["AlarmName"] for alarm in put["Alarms"]]
    prefix = f"TargetTracking-{registered['ResourceId']}-Alarm"
    assert [
        name.startswith(prefix + side) for name, side in zip(names, ("High-", "Low-"), strict=True)
    ]
    found = client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    by_name = {alarm["AlarmName"]: alarm for alarm in found}
    assert by_name[names[0]]["Threshold"] == 70.0
    assert by_name[names[0]]["AlarmActions"] == [put["PolicyARN"]]
    assert by_name[names[1]]["EvaluationPeriods"] == 15
    described = scaling.describe_scaling_policies(
        ServiceNamespace="sagemaker", PolicyNames=["tracking"]
    )["ScalingPolicies"]
    assert described[0]["TargetTrackingScalingPolicyConfiguration"] == TRACKING
    scaling.delete_scaling_policy(**registered, PolicyName="tracking")
    assert client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"] == []


@pytest.mark.parametrize(
    "policy",
    [
        {"PolicyType": "TargetTrackingScaling"},
        {
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 1.0},
        },
        {
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 1.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "InvocationsPerInstance"},
            },
        },
        {
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 1.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "SageMakerVariantProvisionedConcurrencyUtilization"
                },
            },
        },
        {"PolicyType": "StepScaling", "StepScalingPolicyConfiguration": {"Cooldown": 60}},
        {"PolicyType": "TargetTrackingScaling", "StepScalingPolicyConfiguration": {}},
        {
            "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": {"AdjustmentType": "ChangeInCapacity"},
            "TargetTrackingScalingPolicyConfiguration": TRACKING,
        },
    ],
)
def test_a_policy_that_cannot_work_is_refused(
    scaling: Any, registered: dict[str, str], policy: dict[str, Any]
) -> None:
    code, _ = code_of(scaling.put_scaling_policy, **registered, PolicyName="bad", **policy)
    assert code == "ValidationException"
    assert (
        scaling.describe_scaling_policies(ServiceNamespace="sagemaker", PolicyNames=["bad"])[
            "ScalingPolicies"
        ]
        == []
    )


def test_a_step_policy_has_no_alarms(scaling: Any, registered: dict[str, str]) -> None:
    put = scaling.put_scaling_policy(
        **registered,
        PolicyName="steps",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
        },
    )
    assert put["Alarms"] == []


def test_scheduled_actions_are_put_described_and_deleted(
    scaling: Any, registered: dict[str, str]
) -> None:
    scaling.put_scheduled_action(
        **registered,
        ScheduledActionName="morning",
        Schedule="cron(15 12 * * ? *)",
        ScalableTargetAction={"MinCapacity": 2},
    )
    found = scaling.describe_scheduled_actions(ServiceNamespace="sagemaker")["ScheduledActions"]
    assert [(a["ScheduledActionName"], a["Schedule"]) for a in found] == [
        ("morning", "cron(15 12 * * ? *)")
    ]
    assert (
        scaling.describe_scaling_activities(ServiceNamespace="sagemaker")["ScalingActivities"] == []
    )
    scaling.delete_scheduled_action(**registered, ScheduledActionName="morning")
    code, _ = code_of(
        scaling.put_scheduled_action,
        **registered,
        ScheduledActionName="bad",
        Schedule="every day",
        ScalableTargetAction={"MinCapacity": 2},
    )
    assert code == "ValidationException"


def test_provisioned_concurrency_is_registered_up_to_max_concurrency(
    scaling: Any, hosting: Hosting
) -> None:
    config = {"MemorySizeInMB": 2048, "MaxConcurrency": 3, "ProvisionedConcurrency": 1}
    endpoint = hosting.endpoint(hosting.config(hosting.model(), {"ServerlessConfig": config}))
    target = resource(endpoint, CONCURRENCY)
    assert scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=3)
    code, _ = code_of(scaling.register_scalable_target, **target, MinCapacity=1, MaxCapacity=4)
    assert code == "ValidationException"
    put = scaling.put_scaling_policy(
        **target,
        PolicyName="p",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 0.5,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantProvisionedConcurrencyUtilization"
            },
        },
    )
    assert len(put["Alarms"]) == 2
    hosting.client("sagemaker").delete_endpoint(EndpointName=endpoint)
    left = scaling.describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=[target["ResourceId"]]
    )
    assert left["ScalableTargets"] == []


def test_a_registered_variant_keeps_its_instance_type(
    hosting: Hosting, served: str, registered: dict[str, str]
) -> None:
    other = hosting.config(
        hosting.model(), {"InstanceType": "ml.c5.large", "InitialInstanceCount": 1}
    )
    code, message = code_of(
        hosting.client("sagemaker").update_endpoint,
        EndpointName=served,
        EndpointConfigName=other,
    )
    assert code == "ValidationException"
    assert "must be deregistered as scalable targets" in message
    assert registered["ResourceId"].split("/")[1] == served
