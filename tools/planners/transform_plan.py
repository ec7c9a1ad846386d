"""A batch transform as a plan: the model packaged, the data looked at, the job specified."""

from tools.aws import AwsClients
from tools.catalog import Catalog
from tools.endpoint import DeploymentMethod, InferenceOption
from tools.errors import InvalidInputError
from tools.packaging import Package
from tools.plan import DeploymentPlan, Precondition, check
from tools.planners.inverse import undo_for
from tools.planners.names import bucket_of
from tools.planners.place import Place, observe
from tools.planners.transform_asked import check_asked, check_bucket, check_columns, check_name
from tools.planners.transform_cost import RunCost, run_cost
from tools.planners.transform_input import InputLook, look_at
from tools.planners.transform_specifying import specified
from tools.planners.transform_tensors import for_image
from tools.planners.transforming import transform_steps
from tools.planners.wish import Wish, Workroom, own_wish
from tools.recommendation import Recommendation, recommend
from tools.recommending.assumptions import fill_gaps
from tools.requirements import ModelSourceKind, Requirements, TrafficPattern, merge
from tools.rules.transform_checks import transform_findings
from tools.source import SAMPLE
from tools.transform import TransformSpec
from tools.validation import allowed_values

#: docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
_ONE_RUN = (
    "This plan is one run. To repeat it, plan again, or let EventBridge Scheduler call "
    "CreateTransformJob on your schedule: its universal target takes the call of this plan, with "
    "<aws.scheduler.execution-id> in the job's name (a name serves once); the model must stay then."
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
    check_asked(needs, method)
    place = observe(needs, clients, nonce=room.nonce, bucket=room.bucket, role_arn=room.role_arn)
    check_name(place, clients)
    check_bucket(needs.output_uri, clients)
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
    check_columns(look, wish.model)
    spec = specified(wish, wish.model, place, look, folder)
    processing_s = fill_gaps(merge(needs, {"framework": wish.model.framework})).processing_time_s
    cost = run_cost(spec, look, processing_s, room.catalog)
    return _planned(spec, wish._replace(needs=needs), place, look, cost, room.catalog)


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
