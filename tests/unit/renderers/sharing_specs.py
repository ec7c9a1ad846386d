"""Specifications of real-time endpoints whose instances are shared: components, or many models."""

from typing import Any

from hypothesis import strategies as st

from tests.unit.renderers.specs import ARCHIVE, BUCKET, SHA, models, schedules, specs
from tools.endpoint import (
    EndpointSpec,
    InferenceComponentSpec,
    InferenceOption,
    ManagedInstanceScaling,
    ModelSpec,
    MultiModelSpec,
    ProductionVariant,
    ScalingPolicy,
    ScalingSpec,
    TargetModel,
)

COPIES = "sagemaker:inference-component:DesiredCopyCount"
METRICS = (
    "SageMakerInferenceComponentInvocationsPerCopy",
    "SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution",
)
_seconds = st.none() | st.integers(60, 3600)


@st.composite
def copy_scalings(draw: st.DrawFn) -> ScalingSpec:
    """Copies that follow traffic, from zero when the bounds say so."""
    low, high = sorted((draw(st.integers(0, 2)), draw(st.integers(1, 3))))
    policies = [
        ScalingPolicy(
            policy_type="TargetTrackingScaling",
            metric=draw(st.sampled_from(METRICS)),
            target_value=draw(st.sampled_from([0.5, 1.0, 5.0])),
            scale_in_cooldown_s=draw(st.integers(0, 900)),
            scale_out_cooldown_s=draw(st.integers(0, 900)),
        )
    ]
    if low == 0:
        policies.append(
            ScalingPolicy(
                policy_type="StepScaling",
                metric="NoCapacityInvocationFailures",
                scale_out_cooldown_s=draw(st.integers(0, 900)),
            )
        )
    return ScalingSpec(
        scalable_dimension=COPIES,
        min_capacity=low,
        max_capacity=high,
        policies=tuple(policies),
        schedules=tuple(draw(schedules(n, 0, high)) for n in range(draw(st.integers(0, 1)))),
    )


@st.composite
def components(draw: st.DrawFn, name: str, number: int) -> InferenceComponentSpec:
    """A model with a share that several of fit on one small instance."""
    return InferenceComponentSpec(
        name=name,
        sagemaker_model=draw(models(number)),
        min_memory_required_in_mb=draw(st.integers(128, 512)),
        max_memory_required_in_mb=draw(st.none() | st.integers(512, 1024)),
        number_of_cpu_cores=draw(st.none() | st.sampled_from([0.25, 0.5])),
        copy_count=draw(st.integers(1, 2)),
        model_data_download_timeout_s=draw(_seconds),
        container_startup_health_check_timeout_s=draw(_seconds),
        scaling=draw(st.none() | copy_scalings()),
    )


def _without_a_model(variant: ProductionVariant, **changes: Any) -> ProductionVariant:
    capacity = variant.model_dump(exclude={"sagemaker_model", "scaling"})
    return ProductionVariant.model_validate({**capacity, **changes})


@st.composite
def component_specs(draw: st.DrawFn) -> EndpointSpec:
    """An endpoint whose variants host components."""
    plain = draw(specs(InferenceOption.REAL_TIME, shadows=False))
    variants = []
    for number, variant in enumerate(plain.variants):
        stem = draw(st.sampled_from([plain.name, "fraud"]))
        hosted = [
            draw(components(f"{stem}-{number}-{n}", 10 * number + n))
            for n in range(draw(st.integers(1, 2)))
        ]
        low = draw(st.integers(0, 1))
        managed = ManagedInstanceScaling(min_instance_count=low, max_instance_count=20)
        # The sandbox's plain fleets never shrink: what a managed one begins with is decided by it.
        variants.append(
            _without_a_model(
                variant, components=hosted, managed_instance_scaling=managed,
                volume_size_in_gb=None, inference_ami_version=None,
            )
        )  # fmt: skip
    whole = plain.model_dump() | {"variants": [v.model_dump() for v in variants]}
    # CloudFormation's schema of a component, unlike others, takes no empty tag value.
    whole["tags"] = {key: value or "x" for key, value in whole["tags"].items()}
    return EndpointSpec.model_validate(whole)


@st.composite
def multi_model_specs(draw: st.DrawFn) -> EndpointSpec:
    """An endpoint of which a variant serves several archives from one container."""
    plain = draw(specs(InferenceOption.REAL_TIME, shadows=False))
    served = draw(models())
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3, unique=True))
    several = ModelSpec(
        image_uri=served.image_uri,
        model_data_uri=f"s3://{BUCKET}/{draw(st.sampled_from(['many', 'a/b/c']))}/",
        environment=served.environment,
        multi_model=MultiModelSpec(
            models=tuple(
                TargetModel(name=f"{n}.tar.gz", sha256=SHA, size_bytes=len(ARCHIVE)) for n in names
            ),
            model_cache=draw(st.sampled_from([None, "Enabled", "Disabled"])),
        ),
    )
    first = plain.first.model_copy(update={"sagemaker_model": several})
    return plain.model_copy(update={"variants": (first, *plain.variants[1:])})


def sharing_specs() -> st.SearchStrategy[EndpointSpec]:
    """Either of the two."""
    return component_specs() | multi_model_specs()
