"""AWS::SageMaker::Model, EndpointConfig, Endpoint and InferenceComponent."""

from typing import Any

from tools.sandbox.cloudformation.resources.contract import (
    HandlerError,
    Properties,
    Site,
    tag_changes,
    without,
)
from tools.sandbox.wire import ACCOUNT


def _last(arn: str) -> str:
    return arn.rsplit("/", 1)[1]


class _Hosting:
    """What the four have in common: names, ARNs and tags."""

    kind = ""
    arn_kind = ""
    method = ""
    name_length = 63
    served: frozenset[str] | None = None

    @property
    def type_name(self) -> str:
        """AWS::SageMaker::<kind>."""
        return f"AWS::SageMaker::{self.kind}"

    @property
    def attributes(self) -> tuple[str, ...]:
        """Name and ARN."""
        return (f"{self.kind}Name", f"{self.kind}Arn")

    @property
    def name_property(self) -> str:
        """<kind>Name."""
        return f"{self.kind}Name"

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Ask for the resource."""
        made = site.call(
            f"sagemaker.create_{self.method}",
            **self.request(properties),
            **{self.name_property: name},
        )
        return str(made[f"{self.kind}Arn"])

    def request(self, properties: Properties) -> dict[str, Any]:
        """The properties as the create call takes them."""
        return without(properties, self.name_property)

    def settle(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Ready at once."""

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Change the tags."""
        added, removed = tag_changes(old.get("Tags", ()), new.get("Tags", ()))
        if added:
            site.call("sagemaker.add_tags", ResourceArn=physical_id, Tags=added)
        if removed:
            site.call("sagemaker.delete_tags", ResourceArn=physical_id, TagKeys=removed)

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Delete it."""
        _ = properties
        site.found(f"sagemaker.delete_{self.method}", **self.named(physical_id))

    def named(self, physical_id: str) -> dict[str, Any]:
        """The parameter that names it."""
        return {self.name_property: _last(physical_id)}

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """What the describe call answers, with its tags."""
        _ = properties
        found = site.found(f"sagemaker.describe_{self.method}", **self.named(physical_id))
        if found is None:
            return None
        tags = site.found("sagemaker.list_tags", ResourceArn=physical_id) or {}
        return without(found, "ResponseMetadata") | {"Tags": tags.get("Tags", [])}

    def identity(self, site: Site, properties: Properties, name: str) -> str:
        """The ARN."""
        _ = properties
        partition = "aws-cn" if site.region.startswith("cn-") else "aws"
        return f"arn:{partition}:sagemaker:{site.region}:{ACCOUNT}:{self.arn_kind}/{name}"

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """Name and ARN."""
        _ = site, properties
        return {f"{self.kind}Name": _last(physical_id), f"{self.kind}Arn": physical_id}


class SagemakerModelType(_Hosting):
    """AWS::SageMaker::Model."""

    kind, arn_kind, method = "Model", "model", "model"


class EndpointConfigType(_Hosting):
    """AWS::SageMaker::EndpointConfig."""

    kind, arn_kind, method = "EndpointConfig", "endpoint-config", "endpoint_config"


_FAILED = ("Failed", "OutOfService", "UpdateRollbackFailed")


