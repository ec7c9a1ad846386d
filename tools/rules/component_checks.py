"""Checks on what shares instances: inference components and multi-model containers (CHK-6xx)."""

from collections.abc import Iterable, Iterator

from tools.endpoint import (
    COPIES,
    NO_COPY,
    InferenceComponentSpec,
    InferenceOption,
    ModelSpec,
    ScalingPolicy,
)
from tools.rules.check import CONTAINER_PAGE, MATRIX_PAGE, Check, Subject

_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg/"
_API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/"
ZERO_PAGE = f"{_GUIDE}endpoint-auto-scaling-zero-instances.html"
COMPONENT_PAGE = f"{_API}API_CreateInferenceComponent.html"
MANAGED_PAGE = f"{_API}API_ProductionVariantManagedInstanceScaling.html"
COPIES_PAGE = f"{_GUIDE}endpoint-auto-scaling-prerequisites.html"
MANY_PAGE = f"{_GUIDE}multi-model-endpoints.html"
MONITOR_PAGE = f"{_GUIDE}model-monitor.html"

COPY_METRICS = frozenset(
    {
        "SageMakerInferenceComponentInvocationsPerCopy",
        "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
    }
)


def _components(subject: Subject) -> tuple[InferenceComponentSpec, ...]:
    return subject.variant.components


def _several(subject: Subject) -> Iterator[ModelSpec]:
    return (model for model in subject.variant.served if model.multi_model is not None)


def _policies(component: InferenceComponentSpec) -> tuple[ScalingPolicy, ...]:
    return component.scaling.policies if component.scaling else ()


def _real_time_only(subject: Subject) -> Iterator[str]:
    option = subject.spec.inference_option
    if option is InferenceOption.REAL_TIME:
        return
    if _components(subject):
        yield f"Inference components stand on a real-time endpoint, not on {_a(option)} one."
    if any(_several(subject)):
        yield f"Several models in one container are served in real time, not by {_a(option)} one."


def _a(option: InferenceOption) -> str:
    article = "an" if option is InferenceOption.ASYNCHRONOUS else "a"
    return f"{article} {option.value}"


def _mixed(subject: Subject) -> Iterator[str]:
    hosts = [bool(variant.components) for variant in subject.spec.all_variants]
    if any(hosts) and not all(hosts):
        yield "Either every variant hosts inference components or none does."
    shadow = subject.spec.shadow
    if shadow is not None and any(hosts):
        yield "An endpoint that hosts inference components has no shadow variant."


def _names(subject: Subject) -> Iterator[str]:
    names = [component.name for component in subject.spec.components]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"Two inference components are named {name}."


def _managed(subject: Subject) -> Iterator[str]:
    variant, managed = subject.variant, subject.variant.managed_instance_scaling
    if managed is None:
        return
    if not variant.components:
        yield f"Variant {variant.name} serves a model: its instances are scaled by policies."
    if managed.min_instance_count > managed.max_instance_count:
        yield (
            f"The least number of instances, {managed.min_instance_count}, is above the largest, "
            f"{managed.max_instance_count}."
        )
    count = variant.initial_instance_count or 1
    if count > managed.max_instance_count:
        yield f"It starts with {count} instances, above the largest {managed.max_instance_count}."


def _variant_scaling(subject: Subject) -> Iterator[str]:
    if subject.variant.components and subject.variant.scaling is not None:
        yield (
            f"Variant {subject.variant.name} hosts inference components: their copies are scaled, "
            "and SageMaker moves the instances."
        )


def _share(subject: Subject) -> Iterator[str]:
    """One copy must fit on one instance: nothing is spread over two."""
    kind = subject.catalog.instance(subject.variant.instance_type or "")
    for one in _components(subject):
        most = one.max_memory_required_in_mb
        if most is not None and most < one.min_memory_required_in_mb:
            yield (
                f"Component {one.name} may take at most {most} MB, less than the "
                f"{one.min_memory_required_in_mb} MB that it keeps."
            )
        if kind is None:
            continue
        memory_mb = float(kind.memory_gib or 0) * 1024
        if memory_mb and one.min_memory_required_in_mb >= memory_mb:
            yield (
                f"A copy of {one.name} keeps {one.min_memory_required_in_mb} MB; one "
                f"{kind.name} has {memory_mb:g} MB in all."
            )
        if kind.vcpu is not None and (one.number_of_cpu_cores or 0) > kind.vcpu:
            yield (
                f"A copy of {one.name} keeps {one.number_of_cpu_cores:g} cores; one {kind.name} "
                f"has {kind.vcpu}."
            )
        devices = one.number_of_accelerator_devices or 0
        if devices > kind.accelerator_count:
            yield (
                f"A copy of {one.name} keeps {devices:g} accelerators; one {kind.name} has "
                f"{kind.accelerator_count}."
            )


def _copies_bound(subject: Subject) -> Iterator[str]:
    for one in _components(subject):
        scaling = one.scaling
        if scaling is None:
            continue
        if scaling.min_capacity > scaling.max_capacity:
            yield (
                f"The least number of copies of {one.name}, {scaling.min_capacity}, is above the "
                f"largest, {scaling.max_capacity}."
            )
        if scaling.scalable_dimension != COPIES:
            yield f"Copies of {one.name} are scaled by {COPIES}, not {scaling.scalable_dimension}."
        yield from _schedules(one)


