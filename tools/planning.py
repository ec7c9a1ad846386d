"""From requirements, recommendation and package to one exact plan. Nothing is changed.

`observe` reads what the plan depends on (account, bucket, name); the rest is pure.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from tools.aws import AwsClients
from tools.catalog import load_catalog
from tools.endpoint import DeploymentMethod, EndpointSpec
from tools.errors import InvalidInputError, NameInUseError
from tools.packaging import SampleRequest
from tools.plan import DeploymentPlan, Step, check
from tools.planners.api import describe_capacity, steps_for
from tools.planners.catalogue import CatalogueWish
from tools.planners.cloudformation import (
    additions,
    check_template,
    reasons_of,
    steps_by_stack,
    template_for,
)
from tools.planners.costing import standing_cost
from tools.planners.given import check_archives, place_for, with_free_names
from tools.planners.inverse import undo_for
from tools.planners.jumpstart import steps_by_jumpstart
from tools.planners.model_builder import SdkRoom, steps_by_sdk
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
    place = observe(needs, clients, nonce=room.nonce, bucket=room.bucket, role_arn=room.role_arn)
    place = place.model_copy(update={"blobs": room.blobs})
    wish = wish_for(needs, clients, place, room)
    by_sdk = method in {DeploymentMethod.SDK, DeploymentMethod.JUMPSTART}
    return make_plan(wish, place, method, _sdk_room(place, clients, room) if by_sdk else None)


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
    if source is not None and source.kind is ModelSourceKind.JUMPSTART:
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
    return _planned(specify(wish, place), told, place, method, sdk, listed)


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
    changes: tuple[dict[str, Any], ...] = ()
    if method is DeploymentMethod.CLOUDFORMATION:
        template = template_for(spec, place.account, reasons_of(told.recommendation))
        check_template(template, spec.region)
        changes = additions(template)
        steps = steps_by_stack(
            spec,
            template,
            bucket_exists=place.bucket_exists,
            nonce=place.nonce,
            blobs=place.blobs,
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
            "recommendation": told.recommendation,
            "requirements": told.requirements,
        }
    )
    return _checked(plan)


def _judged(spec: EndpointSpec) -> tuple[str, ...]:
    """Refuse a specification that a check calls an error; return what else a person should know."""
    found = findings(spec, load_catalog())
    faults = [f"{f.text} ({f.rule_id})" for f in found if f.severity == "error"]
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
