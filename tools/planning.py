"""From requirements, recommendation and package to one exact plan. Nothing is changed.

`observe` reads what the plan depends on (account, bucket, name); the rest is pure.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from tools.aws import AwsClients, AwsTarget
from tools.catalog import Catalog, load_catalog
from tools.endpoint import (
    ENDPOINT_OPTIONS,
    AlarmSpec,
    AsyncSpec,
    DeploymentMethod,
    EndpointSpec,
    InferenceOption,
    ModelSpec,
    ProductionVariant,
)
from tools.errors import InvalidInputError, NameInUseError
from tools.jumpstart.reading import JumpStartCatalogue
from tools.packaging import Package, package
from tools.plan import DeploymentPlan, Precondition, Step, canonical_json, check
from tools.planners import catalogue, hub
from tools.planners.api import describe_capacity, steps_for
from tools.planners.catalogue import CatalogueWish, known_needs, settle
from tools.planners.cloudformation import (
    additions,
    check_template,
    reasons_of,
    steps_by_stack,
    template_for,
)
from tools.planners.hub import HubWish, hub_wish, sized_needs
from tools.planners.inverse import undo_for
from tools.planners.jumpstart import steps_by_jumpstart
from tools.planners.model_builder import SdkRoom, steps_by_sdk
from tools.planners.scaling import scaling_spec
from tools.recommendation import Recommendation, recommend
from tools.recording.request import Recording, SdkRequest
from tools.renderers.template import Template
from tools.requirements import (
    DataSensitivity,
    DeploymentPreference,
    Environment,
    ModelSourceKind,
    Requirements,
    merge,
)
from tools.rules.checks import findings
from tools.sample import SampleFiles
from tools.source import SAMPLE, expanded, local_path


class Place(BaseModel):
    """Where a plan would be carried out, as read while planning.

    Attributes:
        bucket: For the model archive and asynchronous results.
        role_arn: The execution role to use; None to make one.
        nonce: Makes this plan one of its kind; its first eight characters end the names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: str
    account: str
    region: str
    bucket: str
    bucket_exists: bool
    role_arn: str | None
    endpoint_name: str
    nonce: str

    @property
    def suffix(self) -> str:
        """What makes the names of this plan's resources unique."""
        return self.nonce[:8]


class Workroom(NamedTuple):
    """What planning needs beside the requirements.

    Attributes:
        catalog: Limits and prices.
        blobs: Folder of packaged archives by SHA-256.
        downloads: Folder for models that lie in S3.
        sample: Returns the sample model's file, made when it is not there.
        bucket: For archives and results; None for one of ours.
        role_arn: Execution role; None to make one.
        nonce: Makes the plan one of its kind.
        record: Runs the SageMaker SDK, recorded, against a target; None where it is not to be had.
    """

    catalog: Catalog
    blobs: Path
    downloads: Path
    sample: Callable[[], SampleFiles]
    bucket: str | None
    role_arn: str | None
    nonce: str
    record: Callable[[AwsTarget, SdkRequest], Recording] | None = None