def _schedules(one: InferenceComponentSpec) -> Iterator[str]:
    for schedule in one.scaling.schedules if one.scaling else ():
        low, high = schedule.min_capacity, schedule.max_capacity
        if low is None and high is None:
            yield f"Schedule {schedule.name} changes nothing: it names no bound."
        elif low is not None and high is not None and low > high:
            yield f"Schedule {schedule.name}: the minimum {low} is above the maximum {high}."


def _copy_metric(subject: Subject) -> Iterator[str]:
    for one in _components(subject):
        tracked = [p for p in _policies(one) if p.policy_type == "TargetTrackingScaling"]
        for policy in tracked:
            if policy.metric.startswith("SageMaker") and policy.metric not in COPY_METRICS:
                yield f"{policy.metric} is not published for copies of {one.name}."
            if policy.target_value is None or policy.target_value <= 0:
                yield f"Target tracking on {policy.metric} needs a target above zero."
        for policy in _policies(one):
            if policy.policy_type == "StepScaling" and policy.metric != NO_COPY:
                yield f"What wakes {one.name} from zero copies is {NO_COPY}, not {policy.metric}."
        yield from _twice(p.metric for p in tracked)


def _twice(metrics: Iterable[str]) -> Iterator[str]:
    named = list(metrics)
    for metric in sorted({m for m in named if named.count(m) > 1}):
        yield f"Two target tracking policies follow {metric}."


def _asleep(subject: Subject) -> Iterator[str]:
    for one in _components(subject):
        wakes = any(policy.metric == NO_COPY for policy in _policies(one))
        if one.scaling is not None and one.scaling.min_capacity == 0 and not wakes:
            yield (f"Nothing wakes {one.name} from zero copies: add a step policy on {NO_COPY}.")


def _paid_at_zero(subject: Subject) -> Iterator[str]:
    managed = subject.variant.managed_instance_scaling
    scaled = [one.scaling for one in _components(subject)]
    to_zero = bool(scaled) and all(s is not None and s.min_capacity == 0 for s in scaled)
    if to_zero and (managed is None or managed.min_instance_count > 0):
        yield (
            "All copies scale to zero and the instances do not: set the least number of managed "
            "instances to 0."
        )


def _prefix(subject: Subject) -> Iterator[str]:
    for model in _several(subject):
        uri = model.model_data_uri or ""
        if not uri.startswith("s3://") or not uri.endswith("/"):
            yield f"Several models lie below one S3 prefix that ends with a slash, not at {uri}."


def _one_container(subject: Subject) -> Iterator[str]:
    for one in _components(subject):
        if one.sagemaker_model.multi_model is not None:
            yield (
                f"Component {one.name} serves several models; a component is one model: make one "
                "of each."
            )


def _on_accelerators(subject: Subject) -> Iterator[str]:
    kind = subject.catalog.instance(subject.variant.instance_type or "")
    for model in _several(subject):
        on_gpu = kind is not None and kind.accelerator_count > 0
        if on_gpu and "tritonserver" not in model.image_uri:
            yield "On GPU instances several models are served by the Triton image only."


def _captured(subject: Subject) -> Iterator[str]:
    if subject.spec.data_capture is not None and any(_several(subject)):
        yield "Model Monitor reads captured data of endpoints that serve a single model."


COMPONENT_CHECKS = (
    Check("CHK-601", "Shared instances where there are none", MATRIX_PAGE, "error",
          _real_time_only, each_variant=True),
    Check("CHK-602", "Components beside models", COMPONENT_PAGE, "error", _mixed),
    Check("CHK-603", "Components with one name", COMPONENT_PAGE, "error", _names),
    Check("CHK-604", "Managed instance scaling", MANAGED_PAGE, "error", _managed,
          each_variant=True),
    Check("CHK-605", "Instances scaled under components", COPIES_PAGE, "error", _variant_scaling,
          each_variant=True),
    Check("CHK-606", "A copy that fits on no instance", COMPONENT_PAGE, "error", _share,
          each_variant=True),
    Check("CHK-607", "Bounds of copies", COPIES_PAGE, "error", _copies_bound, each_variant=True),
    Check("CHK-608", "Metric of copies", COPIES_PAGE, "error", _copy_metric, each_variant=True),
    Check("CHK-609", "Copies sleep on", ZERO_PAGE, "medium", _asleep, each_variant=True),
    Check("CHK-610", "Instances stay at zero copies", ZERO_PAGE, "medium", _paid_at_zero,
          each_variant=True),
    Check("CHK-611", "Prefix of several models", CONTAINER_PAGE, "error", _prefix,
          each_variant=True),
    Check("CHK-612", "A component of several models", COMPONENT_PAGE, "error", _one_container,
          each_variant=True),
    Check("CHK-613", "Several models on GPU", MANY_PAGE, "error", _on_accelerators,
          each_variant=True),
    Check("CHK-614", "Captured from several models", MONITOR_PAGE, "low", _captured,
          each_variant=True),
)  # fmt: skip