class EndpointType(_Hosting):
    """AWS::SageMaker::Endpoint: awaited, and deleted when it failed."""

    kind, arn_kind, method = "Endpoint", "endpoint", "endpoint"

    def request(self, properties: Properties) -> dict[str, Any]:
        """Without what only matters to updates."""
        return without(
            properties, "EndpointName", "RetainAllVariantProperties",
            "ExcludeRetainedVariantProperties", "RetainDeploymentConfig",
        )  # fmt: skip

    def settle(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Wait for InService under the wanted endpoint config."""
        found = self._settled(site, physical_id)
        if found is None:
            raise HandlerError(
                f"Resource of type '{self.type_name}' with identifier '{physical_id}' was not "
                "found.", "NotFound"
            )  # fmt: skip
        wanted = properties["EndpointConfigName"]
        if found["EndpointStatus"] in _FAILED or found["EndpointConfigName"] != wanted:
            raise HandlerError(
                f"Resource of type '{self.type_name}' with identifier '{physical_id}' did not "
                f"stabilize. {found.get('FailureReason', '')}".strip(), "NotStabilized"
            )  # fmt: skip

    def _settled(self, site: Site, physical_id: str) -> dict[str, Any] | None:
        """The endpoint once nothing is under way; None when it is gone."""
        while True:
            found = site.found("sagemaker.describe_endpoint", **self.named(physical_id))
            if found is None or found["EndpointStatus"] in ("InService", *_FAILED):
                return found
            site.pause()

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """UpdateEndpoint, unless only tags change or it serves that config already."""
        super().update(site, physical_id, old, new)
        present = self._settled(site, physical_id)
        wanted = new["EndpointConfigName"]
        guarded = old.get("DeploymentConfig") != new.get("DeploymentConfig")
        if present is not None and present["EndpointConfigName"] == wanted and not (
            guarded and old["EndpointConfigName"] == wanted
        ):  # fmt: skip
            return
        site.call(
            "sagemaker.update_endpoint", **self.named(physical_id),
            **without(new, "EndpointName", "Tags"),
        )  # fmt: skip
        self.settle(site, physical_id, new)

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Delete it once nothing is under way, and wait until it is gone."""
        if self._settled(site, physical_id) is None:
            return
        super().delete(site, physical_id, properties)
        while site.found("sagemaker.describe_endpoint", **self.named(physical_id)) is not None:
            site.pause()

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """The last deployment config is the present one."""
        found = super().read(site, physical_id, properties)
        if found is not None and "LastDeploymentConfig" in found:
            found["DeploymentConfig"] = found["LastDeploymentConfig"]
        return found


class InferenceComponentType(_Hosting):
    """AWS::SageMaker::InferenceComponent: awaited like an endpoint."""

    kind, arn_kind = "InferenceComponent", "inference-component"
    method = "inference_component"

    @property
    def attributes(self) -> tuple[str, ...]:
        """Name, ARN and status."""
        return (*super().attributes, "InferenceComponentStatus")

    def settle(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Wait for InService."""
        _ = properties
        while True:
            found = site.call("sagemaker.describe_inference_component", **self.named(physical_id))
            match found["InferenceComponentStatus"]:
                case "InService":
                    return
                case "Failed":
                    raise HandlerError(
                        f"Resource of type '{self.type_name}' with identifier '{physical_id}' did "
                        f"not stabilize. {found.get('FailureReason', '')}".strip(),
                        "NotStabilized",
                    )
                case _:
                    site.pause()

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """UpdateInferenceComponent, unless only tags change."""
        super().update(site, physical_id, old, new)
        if without(old, "Tags") == without(new, "Tags"):
            return
        changed = without(new, "Tags", "InferenceComponentName", "EndpointName", "VariantName")
        site.call("sagemaker.update_inference_component", **self.named(physical_id), **changed)
        self.settle(site, physical_id, new)

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Delete it and wait until it is gone."""
        super().delete(site, physical_id, properties)
        operation = "sagemaker.describe_inference_component"
        while site.found(operation, **self.named(physical_id)) is not None:
            site.pause()

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """With the copy count where the template has it."""
        found = super().read(site, physical_id, properties)
        runtime = (found or {}).get("RuntimeConfig", {})
        if found is not None and "DesiredCopyCount" in runtime:
            found["RuntimeConfig"] = runtime | {"CopyCount": runtime["DesiredCopyCount"]}
        return found

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """With the status."""
        found = site.call("sagemaker.describe_inference_component", **self.named(physical_id))
        base = super().get_att(site, physical_id, properties)
        return base | {"InferenceComponentStatus": found["InferenceComponentStatus"]}
