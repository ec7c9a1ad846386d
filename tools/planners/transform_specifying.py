"""A wish and its data as the full specification of a batch transform job; pure."""

import math
from typing import Any

from tools.endpoint import ModelSpec, VpcSpec
from tools.packaging import Package
from tools.planners.place import Place
from tools.planners.transform_input import BY_LINES, CSV, JSON, JSON_LINES, InputLook
from tools.planners.wish import Wish
from tools.recommendation import Recommendation
from tools.requirements import DataSensitivity, Requirements
from tools.transform import TransformSpec

_BYTES_PER_MB = 1024 * 1024
_DEFAULT_PAYLOAD_MB = 6  # CreateTransformJob's own (limit batch_max_payload_default)
_MOST_AT_ONCE_MB = 100  # limit batch_concurrent_times_payload_max; CHK-404 holds it
#: Images whose own serving code answers a CSV of many rows with one line a row.
_ROW_BY_ROW = ("sagemaker-xgboost", "sagemaker-scikit-learn")


def specified(
    wish: Wish, packaged: Package, place: Place, look: InputLook, folder: str
) -> TransformSpec:
    """Return the job that is wished for, in full.

    Args:
        wish: The recommendation and what was said.
        packaged: The model.
        place: Where it is carried out.
        look: The data.
        folder: S3 URI below which what is ours lies.
    """
    chosen, needs = wish.recommendation, wish.needs
    payload_mb = _payload_mb(look)
    manifest = look.uri.endswith(".manifest")
    network = {}
    if needs.subnets and needs.security_group_ids:
        network["vpc"] = VpcSpec(subnets=needs.subnets, security_group_ids=needs.security_group_ids)
    isolated = needs.network_isolation
    if isolated is None:
        isolated = needs.data_sensitivity is DataSensitivity.REGULATED
    return TransformSpec.model_validate(
        {
            "name": place.endpoint_name,
            "suffix": place.suffix,
            "region": place.region,
            "sagemaker_model": ModelSpec(
                image_uri=packaged.image_uri,
                archive_sha256=packaged.archive.sha256,
                archive_size_bytes=packaged.archive.size_bytes,
                model_data_uri=f"{folder}/model.tar.gz",
                environment=packaged.environment,
            ),
            "instance_type": needs.instance_type or chosen.instance_type,
            "instance_count": _instances(needs, chosen, look),
            "input_uri": look.uri,
            "uploads": look.uploads,
            "data_type": "ManifestFile" if manifest else "S3Prefix",
            "compression": look.compression,
            "max_payload_in_mb": payload_mb,
            "max_concurrent_transforms": _at_once(chosen, payload_mb),
            "output_uri": needs.output_uri or f"{folder}/results",
            "kms_key_id": needs.kms_key_id,
            "volume_kms_key_id": needs.kms_key_id,
            "role_arn": place.role_arn,
            "network_isolation": isolated,
            "tags": needs.tags or {},
            **network,
            **_taken_apart(look, packaged),
        }
    )


def _taken_apart(look: InputLook, packaged: Package) -> dict[str, Any]:
    """Say how records are sent, by what the image is known to answer.

    The images for scikit-learn (with our script) and XGBoost answer many rows of CSV line by line.
    Of any other code only this is known: one record in, one answer out.
    """
    kind = look.content_type
    if kind not in BY_LINES:
        return {"content_type": kind, "split_type": "None", "assemble_with": "None"}
    lines = {"split_type": "Line", "assemble_with": "Line"}
    if kind == JSON_LINES:
        return {**lines, "content_type": JSON, "batch_strategy": "SingleRecord"}
    if _answers_rows(packaged):
        return {**lines, "content_type": kind, "accept": CSV, "batch_strategy": "MultiRecord"}
    return {**lines, "content_type": kind, "batch_strategy": "SingleRecord"}


def _answers_rows(packaged: Package) -> bool:
    known = any(f"/{image}:" in packaged.image_uri for image in _ROW_BY_ROW)
    scripts = {path for path in packaged.files if path.endswith(".py")}
    ours = {step.path for step in packaged.steps if step.action == "add"}
    return known and scripts <= ours


def _payload_mb(look: InputLook) -> int:
    """The default for lines; for whole objects the largest must fit."""
    if look.content_type in BY_LINES:
        return _DEFAULT_PAYLOAD_MB
    return max(_DEFAULT_PAYLOAD_MB, math.ceil(look.largest_bytes / _BYTES_PER_MB))


def _at_once(chosen: Recommendation, payload_mb: int) -> int:
    """As many requests as the sizing lets an instance answer side by side, within 100 MB."""
    side_by_side = chosen.max_concurrent_invocations_per_instance or 1
    return max(1, min(side_by_side, _MOST_AT_ONCE_MB // max(payload_mb, 1)))


def _instances(needs: Requirements, chosen: Recommendation, look: InputLook) -> int:
    """What was asked for; else what the sizing says, but no more than there are objects."""
    if needs.initial_instance_count is not None:
        return needs.initial_instance_count
    return max(1, min(chosen.initial_instance_count or 1, look.objects))
