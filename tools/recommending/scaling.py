"""Auto scaling: bounds, metric, target and cooldowns for a chosen option."""

from pydantic import BaseModel, ConfigDict

from tools.catalog import Catalog
from tools.endpoint import InferenceOption
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
) -> AutoScaling | None:
    """Return the auto scaling of the option, or None where nothing is to be scaled by us."""
    resource_id = f"endpoint/{endpoint_name or '<endpoint-name>'}/variant/{VARIANT_NAME}"
    if isinstance(sizing, ServerlessSizing):
        return _provisioned(sizing, resource_id, catalog)
    if sizing is None or option is InferenceOption.BATCH_TRANSFORM:
        return None
    if option is InferenceOption.ASYNCHRONOUS:
        policies = _asynchronous_policies(workload, sizing)
    else:
        policies = (_invocations_policy(workload, sizing, catalog),)
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


def _backlog_target(workload: Workload, sizing: InstanceSizing) -> float:
    """Half of what one instance works off within the wanted time; AWS's example when unsaid."""
    if workload.latency_p95_ms is None:
        return BACKLOG_TARGET
    seconds = workload.latency_p95_ms / 1000
    return float(max(1, min(1000, int(seconds * sizing.capacity_rps * 0.5))))


def _asynchronous_policies(workload: Workload, sizing: InstanceSizing) -> tuple[ScalingPolicy, ...]:
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
    if sizing.minimum > 0:
        return (backlog,)
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
    return backlog, wake


def _provisioned(
    sizing: ServerlessSizing, resource_id: str, catalog: Catalog
) -> AutoScaling | None:
    warm = sizing.provisioned_concurrency
    ceiling = int(catalog.limit_number("serverless_provisioned_concurrency_max"))
    top = min(sizing.max_concurrency, ceiling, warm * 2)
    if warm == 0 or top <= warm:
        return None
    cooldown = int(catalog.limit_number("autoscaling_default_cooldown_in"))
    policy = ScalingPolicy(
        policy_type="TargetTrackingScaling",
        metric="SageMakerVariantProvisionedConcurrencyUtilization",
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
        min_capacity=warm,
        max_capacity=top,
        policies=(policy,),
    )
