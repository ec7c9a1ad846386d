"""A specification as plain boto3 calls (`method`: `api`), with the inverse of every one."""

from collections.abc import Iterator
from typing import Any

from tools.endpoint import EndpointSpec, InferenceOption, ScalingPolicy
from tools.plan import BLOB, OUTPUT, Step
from tools.planners import roles

_NAMESPACE = "sagemaker"


def steps_for(spec: EndpointSpec, *, account: str, bucket_exists: bool) -> tuple[Step, ...]:
    """Return the calls that make `spec`, in order; pure.

    Args:
        spec: What to make.
        account: Twelve digits.
        bucket_exists: Whether the bucket of the uploads is there already.
    """
    steps: list[Step] = []
    steps += _storage(spec, bucket_exists=bucket_exists)
    steps += _role(spec, account)
    steps += _hosting(spec, account)
    for step in _scaling(spec):
        steps.append(step(len(steps)) if callable(step) else step)
    return tuple(steps)


def bucket_of(spec: EndpointSpec) -> str:
    """Return the bucket that holds the model and, for asynchronous, the results."""
    return spec.sagemaker_model.model_data_uri.removeprefix("s3://").partition("/")[0]


def model_name(spec: EndpointSpec) -> str:
    """Return the SageMaker model's name; the configuration has the same."""
    if spec.name.endswith(spec.suffix):
        return spec.name
    return f"{spec.name[: 62 - len(spec.suffix)].rstrip('-')}-{spec.suffix}"


def _storage(spec: EndpointSpec, *, bucket_exists: bool) -> Iterator[Step]:
    served = spec.sagemaker_model
    if served.archive_sha256 is None:
        return
    bucket, _, key = served.model_data_uri.removeprefix("s3://").partition("/")
    if not bucket_exists:
        where = (
            {}
            if spec.region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": spec.region}}
        )
        yield Step(
            operation="s3.create_bucket",
            parameters={"Bucket": bucket, **where},
            why="A bucket for model archives and results, in the endpoint's region.",
        )
    yield Step(
        operation="s3.put_object",
        parameters={
            "Bucket": bucket,
            "Key": key,
            "Body": {
                BLOB: {"sha256": served.archive_sha256, "size_bytes": served.archive_size_bytes}
            },
            "ContentType": "application/gzip",
            "Metadata": {"sha256": served.archive_sha256},
        },
        why="Upload the packaged model.",
    )


def _role(spec: EndpointSpec, account: str) -> Iterator[Step]:
    if spec.role_arn is not None:
        return
    name = roles.role_name(spec.name, spec.suffix)
    yield Step(
        operation="iam.create_role",
        parameters={
            "RoleName": name,
            "AssumeRolePolicyDocument": roles.trust_policy(),
            "Description": f"Execution role of SageMaker endpoint {spec.name}",
        },
        why="An execution role of its own, because none was named.",
    )
    yield Step(
        operation="iam.put_role_policy",
        parameters={
            "RoleName": name,
            "PolicyName": "least-privilege",
            "PolicyDocument": roles.execution_policy(spec, account),
        },
        why="What the endpoint needs and no more: its model, its image, its logs and metrics.",
    )


def _hosting(spec: EndpointSpec, account: str) -> Iterator[Step]:
    name = model_name(spec)
    served = spec.sagemaker_model
    container: dict[str, Any] = {"Image": served.image_uri, "ModelDataUrl": served.model_data_uri}
    if served.environment:
        container["Environment"] = dict(sorted(served.environment.items()))
    model: dict[str, Any] = {
        "ModelName": name,
        "PrimaryContainer": container,
        "ExecutionRoleArn": spec.role_arn
        or roles.role_arn(account, roles.role_name(spec.name, spec.suffix)),
    }
    if spec.network_isolation:
        model["EnableNetworkIsolation"] = True
    yield Step(
        operation="sagemaker.create_model",
        parameters=model,
        why="Name image, model data and role.",
    )
    yield Step(
        operation="sagemaker.create_endpoint_config",
        parameters={"EndpointConfigName": name, **_configuration(spec, name)},
        why=f"Say how it is served: {describe_capacity(spec)}.",
    )
    yield Step(
        operation="sagemaker.create_endpoint",
        parameters={"EndpointName": spec.name, "EndpointConfigName": name},
        why="Start the endpoint and wait until it is in service.",
        wait_for="endpoint_in_service",
    )


def describe_capacity(spec: EndpointSpec) -> str:
    """Return the capacity in words."""
    if spec.inference_option is InferenceOption.SERVERLESS:
        return (
            f"serverless, {spec.memory_size_in_mb} MB, "
            f"at most {spec.max_concurrency} concurrent invocations"
        )
    return f"{spec.inference_option}, {spec.initial_instance_count} x {spec.instance_type}"


