"""What shares instances: a model as an inference component, several models in one container; pure.

Values for components that scale to zero: docs, endpoint-auto-scaling-zero-instances.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tools.catalog import Catalog
from tools.endpoint import (
    COPIES,
    NO_COPY,
    EndpointSpec,
    InferenceComponentSpec,
    ManagedInstanceScaling,
    ModelSpec,
    MultiModelSpec,
    ProductionVariant,
    ScalingPolicy,
    ScalingSpec,
    TargetModel,
)
from tools.errors import InvalidInputError
from tools.packaging import Package
from tools.planners.names import LONGEST
from tools.requirements import Requirements

#: A variant's metric, to that of a component's copies.
_OF_COPIES = {
    "SageMakerVariantInvocationsPerInstance": "SageMakerInferenceComponentInvocationsPerCopy",
    "SageMakerVariantConcurrentRequestsPerModelHighResolution": (
        "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
    ),
}
_CONCURRENT = "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"
#: AWS's own example, for when nothing says how much a copy takes.
_CONCURRENT_TARGET = 5.0
#: More than half, so that an instance takes one copy and what was found out about an instance
#: holds for a copy; the rest is for the system beside it.
_SHARE_OF_CORES = 0.75
_SHARE_OF_MEMORY = 0.5
_CORE_STEP = 0.25
#: From the docs' step policy that wakes a component: a short wait, then it may add another.
_WAKE_COOLDOWN_S = 60


def as_components(
    spec: EndpointSpec,
    models: Mapping[str, ModelSpec],
    needs: Requirements,
    catalog: Catalog,
) -> EndpointSpec:
    """Return an endpoint whose instances host models as inference components.

    Args:
        spec: With one variant that serves a model.
        models: What is hosted, by what ends a component's name; they share every instance.
        needs: Bounds count copies here: `min_capacity` 0 lets copies and instances go to zero.
        catalog: For the size of an instance.

    Raises:
        InvalidInputError: It has what an endpoint with components has not.
    """
    if len(spec.variants) > 1:
        raise InvalidInputError(
            "A request to inference components names the one that answers, so weights decide "
            "nothing.",
            remedy="Leave inference components out, or the second model.",
        )
    variant = spec.first
    scaling = _copies(variant, needs)
    count = variant.initial_instance_count or 1
    low, high = (scaling.min_capacity, scaling.max_capacity) if scaling else (count, count)
    count = min(count, high)
    share = _share(variant, len(models), catalog)
    started = {"copy_count": count, "scaling": scaling, **share}
    host = ProductionVariant(
        name=variant.name,
        components=tuple(
            InferenceComponentSpec.model_validate(
                {"name": component_name(spec, ending), "sagemaker_model": model, **started}
            )
            for ending, model in models.items()
        ),
        managed_instance_scaling=ManagedInstanceScaling(
            min_instance_count=low, max_instance_count=high
        ),
        instance_type=variant.instance_type,
        initial_instance_count=count,
        volume_size_in_gb=variant.volume_size_in_gb,
        inference_ami_version=variant.inference_ami_version,
        routing_strategy=variant.routing_strategy or "LEAST_OUTSTANDING_REQUESTS",
    )
    return spec.model_copy(update={"variants": (host,)})


def _share(variant: ProductionVariant, count: int, catalog: Catalog) -> dict[str, Any]:
    """What a copy keeps for itself of an instance that takes one copy of each model."""
    kind = catalog.instance(variant.instance_type or "")
    memory_mb = float(kind.memory_gib or 1) * 1024 if kind is not None else 1024.0
    accelerators = (kind.accelerator_count if kind is not None else 0) // count
    cores = (kind.vcpu or 1) * _SHARE_OF_CORES / count if kind is not None else _CORE_STEP
    kept = {"number_of_accelerator_devices": accelerators} if accelerators else {
        "number_of_cpu_cores": max(_CORE_STEP, math.floor(cores / _CORE_STEP) * _CORE_STEP)
    }  # fmt: skip
    return {
        "min_memory_required_in_mb": max(128, int(memory_mb * _SHARE_OF_MEMORY / count)),
        "model_data_download_timeout_s": variant.model_data_download_timeout_s,
        "container_startup_health_check_timeout_s": (
            variant.container_startup_health_check_timeout_s
        ),
        **kept,
    }


def component_name(spec: EndpointSpec, ending: str) -> str:
    """Return a name of one's own in the account that begins with the endpoint's."""
    own = re.sub(r"[^a-zA-Z0-9]+", "-", ending).strip("-")[:24].strip("-") or "component"
    return f"{spec.name[: LONGEST - 1 - len(own)].rstrip('-')}-{own}"


def _copies(variant: ProductionVariant, needs: Requirements) -> ScalingSpec | None:
    """Bounds that were named count copies; else as many as there would be instances."""
    if needs.auto_scaling is False:
        return None
    before, first = variant.scaling, variant.initial_instance_count or 1
    low = before.min_capacity if before else first
    high = before.max_capacity if before else first
    low = needs.min_capacity if needs.min_capacity is not None else low
    high = needs.max_capacity if needs.max_capacity is not None else max(high, low, 1)
    if before is None and low == high:
        return None
    policies = [_tracking(policy) for policy in before.policies] if before else []
    if not policies:
        policies = [_default_policy(needs)]
    if low == 0:
        policies.append(
            ScalingPolicy(
                policy_type="StepScaling", metric=NO_COPY, scale_out_cooldown_s=_WAKE_COOLDOWN_S
            )
        )
    return ScalingSpec(
        scalable_dimension=COPIES,
        min_capacity=low,
        max_capacity=high,
        policies=tuple(policies),
        schedules=needs.capacity_schedules or (),
    )


def _tracking(policy: ScalingPolicy) -> ScalingPolicy:
    return policy.model_copy(update={"metric": _OF_COPIES.get(policy.metric, policy.metric)})


def _default_policy(needs: Requirements) -> ScalingPolicy:
    return ScalingPolicy(
        policy_type="TargetTrackingScaling",
        metric=needs.scaling_metric or _CONCURRENT,
        target_value=needs.scaling_target_value or _CONCURRENT_TARGET,
    )


class Named(Package):
    """A package of several, with the name by which requests ask for it."""

    target_model: str


def each_by_itself(models: Sequence[Named], prefix: str) -> dict[str, ModelSpec]:
    """Return what several packages become when each is a component: by name, without ending."""
    return {
        model.target_model.removesuffix(".tar.gz"): ModelSpec(
            image_uri=model.image_uri,
            archive_sha256=model.archive.sha256,
            archive_size_bytes=model.archive.size_bytes,
            model_data_uri=f"{prefix}{model.target_model}",
            environment=model.environment,
        )
        for model in models
    }


def of_many(models: Sequence[Named], prefix: str) -> ModelSpec:
    """Return one container that serves several packages below `prefix` (ends with a slash).

    Raises:
        InvalidInputError: They are not served by one image in one way.
    """
    first = models[0]
    for other in models[1:]:
        if (other.image_uri, other.environment) != (first.image_uri, first.environment):
            raise InvalidInputError(
                f"{first.target_model} and {other.target_model} do not share a container: one is "
                f"{first.framework.value} on {first.image_uri}, the other {other.framework.value} "
                f"on {other.image_uri}.",
                remedy="Put models of one framework and version together, or plan an endpoint "
                "with inference components for each.",
            )
    return ModelSpec(
        image_uri=first.image_uri,
        model_data_uri=prefix,
        environment=first.environment,
        multi_model=MultiModelSpec(
            models=tuple(
                TargetModel(
                    name=model.target_model,
                    sha256=model.archive.sha256,
                    size_bytes=model.archive.size_bytes,
                )
                for model in models
            )
        ),
    )
