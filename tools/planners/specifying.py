"""A wish as the full specification of an endpoint; pure."""

from tools.endpoint import (
    AlarmSpec,
    AsyncSpec,
    DataCapture,
    EndpointSpec,
    InferenceOption,
    VpcSpec,
)
from tools.packaging import Package
from tools.planners.place import Place
from tools.planners.variants import as_asked, production_variants, shadow_variant
from tools.planners.wish import Wish, an_endpoint
from tools.recommendation import Recommendation
from tools.requirements import DataSensitivity, Environment, Requirements

#: Bodies of these types are kept as they are, others in base64 (CaptureContentTypeHeader).
_JSON_TYPES = ("application/json", "application/jsonlines")
_CSV_TYPES = ("text/csv",)


def specify(wish: Wish, place: Place) -> EndpointSpec:
    """Return the endpoint that is wished for, in full; pure.

    Raises:
        InvalidInputError: The recommendation is not an endpoint.
    """
    chosen, needs = an_endpoint(wish.recommendation), wish.needs
    folder = f"s3://{place.bucket}/endpoints/{place.endpoint_name}/{place.suffix}"
    spec = EndpointSpec(
        name=place.endpoint_name,
        suffix=place.suffix,
        region=place.region,
        inference_option=chosen.inference_option,
        variants=production_variants(wish, folder),
        shadow=shadow_variant(wish, folder),
        role_arn=place.role_arn,
        asynchronous=_asynchronous(chosen, needs, folder),
        network_isolation=_isolated(wish),
        vpc=_vpc(needs),
        kms_key_id=needs.kms_key_id,
        data_capture=_data_capture(needs, folder),
        alarms=_alarms(needs),
        tags=needs.tags or {},
    )
    return as_asked(spec, wish, folder)


def _alarms(needs: Requirements) -> AlarmSpec | None:
    """Every production endpoint is watched, and any other one that has somebody to tell."""
    watched = needs.environment is Environment.PRODUCTION or needs.alarm_topic_arn is not None
    if not watched:
        return None
    return AlarmSpec(latency_p95_ms=needs.latency_p95_ms, topic_arn=needs.alarm_topic_arn)


def _asynchronous(chosen: Recommendation, needs: Requirements, folder: str) -> AsyncSpec | None:
    if chosen.inference_option is not InferenceOption.ASYNCHRONOUS:
        return None
    wanted = needs.output_uri.rstrip("/") if needs.output_uri else None
    return AsyncSpec(
        output_uri=wanted or f"{folder}/results",
        failure_uri=f"{wanted or folder}/failures",
        max_concurrent_invocations_per_instance=chosen.max_concurrent_invocations_per_instance,
        success_topic_arn=needs.success_topic_arn,
        error_topic_arn=needs.error_topic_arn,
        kms_key_id=needs.kms_key_id,
    )


def _isolated(wish: Wish) -> bool:
    """As it was said; else where the model or regulated data want it."""
    if wish.needs.network_isolation is not None:
        return wish.needs.network_isolation
    if wish.recommendation.inference_option is InferenceOption.SERVERLESS:
        return False
    by_itself = not isinstance(wish.model, Package) and wish.model.network_isolation
    return by_itself or wish.needs.data_sensitivity is DataSensitivity.REGULATED


def _vpc(needs: Requirements) -> VpcSpec | None:
    if not needs.subnets or not needs.security_group_ids:
        return None  # half of it is a conflict (REC-922), refused before
    return VpcSpec(subnets=needs.subnets, security_group_ids=needs.security_group_ids)


def _data_capture(needs: Requirements, folder: str) -> DataCapture | None:
    if not needs.data_capture_percent:
        return None
    return DataCapture(
        destination_uri=f"{folder}/captured",
        sampling_percentage=needs.data_capture_percent,
        json_content_types=_JSON_TYPES,
        csv_content_types=_CSV_TYPES,
        kms_key_id=needs.kms_key_id,
    )
