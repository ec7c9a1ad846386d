"""CreateEndpoint, DescribeEndpoint, ListEndpoints, UpdateEndpoint and DeleteEndpoint."""

from collections.abc import Callable
from typing import Any, Protocol

from tools.sandbox.endpoint_configs import require_config
from tools.sandbox.endpoint_description import describe_endpoint
from tools.sandbox.hosting_state import (
    Deployment,
    Endpoint,
    EndpointConfig,
    HostingState,
    InferenceComponent,
    Variant,
    sagemaker_arn,
)
from tools.sandbox.listing import list_summaries
from tools.sandbox.quota_use import check_quotas
from tools.sandbox.rollout_plans import rollout_plan
from tools.sandbox.sagemaker_models import require_model
from tools.sandbox.service import Call, Operation
from tools.sandbox.tagging import drop_tags, set_tags
from tools.sandbox.wire import validation_exception


class Transitions(Protocol):
    """What brings an endpoint from one status to the next (`lifecycle.py`)."""

    def create(self, endpoint: Endpoint) -> None:
        """From Creating on."""

    def update(self, endpoint: Endpoint) -> None:
        """From Updating on, to another deployment."""

    def scale(self, endpoint: Endpoint) -> None:
        """From Updating on, to other weights and capacities."""

    def delete(self, endpoint: Endpoint) -> None:
        """From Deleting on."""


def require_endpoint(state: HostingState, region: str, name: str) -> Endpoint:
    """The endpoint of that name.

    Raises:
        AwsError: AWS's "Could not find endpoint".
    """
    found = state.get(Endpoint, region, name)
    if found is None:
        arn = sagemaker_arn(region, "endpoint", name)
        raise validation_exception(f'Could not find endpoint "{arn}".')
    return found


def require_settled(endpoint: Endpoint) -> None:
    """Refuse a change while another one is under way, or after a failed creation.

    Raises:
        AwsError: AWS's "Cannot update in-progress endpoint", or that only deletion is possible.
    """
    if endpoint.status == "Failed":
        raise validation_exception(
            f'Cannot update endpoint "{endpoint.arn}" because its status is Failed. '
            "A failed endpoint can only be deleted."
        )
    if endpoint.status != "InService":
        raise validation_exception(f'Cannot update in-progress endpoint "{endpoint.arn}".')


def deployment_of(state: HostingState, config: EndpointConfig) -> Deployment:
    """What an endpoint config would deploy now.

    Raises:
        AwsError: One of its models no longer exists.
    """
    configured = config.definition["ProductionVariants"]
    shadows = config.definition.get("ShadowProductionVariants", [])
    return Deployment(
        config_name=config.name,
        config=config.definition,
        sagemaker_models={
            one["ModelName"]: require_model(state, config.region, one["ModelName"]).definition
            for one in configured + shadows
            if "ModelName" in one
        },
        variants=tuple(_variant(one) for one in configured),
        shadow_variants=tuple(_variant(one) for one in shadows),
    )


def _variant(configured: dict[str, Any]) -> Variant:
    weight = float(configured.get("InitialVariantWeight", 1.0))
    return Variant(
        name=configured["VariantName"],
        model_name=configured.get("ModelName"),
        instance_type=configured.get("InstanceType"),
        current_weight=weight,
        desired_weight=weight,
        current_instance_count=configured.get("InitialInstanceCount"),
        desired_instance_count=configured.get("InitialInstanceCount"),
        serverless=configured.get("ServerlessConfig"),
        desired_serverless=configured.get("ServerlessConfig"),
    )


def _retained(new: Deployment, old: Deployment, excluded: set[str]) -> Deployment:
    """`new` with the counts, weights and data capture that `old` has now."""

    def keep(variant: Variant) -> Variant:
        before = old.variant(variant.name)
        kept: dict[str, Any] = {}
        if before is not None and "DesiredWeight" not in excluded:
            kept["desired_weight"] = before.desired_weight
        instances = before is not None and variant.serverless is None and before.serverless is None
        if before is not None and instances and "DesiredInstanceCount" not in excluded:
            kept["desired_instance_count"] = before.desired_instance_count
        return variant.model_copy(update=kept)

    config = dict(new.config)
    if "DataCaptureConfig" not in excluded:
        config.pop("DataCaptureConfig", None)
        if "DataCaptureConfig" in old.config:
            config["DataCaptureConfig"] = old.config["DataCaptureConfig"]
    return new.changed(keep).model_copy(update={"config": config})


