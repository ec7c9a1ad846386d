"""The operations on inference components."""

from collections.abc import Callable
from typing import Any, Protocol

from tools.sandbox.artifacts import Artifacts
from tools.sandbox.component_placement import require_room
from tools.sandbox.component_state import Blueprint
from tools.sandbox.endpoints import require_endpoint
from tools.sandbox.hosting_state import (
    Endpoint,
    HostingState,
    InferenceComponent,
    Variant,
    sagemaker_arn,
)
from tools.sandbox.listing import list_summaries
from tools.sandbox.sagemaker_models import containers_of, require_model
from tools.sandbox.service import Call, Operation
from tools.sandbox.tagging import drop_tags, set_tags
from tools.sandbox.wire import AwsError, validation_exception


class ComponentTransitions(Protocol):
    """What brings a component from one status to the next (`component_lifecycle.py`)."""

    def create(self, component: InferenceComponent) -> None:
        """From Creating on."""

    def update(self, component: InferenceComponent) -> None:
        """From Updating on, to another specification, other copies, or both."""

    def delete(self, component: InferenceComponent) -> None:
        """From Deleting on."""


def require_component(state: HostingState, region: str, name: str) -> InferenceComponent:
    """The component of that name.

    Raises:
        AwsError: AWS's "Could not find inference component".
    """
    found = state.get(InferenceComponent, region, name)
    if found is None:
        arn = sagemaker_arn(region, "inference-component", name)
        raise validation_exception(f'Could not find inference component "{arn}".')
    return found