class Wish(NamedTuple):
    """What a plan is made for: a model that was packaged, or one of the catalogue."""

    needs: Requirements
    recommendation: Recommendation
    model: Package | CatalogueWish | HubWish

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the model before approving."""
        return self.model.warnings if isinstance(self.model, Package) else self.model.notes

    @property
    def packaging(self) -> list[dict[str, Any]]:
        """What was done to the model."""
        if isinstance(self.model, Package):
            return [step.model_dump(mode="json") for step in self.model.steps]
        return self.model.packaging


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
    method = method or method_of(needs)
    listed = _check_source(needs, method)
    place = observe(needs, clients, nonce=room.nonce, bucket=room.bucket, role_arn=room.role_arn)
    if listed:
        wish = _listed_wish(needs, clients, room)
    elif needs.model_source is not None and needs.model_source.kind is ModelSourceKind.HUB:
        wish = _hub_wish(needs, place, room)
    else:
        wish = _own_wish(needs, clients, place, room)
    by_sdk = method in {DeploymentMethod.SDK, DeploymentMethod.JUMPSTART}
    return make_plan(wish, place, method, _sdk_room(place, clients, room) if by_sdk else None)


def _own_wish(needs: Requirements, clients: AwsClients, place: Place, room: Workroom) -> Wish:
    needs = _with_sample_request(needs, room)
    known = merge(needs, {"region": place.region})
    chosen = _an_endpoint(recommend(known, room.catalog))
    source = local_path(needs.model_source, clients, room.downloads, lambda: room.sample().archive)
    packaged, chosen = _packaged(known, source, chosen, room)
    return Wish(needs, chosen, packaged)


def _listed_wish(needs: Requirements, clients: AwsClients, room: Workroom) -> Wish:
    """A model by its id, judged from the catalogue before anything else is done.

    Raises:
        NotFoundError: The catalogue does not list it.
        InvalidInputError: It cannot be deployed, or not so.
    """
    source = needs.model_source
    model_id, _, version = (source.uri if source else "").partition("@")
    listed = JumpStartCatalogue(clients)
    model = listed.model(model_id, version or None)
    size_bytes = listed.size_bytes(model)
    known = known_needs(needs, model, size_bytes)
    chosen = _an_endpoint(catalogue.recommended(known, model, room.catalog))
    wish, chosen = settle(model, chosen, size_bytes, room.catalog)
    return Wish(needs, chosen, wish)


def _hub_wish(needs: Requirements, place: Place, room: Workroom) -> Wish:
    """A model of the Hugging Face hub, on the image that serves its kind."""
    known = sized_needs(merge(needs, {"region": place.region}))
    chosen = _an_endpoint(hub.recommended(known, room.catalog))
    wish, chosen = hub_wish(known, chosen, room.catalog)
    return Wish(needs, chosen, wish)


def _check_source(needs: Requirements, method: DeploymentMethod) -> bool:
    """Say whether the model is one of the catalogue.

    Raises:
        InvalidInputError: It is not, and the method takes no other.
    """
    source = needs.model_source
    listed = source is not None and source.kind is ModelSourceKind.JUMPSTART
    if method is DeploymentMethod.JUMPSTART and not listed:
        raise InvalidInputError(
            "JumpStart deploys models of its catalogue by their id, not a model of your own.",
            remedy="Name a JumpStart model id, or choose the method sdk.",
        )
    return listed


def method_of(needs: Requirements) -> DeploymentMethod:
    """Return the method that was asked for: by name, or by a model of the catalogue."""
    source = needs.model_source
    if needs.deployment_preference is DeploymentPreference.CLOUDFORMATION:
        return DeploymentMethod.CLOUDFORMATION
    if source is not None and source.kind is ModelSourceKind.JUMPSTART:
        return DeploymentMethod.JUMPSTART
    fetched = source is not None and source.kind is ModelSourceKind.HUB
    if needs.deployment_preference is DeploymentPreference.SDK and not fetched:
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


def _steps(
    spec: EndpointSpec, wish: Wish, place: Place, method: DeploymentMethod, sdk: SdkRoom | None
) -> tuple[Step, ...]:
    match method:
        case DeploymentMethod.API:
            return steps_for(spec, account=place.account, bucket_exists=place.bucket_exists)
        case DeploymentMethod.SDK | DeploymentMethod.JUMPSTART if sdk is not None:
            listed = wish.model
            if isinstance(listed, CatalogueWish):
                return steps_by_jumpstart(spec, listed.model, listed.instance_type, sdk)
            return steps_by_sdk(spec, sdk)
        case DeploymentMethod.CLOUDFORMATION:
            template = _template(spec, wish, place)
            check_template(template, spec.region)
            return steps_by_stack(
                spec, template, bucket_exists=place.bucket_exists, nonce=place.nonce
            )
        case _:
            raise InvalidInputError(
                f"The method {method} cannot make this plan.", remedy="Choose the method api."
            )


def _template(spec: EndpointSpec, wish: Wish, place: Place) -> Template:
    chosen = wish.recommendation.model_dump(mode="json")
    return template_for(spec, place.account, reasons_of(chosen))


def _with_sample_request(needs: Requirements, room: Workroom) -> Requirements:
    """The sample model is verified with a real row of its own test set."""
    source = needs.model_source
    if source is None or source.uri != SAMPLE or needs.sample_path is not None:
        return needs
    return merge(needs, {"sample_path": str(room.sample().sample_json)})


def _packaged(
    known: Requirements, source: Path, chosen: Recommendation, room: Workroom
) -> tuple[Package, Recommendation]:
    """Package and recommend in turn: the size decides the instance, the instance the image."""
    packaged = _package(known, source, chosen, room)
    if known.model_size_bytes is None or known.framework is None:
        seen = {
            "model_size_bytes": known.model_size_bytes or packaged.model_size_bytes,
            "framework": known.framework or packaged.framework.value,
        }
        again = recommend(merge(known, seen), room.catalog)
        if again.instance_type != chosen.instance_type:
            packaged = _package(known, source, again, room)
        chosen = again
    return packaged, chosen


def _package(known: Requirements, source: Path, chosen: Recommendation, room: Workroom) -> Package:
    return package(
        source,
        region=known.region or "",
        instance_type=chosen.instance_type,
        framework=known.framework,
        sample_path=expanded(known.sample_path) if known.sample_path else None,
        blobs=room.blobs,
    )


def observe(
    needs: Requirements,
    clients: AwsClients,
    *,
    nonce: str,
    bucket: str | None,
    role_arn: str | None,
) -> Place:
    """Read what the plan depends on.

    Raises:
        NameInUseError: The wanted endpoint name is taken.
        UserError: AWS refused a read.
        AwsUnavailableError: No answer.
    """
    account, region = clients.account, clients.target.region_name
    name = needs.endpoint_name or _endpoint_name(needs, nonce)
    if clients.exists("sagemaker.describe_endpoint", {"EndpointName": name}):
        raise NameInUseError(
            f"There is an endpoint named {name} already.",
            remedy="Choose another name, or delete that endpoint first.",
        )
    bucket = bucket or f"sagemaker-sagepilot-{region}-{account}"
    return Place(
        target=clients.target.name,
        account=account,
        region=region,
        bucket=bucket,
        bucket_exists=clients.exists("s3.head_bucket", {"Bucket": bucket}),
        role_arn=role_arn,
        endpoint_name=name,
        nonce=nonce,
    )


def _endpoint_name(needs: Requirements, nonce: str) -> str:
    source = needs.model_source.uri if needs.model_source else "model"
    stem = re.split(r"[/\\]", source.rstrip("/\\"))[-1].partition(".")[0]
    plain = re.sub(r"[^a-zA-Z0-9]+", "-", stem).strip("-").lower()[:40].strip("-")
    return f"{plain or 'model'}-{nonce[:8]}"


def specify(wish: Wish, place: Place) -> EndpointSpec:
    """Return the endpoint that is wished for, in full; pure.

    Raises:
        InvalidInputError: The recommendation is not an endpoint.
    """
    chosen = _an_endpoint(wish.recommendation)
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


def _an_endpoint(chosen: Recommendation) -> Recommendation:
    if chosen.inference_option in ENDPOINT_OPTIONS:
        return chosen
    why = " ".join(reason.text for reason in chosen.reasons[:2])
    what = "nothing fits" if chosen.inference_option == "none" else chosen.inference_option
    flips = "; ".join(f"{flip.condition}: {flip.then}" for flip in chosen.flips[:2])
    raise InvalidInputError(
        f"No endpoint can be planned ({what}): {why}",
        remedy=f"Change the requirements ({flips})." if flips else "Change the requirements.",
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
    spec = specify(wish, place)
    told = _judged(spec)
    steps = _steps(spec, wish, place, method, sdk)
    chosen = wish.recommendation
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
            "expected_changes": additions(_template(spec, wish, place))
            if method is DeploymentMethod.CLOUDFORMATION
            else (),
            "preconditions": tuple(_preconditions(spec, place.bucket, steps)),
            "summary": f"Endpoint {spec.name} in {place.region}: {describe_capacity(spec)}; "
            f"{len(steps)} calls.",
            "cost_usd_per_month": chosen.cost_usd_per_month,
            "cost_if_forgotten_usd_per_month": chosen.cost_if_forgotten_usd_per_month,
            "warnings": (*(w.text for w in chosen.warnings), *told, *wish.notes),
            "packaging": wish.packaging,
            "sample": wish.model.sample,
            "spec": spec,
            "eula_required": any(v.sagemaker_model.accept_eula for v in spec.all_variants),
            "recommendation": chosen.model_dump(mode="json"),
            "requirements": wish.needs.said(),
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


def _preconditions(
    spec: EndpointSpec, bucket: str, steps: tuple[Step, ...]
) -> Iterable[Precondition]:
    yield Precondition(
        operation="sagemaker.describe_endpoint",
        parameters={"EndpointName": spec.name},
        found=False,
    )
    for step in steps:
        if step.operation == "cloudformation.create_change_set":
            yield Precondition(
                operation="cloudformation.describe_stacks",
                parameters={"StackName": step.parameters["StackName"]},
                found=False,
            )
        if step.operation == "sagemaker.create_endpoint_config":
            name = step.parameters["EndpointConfigName"]
            if name == spec.name and not name.endswith(spec.suffix):
                yield Precondition(
                    operation="sagemaker.describe_endpoint_config",
                    parameters={"EndpointConfigName": name},
                    found=False,
                )
    makes_bucket = any(step.operation == "s3.create_bucket" for step in steps)
    named = any(bucket in canonical_json(step.parameters).decode() for step in steps)
    if named and not makes_bucket:  # ours, made meanwhile by another plan, is welcome
        yield Precondition(operation="s3.head_bucket", parameters={"Bucket": bucket}, found=True)


def _checked(plan: DeploymentPlan) -> DeploymentPlan:
    faults = check(plan)
    if faults:
        raise InvalidInputError(
            f"AWS would refuse this plan: {'; '.join(faults[:3])}",
            remedy="Change the requirement that the message names.",
        )
    return plan
