"""A wish as the full specification of an endpoint; pure."""

from tools.endpoint import (
    AlarmSpec,
    AsyncSpec,
    EndpointSpec,
    InferenceOption,
    ModelSpec,
    ProductionVariant,
)
from tools.packaging import Package
from tools.planners.catalogue import CatalogueWish
from tools.planners.hub import HubWish
from tools.planners.place import Place
from tools.planners.scaling import scaling_spec
from tools.planners.wish import Wish, an_endpoint
from tools.recommendation import Recommendation
from tools.requirements import DataSensitivity, Environment, Requirements


def specify(wish: Wish, place: Place) -> EndpointSpec:
    """Return the endpoint that is wished for, in full; pure.

    Raises:
        InvalidInputError: The recommendation is not an endpoint.
    """
    chosen = an_endpoint(wish.recommendation)
    folder = f"s3://{place.bucket}/endpoints/{place.endpoint_name}/{place.suffix}"
    return EndpointSpec(
        name=place.endpoint_name,
        suffix=place.suffix,
        region=place.region,
        inference_option=chosen.inference_option,
        variants=(_variant(wish, _served(wish.model, folder)),),
        role_arn=place.role_arn,
        asynchronous=_asynchronous(chosen, folder),
        network_isolation=_isolated(wish),
        alarms=_alarms(wish.needs),
    )


def _alarms(needs: Requirements) -> AlarmSpec | None:
    """Every production endpoint is watched."""
    if needs.environment is not Environment.PRODUCTION:
        return None
    return AlarmSpec(latency_p95_ms=needs.latency_p95_ms)


def _served(model: Package | CatalogueWish | HubWish, folder: str) -> ModelSpec:
    if not isinstance(model, Package):
        return model.served
    return ModelSpec(
        image_uri=model.image_uri,
        archive_sha256=model.archive.sha256,
        archive_size_bytes=model.archive.size_bytes,
        model_data_uri=f"{folder}/model.tar.gz",
        environment=model.environment,
    )


def _variant(wish: Wish, served: ModelSpec) -> ProductionVariant:
    chosen = wish.recommendation
    if chosen.inference_option is InferenceOption.SERVERLESS:
        return ProductionVariant(
            sagemaker_model=served,
            memory_size_in_mb=chosen.memory_size_in_mb,
            max_concurrency=chosen.max_concurrency,
            provisioned_concurrency=chosen.provisioned_concurrency,
            scaling=scaling_spec(chosen),
        )
    options = {} if isinstance(wish.model, Package) else wish.model.variant_options
    return ProductionVariant.model_validate(
        {
            "sagemaker_model": served,
            "instance_type": chosen.instance_type,
            "initial_instance_count": chosen.initial_instance_count,
            "scaling": scaling_spec(chosen),
            **options,
        }
    )


def _asynchronous(chosen: Recommendation, folder: str) -> AsyncSpec | None:
    if chosen.inference_option is not InferenceOption.ASYNCHRONOUS:
        return None
    return AsyncSpec(
        output_uri=f"{folder}/results",
        failure_uri=f"{folder}/failures",
        max_concurrent_invocations_per_instance=chosen.max_concurrent_invocations_per_instance,
    )


def _isolated(wish: Wish) -> bool:
    if wish.recommendation.inference_option is InferenceOption.SERVERLESS:
        return False
    by_itself = not isinstance(wish.model, Package) and wish.model.network_isolation
    return by_itself or wish.needs.data_sensitivity is DataSensitivity.REGULATED
