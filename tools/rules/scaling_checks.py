"""Checks on auto scaling (CHK-2xx)."""

from collections.abc import Iterator

from tools.endpoint import HOST_METRICS, InferenceOption, ScalingPolicy, ScalingSpec
from tools.rules.check import (
    ASYNC_SCALING_PAGE,
    PROVISIONED_PAGE,
    SCALING_PAGE,
    TARGET_PAGE,
    Check,
    Subject,
)

INSTANCES = "sagemaker:variant:DesiredInstanceCount"
PROVISIONED = "sagemaker:variant:DesiredProvisionedConcurrency"
UTILIZATION = "SageMakerVariantProvisionedConcurrencyUtilization"
VARIANT_METRICS = {
    "SageMakerVariantInvocationsPerInstance",
    "SageMakerVariantConcurrentRequestsPerModelHighResolution",
}
BACKLOG = {"ApproximateBacklogSizePerInstance", "ApproximateBacklogSize",
            "HasBacklogWithoutCapacity", "ApproximateAgeOfOldestRequest"}  # fmt: skip


def _scaling(subject: Subject) -> Iterator[ScalingSpec]:
    if subject.variant.scaling is not None:
        yield subject.variant.scaling


def _policies(subject: Subject) -> Iterator[ScalingPolicy]:
    for scaling in _scaling(subject):
        yield from scaling.policies


def _bounds(subject: Subject) -> Iterator[str]:
    for scaling in _scaling(subject):
        if scaling.min_capacity > scaling.max_capacity:
            yield (
                f"The minimum capacity {scaling.min_capacity} is above the maximum "
                f"{scaling.max_capacity}."
            )


def _schedule_bounds(subject: Subject) -> Iterator[str]:
    for scaling in _scaling(subject):
        for schedule in scaling.schedules:
            low, high = schedule.min_capacity, schedule.max_capacity
            if low is None and high is None:
                yield f"Schedule {schedule.name} changes nothing: it names no bound."
            elif low is not None and high is not None and low > high:
                yield f"Schedule {schedule.name}: the minimum {low} is above the maximum {high}."


def _zero(subject: Subject) -> Iterator[str]:
    if subject.spec.inference_option is InferenceOption.ASYNCHRONOUS:
        return
    for scaling in _scaling(subject):
        lowest = [s.min_capacity for s in scaling.schedules if s.min_capacity is not None]
        if min(scaling.min_capacity, *lowest, 1) < 1:
            yield "Only an asynchronous endpoint's variant scales to zero; the minimum is 1 here."


def _schedule_names(subject: Subject) -> Iterator[str]:
    for scaling in _scaling(subject):
        names = [schedule.name for schedule in scaling.schedules]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"Two schedules are named {name}; the second would replace the first."


def _dimension(subject: Subject) -> Iterator[str]:
    serverless = subject.spec.inference_option is InferenceOption.SERVERLESS
    wanted = PROVISIONED if serverless else INSTANCES
    for scaling in _scaling(subject):
        if scaling.scalable_dimension != wanted:
            yield (
                f"A {subject.spec.inference_option} endpoint scales {wanted}, "
                f"not {scaling.scalable_dimension}."
            )


def _nothing_provisioned(subject: Subject) -> Iterator[str]:
    if (
        subject.spec.inference_option is InferenceOption.SERVERLESS
        and subject.variant.scaling is not None
        and not subject.variant.provisioned_concurrency
    ):
        yield "On-demand serverless scales by itself; only provisioned concurrency takes a policy."


def _provisioned_bound(subject: Subject) -> Iterator[str]:
    most = subject.variant.max_concurrency
    for scaling in _scaling(subject):
        if most is not None and scaling.max_capacity > most:
            yield (
                f"Provisioned concurrency up to {scaling.max_capacity} is above the maximum "
                f"concurrency of {most}."
            )


