"""A few specifications that hold, together, every property that can be expressed.

`test_every_property_counts` holds them to that: a new field that none of them sets fails there.
"""

from tests.unit.renderers.specs import (
    ACCOUNT,
    ARCHIVE,
    BUCKET,
    IMAGES,
    KEY,
    REGION,
    ROLE,
    SHA,
    THEIR_FILES,
)
from tools.endpoint import (
    AlarmSpec,
    AsyncSpec,
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
    VpcSpec,
)

INSTANCES = "sagemaker:variant:DesiredInstanceCount"
_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}"


def _uploaded(key: str, image: str = IMAGES[0]) -> ModelSpec:
    return ModelSpec(
        image_uri=image,
        archive_sha256=SHA,
        archive_size_bytes=len(ARCHIVE),
        model_data_uri=f"s3://{BUCKET}/{key}/model.tar.gz",
        environment={"OMP_NUM_THREADS": "2", "GREETING": "xin chào"},
    )


def _scaling(dimension: str, metric: str, least: int = 1) -> ScalingSpec:
    return ScalingSpec(
        scalable_dimension=dimension,
        min_capacity=least,
        max_capacity=4,
        policies=(
            ScalingPolicy(
                policy_type="TargetTrackingScaling", metric=metric, target_value=70.5,
                scale_in_cooldown_s=600, scale_out_cooldown_s=60,
            ),
        ),
        schedules=(
            ScheduledScaling(
                name="mornings", schedule="cron(0 8 ? * MON-FRI 2041)", min_capacity=2,
                max_capacity=3, timezone="Asia/Ho_Chi_Minh",
            ),
        ),
    )  # fmt: skip


def _waking(scaling: ScalingSpec, metric: str) -> ScalingSpec:
    step = ScalingPolicy(policy_type="StepScaling", metric=metric, scale_out_cooldown_s=45)
    return scaling.model_copy(update={"policies": (*scaling.policies, step)})


def _variant(name: str, served: ModelSpec, weight: float) -> ProductionVariant:
    return ProductionVariant(
        name=name,
        sagemaker_model=served,
        instance_type="ml.m5.large",
        initial_instance_count=2,
        weight=weight,
        volume_size_in_gb=30,
        model_data_download_timeout_s=900,
        container_startup_health_check_timeout_s=600,
        inference_ami_version="al2-ami-sagemaker-inference-gpu-2",
        routing_strategy="LEAST_OUTSTANDING_REQUESTS",
    )


_PLACE = {
    "suffix": "0a1b2c3d",
    "region": REGION,
    "role_arn": None,
    "vpc": VpcSpec(subnets=("subnet-1a", "subnet-2b"), security_group_ids=("sg-3c", "sg-4d")),
    "network_isolation": True,
    "kms_key_id": KEY,
    "tags": {"team": "search", "cost": "12"},
}
_WATCHED = AlarmSpec(latency_p95_ms=250, topic_arn=f"{_TOPIC}:told")
_CAPTURED = DataCapture(
    destination_uri=f"s3://{BUCKET}/captured",
    sampling_percentage=25,
    kms_key_id=KEY,
    capture=("Output",),
    json_content_types=("application/json",),
    csv_content_types=("text/csv",),
)

