"""Good templates, and ways to spoil them by one change: real-time, serverless, asynchronous,
inference components."""

import copy
import json
from pathlib import Path
from typing import Any

from tools.auditing import Finding, declared_by_template, findings_in
from tools.auditing.document import document_of
from tools.catalog import load_catalog

GOOD = Path(__file__).with_name("good.yaml").read_text(encoding="utf-8")
REGION = "us-east-1"
#: Takes a member away.
GONE = object()
Document = dict[str, Any]
Edits = dict[str, Any]


def changed(document: Document, edits: Edits) -> Document:
    """Return a copy with values at dotted paths below Resources; `Model.X` means its property."""
    made = copy.deepcopy(document)
    for path, value in edits.items():
        first, *rest = path.split(".")
        place: Any = made["Resources"]
        keys: list[str] = [first]
        if rest:
            keys += rest if rest[0] in {"DependsOn", "Condition", "Type"} else ["Properties", *rest]
        for key in keys[:-1]:
            place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
        last: Any = int(keys[-1]) if isinstance(place, list) else keys[-1]
        if value is GONE:
            del place[last]
        elif isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return made


def audited(document: Document | str, **given: Any) -> tuple[Finding, ...]:
    """Return the findings on a template."""
    text = document if isinstance(document, str) else json.dumps(document)
    return findings_in(declared_by_template(text, region=REGION, **given), load_catalog())


def real_time() -> Document:
    return document_of(GOOD)


def _without_scaling(document: Document) -> Document:
    names = ("Target", "Policy", "BurstPolicy", "LatencyAlarm", "ErrorAlarm")
    return changed(document, {**dict.fromkeys(names, GONE), "Endpoint.DeploymentConfig": GONE,
                              "Endpoint.RetainAllVariantProperties": GONE})  # fmt: skip


def serverless() -> Document:
    """On serverless with provisioned concurrency that is scaled."""
    return changed(_without_scaling(real_time()), {
        "Model.EnableNetworkIsolation": GONE,
        "Model.VpcConfig": GONE,
        "Config.KmsKeyId": GONE,
        "Config.DataCaptureConfig": GONE,
        "Config.ProductionVariants": [{
            "VariantName": "AllTraffic",
            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
            "InitialVariantWeight": 1,
            "ServerlessConfig": {
                "MemorySizeInMB": 4096, "MaxConcurrency": 20, "ProvisionedConcurrency": 5},
        }],
        "Target": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Properties": {
                "ServiceNamespace": "sagemaker",
                "ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/AllTraffic"},
                "ScalableDimension": "sagemaker:variant:DesiredProvisionedConcurrency",
                "MinCapacity": 1, "MaxCapacity": 10,
            },
        },
        "Policy": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "warm", "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 0.7,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType":
                            "SageMakerVariantProvisionedConcurrencyUtilization"},
                },
            },
        },
    })  # fmt: skip


def asynchronous() -> Document:
    """On a queue, from zero instances to four."""
    backlog = {"Name": "EndpointName", "Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}}
    base = changed(_without_scaling(real_time()), {
        "Config.DataCaptureConfig": GONE,
        "Config.AsyncInferenceConfig": {
            "OutputConfig": {
                "S3OutputPath": "s3://orders-captured/results",
                "S3FailurePath": "s3://orders-captured/failures",
            },
            "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 4},
        },
    })  # fmt: skip
    return changed(base, {
        "Target": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Properties": {
                "ServiceNamespace": "sagemaker",
                "ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/AllTraffic"},
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "MinCapacity": 0, "MaxCapacity": 4,
            },
        },
        "Policy": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "backlog", "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 5,
                    "CustomizedMetricSpecification": {
                        "MetricName": "ApproximateBacklogSizePerInstance",
                        "Namespace": "AWS/SageMaker", "Dimensions": [backlog],
                        "Statistic": "Average"},
                    "ScaleInCooldown": 600, "ScaleOutCooldown": 300,
                },
            },
        },
        "WakePolicy": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "wake", "PolicyType": "StepScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "StepScalingPolicyConfiguration": {
                    "AdjustmentType": "ChangeInCapacity", "MetricAggregationType": "Average",
                    "Cooldown": 300,
                    "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]},
            },
        },
        "WakeAlarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "AWS/SageMaker", "MetricName": "HasBacklogWithoutCapacity",
                "Dimensions": [backlog], "Statistic": "Average", "Period": 60,
                "EvaluationPeriods": 2, "DatapointsToAlarm": 2, "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "missing", "AlarmActions": [{"Ref": "WakePolicy"}],
            },
        },
    })  # fmt: skip


def components() -> Document:
    """An inference component that is scaled to zero copies."""
    name = {"Fn::GetAtt": ["Component", "InferenceComponentName"]}
    return changed(_without_scaling(real_time()), {
        "Config.ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "Config.DataCaptureConfig": GONE,
        "Config.ProductionVariants": [{
            "VariantName": "AllTraffic", "InstanceType": "ml.m5.xlarge",
            "InitialInstanceCount": 2,
            "ManagedInstanceScaling": {
                "Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 4},
        }],
        "Component": {
            "Type": "AWS::SageMaker::InferenceComponent",
            "Properties": {
                "EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
                "VariantName": "AllTraffic",
                "Specification": {
                    "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                    "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 1024}},
                "RuntimeConfig": {"CopyCount": 1},
            },
        },
        "Target": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Properties": {
                "ServiceNamespace": "sagemaker",
                "ResourceId": {"Fn::Sub": ["inference-component/${Name}", {"Name": name}]},
                "ScalableDimension": "sagemaker:inference-component:DesiredCopyCount",
                "MinCapacity": 0, "MaxCapacity": 4,
            },
        },
        "Policy": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "copies", "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 1,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "SageMakerInferenceComponentInvocationsPerCopy"},
                },
            },
        },
        "WakePolicy": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "wake", "PolicyType": "StepScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "StepScalingPolicyConfiguration": {
                    "AdjustmentType": "ChangeInCapacity", "MetricAggregationType": "Maximum",
                    "Cooldown": 60,
                    "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]},
            },
        },
        "WakeAlarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "AWS/SageMaker", "MetricName": "NoCapacityInvocationFailures",
                "Dimensions": [{"Name": "InferenceComponentName", "Value": name}],
                "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "AlarmActions": [{"Ref": "WakePolicy"}],
            },
        },
    })  # fmt: skip


BASES = {
    "real-time": real_time,
    "serverless": serverless,
    "asynchronous": asynchronous,
    "components": components,
}
