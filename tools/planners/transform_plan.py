"""A batch transform as a plan: the model packaged, the data looked at, the job specified."""

import base64
import json
import math
from typing import Any

from tools.aws import AwsClients
from tools.catalog import Catalog
from tools.endpoint import DeploymentMethod, InferenceOption, ModelSpec, VpcSpec
from tools.errors import InvalidInputError, NameInUseError, NotFoundError
from tools.packaging import Package
from tools.plan import DeploymentPlan, Precondition, check
from tools.planners.inverse import undo_for
from tools.planners.names import bucket_of
from tools.planners.place import Place, observe
from tools.planners.transform_cost import RunCost, run_cost
from tools.planners.transform_input import BY_LINES, CSV, JSON, JSON_LINES, InputLook, look_at
from tools.planners.transform_tensors import for_image
from tools.planners.transforming import transform_steps
from tools.planners.wish import Wish, Workroom, own_wish
from tools.recommendation import Recommendation, recommend
from tools.recommending.assumptions import fill_gaps
from tools.requirements import DataSensitivity, ModelSourceKind, Requirements, TrafficPattern, merge
from tools.rules.transform_checks import transform_findings
from tools.source import SAMPLE
from tools.transform import TransformSpec
from tools.validation import allowed_values

_BYTES_PER_MB = 1024 * 1024
_DEFAULT_PAYLOAD_MB = 6
_MOST_AT_ONCE_MB = 100
#: Images whose own serving code answers a CSV of many rows with one line a row.
_ROW_BY_ROW = ("sagemaker-xgboost", "sagemaker-scikit-learn")
_ONE_RUN = (
    "This plan is one run. To repeat it, plan again, or let EventBridge Scheduler call "
    "CreateTransformJob on your schedule: its universal target takes the call of this plan, with "
    "<aws.scheduler.execution-id> in the job's name (a name serves once); the model must stay then."
)
SCHEDULER_PAGE = (
    "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"
)


def is_transform(needs: Requirements, catalog: Catalog) -> bool:
    """Say whether what is wanted is a batch transform, by name or by recommendation."""
    if needs.inference_option is not None:
        return needs.inference_option is InferenceOption.BATCH_TRANSFORM
    source = needs.model_source
    if source is not None and source.kind in {ModelSourceKind.JUMPSTART, ModelSourceKind.HUB}:
        return False
    return recommend(needs, catalog).inference_option is InferenceOption.BATCH_TRANSFORM


def plan_transform(
    needs: Requirements,
    clients: AwsClients,
    room: Workroom,
    method: DeploymentMethod | None = None,
) -> DeploymentPlan:
    """Return the plan of one job over the data that `needs` name. AWS is only read.

    Args:
        needs: What was said.
        clients: Of the region they are for.
        room: Beside the requirements.
        method: A job is made by plain calls; any other is refused.

    Raises:
        UserError: The data, the model, the requirements or the account do not allow it.
        AwsUnavailableError: No answer.
    """
    _check_asked(needs, method)
    place = observe(needs, clients, nonce=room.nonce, bucket=room.bucket, role_arn=room.role_arn)
    _check_name(place, clients)
    _check_bucket(needs.output_uri, clients)
    folder = f"s3://{place.bucket}/transforms/{place.endpoint_name}/{place.suffix}"
    sample = needs.input_uri == SAMPLE
    source = str(room.sample().rows_csv) if sample else needs.input_uri or ""
    look = look_at(source, clients, f"{folder}/input", room.blobs)
    types = allowed_values("sagemaker.create_transform_job", "TransformResources", "InstanceType")
    wanted = merge(
        needs, {"inference_option": InferenceOption.BATCH_TRANSFORM, "traffic_pattern": "batch"}
    )
    limited = room._replace(catalog=room.catalog.limited_to(types))
    wish = own_wish(wanted, clients, place, limited, _a_job)
    assert isinstance(wish.model, Package)  # noqa: S101 - own_wish packages
    look = for_image(look, wish.model, room.blobs)
    _check_columns(look, wish.model)
    spec = _specified(wish, wish.model, place, look, folder)
    processing_s = fill_gaps(merge(needs, {"framework": wish.model.framework})).processing_time_s
    cost = run_cost(spec, look, processing_s, room.catalog)
    return _planned(spec, wish._replace(needs=needs), place, look, cost, room.catalog)


