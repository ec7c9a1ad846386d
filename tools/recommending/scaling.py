"""Auto scaling: bounds, metric, target and cooldowns for a chosen option."""

from pydantic import BaseModel, ConfigDict

from tools.catalog import Catalog
from tools.endpoint import HOST_DIMENSIONS, HOST_METRICS, HOST_NAMESPACE, InferenceOption
from tools.options import DeploymentOptions
from tools.recommending.sizing import InstanceSizing, ServerlessSizing
from tools.recommending.workload import Workload

VARIANT_NAME = "AllTraffic"
INSTANCE_DIMENSION = "sagemaker:variant:DesiredInstanceCount"
PROVISIONED_DIMENSION = "sagemaker:variant:DesiredProvisionedConcurrency"
_ASYNC_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html"
_LOAD_TEST_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-loadtest.html"
_PROVISIONED_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html"
)
_POLICY_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html"
_CUSTOM_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html"
)
CONCURRENT_REQUESTS = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
PROVISIONED_UTILIZATION = "SageMakerVariantProvisionedConcurrencyUtilization"
#: A share in percent; 50 of it is the target in AWS's own example for a metric of the host.
HOST_TARGET = 50.0
#: Backlog per instance in AWS's own example.
BACKLOG_TARGET = 5.0
#: Utilisation of provisioned concurrency in AWS's own example.
UTILIZATION_TARGET = 0.5


class ScalingPolicy(BaseModel):
    """One policy in AWS's words; times in seconds.

    Attributes:
        metric: A predefined metric type, or the name of a CloudWatch metric with its namespace.
        target_value: For target tracking.
        threshold: For step scaling: the alarm fires at or above it.
        reason: Why this metric, target and cooldown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy_type: str
    metric: str
    predefined: bool
    target_value: float | None = None
    scale_in_cooldown: int | None = None
    scale_out_cooldown: int | None = None
    namespace: str | None = None
    statistic: str | None = None
    dimensions: tuple[str, ...] = ()
    threshold: float | None = None
    adjustment_type: str | None = None
    scaling_adjustment: int | None = None
    cooldown: int | None = None
    period: int | None = None
    evaluation_periods: int | None = None
    reason: str
    source_url: str


class AutoScaling(BaseModel):
    """A scalable target with its policies; the first policy is the main one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    resource_id: str
    scalable_dimension: str
    min_capacity: int
    max_capacity: int
    policies: tuple[ScalingPolicy, ...]


def auto_scaling(
    option: InferenceOption,
    workload: Workload,
    sizing: InstanceSizing | ServerlessSizing | None,
    catalog: Catalog,
    endpoint_name: str | None,
    asked: DeploymentOptions,
) -> AutoScaling | None:
    """Return the auto scaling of the option, or None where nothing is to be scaled by us.

    What was asked for not to scale still gets its bounds where schedules are to move them.
    """
    resource_id = f"endpoint/{endpoint_name or '<endpoint-name>'}/variant/{VARIANT_NAME}"
    if asked.auto_scaling is False and not asked.capacity_schedules:
        return None
    if isinstance(sizing, ServerlessSizing):
        return _provisioned(sizing, resource_id, catalog, asked)
    if sizing is None or option is InferenceOption.BATCH_TRANSFORM:
        return None
    if asked.auto_scaling is False:
        policies: tuple[ScalingPolicy, ...] = ()
    elif option is InferenceOption.ASYNCHRONOUS:
        policies = _asynchronous_policies(workload, sizing, asked, catalog)
    else:
        policies = (_real_time_policy(workload, sizing, catalog, asked),)
    return AutoScaling(
        resource_id=resource_id,
        scalable_dimension=INSTANCE_DIMENSION,
        min_capacity=sizing.minimum,
        max_capacity=sizing.maximum,
        policies=policies,
    )


def target_invocations_per_minute(max_rps: float, safety_factor: float) -> float:
    """Return AWS's formula MAX_RPS x SAFETY_FACTOR x 60, in invocations a minute per instance."""
    return max(0.01, round(max_rps * safety_factor * 60, 2))


def _invocations_policy(
    workload: Workload, sizing: InstanceSizing, catalog: Catalog
) -> ScalingPolicy:
    factor = catalog.limit_number("autoscaling_safety_factor_start")
    target = target_invocations_per_minute(sizing.capacity_rps, factor)
    default = int(catalog.limit_number("autoscaling_default_cooldown_out"))
    out = 60 if workload.uneven else default
    return ScalingPolicy(
        policy_type="TargetTrackingScaling",
        metric="SageMakerVariantInvocationsPerInstance",
        predefined=True,
        target_value=target,
        scale_in_cooldown=2 * default,
        scale_out_cooldown=out,
        reason=(
            f"Target = {sizing.capacity_rps:.4g} requests/s per instance x {factor:g} safety x 60. "
            f"Scaling in waits {2 * default} s, so that a lull takes no capacity away; scaling out "
            f"waits {out} s, {'as bursts come suddenly' if workload.uneven else 'the default'}."
        ),
        source_url=_LOAD_TEST_PAGE,
    )


def _real_time_policy(
    workload: Workload, sizing: InstanceSizing, catalog: Catalog, asked: DeploymentOptions
) -> ScalingPolicy:
    invocations = _invocations_policy(workload, sizing, catalog)
    metric = asked.scaling_metric or invocations.metric
    if metric == invocations.metric:
        return _aimed(invocations, asked)
    return _asked_policy(metric, workload, sizing, catalog, asked)