def _metric(subject: Subject) -> Iterator[str]:
    for policy in _policies(subject):
        match subject.spec.inference_option:
            case InferenceOption.ASYNCHRONOUS if policy.metric in VARIANT_METRICS:
                yield (
                    f"{policy.metric} is not published for asynchronous endpoints; "
                    "use ApproximateBacklogSizePerInstance."
                )
            case InferenceOption.SERVERLESS if policy.metric != UTILIZATION:
                yield f"Provisioned concurrency follows {UTILIZATION}, not {policy.metric}."
            case InferenceOption.REAL_TIME if policy.metric in {*BACKLOG, UTILIZATION}:
                yield f"{policy.metric} is not published for real-time endpoints."
            case _ if policy.metric not in {*VARIANT_METRICS, *BACKLOG, *HOST_METRICS, UTILIZATION}:
                yield (
                    f"{policy.metric} is no metric that a variant's capacity can follow; use one "
                    f"of {', '.join(sorted(VARIANT_METRICS))} or of the instances, as "
                    "CPUUtilization."
                )
            case _:
                pass


def _target(subject: Subject) -> Iterator[str]:
    for policy in _policies(subject):
        tracking = policy.policy_type == "TargetTrackingScaling"
        value = policy.target_value
        if tracking and (value is None or value <= 0):
            yield f"Target tracking on {policy.metric} needs a target above zero."
        elif policy.metric == UTILIZATION and value is not None and value > 1:
            yield f"The target of {UTILIZATION} is a share between 0 and 1, not {value:g}."


def _same_metric(subject: Subject) -> Iterator[str]:
    seen: set[str] = set()
    for policy in _policies(subject):
        if policy.policy_type == "TargetTrackingScaling" and policy.metric in seen:
            yield f"Two target tracking policies follow {policy.metric}."
        seen.add(policy.metric)


def _asleep(subject: Subject) -> Iterator[str]:
    for scaling in _scaling(subject):
        wakes = any(p.metric == "HasBacklogWithoutCapacity" for p in scaling.policies)
        if scaling.min_capacity == 0 and scaling.policies and not wakes:
            yield (
                "From zero instances it wakes only when the backlog passes the target: add a step "
                "policy on HasBacklogWithoutCapacity."
            )


def _initial(subject: Subject) -> Iterator[str]:
    count = subject.variant.initial_instance_count
    for scaling in _scaling(subject):
        if count is not None and count > scaling.max_capacity:
            yield f"It starts with {count} instances, above the maximum {scaling.max_capacity}."


def _burstable(subject: Subject) -> Iterator[str]:
    kind = subject.variant.instance_type or ""
    if kind.startswith(("ml.t2.", "ml.t3.")) and subject.variant.scaling is not None:
        yield f"Burstable {kind} is not meant for auto scaling."


SCALING_CHECKS = (
    Check("CHK-201", "Minimum above maximum", TARGET_PAGE, "error", _bounds, each_variant=True),
    Check("CHK-202", "Scheduled bounds", TARGET_PAGE, "error", _schedule_bounds,
          each_variant=True),
    Check("CHK-203", "Zero instances where there must be one", SCALING_PAGE, "error", _zero,
          each_variant=True),
    Check("CHK-204", "Dimension of another kind of endpoint", SCALING_PAGE, "error", _dimension,
          each_variant=True),
    Check("CHK-205", "Nothing to scale", PROVISIONED_PAGE, "error", _nothing_provisioned,
          each_variant=True),
    Check("CHK-206", "Provisioned concurrency scaled above the maximum", PROVISIONED_PAGE,
          "error", _provisioned_bound, each_variant=True),
    Check("CHK-207", "Metric that is not published", ASYNC_SCALING_PAGE, "error", _metric,
          each_variant=True),
    Check("CHK-208", "Target value", SCALING_PAGE, "error", _target, each_variant=True),
    Check("CHK-209", "One metric, two policies", SCALING_PAGE, "error", _same_metric,
          each_variant=True),
    Check("CHK-210", "Sleeps on", ASYNC_SCALING_PAGE, "medium", _asleep, each_variant=True),
    Check("CHK-211", "Starts above the maximum", TARGET_PAGE, "medium", _initial,
          each_variant=True),
    Check("CHK-212", "Burstable and scaled", SCALING_PAGE, "low", _burstable, each_variant=True),
    Check("CHK-213", "Schedules with one name", TARGET_PAGE, "error", _schedule_names,
          each_variant=True),
)  # fmt: skip