def _check_asked(needs: Requirements, method: DeploymentMethod | None) -> None:
    """Refuse what no job can be made of.

    Raises:
        InvalidInputError: No data, a model that a job cannot use, or another way than plain calls.
    """
    if needs.input_uri is None:
        raise InvalidInputError(
            "Which data is to be scored is not known yet.",
            remedy="Name an s3:// prefix, or a file or folder of CSV or JSON lines (input_uri).",
        )
    source = needs.model_source
    if source is not None and source.kind in {ModelSourceKind.JUMPSTART, ModelSourceKind.HUB}:
        raise InvalidInputError(
            f"A model from {source.kind} is not planned as a batch transform: such models are "
            "served from uncompressed data, which a transform job does not take (CHK-411).",
            remedy="Bring the model as an archive of your own, or take an asynchronous endpoint.",
        )
    if method not in {None, DeploymentMethod.API}:
        raise InvalidInputError(
            f"A batch transform is a job, not an endpoint: the method {method} does not make one.",
            remedy="Plan it without a method (plain calls).",
        )


def _check_name(place: Place, clients: AwsClients) -> None:
    name = {"TransformJobName": place.endpoint_name}
    if clients.exists("sagemaker.describe_transform_job", name):
        raise NameInUseError(
            f"There was a transform job named {place.endpoint_name}, and such a name serves once.",
            remedy="Choose another name.",
        )


def _check_bucket(output_uri: str | None, clients: AwsClients) -> None:
    """Refuse results in a bucket that is not there; ours is made when it is missing.

    Raises:
        NotFoundError: There is no such bucket.
    """
    bucket = bucket_of(output_uri) if output_uri else None
    if bucket is None or clients.exists("s3.head_bucket", {"Bucket": bucket}):
        return
    raise NotFoundError(
        f"There is no bucket {bucket} for the results that these credentials can see.",
        remedy="Make the bucket first, or leave output_uri out: then ours is used.",
    )


def _a_job(chosen: Recommendation) -> Recommendation:
    """Return the recommendation if a job can be had.

    Raises:
        InvalidInputError: It cannot.
    """
    is_job = chosen.inference_option is InferenceOption.BATCH_TRANSFORM
    if is_job and chosen.instance_type is not None:
        return chosen
    why = " ".join(reason.text for reason in chosen.reasons[:2])
    raise InvalidInputError(
        f"No batch transform can be planned: {why or 'no instance type is big enough.'}",
        remedy="Change the requirement that the message names.",
    )


def _check_columns(look: InputLook, packaged: Package) -> None:
    """Refuse rows of another width than the model's own sample, where both are known.

    Raises:
        InvalidInputError: They differ.
    """
    width = _sample_width(packaged)
    if look.columns is None or width is None or look.columns == width:
        return
    raise InvalidInputError(
        f"The rows have {look.columns} columns, and the model takes {width}.",
        remedy=f"Give rows with the model's {width} columns alone, in the order it was trained "
        "with.",
    )


def _sample_width(packaged: Package) -> int | None:
    """Columns of a row that the model takes, as its sample request shows them."""
    sample = packaged.sample
    if sample is None or sample.origin == "archive":
        return None
    body = base64.b64decode(sample.body_base64)
    try:
        if sample.content_type == CSV:
            return len(body.decode().splitlines()[0].split(","))
        rows = json.loads(body)
        first = rows[0] if isinstance(rows, list) else None
        return len(first) if isinstance(first, list) else None
    except (ValueError, IndexError):
        return None