def _aimed(policy: ScalingPolicy, asked: DeploymentOptions) -> ScalingPolicy:
    """The policy with the target that was said, if one was."""
    target = asked.scaling_target_value
    if target is None:
        return policy
    cooldowns = f"Cooldowns: {policy.scale_in_cooldown} s in, {policy.scale_out_cooldown} s out."
    return policy.model_copy(
        update={"target_value": target, "reason": f"Target {target:g} as asked for. {cooldowns}"}
    )


def _asked_policy(
    metric: str,
    workload: Workload,
    sizing: InstanceSizing,
    catalog: Catalog,
    asked: DeploymentOptions,
) -> ScalingPolicy:
    """A metric by name; whether the endpoint has it is for the checks to say."""
    default = int(catalog.limit_number("autoscaling_default_cooldown_out"))
    target, why = HOST_TARGET, "as in AWS's own example"
    if metric == CONCURRENT_REQUESTS:
        factor = catalog.limit_number("autoscaling_safety_factor_start")
        target = max(1.0, round(sizing.capacity_rps * workload.processing_time_s * factor, 1))
        why = f"{factor:g} of what an instance answers side by side (assumed)"
    if asked.scaling_target_value is not None:
        target, why = asked.scaling_target_value, "as asked for"
    predefined = metric.startswith("SageMaker")
    host = metric in HOST_METRICS
    return ScalingPolicy(
        policy_type="TargetTrackingScaling",
        metric=metric,
        predefined=predefined,
        target_value=target,
        scale_in_cooldown=2 * default,
        scale_out_cooldown=default,
        namespace=None if predefined else (HOST_NAMESPACE if host else "AWS/SageMaker"),
        statistic=None if predefined else "Average",
        dimensions=() if predefined else (HOST_DIMENSIONS if host else ("EndpointName",)),
        reason=f"Hold {metric} at {target:g}, {why}. Scaling in waits longer than scaling out.",
        source_url=_POLICY_PAGE if predefined else _CUSTOM_PAGE,
    )


def _backlog_target(workload: Workload, sizing: InstanceSizing) -> float:
    """Half of what one instance works off within the wanted time; AWS's example when unsaid."""
    if workload.latency_p95_ms is None:
        return BACKLOG_TARGET
    seconds = workload.latency_p95_ms / 1000
    return float(max(1, min(1000, int(seconds * sizing.capacity_rps * 0.5))))


def _asynchronous_policies(
    workload: Workload, sizing: InstanceSizing, asked: DeploymentOptions, catalog: Catalog
) -> tuple[ScalingPolicy, ...]:
    target = _backlog_target(workload, sizing)
    backlog = ScalingPolicy(
        policy_type="TargetTrackingScaling",
        metric="ApproximateBacklogSizePerInstance",
        predefined=False,
        target_value=target,
        scale_in_cooldown=600,
        scale_out_cooldown=300,
        namespace="AWS/SageMaker",
        statistic="Average",
        dimensions=("EndpointName",),
        reason=(
            f"At most {target:g} waiting requests per instance; invocation metrics are not "
            "published for asynchronous endpoints. Scaling in waits longer than scaling out."
        ),
        source_url=_ASYNC_PAGE,
    )
    main = _aimed(backlog, asked)
    if asked.scaling_metric not in {None, backlog.metric}:
        main = _asked_policy(str(asked.scaling_metric), workload, sizing, catalog, asked)
    if sizing.minimum > 0:
        return (main,)
    wake = ScalingPolicy(
        policy_type="StepScaling",
        metric="HasBacklogWithoutCapacity",
        predefined=False,
        namespace="AWS/SageMaker",
        statistic="Average",
        dimensions=("EndpointName",),
        threshold=1,
        adjustment_type="ChangeInCapacity",
        scaling_adjustment=1,
        cooldown=300,
        period=60,
        evaluation_periods=2,
        reason="Wakes the endpoint from zero for the first request, not only at a full backlog.",
        source_url=_ASYNC_PAGE,
    )
    return main, wake


def _provisioned(
    sizing: ServerlessSizing, resource_id: str, catalog: Catalog, asked: DeploymentOptions
) -> AutoScaling | None:
    warm = sizing.provisioned_concurrency
    ceiling = int(catalog.limit_number("serverless_provisioned_concurrency_max"))
    top = asked.max_capacity or min(sizing.max_concurrency, ceiling, warm * 2)
    wanted = asked.max_capacity or asked.capacity_schedules or asked.scaling_metric
    if warm == 0 or (top <= warm and not wanted):
        return None
    cooldown = int(catalog.limit_number("autoscaling_default_cooldown_in"))
    policy = ScalingPolicy(
        policy_type="TargetTrackingScaling",
        metric=asked.scaling_metric or PROVISIONED_UTILIZATION,
        predefined=True,
        target_value=UTILIZATION_TARGET,
        scale_in_cooldown=cooldown,
        scale_out_cooldown=cooldown,
        reason="Half of the warm environments busy leaves the other half for the next burst.",
        source_url=_PROVISIONED_PAGE,
    )
    return AutoScaling(
        resource_id=resource_id,
        scalable_dimension=PROVISIONED_DIMENSION,
        min_capacity=warm if asked.min_capacity is None else asked.min_capacity,
        max_capacity=max(top, warm) if asked.max_capacity is None else top,
        policies=() if asked.auto_scaling is False else (_aimed(policy, asked),),
    )