_SHARED = EndpointSpec.model_validate(
    {
        **_PLACE,
        "name": "a-b-test",
        "inference_option": InferenceOption.REAL_TIME,
        "variants": (
            _variant("Old", _uploaded("old"), 9.0).model_copy(
                update={"scaling": _scaling(INSTANCES, "SageMakerVariantInvocationsPerInstance")}
            ),
            _variant(
                "New",
                ModelSpec(image_uri=IMAGES[1], model_data_uri=THEIR_FILES, accept_eula=True),
                1.0,
            ).model_copy(update={"scaling": _scaling(INSTANCES, "CPUUtilization")}),
        ),
        "data_capture": _CAPTURED,
        "alarms": _WATCHED,
    }
)
_SHADOWED = EndpointSpec.model_validate(
    {
        **_PLACE,
        "name": "shadow-test",
        "role_arn": ROLE,
        "inference_option": InferenceOption.REAL_TIME,
        "variants": (_variant("Live", _uploaded("live"), 1.0),),
        "shadow": _variant("Shade", _uploaded("shade", IMAGES[1]), 0.5),
        "alarms": _WATCHED,
    }
)
_SERVERLESS = EndpointSpec(
    name="on-demand",
    suffix="0a1b2c3d",
    region=REGION,
    inference_option=InferenceOption.SERVERLESS,
    variants=(
        ProductionVariant(
            sagemaker_model=_uploaded("one"),
            memory_size_in_mb=3072,
            max_concurrency=20,
            provisioned_concurrency=2,
            scaling=_scaling(
                "sagemaker:variant:DesiredProvisionedConcurrency",
                "SageMakerVariantProvisionedConcurrencyUtilization",
            ),
        ),
    ),
    role_arn=None,
    alarms=AlarmSpec(topic_arn=f"{_TOPIC}:told"),
    tags={"team": "search"},
)
_QUEUED = EndpointSpec.model_validate(
    {
        **_PLACE,
        "name": "documents",
        "inference_option": InferenceOption.ASYNCHRONOUS,
        "variants": (
            _variant("AllTraffic", _uploaded("one"), 1.0).model_copy(
                update={
                    "scaling": _waking(
                        _scaling(INSTANCES, "ApproximateBacklogSizePerInstance", 0),
                        "HasBacklogWithoutCapacity",
                    )
                }
            ),
        ),
        "asynchronous": AsyncSpec(
            output_uri=f"s3://{BUCKET}/results",
            failure_uri=f"s3://{BUCKET}/failures",
            max_concurrent_invocations_per_instance=4,
            success_topic_arn=f"{_TOPIC}:done",
            error_topic_arn=f"{_TOPIC}:failed",
            kms_key_id=KEY,
        ),
        "alarms": _WATCHED,
    }
)
_COMPONENTS = EndpointSpec.model_validate(
    {
        **_PLACE,
        "name": "several",
        "inference_option": InferenceOption.REAL_TIME,
        "variants": (
            ProductionVariant(
                components=tuple(
                    InferenceComponentSpec(
                        name=f"several-{name}",
                        sagemaker_model=_uploaded(name),
                        min_memory_required_in_mb=512,
                        max_memory_required_in_mb=1024,
                        number_of_cpu_cores=0.5,
                        number_of_accelerator_devices=1,
                        copy_count=2,
                        model_data_download_timeout_s=900,
                        container_startup_health_check_timeout_s=600,
                        scaling=_waking(
                            _scaling(
                                "sagemaker:inference-component:DesiredCopyCount",
                                "SageMakerInferenceComponentInvocationsPerCopy",
                                0,
                            ),
                            "NoCapacityInvocationFailures",
                        ),
                    )
                    for name in ("fraud", "churn")
                ),
                managed_instance_scaling=ManagedInstanceScaling(
                    min_instance_count=1, max_instance_count=3
                ),
                instance_type="ml.g5.xlarge",
                initial_instance_count=1,
                routing_strategy="RANDOM",
            ),
        ),
    }
)
_MANY = EndpointSpec.model_validate(
    {
        **_PLACE,
        "name": "many",
        "inference_option": InferenceOption.REAL_TIME,
        "variants": (
            _variant(
                "AllTraffic",
                ModelSpec(
                    image_uri=IMAGES[0],
                    model_data_uri=f"s3://{BUCKET}/many/",
                    multi_model=MultiModelSpec(
                        models=(
                            TargetModel(name="a.tar.gz", sha256=SHA, size_bytes=len(ARCHIVE)),
                            TargetModel(name="b/c.tar.gz", sha256=SHA, size_bytes=len(ARCHIVE)),
                        ),
                        model_cache="Disabled",
                    ),
                ),
                1.0,
            ),
        ),
    }
)

#: By what they are.
MAXIMAL = {
    "a-b": _SHARED,
    "shadow": _SHADOWED,
    "serverless": _SERVERLESS,
    "asynchronous": _QUEUED,
    "components": _COMPONENTS,
    "multi-model": _MANY,
}