def _specified(
    wish: Wish, packaged: Package, place: Place, look: InputLook, folder: str
) -> TransformSpec:
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


def _planned(
    spec: TransformSpec,
    wish: Wish,
    place: Place,
    look: InputLook,
    cost: RunCost,
    catalog: Catalog,
) -> DeploymentPlan:
    told = _judged(spec, catalog)
    steps = transform_steps(spec, place.account, bucket_exists=place.bucket_exists)
    chosen = wish.recommendation.model_copy(
        update={
            "cost_usd_per_month": cost.usd,
            "cost_basis": f"One run: {cost.basis}",
            "instance_type": spec.instance_type,
            "initial_instance_count": spec.instance_count,
        }
    )
    repeated = wish.needs.traffic_pattern is TrafficPattern.BATCH
    plan = DeploymentPlan.model_validate(
        {
            "kind": "transform",
            "target": place.target,
            "account": place.account,
            "region": place.region,
            "endpoint_name": spec.name,
            "nonce": place.nonce,
            "inference_option": InferenceOption.BATCH_TRANSFORM.value,
            "steps": steps,
            "undo": undo_for(steps),
            "preconditions": _preconditions(spec, place),
            "summary": f"Batch transform job {spec.name} in {place.region}: "
            f"{_volume(look)} from {spec.input_uri} on {spec.instance_count} x "
            f"{spec.instance_type}, results to {spec.output_uri}; {len(steps)} calls.",
            "cost_usd_per_month": cost.usd,
            "cost_if_forgotten_usd_per_month": 0,
            "warnings": (
                f"One run costs {_money(cost)}: {cost.basis}",
                *((_ONE_RUN,) if repeated else ()),
                *(w.text for w in wish.recommendation.warnings),
                *told,
                *look.notes,
                *wish.notes,
            ),
            "packaging": wish.packaging,
            "sample": wish.model.sample,
            "transform": spec,
            "recommendation": chosen.model_dump(mode="json"),
            "requirements": wish.needs.said(),
        }
    )
    faults = check(plan)
    if faults:
        raise InvalidInputError(
            f"AWS would refuse this plan: {'; '.join(faults[:3])}",
            remedy="Change the requirement that the message names.",
        )
    return plan


def _judged(spec: TransformSpec, catalog: Catalog) -> tuple[str, ...]:
    """Refuse a job that a check calls an error; return what else a person should know."""
    found = transform_findings(spec, catalog)
    faults = [f"{f.text} ({f.rule_id}, {f.source_url})" for f in found if f.severity == "error"]
    if faults:
        raise InvalidInputError(
            f"This batch transform cannot be had: {' '.join(faults[:3])}",
            remedy="Change the data, or the requirement that the message names.",
        )
    return tuple(f"{f.text} ({f.rule_id})" for f in found)


def _money(cost: RunCost) -> str:
    return "an amount that is not known" if cost.usd is None else f"about {cost.usd} USD"


def _volume(look: InputLook) -> str:
    objects = f"{look.objects:,} object{'s' if look.objects != 1 else ''}"
    if look.records is None or look.records == look.objects:
        return objects
    return f"{'' if look.counted else 'about '}{look.records:,} records in {objects}"


def _preconditions(spec: TransformSpec, place: Place) -> tuple[Precondition, ...]:
    """The reads that must still find the same before the first step."""
    ours = {place.bucket} if place.bucket_exists else set()
    named = {bucket_of(spec.output_uri), *(() if spec.uploads else (bucket_of(spec.input_uri),))}
    buckets = ours | (named - {place.bucket})
    return (
        Precondition(
            operation="sagemaker.describe_transform_job",
            parameters={"TransformJobName": spec.name},
            found=False,
        ),
        *(
            Precondition(operation="s3.head_bucket", parameters={"Bucket": one}, found=True)
            for one in sorted(buckets)
        ),
    )
