"""A specification as plain boto3 calls (`method`: `api`), in order; pure."""

from collections.abc import Iterator
from typing import Any

from tools.endpoint import EndpointSpec, InferenceComponentSpec, InferenceOption, Upload
from tools.plan import BLOB, OUTPUT, Step
from tools.planners import hosting, roles, scaling
from tools.planners.alarms import alarm_steps
from tools.planners.compiling import compilation_steps
from tools.planners.names import bucket_of, key_of, uploads

_POLICY_ARN = r"arn:aws[a-z-]*:autoscaling:[a-z0-9-]+:\d{12}:scalingPolicy:.+"


def steps_for(spec: EndpointSpec, *, account: str, bucket_exists: bool) -> tuple[Step, ...]:
    """Return the calls that make `spec`, in order.

    Args:
        spec: What to make.
        account: Twelve digits.
        bucket_exists: Whether the bucket of the uploads is there already.
    """
    steps = [
        *storage_steps(spec, bucket_exists=bucket_exists),
        *role_steps(spec, account),
        *compilation_steps(spec, account),
        *hosting_steps(spec, account),
    ]
    return (*steps, *scaling_steps(spec, first=len(steps)))


def storage_steps(spec: EndpointSpec, *, bucket_exists: bool) -> Iterator[Step]:
    """Yield the bucket, when it is to be made, and every upload."""
    bucket = bucket_needed(spec)
    if bucket and not bucket_exists:
        yield bucket_step(bucket, spec.region)
    yield from map(_upload, uploads(spec))


def bucket_needed(spec: EndpointSpec) -> str | None:
    """The bucket of the uploads, else of asynchronous results, else of what is captured."""
    written = [upload.uri for upload in uploads(spec)]
    written += [spec.asynchronous.output_uri] if spec.asynchronous else []
    written += [spec.data_capture.destination_uri] if spec.data_capture else []
    return bucket_of(written[0]) if written else None


def bucket_step(bucket: str, region: str) -> Step:
    """Return the call that makes a bucket."""
    where = (
        {}
        if region == "us-east-1"
        else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    return Step(
        operation="s3.create_bucket",
        parameters={"Bucket": bucket, **where},
        why="A bucket for model archives and results, in the endpoint's region.",
    )


def _upload(upload: Upload) -> Step:
    return Step(
        operation="s3.put_object",
        parameters={
            "Bucket": bucket_of(upload.uri),
            "Key": key_of(upload.uri),
            "Body": {BLOB: {"sha256": upload.sha256, "size_bytes": upload.size_bytes}},
            "ContentType": "application/gzip",
            "Metadata": {"sha256": upload.sha256},
        },
        why="Upload the packaged model.",
    )


def role_steps(spec: EndpointSpec, account: str) -> Iterator[Step]:
    """Yield the execution role and its policy, when none was named."""
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
            "PolicyName": roles.POLICY_NAME,
            "PolicyDocument": roles.execution_policy(spec, account),
        },
        why="What the endpoint needs and no more: its model, its image, its logs and metrics.",
    )


def hosting_steps(spec: EndpointSpec, account: str) -> Iterator[Step]:
    """Yield models, configuration, endpoint and its inference components."""
    for parameters in hosting.models(spec, account):
        yield Step(
            operation="sagemaker.create_model",
            parameters=parameters,
            why="Name image, model data and role.",
        )
    yield Step(
        operation="sagemaker.create_endpoint_config",
        parameters=hosting.config_parameters(spec, account),
        why=f"Say how it is served: {describe_capacity(spec)}.",
    )
    yield Step(
        operation="sagemaker.create_endpoint",
        parameters=hosting.endpoint_parameters(spec),
        why="Start the endpoint and wait until it is in service.",
        wait_for="endpoint_in_service",
    )
    for variant in spec.variants:
        for component in variant.components:
            yield Step(
                operation="sagemaker.create_inference_component",
                parameters=hosting.component_parameters(spec, variant, component),
                why=f"Put {_counted(component)} of the model on the instances and wait for them.",
                wait_for="component_in_service",
            )


def _counted(component: InferenceComponentSpec) -> str:
    return "one copy" if component.copy_count == 1 else f"{component.copy_count} copies"


def describe_capacity(spec: EndpointSpec) -> str:
    """Return the capacity in words."""
    if spec.inference_option is InferenceOption.SERVERLESS:
        return (
            f"serverless, {spec.first.memory_size_in_mb} MB, "
            f"at most {spec.first.max_concurrency} concurrent invocations"
        )
    fleets = ", ".join(f"{v.initial_instance_count} x {v.instance_type}" for v in spec.variants)
    return f"{spec.inference_option}, {fleets}{_shared(spec)}"


def _shared(spec: EndpointSpec) -> str:
    """What shares the instances, when that is more than one model."""
    if spec.components:
        count = len(spec.components)
        return f", {count} inference component{'s' if count > 1 else ''}"
    several = [m.multi_model for m in spec.served if m.multi_model is not None]
    return f", {sum(len(one.models) for one in several)} models in one container" if several else ""


def scaling_steps(spec: EndpointSpec, *, first: int) -> tuple[Step, ...]:
    """Return targets, policies, alarms and schedules; `first` is the number of the first step."""
    steps: list[Step] = []
    for scaled in scaling.all_scaled(spec):
        steps += _scaling_of(spec, scaled, first + len(steps))
    if spec.alarms is not None:
        for variant in spec.variants:
            steps += alarm_steps(
                spec.name,
                variant.name,
                latency_ms=spec.alarms.latency_p95_ms,
                topic_arn=spec.alarms.topic_arn,
            )
    return tuple(steps)


def _scaling_of(spec: EndpointSpec, scaled: scaling.Scaled, number: int) -> list[Step]:
    wanted = scaled.spec
    steps = [
        Step(
            operation="application-autoscaling.register_scalable_target",
            parameters=scaling.target_parameters(scaled),
            why=f"Let capacity move between {wanted.min_capacity} and {wanted.max_capacity}.",
        )
    ]
    for policy in wanted.policies:
        tracking = policy.policy_type == "TargetTrackingScaling"
        steps.append(
            Step(
                operation="application-autoscaling.put_scaling_policy",
                parameters=scaling.policy_parameters(scaled, policy),
                why=f"Hold {policy.metric} at {policy.target_value:g}."
                if tracking
                else f"Add the first {scaled.unit} when requests come and none is there.",
            )
        )
        if not tracking:
            action = _policy_arn(spec.region, number + len(steps) - 1)
            steps.append(
                Step(
                    operation="cloudwatch.put_metric_alarm",
                    parameters=scaling.alarm_parameters(scaled, policy, action),
                    why=f"Ring when requests come and no {scaled.unit} is there.",
                )
            )
    steps += [
        Step(
            operation="application-autoscaling.put_scheduled_action",
            parameters=scaling.schedule_parameters(scaled, schedule),
            why=f"Move the bounds by schedule: {schedule.schedule}.",
        )
        for schedule in wanted.schedules
    ]
    return steps


def _policy_arn(region: str, step: int) -> dict[str, Any]:
    policies = f"arn:aws:autoscaling:{region}:000000000000:scalingPolicy:0"
    example = f"{policies}:resource/sagemaker/0:policyName/0"
    return {OUTPUT: {"step": step, "path": "PolicyARN", "pattern": _POLICY_ARN, "example": example}}
