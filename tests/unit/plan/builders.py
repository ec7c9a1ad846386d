"""Plans for tests, made by the product's own planner from plain values."""

from typing import Any

from tools.endpoint import (
    AsyncSpec,
    EndpointSpec,
    InferenceOption,
    ModelSpec,
    ProductionVariant,
    ScalingPolicy,
    ScalingSpec,
)
from tools.plan import DeploymentPlan
from tools.planners.api import steps_for
from tools.planners.inverse import undo_for

SHA = "a" * 64
ACCOUNT = "123456789012"


def model(**changes: Any) -> ModelSpec:
    values = {
        "image_uri": "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:3.2-0",
        "archive_sha256": SHA,
        "archive_size_bytes": 10,
        "model_data_uri": "s3://sagemaker-b/endpoints/e/model.tar.gz",
    }
    return ModelSpec(**{**values, **changes})


def variant(
    option: InferenceOption = InferenceOption.REAL_TIME, **changes: Any
) -> ProductionVariant:
    capacity: dict[str, Any] = (
        {"memory_size_in_mb": 2048, "max_concurrency": 20}
        if option is InferenceOption.SERVERLESS
        else {"instance_type": "ml.m5.large", "initial_instance_count": 2}
    )
    return ProductionVariant(**{"sagemaker_model": model(), **capacity, **changes})


def spec(
    option: InferenceOption = InferenceOption.REAL_TIME,
    *,
    variant_changes: dict[str, Any] | None = None,
    **changes: Any,
) -> EndpointSpec:
    results = AsyncSpec(
        output_uri="s3://sagemaker-b/endpoints/e/results",
        failure_uri="s3://sagemaker-b/endpoints/e/failures",
    )
    values = {
        "name": "score",
        "suffix": "12345678",
        "region": "eu-west-1",
        "inference_option": option,
        "variants": (variant(option, **(variant_changes or {})),),
        "role_arn": None,
        "asynchronous": results if option is InferenceOption.ASYNCHRONOUS else None,
    }
    return EndpointSpec(**{**values, **changes})


SCALING = ScalingSpec(
    scalable_dimension="sagemaker:variant:DesiredInstanceCount",
    min_capacity=0,
    max_capacity=4,
    policies=(
        ScalingPolicy(
            policy_type="TargetTrackingScaling",
            metric="ApproximateBacklogSizePerInstance",
            target_value=5.0,
        ),
        ScalingPolicy(policy_type="StepScaling", metric="HasBacklogWithoutCapacity"),
    ),
)


def plan(made_of: EndpointSpec | None = None, **changes: Any) -> DeploymentPlan:
    wanted = made_of or spec()
    steps = steps_for(wanted, account=ACCOUNT, bucket_exists=False)
    values = {
        "target": "sandbox",
        "account": ACCOUNT,
        "region": wanted.region,
        "endpoint_name": wanted.name,
        "nonce": "1234567890abcdef",
        "inference_option": wanted.inference_option.value,
        "steps": steps,
        "undo": undo_for(steps),
    }
    return DeploymentPlan.model_validate({**values, **changes})
