"""AWS::CloudWatch::Alarm and AWS::Logs::LogGroup."""

from collections.abc import Mapping
from typing import Any

from tools.sandbox.cloudformation.resources.contract import (
    InstantType,
    Properties,
    Site,
    tag_changes,
    without,
)
from tools.sandbox.wire import ACCOUNT


class AlarmType(InstantType):
    """A metric alarm."""

    type_name = "AWS::CloudWatch::Alarm"
    attributes = ("Arn",)
    name_property = "AlarmName"
    name_length = 255

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Put it."""
        site.call("cloudwatch.put_metric_alarm", AlarmName=name, **without(properties, "AlarmName"))
        return name

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Put it anew; tags by their own calls."""
        self.create(site, without(new, "Tags"), physical_id)
        arn = self.get_att(site, physical_id, new)["Arn"]
        added, removed = tag_changes(old.get("Tags", ()), new.get("Tags", ()))
        if added:
            site.call("cloudwatch.tag_resource", ResourceARN=arn, Tags=added)
        if removed:
            site.call("cloudwatch.untag_resource", ResourceARN=arn, TagKeys=removed)

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Delete it."""
        _ = properties
        site.found("cloudwatch.delete_alarms", AlarmNames=[physical_id])

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """The alarm."""
        _ = properties
        found = site.call("cloudwatch.describe_alarms", AlarmNames=[physical_id])["MetricAlarms"]
        if not found:
            return None
        tags = site.call("cloudwatch.list_tags_for_resource", ResourceARN=found[0]["AlarmArn"])[
            "Tags"
        ]
        return {**found[0], "Tags": tags}

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """The ARN."""
        _ = properties
        return {"Arn": f"arn:aws:cloudwatch:{site.region}:{ACCOUNT}:alarm:{physical_id}"}


class LogGroupType(InstantType):
    """A log group with its retention."""

    type_name = "AWS::Logs::LogGroup"
    attributes = ("Arn",)
    name_property = "LogGroupName"
    name_length = 512
    served = frozenset(("LogGroupName", "RetentionInDays", "KmsKeyId", "Tags"))

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Make it, then set its retention."""
        given: dict[str, Any] = {"logGroupName": name}
        if "KmsKeyId" in properties:
            given["kmsKeyId"] = properties["KmsKeyId"]
        if properties.get("Tags"):
            given["tags"] = _plain(properties["Tags"])
        site.call("logs.create_log_group", **given)
        self._retain(site, name, properties)
        return name

    @staticmethod
    def _retain(site: Site, name: str, properties: Properties) -> None:
        if "RetentionInDays" in properties:
            days = properties["RetentionInDays"]
            site.call("logs.put_retention_policy", logGroupName=name, retentionInDays=days)

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Change retention and tags."""
        self._retain(site, physical_id, new)
        if "RetentionInDays" in old and "RetentionInDays" not in new:
            site.call("logs.delete_retention_policy", logGroupName=physical_id)
        added, removed = tag_changes(old.get("Tags", ()), new.get("Tags", ()))
        if added:
            site.call("logs.tag_log_group", logGroupName=physical_id, tags=_plain(added))
        if removed:
            site.call("logs.untag_log_group", logGroupName=physical_id, tags=removed)

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Delete it."""
        _ = properties
        site.found("logs.delete_log_group", logGroupName=physical_id)

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """Its retention, key and tags."""
        _ = properties
        groups = site.call("logs.describe_log_groups", logGroupNamePrefix=physical_id)["logGroups"]
        found = next((one for one in groups if one["logGroupName"] == physical_id), None)
        if found is None:
            return None
        tags = site.call("logs.list_tags_log_group", logGroupName=physical_id)["tags"]
        live = {"LogGroupName": physical_id, "Tags": _listed(tags)}
        for name, key in (("RetentionInDays", "retentionInDays"), ("KmsKeyId", "kmsKeyId")):
            if key in found:
                live[name] = found[key]
        return live

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """The ARN, which ends in `:*`."""
        _ = properties
        return {"Arn": f"arn:aws:logs:{site.region}:{ACCOUNT}:log-group:{physical_id}:*"}


def _plain(tags: list[Mapping[str, str]] | list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
