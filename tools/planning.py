"""From requirements, recommendation and package to one exact plan. Nothing is changed.

`observe` reads what the plan depends on (account, bucket, name); the rest is pure.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from tools.aws import AwsClients
from tools.catalog import load_catalog
from tools.endpoint import DeploymentMethod, EndpointSpec
from tools.errors import InvalidInputError, NameInUseError, NotFoundError
from tools.packaging import SampleRequest
from tools.plan import DeploymentPlan, Step, check
from tools.planners.api import bucket_needed, describe_capacity, steps_for
from tools.planners.catalogue import CatalogueWish
from tools.planners.cloudformation import (
    additions,
    check_template,
    reasons_of,
    steps_by_stack,
    template_for,
)
from tools.planners.compiling import compiled_models
from tools.planners.compiling_ways import before_stack, refuse_by_sdk, stack_spec
from tools.planners.costing import standing_cost
from tools.planners.given import check_archives, place_for, with_free_names
from tools.planners.inverse import undo_for
from tools.planners.jumpstart import steps_by_jumpstart
from tools.planners.model_builder import SdkRoom, steps_by_sdk
from tools.planners.names import bucket_of
from tools.planners.place import Place, observe, preconditions
from tools.planners.specifying import specify
from tools.planners.transform_plan import is_transform, plan_transform
from tools.planners.wish import Wish, Workroom, wish_for
from tools.requirements import DeploymentPreference, ModelSourceKind, Requirements, merge
from tools.rules.checks import findings

__all__ = [
    "Place", "Wish", "Workroom", "make_plan", "method_of", "observe", "plan_for", "plan_spec",
    "specify",
]  # fmt: skip


def plan_for(
    needs: Requirements,
    clients: AwsClients,
    room: Workroom,
    method: DeploymentMethod | None = None,
) -> DeploymentPlan:
    """Return the plan for `needs`: recommend, package, observe, plan. AWS is only read.

    Args:
        needs: What was said.
        clients: Of the region they are for.
        room: Beside the requirements.
        method: How it is to be carried out; None for what `needs` prefer, else plain calls.

    Raises:
        UserError: The model, the requirements or the account do not allow it; says what to do.
        AwsUnavailableError: No answer.
    """
    if is_transform(merge(needs, {"region": clients.target.region_name}), room.catalog):
        return plan_transform(needs, clients, room, method)
    method = method or method_of(needs)
    _check_source(needs, method)
    if method in {DeploymentMethod.SDK, DeploymentMethod.JUMPSTART}:
        refuse_by_sdk(needs.compilation == "neo")
        room = room._replace(compiles=False)
    place = observe(needs, clients, nonce=room.nonce, bucket=room.bucket, role_arn=room.role_arn)
    place = place.model_copy(update={"blobs": room.blobs})
    wish = wish_for(needs, clients, place, room)
    _check_output(needs, clients)
    by_sdk = method in {DeploymentMethod.SDK, DeploymentMethod.JUMPSTART}
    return make_plan(wish, place, method, _sdk_room(place, clients, room) if by_sdk else None)


def _check_output(needs: Requirements, clients: AwsClients) -> None:
    """Refuse a place for results whose bucket is not there.

    Raises:
        NotFoundError: It is not, or these credentials do not see it.
    """
    if needs.output_uri is None:
        return
    bucket = bucket_of(needs.output_uri)
    if not clients.exists("s3.head_bucket", {"Bucket": bucket}):
        raise NotFoundError(
            f"There is no bucket {bucket} for the results.",
            remedy="Make the bucket first, or leave the place out to have one made.",
        )


def _check_source(needs: Requirements, method: DeploymentMethod) -> None:
    """Refuse a model that the method does not take.

    Raises:
        InvalidInputError: It is none of the catalogue, and the method takes no other.
    """
    source = needs.model_source
    listed = source is not None and source.kind is ModelSourceKind.JUMPSTART
    if method is DeploymentMethod.JUMPSTART and not listed:
        raise InvalidInputError(
            "JumpStart deploys models of its catalogue by their id, not a model of your own.",
            remedy="Name a JumpStart model id, or choose the method sdk.",
        )


def method_of(needs: Requirements) -> DeploymentMethod:
    """Return the method that was asked for: by name, or by a model of the catalogue."""
    source = needs.model_source
    if needs.deployment_preference is DeploymentPreference.CLOUDFORMATION:
        return DeploymentMethod.CLOUDFORMATION
    several = needs.challenger_source is not None or needs.shadow_source is not None
    if source is not None and source.kind is ModelSourceKind.JUMPSTART and not several:
        return DeploymentMethod.JUMPSTART
    if needs.deployment_preference is DeploymentPreference.SDK:
        return DeploymentMethod.SDK
    return DeploymentMethod.API


def _sdk_room(place: Place, clients: AwsClients, room: Workroom) -> SdkRoom:
    """Read what the SDK's own naming needs: it gives the configuration the endpoint's name.

    Raises:
        NameInUseError: There is a configuration of that name.
        InvalidInputError: The SDK is not to be had.
    """
    record, target = room.record, clients.target
    if record is None:
        raise InvalidInputError("The SageMaker SDK is not to be had.", remedy="Use method api.")
    name = {"EndpointConfigName": place.endpoint_name}
    if clients.exists("sagemaker.describe_endpoint_config", name):
        raise NameInUseError(
            f"There is an endpoint configuration named {place.endpoint_name} already, and the SDK "
            "gives the configuration the endpoint's name.",
            remedy="Choose another endpoint name, or the method api.",
        )
    return SdkRoom(
        account=place.account,
        bucket=place.bucket,
        bucket_exists=place.bucket_exists,
        blobs=str(room.blobs),
        record=lambda request: record(target, request),
    )


class _Told(NamedTuple):
    """What a plan tells beside its calls; nothing of it is carried out."""

    cost_usd_per_month: Decimal | None
    cost_if_forgotten_usd_per_month: Decimal | None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    packaging: tuple[dict[str, Any], ...] = ()
    sample: SampleRequest | None = None
    recommendation: dict[str, Any] | None = None
    requirements: dict[str, Any] | None = None


def plan_spec(
    spec: EndpointSpec,
    clients: AwsClients,
    room: Workroom,
    method: DeploymentMethod | None = None,
    sample: SampleRequest | None = None,
) -> DeploymentPlan:
    """Return the plan that makes a specification which was given. AWS is only read.

    Archives are taken from the store by their SHA-256, or lie in S3 already. Its suffix is replaced
    when a configuration or model of that name is there.

    Args:
        spec: What to make.
        clients: Of its region.
        room: Beside the specification.
        method: How it is to be carried out; None for plain calls.
        sample: The request that verifies the endpoint; None to try likely ones.

    Raises:
        UserError: A check, the method or the account does not allow it; says what to do.
        AwsUnavailableError: No answer.
    """
    method = method or DeploymentMethod.API
    if method is DeploymentMethod.JUMPSTART:
        raise InvalidInputError(
            "JumpStart deploys models of its catalogue by their id, not a specification.",
            remedy="Choose the method api, sdk or cloudformation.",
        )
    if spec.region != clients.target.region_name:
        raise InvalidInputError(
            f"The specification is for {spec.region}, not for {clients.target.region_name}.",
            remedy=f"Plan it in {spec.region}, or change its region and image.",
        )
    if method is DeploymentMethod.SDK:
        refuse_by_sdk(bool(compiled_models(spec)))
    check_archives(spec, room.blobs)
    place = place_for(spec, clients, nonce=room.nonce, bucket=room.bucket)
    place = place.model_copy(update={"blobs": room.blobs})
    spec = with_free_names(spec, clients, place.suffix)
    cost = standing_cost(spec, spec.all_variants, room.catalog)
    told = _Told(cost.started, cost.forgotten, sample=sample)
    by_sdk = method is DeploymentMethod.SDK
    return _planned(spec, told, place, method, _sdk_room(place, clients, room) if by_sdk else None)


def _steps(
    spec: EndpointSpec,
    place: Place,
    method: DeploymentMethod,
    sdk: SdkRoom | None,
    listed: CatalogueWish | None,
) -> tuple[Step, ...]:
    match method:
        case DeploymentMethod.API:
            return steps_for(spec, account=place.account, bucket_exists=place.bucket_exists)
        case DeploymentMethod.SDK | DeploymentMethod.JUMPSTART if sdk is not None:
            if listed is not None:
                return steps_by_jumpstart(spec, listed.model, listed.instance_type, sdk)
            return steps_by_sdk(spec, sdk)
        case _:
            raise InvalidInputError(
                f"The method {method} cannot make this plan.", remedy="Choose the method api."
            )


def make_plan(
    wish: Wish,
    place: Place,
    method: DeploymentMethod = DeploymentMethod.API,
    sdk: SdkRoom | None = None,
) -> DeploymentPlan:
    """Return the one exact plan for a wish in a place; pure but for a recording of the SDK.

    Args:
        wish: What it is made for.
        place: Where.
        method: How it is carried out.
        sdk: For the method `sdk`.

    Raises:
        InvalidInputError: The recommendation is no endpoint, the method cannot express it, or a
            call breaks botocore's model.
    """
    chosen = wish.recommendation
    told = _Told(
        chosen.cost_usd_per_month,
        chosen.cost_if_forgotten_usd_per_month,
        tuple(w.text for w in chosen.warnings),
        wish.notes,
        tuple(wish.packaging),
        wish.model.sample,
        chosen.model_dump(mode="json"),
        wish.needs.said(),
    )
    listed = wish.model if isinstance(wish.model, CatalogueWish) else None
    spec = specify(wish, place)
    beside = standing_cost(spec, spec.all_variants[1:], load_catalog())
    if spec.components:
        forgotten = standing_cost(spec, spec.variants[:1], load_catalog()).forgotten
        told = told._replace(cost_if_forgotten_usd_per_month=forgotten)
    told = told._replace(
        cost_usd_per_month=_sum(told.cost_usd_per_month, beside.started),
        cost_if_forgotten_usd_per_month=_sum(
            told.cost_if_forgotten_usd_per_month, beside.forgotten
        ),
    )
    return _planned(spec, told, place, method, sdk, listed)


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """A cost that is not known makes the whole unknown."""
    return None if one is None or other is None else one + other


def _planned(
    spec: EndpointSpec,
    told: _Told,
    place: Place,
    method: DeploymentMethod,
    sdk: SdkRoom | None,
    listed: CatalogueWish | None = None,
) -> DeploymentPlan:
    """From a specification to its plan, whoever wrote it."""
    found = _judged(spec)
    if bucket_needed(spec) not in {None, place.bucket}:  # the user's own, which was seen
        place = place.model_copy(update={"bucket_exists": True})
        sdk = None if sdk is None else sdk._replace(bucket_exists=True)
    changes: tuple[dict[str, Any], ...] = ()
    if method is DeploymentMethod.CLOUDFORMATION:
        before = before_stack(spec, place.account)
        uploaded, spec = spec, stack_spec(spec, place.account)
        template = template_for(spec, place.account, reasons_of(told.recommendation))
        check_template(template, spec.region)
        changes = additions(template)
        steps = steps_by_stack(
            uploaded,
            template,
            bucket_exists=place.bucket_exists,
            nonce=place.nonce,
            blobs=place.blobs,
            before=before,
        )
    else:
        steps = _steps(spec, place, method, sdk, listed)
    plan = DeploymentPlan.model_validate(
        {
            "method": method.value,
            "target": place.target,
            "account": place.account,
            "region": place.region,
            "endpoint_name": spec.name,
            "nonce": place.nonce,
            "inference_option": spec.inference_option.value,
            "steps": steps,
            "undo": undo_for(steps),
            "expected_changes": changes,
            "preconditions": tuple(preconditions(spec, place.bucket, steps)),
            "summary": f"Endpoint {spec.name} in {place.region}: {describe_capacity(spec)}; "
            f"{len(steps)} calls.",
            "cost_usd_per_month": told.cost_usd_per_month,
            "cost_if_forgotten_usd_per_month": told.cost_if_forgotten_usd_per_month,
            "warnings": (*told.warnings, *found, *told.notes),
            "packaging": told.packaging,
            "sample": told.sample,
            "spec": spec,
            "eula_required": any(model.accept_eula for model in spec.served),
            "licence": None if listed is None else listed.licence,
            "catalogue_model": None if listed is None else _entry(listed),
            "recommendation": told.recommendation,
            "requirements": told.requirements,
        }
    )
    return _checked(plan)


def _judged(spec: EndpointSpec) -> tuple[str, ...]:
    """Refuse a specification that a check calls an error; return what else a person should know."""
    found = findings(spec, load_catalog())
    errors = [f for f in found if f.severity == "error"]
    faults = [f"{f.text} ({f.rule_id}, {f.source_url})" for f in errors]
    if faults:
        raise InvalidInputError(
            f"This endpoint cannot be had: {' '.join(faults[:3])}",
            remedy="Change the requirement that the message names.",
        )
    return tuple(f"{f.text} ({f.rule_id})" for f in found)


def _checked(plan: DeploymentPlan) -> DeploymentPlan:
    faults = check(plan)
    if faults:
        raise InvalidInputError(
            f"AWS would refuse this plan: {'; '.join(faults[:3])}",
            remedy="Change the requirement that the message names.",
        )
    return plan


def _entry(listed: CatalogueWish) -> tuple[str, str]:
    """Id and version of a model of the catalogue."""
    return listed.model.listing.model_id, listed.model.listing.version
