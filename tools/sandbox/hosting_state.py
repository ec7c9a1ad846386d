"""Hosting resources as values, kept in memory and written through to the journal."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from tools.sandbox.component_state import ComponentFields
from tools.sandbox.journal import Journal
from tools.sandbox.wire import ACCOUNT

EndpointStatus = Literal[
    "Creating",
    "Updating",
    "SystemUpdating",
    "RollingBack",
    "InService",
    "Deleting",
    "Failed",
    "UpdateRollbackFailed",
]


class Resource(BaseModel):
    """Something with a name in a region."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    name: str


class SagemakerModel(Resource):
    """A model; `definition` is the CreateModel request without tags."""

    arn: str
    created_at: datetime
    definition: dict[str, Any]


class EndpointConfig(Resource):
    """An endpoint config; `definition` is the CreateEndpointConfig request without tags."""

    arn: str
    created_at: datetime
    definition: dict[str, Any]


class Variant(BaseModel):
    """A production variant of a deployment and what is wanted of it now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    model_name: str | None
    instance_type: str | None
    current_weight: float
    desired_weight: float
    current_instance_count: int | None
    desired_instance_count: int | None
    serverless: dict[str, int] | None
    desired_serverless: dict[str, int] | None


class Deployment(BaseModel):
    """An endpoint config and its models as they were when they were deployed.

    AWS lets configs and models be deleted while an endpoint uses them, so the copy is kept here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    config_name: str
    config: dict[str, Any]
    sagemaker_models: dict[str, dict[str, Any]]
    variants: tuple[Variant, ...]
    shadow_variants: tuple[Variant, ...] = ()

    @property
    def asynchronous(self) -> dict[str, Any] | None:
        """The config's AsyncInferenceConfig."""
        found = self.config.get("AsyncInferenceConfig")
        return dict(found) if found else None

    @property
    def hosts_components(self) -> bool:
        """Whether inference components are put on its variants, which name no models."""
        return any(variant.model_name is None for variant in self.variants)

    @property
    def every_variant(self) -> tuple[Variant, ...]:
        """Production and shadow variants."""
        return self.variants + self.shadow_variants

    @property
    def configured(self) -> dict[str, dict[str, Any]]:
        """The endpoint config's entry of every variant, by name."""
        entries = self.config["ProductionVariants"] + self.config.get(
            "ShadowProductionVariants", []
        )
        return {entry["VariantName"]: entry for entry in entries}

    def variant(self, name: str) -> Variant | None:
        """The production or shadow variant of that name."""
        return next((variant for variant in self.every_variant if variant.name == name), None)

    def changed(self, change: Callable[[Variant], Variant]) -> "Deployment":
        """The deployment with each of its variants changed."""
        return self.model_copy(
            update={
                "variants": tuple(map(change, self.variants)),
                "shadow_variants": tuple(map(change, self.shadow_variants)),
            }
        )


class Progress(BaseModel):
    """How far an update is.

    Attributes:
        phase: A VariantStatus of the new fleet.
        share: Part of the capacity and traffic that the present step is about.
        counts: Instances of the new fleet, by variant.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    started_at: datetime
    phase: str
    share: float
    counts: dict[str, int]


class Endpoint(Resource):
    """An endpoint: what serves (`live`) and what is being brought up (`pending`)."""

    arn: str
    created_at: datetime
    modified_at: datetime
    status: EndpointStatus
    failure_reason: str | None = None
    live: Deployment | None = None
    pending: Deployment | None = None
    progress: Progress | None = None
    deployment_config: dict[str, Any] | None = None


class Tags(Resource):
    """The tags of a resource; `name` is its ARN."""

    tags: dict[str, str]


class ScalableTarget(Resource):
    """A registered target; `name` is `<resource id>|<dimension>`."""

    arn: str
    created_at: datetime
    resource_id: str
    dimension: str
    min_capacity: int
    max_capacity: int
    suspended: dict[str, bool]


class ScalingPolicy(Resource):
    """A scaling policy; `name` is `<resource id>|<dimension>|<policy name>`."""

    arn: str
    created_at: datetime
    resource_id: str
    dimension: str
    policy_name: str
    policy_type: str
    configuration: dict[str, Any]
    alarms: tuple[dict[str, str], ...]


class ScheduledAction(Resource):
    """A scheduled action; `name` is `<resource id>|<dimension>|<action name>`."""

    arn: str
    created_at: datetime
    resource_id: str
    dimension: str
    action_name: str
    definition: dict[str, Any]
    checked_at: datetime | None = None


class InferenceComponent(Resource, ComponentFields):
    """A model on a variant's shared instances."""


