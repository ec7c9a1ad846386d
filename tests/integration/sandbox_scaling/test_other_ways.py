"""Asynchronous endpoints from zero and back, provisioned concurrency, steps and schedules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Client, Hosting, fetch
from tests.integration.sandbox_scaling.conftest import COUNT, counts, steadily, until

CONCURRENCY = "sagemaker:variant:DesiredProvisionedConcurrency"


def target_of(endpoint: str, dimension: str = COUNT) -> dict[str, str]:
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/AllTraffic",
        "ScalableDimension": dimension,
    }


def asynchronous(hosting: Hosting) -> str:
    output = {
        "S3OutputPath": f"s3://{hosting.bucket}/out",
        "S3FailurePath": f"s3://{hosting.bucket}/bad",
    }
    client = {"MaxConcurrentInvocationsPerInstance": 1}
    config = {"OutputConfig": output, "ClientConfig": client}
    return hosting.endpoint(hosting.config(hosting.model(), AsyncInferenceConfig=config))


def submit(client: Client, endpoint: str, text: str = "[[1.0, 1.0]]") -> str:
    answer = client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=endpoint, Body=text.encode(), ContentType="application/json"
    )
    return str(answer["OutputLocation"])


def backlog_policies(client: Client, target: dict[str, str], endpoint: str) -> None:
    scaling = client("application-autoscaling")
    dimensions = [{"Name": "EndpointName", "Value": endpoint}]
    scaling.put_scaling_policy(
        **target,
        PolicyName="backlog",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 5.0,
            "CustomizedMetricSpecification": {
                "MetricName": "ApproximateBacklogSizePerInstance",
                "Namespace": "AWS/SageMaker",
                "Dimensions": dimensions,
                "Statistic": "Average",
            },
            "ScaleInCooldown": 60,
            "ScaleOutCooldown": 60,
        },
    )
    first = scaling.put_scaling_policy(
        **target,
        PolicyName="first",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "MetricAggregationType": "Average",
            "Cooldown": 300,
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
        },
    )
    client("cloudwatch").put_metric_alarm(
        AlarmName=f"waiting-{endpoint}",
        Namespace="AWS/SageMaker",
        MetricName="HasBacklogWithoutCapacity",
        Dimensions=dimensions,
        Statistic="Average",
        Period=60,
        EvaluationPeriods=2,
        DatapointsToAlarm=2,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="missing",
        AlarmActions=[first["PolicyARN"]],
    )


def test_an_asynchronous_endpoint_sleeps_wakes_grows_and_sleeps_again(
    client: Client, hosting: Hosting
) -> None:
    endpoint = asynchronous(hosting)
    target = target_of(endpoint)
    scaling = client("application-autoscaling")
    scaling.register_scalable_target(**target, MinCapacity=0, MaxCapacity=2)
    backlog_policies(client, target, endpoint)
    until(lambda: counts(client, endpoint) == (0, 0))
    one = submit(client, endpoint)  # waits; one request alone never exceeds the target of five
    assert fetch(client, one) == b"[1]"
    causes = [
        activity["Cause"]
        for activity in scaling.describe_scaling_activities(
            ServiceNamespace="sagemaker", ResourceId=target["ResourceId"]
        )["ScalingActivities"]
    ]
    assert f"monitor alarm waiting-{endpoint} in state ALARM triggered policy first" in causes
    locations = [submit(client, endpoint, '"slow"') for _ in range(24)]
    until(lambda: counts(client, endpoint)[0] == 2)
    assert {fetch(client, location) for location in locations} == {b"[0]"}
    until(lambda: counts(client, endpoint) == (0, 0))


def test_provisioned_concurrency_follows_use_and_schedule(client: Client, hosting: Hosting) -> None:
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 4, "ProvisionedConcurrency": 1}
    endpoint = hosting.endpoint(hosting.config(hosting.model(), {"ServerlessConfig": serverless}))
    target = target_of(endpoint, CONCURRENCY)
    scaling = client("application-autoscaling")
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=4)
    scaling.put_scaling_policy(
        **target,
        PolicyName="use",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 0.5,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantProvisionedConcurrencyUtilization"
            },
            "ScaleInCooldown": 0,
            "ScaleOutCooldown": 0,
        },
    )

    def provisioned() -> int:
        (found,) = client("sagemaker").describe_endpoint(EndpointName=endpoint)[
            "ProductionVariants"
        ]
        return int(found["CurrentServerlessConfig"]["ProvisionedConcurrency"])

    with steadily(lambda: hosting.invoke(endpoint, "slow")):
        until(lambda: provisioned() == 2)
    until(lambda: provisioned() == 1)
    due = datetime.now(UTC) + timedelta(seconds=2)
    scaling.put_scheduled_action(
        **target,
        ScheduledActionName="morning",
        Schedule=f"at({due:%Y-%m-%dT%H:%M:%S})",
        ScalableTargetAction={"MinCapacity": 3},
    )
    until(lambda: provisioned() == 3)
    found = scaling.describe_scaling_activities(
        ServiceNamespace="sagemaker", ResourceId=target["ResourceId"]
    )["ScalingActivities"]
    causes = [activity["Cause"] for activity in found[:2]]
    assert causes == [
        "minimum capacity was set to 3",
        "scheduled action name morning was triggered",
    ]
    assert found[1]["Description"] == "Setting min capacity to 3"
    targets = scaling.describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=[target["ResourceId"]]
    )["ScalableTargets"]
    assert targets[0]["MinCapacity"] == 3


def test_a_real_time_variant_has_no_fewer_than_one_instance(
    client: Client, hosting: Hosting
) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model()))
    with pytest.raises(ClientError, match="must be at least 1"):
        client("sagemaker").update_endpoint_weights_and_capacities(
            EndpointName=endpoint,
            DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 0}],
        )


def test_an_alarm_set_by_hand_carries_its_actions_out_and_is_judged_anew(
    client: Client, hosting: Hosting
) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model()))
    target = target_of(endpoint)
    scaling = client("application-autoscaling")
    scaling.register_scalable_target(**target, MinCapacity=1, MaxCapacity=4)
    policy = scaling.put_scaling_policy(
        **target,
        PolicyName="exact",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ExactCapacity",
            "Cooldown": 0,
            "StepAdjustments": [{"ScalingAdjustment": 2}],
        },
    )
    watch = client("cloudwatch")
    name = f"by-hand-{endpoint}"
    alarm: dict[str, Any] = {
        "AlarmName": name,
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocations",
        "Dimensions": [
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ],
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1e9,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [policy["PolicyARN"]],
    }
    watch.put_metric_alarm(**alarm)

    def state() -> str:
        return str(watch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"])

    assert state() == "INSUFFICIENT_DATA"
    until(lambda: state() == "OK")
    watch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    until(lambda: counts(client, endpoint) == (2, 2))
    until(lambda: state() == "OK")
