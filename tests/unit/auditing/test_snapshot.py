"""What AWS answered about an endpoint: the same rules, mended by AWS's own calls."""

import copy
from typing import Any

import pytest

from tools.auditing import Finding, declared_by_snapshot, findings_in
from tools.catalog import load_catalog
from tools.errors import InvalidInputError

ROLE = "arn:aws:iam::123456789012:role/hosting"
KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
RESOURCE = "endpoint/orders/variant/AllTraffic"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"

GOOD: dict[str, Any] = {
    "describe_endpoint": {
        "EndpointName": "orders",
        "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/orders",
        "EndpointConfigName": "orders-v1",
        "EndpointStatus": "InService",
    },
    "describe_endpoint_config": {
        "EndpointConfigName": "orders-v1",
        "KmsKeyId": KEY,
        "ProductionVariants": [{
            "VariantName": "AllTraffic", "ModelName": "orders-model",
            "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2, "InitialVariantWeight": 1.0,
        }],
    },
    "describe_model": {"orders-model": {
        "ModelName": "orders-model",
        "ExecutionRoleArn": ROLE,
        "EnableNetworkIsolation": True,
        "VpcConfig": {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]},
        "PrimaryContainer": {
            "Image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu",
            "ModelDataUrl": "s3://orders-models/v1/model.tar.gz",
        },
    }},
    "describe_scalable_targets": {"ScalableTargets": [{
        "ServiceNamespace": "sagemaker", "ResourceId": RESOURCE, "ScalableDimension": DIMENSION,
        "MinCapacity": 2, "MaxCapacity": 4,
    }]},
    "describe_scaling_policies": {"ScalingPolicies": [{
        "PolicyName": "invocations", "PolicyARN": "arn:aws:autoscaling:policy/1",
        "ServiceNamespace": "sagemaker", "ResourceId": RESOURCE, "ScalableDimension": DIMENSION,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}},
    }]},
    "describe_alarms": {"MetricAlarms": [{
        "AlarmName": "of-another", "Namespace": "AWS/SageMaker", "MetricName": "ModelLatency",
        "Dimensions": [{"Name": "EndpointName", "Value": "payments"}], "Threshold": 5,
    }]},
}  # fmt: skip


def changed(*path: Any, to: Any) -> dict[str, Any]:
    made = copy.deepcopy(GOOD)
    place: Any = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return made


def audited(snapshot: dict[str, Any]) -> tuple[Finding, ...]:
    return findings_in(declared_by_snapshot(snapshot, "us-east-1"), load_catalog())


def test_a_good_endpoint_has_no_finding() -> None:
    assert audited(GOOD) == ()


@pytest.mark.parametrize("absent", GOOD)
def test_what_was_not_looked_at_is_no_finding(absent: str) -> None:
    assert audited({key: answer for key, answer in GOOD.items() if key != absent}) == ()


def test_a_configuration_is_mended_by_a_new_one_and_an_update() -> None:
    (found,) = audited(changed("describe_endpoint_config", "ProductionVariants", 0,
                               "InitialInstanceCount", to=1))  # fmt: skip
    assert found.control_ids == ("SageMaker.4",)
    assert found.evidence[0].path == (
        "describe_endpoint_config.ProductionVariants[0].InitialInstanceCount"
    )
    made, moved = found.fix.steps
    assert made.operation == "sagemaker.create_endpoint_config"
    assert made.parameters["ProductionVariants"] == [{"InitialInstanceCount": 2}]
    assert moved.operation == "sagemaker.update_endpoint"
    assert moved.parameters == {
        "EndpointName": "orders",
        "EndpointConfigName": made.parameters["EndpointConfigName"],
        "RetainAllVariantProperties": True,
    }


def test_a_model_is_mended_by_a_new_one() -> None:
    (found,) = audited(changed("describe_model", "orders-model", "EnableNetworkIsolation",
                               to=False))  # fmt: skip
    assert found.control_ids == ("SageMaker.5",)
    assert [step.operation for step in found.fix.steps] == [
        "sagemaker.create_model",
        "sagemaker.create_endpoint_config",
        "sagemaker.update_endpoint",
    ]
    assert found.fix.steps[0].parameters["EnableNetworkIsolation"] is True


def test_a_target_is_registered_again() -> None:
    (found,) = audited(changed("describe_scalable_targets", "ScalableTargets", 0, "MinCapacity",
                               to=0))  # fmt: skip
    assert found.id == "CHK-571"
    (step,) = found.fix.steps
    assert step.operation == "application-autoscaling.register_scalable_target"
    assert step.parameters == {
        "ServiceNamespace": "sagemaker",
        "ResourceId": RESOURCE,
        "ScalableDimension": DIMENSION,
        "MinCapacity": 1,
    }


def test_a_step_policy_needs_an_alarm_only_where_alarms_were_looked_at() -> None:
    steps = changed("describe_scaling_policies", "ScalingPolicies", 0, "PolicyType",
                    to="StepScaling")  # fmt: skip
    policy = steps["describe_scaling_policies"]["ScalingPolicies"][0]
    policy["StepScalingPolicyConfiguration"] = {
        "AdjustmentType": "ChangeInCapacity",
        "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
    }
    del policy["TargetTrackingScalingPolicyConfiguration"]
    assert [item.id for item in audited(steps)] == ["CHK-585"]
    del steps["describe_alarms"]
    assert audited(steps) == ()


def test_what_says_nothing_about_an_endpoint_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        declared_by_snapshot({"describe_alarms": {}}, "us-east-1")