def _deployment_config(call: Call, endpoint: Endpoint) -> dict[str, Any] | None:
    given = call.params.get("DeploymentConfig")
    retained = call.params.get("RetainDeploymentConfig")
    return given or (endpoint.deployment_config if retained else None)


def _check_conversion(old: Deployment, new: Deployment) -> None:
    """Real-time cannot become serverless (developer guide, serverless-endpoints)."""
    if old.hosts_components != new.hosts_components:
        raise validation_exception(
            "An endpoint that hosts inference components cannot be changed to one whose variants "
            "name models, nor the other way round."
        )
    was_serverless = any(variant.serverless for variant in old.variants)
    if any(variant.serverless for variant in new.variants) and not was_serverless:
        raise validation_exception(
            "Updating an instance-based endpoint to a serverless endpoint is not supported."
        )


class Endpoints:
    """The endpoint operations."""

    def __init__(
        self,
        state: HostingState,
        transitions: Transitions,
        scaled_variants: Callable[[str, str], set[str]],
        deregister: Callable[[str, str], None],
    ) -> None:
        """Take what auto scaling knows: `scaled_variants(region, endpoint)` and `deregister`."""
        self._state = state
        self._transitions = transitions
        self._scaled_variants = scaled_variants
        self._deregister = deregister

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "CreateEndpoint": self.create,
            "DescribeEndpoint": self.describe,
            "ListEndpoints": self.list,
            "UpdateEndpoint": self.update,
            "UpdateEndpointWeightsAndCapacities": self.update_weights,
            "DeleteEndpoint": self.delete,
        }

    def create(self, call: Call) -> dict[str, Any]:
        """CreateEndpoint."""
        name = str(call.params["EndpointName"])
        arn = sagemaker_arn(call.region, "endpoint", name)
        with self._state.lock:
            if self._state.get(Endpoint, call.region, name) is not None:
                raise validation_exception(f'Cannot create already existing endpoint "{arn}".')
            config = require_config(
                self._state, call.region, str(call.params["EndpointConfigName"])
            )
            pending = deployment_of(self._state, config)
            check_quotas(self._state, call.region, pending)
            rollout_plan(call.params.get("DeploymentConfig"), pending)
            set_tags(self._state, call.region, arn, call.params.get("Tags", []))
            endpoint = Endpoint(
                region=call.region, name=name, arn=arn, created_at=call.at, modified_at=call.at,
                status="Creating", pending=pending,
                deployment_config=call.params.get("DeploymentConfig"),
            )  # fmt: skip
            self._state.save(endpoint)
        self._transitions.create(endpoint)
        return {"EndpointArn": arn}

    def update(self, call: Call) -> dict[str, Any]:
        """UpdateEndpoint: a new fleet comes up beside the old one, which serves until then."""
        with self._state.lock:
            endpoint = require_endpoint(self._state, call.region, str(call.params["EndpointName"]))
            config = require_config(
                self._state, call.region, str(call.params["EndpointConfigName"])
            )
            require_settled(endpoint)
            pending = deployment_of(self._state, config)
            if endpoint.live is not None:
                _check_conversion(endpoint.live, pending)
                self._check_scaled(endpoint, endpoint.live, pending)
                if call.params.get("RetainAllVariantProperties"):
                    excluded = call.params.get("ExcludeRetainedVariantProperties", [])
                    kinds = {item["VariantPropertyType"] for item in excluded}
                    pending = _retained(pending, endpoint.live, kinds)
            check_quotas(self._state, call.region, pending, endpoint.live)
            guardrails = _deployment_config(call, endpoint)
            rollout_plan(guardrails, pending)
            changed = endpoint.model_copy(
                update={
                    "status": "Updating", "pending": pending, "modified_at": call.at,
                    "failure_reason": None, "deployment_config": guardrails,
                }
            )  # fmt: skip
            self._state.save(changed)
        self._transitions.update(changed)
        return {"EndpointArn": endpoint.arn}

    def _check_scaled(self, endpoint: Endpoint, old: Deployment, new: Deployment) -> None:
        changed = []
        for name in sorted(self._scaled_variants(endpoint.region, endpoint.name)):
            before, after = old.variant(name), new.variant(name)
            same = before and after and before.instance_type == after.instance_type
            if not same:
                changed.append(name)
        if changed:
            raise validation_exception(
                f'The variant(s) "{changed}" must be deregistered as scalable targets with AWS '
                "Auto Scaling before they can be removed or have their instance type updated."
            )

    def update_weights(self, call: Call) -> dict[str, Any]:
        """UpdateEndpointWeightsAndCapacities."""
        with self._state.lock:
            endpoint = require_endpoint(self._state, call.region, str(call.params["EndpointName"]))
            require_settled(endpoint)
            live = _with_desired(endpoint, call.params["DesiredWeightsAndCapacities"])
            check_quotas(self._state, call.region, live, endpoint.live)
            changed = endpoint.model_copy(
                update={
                    "status": "Updating", "modified_at": call.at, "live": live,
                    "failure_reason": None,
                }
            )  # fmt: skip
            self._state.save(changed)
        self._transitions.scale(changed)
        return {"EndpointArn": endpoint.arn}

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteEndpoint; scalable targets of its variants are deregistered with it."""
        with self._state.lock:
            endpoint = require_endpoint(self._state, call.region, str(call.params["EndpointName"]))
            self._check_empty(endpoint)
            if endpoint.status not in ("InService", "Failed"):
                raise validation_exception(f'Cannot update in-progress endpoint "{endpoint.arn}".')
            changed = endpoint.model_copy(update={"status": "Deleting", "modified_at": call.at})
            self._state.save(changed)
            drop_tags(self._state, call.region, endpoint.arn)
        self._deregister(call.region, endpoint.name)
        self._transitions.delete(changed)
        return {}

    def _check_empty(self, endpoint: Endpoint) -> None:
        hosted = sorted(
            one.name
            for one in self._state.all(InferenceComponent, endpoint.region)
            if one.endpoint_name == endpoint.name
        )
        if hosted:
            raise validation_exception(
                f'Cannot delete endpoint "{endpoint.arn}" while it hosts inference components: '
                f"{', '.join(hosted)}. Delete them first."
            )

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeEndpoint."""
        endpoint = require_endpoint(self._state, call.region, str(call.params["EndpointName"]))
        return describe_endpoint(endpoint)

    def list(self, call: Call) -> dict[str, Any]:
        """ListEndpoints."""
        summaries = [
            {
                "EndpointName": endpoint.name,
                "EndpointArn": endpoint.arn,
                "CreationTime": endpoint.created_at,
                "LastModifiedTime": endpoint.modified_at,
                "EndpointStatus": endpoint.status,
            }
            for endpoint in self._state.all(Endpoint, call.region)
        ]
        return list_summaries(summaries, call.params, result="Endpoints", name_key="EndpointName")