def _configuration(spec: EndpointSpec, name: str) -> dict[str, Any]:
    variant: dict[str, Any] = {"VariantName": spec.variant_name, "ModelName": name}
    if spec.inference_option is InferenceOption.SERVERLESS:
        serverless = {
            "MemorySizeInMB": spec.memory_size_in_mb,
            "MaxConcurrency": spec.max_concurrency,
        }
        if spec.provisioned_concurrency:
            serverless["ProvisionedConcurrency"] = spec.provisioned_concurrency
        return {"ProductionVariants": [{**variant, "ServerlessConfig": serverless}]}
    variant |= {
        "InstanceType": spec.instance_type,
        "InitialInstanceCount": spec.initial_instance_count,
        "InitialVariantWeight": 1.0,
    }
    if spec.inference_option is InferenceOption.REAL_TIME:
        return {"ProductionVariants": [variant]}
    output = {
        "S3OutputPath": spec.output_uri,
        "S3FailurePath": f"{spec.output_uri}-failures",
    }
    client = (
        {"MaxConcurrentInvocationsPerInstance": spec.max_concurrent_invocations_per_instance}
        if spec.max_concurrent_invocations_per_instance
        else {}
    )
    asynchronous: dict[str, Any] = {"OutputConfig": output}
    if client:
        asynchronous["ClientConfig"] = client
    return {"ProductionVariants": [variant], "AsyncInferenceConfig": asynchronous}


def _target(spec: EndpointSpec) -> dict[str, str]:
    assert spec.scaling is not None  # noqa: S101 - the callers looked
    return {
        "ServiceNamespace": _NAMESPACE,
        "ResourceId": f"endpoint/{spec.name}/variant/{spec.variant_name}",
        "ScalableDimension": spec.scaling.scalable_dimension,
    }


def _scaling(spec: EndpointSpec) -> Iterator[Any]:
    if spec.scaling is None:
        return
    yield Step(
        operation="application-autoscaling.register_scalable_target",
        parameters={
            **_target(spec),
            "MinCapacity": spec.scaling.min_capacity,
            "MaxCapacity": spec.scaling.max_capacity,
        },
        why=f"Let capacity move between {spec.scaling.min_capacity} and "
        f"{spec.scaling.max_capacity}.",
    )
    for policy in spec.scaling.policies:
        if policy.policy_type == "TargetTrackingScaling":
            yield _target_tracking(spec, policy)
        else:
            yield _step_policy(spec, policy)
            yield lambda number, metric=policy.metric: _wake_alarm(spec, metric, number - 1)


def _policy_name(spec: EndpointSpec, policy: ScalingPolicy) -> str:
    return f"{spec.name}-{policy.metric}"


def _target_tracking(spec: EndpointSpec, policy: ScalingPolicy) -> Step:
    specification = (
        {"PredefinedMetricSpecification": {"PredefinedMetricType": policy.metric}}
        if policy.metric.startswith("SageMaker")
        else {
            "CustomizedMetricSpecification": {
                "MetricName": policy.metric,
                "Namespace": "AWS/SageMaker",
                "Dimensions": [{"Name": "EndpointName", "Value": spec.name}],
                "Statistic": "Average",
            }
        }
    )
    return Step(
        operation="application-autoscaling.put_scaling_policy",
        parameters={
            "PolicyName": _policy_name(spec, policy),
            **_target(spec),
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": policy.target_value,
                **specification,
                "ScaleInCooldown": policy.scale_in_cooldown_s,
                "ScaleOutCooldown": policy.scale_out_cooldown_s,
            },
        },
        why=f"Hold {policy.metric} at {policy.target_value:g}.",
    )


def _step_policy(spec: EndpointSpec, policy: ScalingPolicy) -> Step:
    return Step(
        operation="application-autoscaling.put_scaling_policy",
        parameters={
            "PolicyName": _policy_name(spec, policy),
            **_target(spec),
            "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": {
                "AdjustmentType": "ChangeInCapacity",
                "MetricAggregationType": "Average",
                "Cooldown": policy.scale_out_cooldown_s,
                "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
            },
        },
        why="Add the first instance when requests wait and none is there.",
    )


def _wake_alarm(spec: EndpointSpec, metric: str, policy_step: int) -> Step:
    """The alarm that wakes a sleeping endpoint (values: async-inference-autoscale, 2026)."""
    return Step(
        operation="cloudwatch.put_metric_alarm",
        parameters={
            "AlarmName": f"{spec.name}-{metric}",
            "AlarmDescription": f"Wakes endpoint {spec.name} from zero instances",
            "Namespace": "AWS/SageMaker",
            "MetricName": metric,
            "Dimensions": [{"Name": "EndpointName", "Value": spec.name}],
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 2,
            "DatapointsToAlarm": 2,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "missing",
            "AlarmActions": [
                {
                    OUTPUT: {
                        "step": policy_step,
                        "path": "PolicyARN",
                        "pattern": r"arn:aws[a-z-]*:autoscaling:[a-z0-9-]+:\d{12}:scalingPolicy:.+",
                        "example": f"arn:aws:autoscaling:{spec.region}:000000000000:"
                        "scalingPolicy:0:resource/sagemaker/0:policyName/0",
                    }
                }
            ],
        },
        why="Ring when requests wait and no instance is there.",
    )