class ScalingActivity(Resource):
    """Something that auto scaling did, or had reason not to do; `name` is its id.

    Attributes:
        change: Capacity before and wanted, of an activity that changes it.
        policy_name: The policy behind the change; None when a schedule or a limit was.
    """

    resource_id: str
    dimension: str
    description: str
    cause: str
    started_at: datetime
    ended_at: datetime | None
    status: str
    message: str
    not_scaled_reasons: tuple[dict[str, Any], ...]
    change: tuple[int, int] | None
    policy_name: str | None


class TransformJob(Resource):
    """A batch transform job; `definition` is the CreateTransformJob request without tags.

    Attributes:
        sagemaker_model: The model as it was when the job was made; it may be deleted meanwhile.
    """

    arn: str
    created_at: datetime
    definition: dict[str, Any]
    sagemaker_model: dict[str, Any]
    status: Literal["InProgress", "Completed", "Failed", "Stopping", "Stopped"]
    failure_reason: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


class CompilationJob(Resource):
    """A compilation job; `definition` is the CreateCompilationJob request without tags."""

    arn: str
    created_at: datetime
    modified_at: datetime
    definition: dict[str, Any]
    status: Literal["STARTING", "INPROGRESS", "COMPLETED", "FAILED", "STOPPING", "STOPPED"]
    failure_reason: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    artifact_uri: str | None = None
    artifact_sha256: str | None = None


class AsyncRequest(Resource):
    """A queued asynchronous invocation; `name` is its inference id's unique part."""

    endpoint_name: str
    variant: str
    inference_id: str
    received_at: datetime
    request_ttl_s: int
    invocation_timeout_s: int
    content_type: str | None
    accept: str | None
    custom_attributes: str | None
    input_location: str | None
    body_base64: str | None
    output_location: str
    failure_location: str | None


R = TypeVar("R", bound=Resource)
_KINDS: tuple[type[Resource], ...] = (
    SagemakerModel, EndpointConfig, Endpoint, Tags, ScalableTarget, ScalingPolicy, ScheduledAction,
    AsyncRequest, ScalingActivity, InferenceComponent, CompilationJob, TransformJob,
)  # fmt: skip


class HostingState:
    """All resources of all regions; reads and writes are atomic under `lock`."""

    def __init__(self, journal: Journal) -> None:
        self.lock = threading.RLock()
        self._journal = journal
        self._resources: dict[type[Resource], dict[tuple[str, str], Resource]] = {}
        for kind in _KINDS:
            loaded = (kind.model_validate_json(body) for body in journal.documents(kind.__name__))
            self._resources[kind] = {(found.region, found.name): found for found in loaded}

    def get(self, kind: type[R], region: str, name: str) -> R | None:
        """The resource of that name, or None."""
        found = self._resources[kind].get((region, name))
        return found if isinstance(found, kind) else None

    def all(self, kind: type[R], region: str | None = None) -> list[R]:
        """All resources of a kind, of one region or of all, in the order of creation."""
        with self.lock:
            found: Iterable[Resource] = list(self._resources[kind].values())
        return [
            resource
            for resource in found
            if isinstance(resource, kind) and region in (None, resource.region)
        ]

    def save(self, resource: Resource) -> None:
        """Keep the present state of a resource."""
        with self.lock:
            kind = type(resource)
            self._resources[kind][(resource.region, resource.name)] = resource
            body = resource.model_dump_json()
            self._journal.save_document(kind.__name__, resource.region, resource.name, body)

    def drop(self, resource: Resource) -> None:
        """Forget a resource."""
        with self.lock:
            self._resources[type(resource)].pop((resource.region, resource.name), None)
            self._journal.drop_document(type(resource).__name__, resource.region, resource.name)


def sagemaker_arn(region: str, kind: str, name: str) -> str:
    """The ARN of a hosting resource."""
    partition = "aws-cn" if region.startswith("cn-") else "aws"
    return f"arn:{partition}:sagemaker:{region}:{ACCOUNT}:{kind}/{name}"