class Components:
    """Create, describe, list, update and delete."""

    def __init__(
        self,
        state: HostingState,
        artifacts: Artifacts,
        transitions: ComponentTransitions,
        deregister: Callable[[str, str], None],
    ) -> None:
        """Take `deregister(region, component name)`: forgets its scalable target."""
        self._state = state
        self._artifacts = artifacts
        self._transitions = transitions
        self._deregister = deregister

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {
            "CreateInferenceComponent": self.create,
            "DescribeInferenceComponent": self.describe,
            "ListInferenceComponents": self.list,
            "UpdateInferenceComponent": self.update,
            "UpdateInferenceComponentRuntimeConfig": self.update_runtime,
            "DeleteInferenceComponent": self.delete,
        }

    def create(self, call: Call) -> dict[str, Any]:
        """CreateInferenceComponent: at least one copy to begin with."""
        params = call.params
        name = str(params["InferenceComponentName"])
        arn = sagemaker_arn(call.region, "inference-component", name)
        copies = params.get("RuntimeConfig", {}).get("CopyCount", 1)
        if copies < 1:
            raise validation_exception(
                "1 validation error detected: Value '0' at 'runtimeConfig.copyCount' failed to "
                "satisfy constraint: Member must have value greater than or equal to 1"
            )
        with self._state.lock:
            if self._state.get(InferenceComponent, call.region, name) is not None:
                raise validation_exception(
                    f'Cannot create already existing inference component "{arn}".'
                )
            endpoint = require_endpoint(self._state, call.region, str(params["EndpointName"]))
            variant = _hosting_variant(endpoint, params.get("VariantName"))
            blueprint = self._blueprint(call, endpoint)
            component = InferenceComponent(
                region=call.region, name=name, arn=arn, endpoint_name=endpoint.name,
                variant_name=variant.name, created_at=call.at, modified_at=call.at,
                status="Creating", pending=blueprint, desired_copies=copies,
            )  # fmt: skip
            require_room(self._state, component)
            set_tags(self._state, call.region, arn, params.get("Tags", []))
            self._state.save(component)
        self._transitions.create(component)
        return {"InferenceComponentArn": arn}

    def _blueprint(self, call: Call, endpoint: Endpoint) -> Blueprint:
        """What the call's specification stands for now."""
        if "Specification" not in call.params or "Specifications" in call.params:
            raise AwsError(
                "UnsupportedOperation",
                "The sandbox serves inference components of one Specification only.",
                501,
            )
        specification = dict(call.params["Specification"])
        if "BaseInferenceComponentName" in specification:
            raise AwsError(
                "UnsupportedOperation", "The sandbox does not serve adapter components.", 501
            )
        if "ComputeResourceRequirements" not in specification:
            raise validation_exception(
                "ComputeResourceRequirements must be specified for an inference component."
            )
        if ("ModelName" in specification) == ("Container" in specification):
            raise validation_exception("Exactly one of ModelName and Container must be specified.")
        if "ModelName" in specification:
            model = require_model(self._state, call.region, specification["ModelName"]).definition
            container, role = containers_of(model)[0], str(model["ExecutionRoleArn"])
            isolated = bool(model.get("EnableNetworkIsolation"))
        else:
            container = _as_container(specification["Container"])
            role = str(endpoint.live.config["ExecutionRoleArn"]) if endpoint.live else ""
            isolated = bool(endpoint.live and endpoint.live.config.get("EnableNetworkIsolation"))
            self._artifacts.check_container(container, self._artifacts.assume(role), call.region)
        return Blueprint(
            specification=specification, container=container, role_arn=role, isolated=isolated
        )

    def update(self, call: Call) -> dict[str, Any]:
        """UpdateInferenceComponent: another specification, other copies, or both."""
        with self._state.lock:
            component = self._settled(call)
            endpoint = require_endpoint(self._state, call.region, component.endpoint_name)
            change: dict[str, Any] = {"deployment_config": call.params.get("DeploymentConfig")}
            if "Specification" in call.params or "Specifications" in call.params:
                change["pending"] = self._blueprint(call, endpoint)
            if "RuntimeConfig" in call.params:
                change["desired_copies"] = call.params["RuntimeConfig"]["CopyCount"]
            changed = self._begin_update(component, call, change)
        self._transitions.update(changed)
        return {"InferenceComponentArn": component.arn}

    def update_runtime(self, call: Call) -> dict[str, Any]:
        """UpdateInferenceComponentRuntimeConfig: other copies; none at all is allowed."""
        with self._state.lock:
            component = self._settled(call)
            copies = call.params["DesiredRuntimeConfig"]["CopyCount"]
            changed = self._begin_update(component, call, {"desired_copies": copies})
        self._transitions.update(changed)
        return {"InferenceComponentArn": component.arn}

    def _settled(self, call: Call) -> InferenceComponent:
        component = require_component(
            self._state, call.region, str(call.params["InferenceComponentName"])
        )
        if component.status != "InService":
            raise validation_exception(
                f'Cannot update in-progress inference component "{component.arn}": its status is '
                f"{component.status}."
            )
        return component

    def _begin_update(
        self, component: InferenceComponent, call: Call, change: dict[str, Any]
    ) -> InferenceComponent:
        common = {"status": "Updating", "modified_at": call.at, "failure_reason": None}
        changed = component.model_copy(update=common | change)
        require_room(self._state, changed)
        self._state.save(changed)
        return changed

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteInferenceComponent."""
        with self._state.lock:
            component = require_component(
                self._state, call.region, str(call.params["InferenceComponentName"])
            )
            if component.status == "Deleting":
                raise validation_exception(
                    f'Cannot delete in-progress inference component "{component.arn}".'
                )
            changed = component.model_copy(update={"status": "Deleting", "modified_at": call.at})
            self._state.save(changed)
            drop_tags(self._state, call.region, component.arn)
        self._deregister(call.region, component.name)
        self._transitions.delete(changed)
        return {}

    def describe(self, call: Call) -> dict[str, Any]:
        """DescribeInferenceComponent."""
        component = require_component(
            self._state, call.region, str(call.params["InferenceComponentName"])
        )
        shown = component.live or component.pending
        found: dict[str, Any] = _summary(component) | {
            "EndpointArn": sagemaker_arn(call.region, "endpoint", component.endpoint_name),
            "Specification": _specification(shown) if shown else {},
            "RuntimeConfig": {
                "DesiredCopyCount": component.desired_copies,
                "CurrentCopyCount": component.current_copies,
            },
        }
        if component.failure_reason:
            found["FailureReason"] = component.failure_reason
        if component.deployment_config:
            found["LastDeploymentConfig"] = component.deployment_config
        return found

    def list(self, call: Call) -> dict[str, Any]:
        """ListInferenceComponents."""
        wanted = call.params
        summaries = [
            _summary(one)
            for one in self._state.all(InferenceComponent, call.region)
            if wanted.get("EndpointNameEquals") in (None, one.endpoint_name)
            and wanted.get("VariantNameEquals") in (None, one.variant_name)
        ]
        return list_summaries(
            summaries, wanted, result="InferenceComponents", name_key="InferenceComponentName",
            status_key="InferenceComponentStatus",
        )  # fmt: skip


def _as_container(given: dict[str, Any]) -> dict[str, Any]:
    if "Image" not in given:
        raise validation_exception("Image must be specified for the container of a component.")
    container = {"Image": given["Image"], "Environment": given.get("Environment", {})}
    if "ArtifactUrl" in given:
        container["ModelDataUrl"] = given["ArtifactUrl"]
    return container


def _hosting_variant(endpoint: Endpoint, name: str | None) -> Variant:
    """The variant that takes a component; the only one when none is named."""
    if endpoint.status != "InService" or endpoint.live is None:
        raise validation_exception(
            f'Cannot create an inference component on endpoint "{endpoint.arn}": its status is '
            f"{endpoint.status}, it must be InService."
        )
    hosts = [one for one in endpoint.live.variants if one.model_name is None]
    if not hosts:
        raise validation_exception(
            f'Endpoint "{endpoint.arn}" does not host inference components: its production '
            "variants name models."
        )
    if name is None and len(hosts) > 1:
        raise validation_exception("VariantName must be specified: there are several variants.")
    found = next((one for one in hosts if name in (None, one.name)), None)
    if found is None:
        raise validation_exception(
            f'The variant name(s) "{name}" is/are not present within endpoint "{endpoint.name}".'
        )
    return found


def _summary(component: InferenceComponent) -> dict[str, Any]:
    return {
        "InferenceComponentName": component.name,
        "InferenceComponentArn": component.arn,
        "EndpointName": component.endpoint_name,
        "EndpointArn": sagemaker_arn(component.region, "endpoint", component.endpoint_name),
        "VariantName": component.variant_name,
        "InferenceComponentStatus": component.status,
        "CreationTime": component.created_at,
        "LastModifiedTime": component.modified_at,
    }


def _specification(blueprint: Blueprint) -> dict[str, Any]:
    """The specification as the service describes it: with the image that was resolved."""
    shown = dict(blueprint.specification)
    given = shown.pop("Container", None)
    if given is not None:
        image = blueprint.container["Image"]
        shown["Container"] = {
            "DeployedImage": {"SpecifiedImage": image, "ResolvedImage": image},
            **{key: value for key, value in given.items() if key in ("ArtifactUrl", "Environment")},
        }
    return shown
