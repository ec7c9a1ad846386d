"""Shared instances, wrong and right: inference components and several models in one container."""

from typing import Any

from tests.unit.plan.builders import model, spec, variant
from tools.endpoint import (
    DataCapture,
    EndpointSpec,
    InferenceComponentSpec,
    InferenceOption,
    ManagedInstanceScaling,
    ModelSpec,
    MultiModelSpec,
    ProductionVariant,
    ScalingPolicy,
    ScalingSpec,
    ScheduledScaling,
    TargetModel,
)

COPIES = "sagemaker:inference-component:DesiredCopyCount"
PER_COPY = "SageMakerInferenceComponentInvocationsPerCopy"
WAKING = ScalingPolicy(policy_type="StepScaling", metric="NoCapacityInvocationFailures")
MANAGED = ManagedInstanceScaling(min_instance_count=1, max_instance_count=4)


def tracked(metric: str = PER_COPY, target: float | None = 5.0) -> ScalingPolicy:
    return ScalingPolicy(policy_type="TargetTrackingScaling", metric=metric, target_value=target)


def copies(low: int = 1, high: int = 4, *policies: ScalingPolicy, **changes: Any) -> ScalingSpec:
    values = {"scalable_dimension": COPIES, "min_capacity": low, "max_capacity": high}
    return ScalingSpec(**{**values, "policies": policies, **changes})


def component(name: str = "fraud", **changes: Any) -> InferenceComponentSpec:
    values = {"sagemaker_model": model(), "min_memory_required_in_mb": 1024}
    return InferenceComponentSpec(**{**values, "name": name, **changes})


def host(*components: InferenceComponentSpec, **changes: Any) -> ProductionVariant:
    values: dict[str, Any] = {
        "sagemaker_model": None,
        "components": components or (component(),),
        "managed_instance_scaling": MANAGED,
    }
    return variant(**{**values, **changes})


def hosting(*components: InferenceComponentSpec, **changes: Any) -> EndpointSpec:
    return spec(variants=(host(*components, **changes),))


def several(image_uri: str | None = None, uri: str = "s3://sagemaker-b/e/many/") -> ModelSpec:
    archives = (TargetModel(name="a.tar.gz", sha256="a" * 64, size_bytes=1),)
    given = {"image_uri": image_uri} if image_uri else {}
    return model(
        archive_sha256=None,
        model_data_uri=uri,
        multi_model=MultiModelSpec(models=archives),
        **given,
    )


def scaled(*policies: ScalingPolicy, low: int = 1, **changes: Any) -> EndpointSpec:
    return hosting(component(scaling=copies(low, 4, *policies, **changes)))


ASYNC, SERVERLESS = InferenceOption.ASYNCHRONOUS, InferenceOption.SERVERLESS
NOTHING = ScheduledScaling(name="n", schedule="rate(1 day)")
CROSSED = ScheduledScaling(name="n", schedule="rate(1 day)", min_capacity=3, max_capacity=1)
SOME = ScheduledScaling(name="n", schedule="rate(1 day)", min_capacity=0)
CAPTURE = DataCapture(destination_uri="s3://b/c", sampling_percentage=10)
NO_INSTANCES = ManagedInstanceScaling(min_instance_count=0, max_instance_count=4)
TRITON = "785573368785.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-tritonserver:24.09-py3"
ON_GPU = {"instance_type": "ml.g5.xlarge"}

COMPONENT_CASES = [
    ("CHK-601", spec(ASYNC, variants=(host(),)), hosting()),
    ("CHK-601", spec(SERVERLESS, variants=(host(),)), hosting()),
    ("CHK-601", spec(ASYNC, variant_changes={"sagemaker_model": several()}),
     spec(variant_changes={"sagemaker_model": several()})),
    ("CHK-602", spec(variants=(host(), variant(name="B"))),
     spec(variants=(host(), host(component("other"), name="B")))),
    ("CHK-602", spec(variants=(host(),), shadow=variant(name="S")), hosting()),
    ("CHK-603", hosting(component(), component()), hosting(component(), component("other"))),
    ("CHK-604", spec(variant_changes={"managed_instance_scaling": MANAGED}), hosting()),
    ("CHK-604", hosting(managed_instance_scaling=ManagedInstanceScaling(
        min_instance_count=3, max_instance_count=2)), hosting()),
    ("CHK-604", hosting(initial_instance_count=5), hosting(initial_instance_count=4)),
    ("CHK-605", hosting(scaling=copies()), hosting()),
    ("CHK-606", hosting(component(min_memory_required_in_mb=8192)),
     hosting(component(min_memory_required_in_mb=8191))),
    ("CHK-606", hosting(component(max_memory_required_in_mb=1023)),
     hosting(component(max_memory_required_in_mb=1024))),
    ("CHK-606", hosting(component(number_of_cpu_cores=2.5)),
     hosting(component(number_of_cpu_cores=2))),
    ("CHK-606", hosting(component(number_of_accelerator_devices=1)),
     hosting(component(number_of_accelerator_devices=1), **ON_GPU)),
    ("CHK-607", hosting(component(scaling=copies(5, 4))), hosting(component(scaling=copies(4, 4)))),
    ("CHK-607", scaled(scalable_dimension="sagemaker:variant:DesiredInstanceCount"), scaled()),
    ("CHK-607", scaled(schedules=(NOTHING,)), scaled(schedules=(SOME,))),
    ("CHK-607", scaled(schedules=(CROSSED,)), scaled(schedules=(SOME,))),
    ("CHK-608", scaled(tracked("SageMakerVariantInvocationsPerInstance")), scaled(tracked())),
    ("CHK-608", scaled(tracked(target=None)), scaled(tracked())),
    ("CHK-608", scaled(WAKING.model_copy(update={"metric": "HasBacklogWithoutCapacity"})),
     scaled(WAKING)),
    ("CHK-608", scaled(tracked(), tracked()), scaled(tracked())),
    ("CHK-609", scaled(tracked(), low=0), scaled(tracked(), WAKING, low=0)),
    ("CHK-610", scaled(tracked(), WAKING, low=0),
     hosting(component(scaling=copies(0, 4, WAKING)), managed_instance_scaling=NO_INSTANCES)),
    ("CHK-611", spec(variant_changes={"sagemaker_model": several(uri="s3://b/many")}),
     spec(variant_changes={"sagemaker_model": several()})),
    ("CHK-612", hosting(component(sagemaker_model=several())), hosting()),
    ("CHK-613", spec(variant_changes={"sagemaker_model": several(), **ON_GPU}),
     spec(variant_changes={"sagemaker_model": several(TRITON), **ON_GPU})),
    ("CHK-614", spec(variant_changes={"sagemaker_model": several()}, data_capture=CAPTURE),
     spec(data_capture=CAPTURE)),
]  # fmt: skip