def _with_desired(endpoint: Endpoint, wanted: list[dict[str, Any]]) -> Deployment:
    live = endpoint.live
    if live is None:
        raise validation_exception(f'Cannot update in-progress endpoint "{endpoint.arn}".')
    changes = {item["VariantName"]: item for item in wanted}
    unknown = [name for name in changes if live.variant(name) is None]
    if unknown:
        raise validation_exception(
            f'The variant name(s) "{", ".join(unknown)}" is/are not present within endpoint '
            f'"{endpoint.name}".'
        )
    least = 0 if live.asynchronous or live.hosts_components else 1
    return live.changed(lambda one: _changed(one, changes.get(one.name, {}), least))


def _changed(variant: Variant, wanted: dict[str, Any], least_instances: int) -> Variant:
    update: dict[str, Any] = {}
    if "DesiredWeight" in wanted:
        update["desired_weight"] = float(wanted["DesiredWeight"])
    if "DesiredInstanceCount" in wanted:
        if variant.serverless is not None:
            raise validation_exception(
                "DesiredInstanceCount cannot be set for a serverless variant."
            )
        if wanted["DesiredInstanceCount"] < least_instances:
            raise validation_exception(
                f"DesiredInstanceCount of variant {variant.name} must be at least "
                f"{least_instances}: only asynchronous endpoints can have no instances."
            )
        update["desired_instance_count"] = wanted["DesiredInstanceCount"]
    if "ServerlessUpdateConfig" in wanted and variant.serverless is not None:
        serverless = variant.serverless | wanted["ServerlessUpdateConfig"]
        if serverless.get("ProvisionedConcurrency", 0) > serverless["MaxConcurrency"]:
            raise validation_exception(
                "ProvisionedConcurrency must be less than or equal to MaxConcurrency."
            )
        update["desired_serverless"] = serverless
    return variant.model_copy(update=update)
