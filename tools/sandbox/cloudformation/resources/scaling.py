"""AWS::ApplicationAutoScaling::ScalableTarget and ScalingPolicy."""

from typing import Any

from tools.sandbox.cloudformation.resources.contract import (
    HandlerError,
    InstantType,
    Properties,
    Site,
    without,
)

_KEY = ("ServiceNamespace", "ResourceId", "ScalableDimension")
_SERVICE = "application-autoscaling"


def _key(properties: Properties) -> dict[str, str]:
    """The three members that name a target, also by way of ScalingTargetId."""
    if "ScalingTargetId" in properties:
        parts = str(properties["ScalingTargetId"]).split("|")
        if len(parts) != 3:
            raise HandlerError(
                f"Invalid ScalingTargetId: {properties['ScalingTargetId']}", "InvalidRequest"
            )
        resource_id, dimension, namespace = parts
        return dict(zip(_KEY, (namespace, resource_id, dimension), strict=True))
    return {name: str(properties[name]) for name in _KEY}


class ScalableTargetType(InstantType):
    """A scalable target with its scheduled actions."""

    type_name = "AWS::ApplicationAutoScaling::ScalableTarget"
    attributes = ("Id",)

    def identity(self, site: Site, properties: Properties, name: str) -> str:
        """Resource, dimension and namespace."""
        _ = site, name
        key = _key(properties)
        return "|".join((key["ResourceId"], key["ScalableDimension"], key["ServiceNamespace"]))

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Register it; one that exists belongs to somebody else."""
        physical_id = self.identity(site, properties, name)
        if self._described(site, properties) is not None:
            raise HandlerError(
                f"Resource of type '{self.type_name}' with identifier '{physical_id}' already "
                "exists.", "AlreadyExists",
            )  # fmt: skip
        self._register(site, properties, tags=True)
        self._schedule(site, {}, properties)
        return physical_id

    def _register(self, site: Site, properties: Properties, *, tags: bool) -> None:
        given = without(properties, "ScheduledActions", "Tags")
        listed = properties.get("Tags", ()) if tags else ()
        named = {"Tags": {tag["Key"]: tag["Value"] for tag in listed}} if listed else {}
        site.call(f"{_SERVICE}.register_scalable_target", **given, **named)

    def _schedule(self, site: Site, old: Properties, new: Properties) -> None:
        wanted = {one["ScheduledActionName"]: one for one in new.get("ScheduledActions", ())}
        present = {one["ScheduledActionName"]: one for one in old.get("ScheduledActions", ())}
        for name in present:
            if name not in wanted:
                site.found(
                    f"{_SERVICE}.delete_scheduled_action", **_key(new), ScheduledActionName=name
                )
        for name, action in wanted.items():
            if present.get(name) != action:
                site.call(f"{_SERVICE}.put_scheduled_action", **_key(new), **action)

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Register it anew; the limits change."""
        _ = physical_id
        self._register(site, new, tags=False)
        self._schedule(site, old, new)

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Deregister it."""
        _ = physical_id
        site.found(f"{_SERVICE}.deregister_scalable_target", **_key(properties))

    def _described(self, site: Site, properties: Properties) -> dict[str, Any] | None:
        key = _key(properties)
        found = site.call(
            f"{_SERVICE}.describe_scalable_targets",
            ServiceNamespace=key["ServiceNamespace"],
            ScalableDimension=key["ScalableDimension"],
            ResourceIds=[key["ResourceId"]],
        )["ScalableTargets"]
        return dict(found[0]) if found else None

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """The limits and the scheduled actions."""
        _ = physical_id
        found = self._described(site, properties)
        if found is None:
            return None
        key = _key(properties)
        actions = site.call(f"{_SERVICE}.describe_scheduled_actions", **key)["ScheduledActions"]
        return found | {"ScheduledActions": actions} | {"Tags": properties.get("Tags", [])}

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """The ID."""
        _ = site, properties
        return {"Id": physical_id}


class ScalingPolicyType(InstantType):
    """A scaling policy."""

    type_name = "AWS::ApplicationAutoScaling::ScalingPolicy"
    attributes = ("Arn",)

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Put it."""
        _ = name
        given = without(properties, "ScalingTargetId", *_KEY)
        made = site.call(f"{_SERVICE}.put_scaling_policy", **_key(properties), **given)
        return str(made["PolicyARN"])

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Put it anew."""
        _ = old
        self.create(site, new, physical_id)

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Delete it; its target may have gone first, and it with the target."""
        _ = physical_id
        site.found(
            f"{_SERVICE}.delete_scaling_policy",
            **_key(properties),
            PolicyName=properties["PolicyName"],
        )

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """The policy."""
        _ = physical_id
        found = site.call(
            f"{_SERVICE}.describe_scaling_policies",
            **_key(properties),
            PolicyNames=[properties["PolicyName"]],
        )["ScalingPolicies"]
        return dict(found[0]) if found else None

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """The ARN."""
        _ = site, properties
        return {"Arn": physical_id}
