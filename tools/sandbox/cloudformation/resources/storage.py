"""AWS::S3::Bucket and AWS::SNS::Topic."""

from collections.abc import Mapping
from typing import Any

from tools.sandbox.cloudformation.resources.contract import (
    InstantType,
    Properties,
    Site,
    tag_changes,
)
from tools.sandbox.wire import ACCOUNT

_DEFAULT = "ApplyServerSideEncryptionByDefault"


def _encryption(value: Mapping[str, Any]) -> dict[str, Any]:
    """The template's BucketEncryption as the API takes it."""
    rules = []
    for rule in value.get("ServerSideEncryptionConfiguration", ()):
        made = {key: item for key, item in rule.items() if key != "ServerSideEncryptionByDefault"}
        if "ServerSideEncryptionByDefault" in rule:
            made[_DEFAULT] = rule["ServerSideEncryptionByDefault"]
        rules.append(made)
    return {"Rules": rules}


class BucketType(InstantType):
    """A bucket; one with objects in it cannot be deleted, as on AWS."""

    type_name = "AWS::S3::Bucket"
    attributes = ("Arn", "DomainName", "RegionalDomainName")
    name_property = "BucketName"
    name_length = 63
    served = frozenset(
        ("BucketName", "Tags", "VersioningConfiguration", "BucketEncryption",
         "PublicAccessBlockConfiguration")
    )  # fmt: skip

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Make it, then set what it is to have."""
        place: dict[str, Any] = {}
        if site.region != "us-east-1":
            place = {"CreateBucketConfiguration": {"LocationConstraint": site.region}}
        site.call("s3.create_bucket", Bucket=name, **place)
        self.update(site, name, {}, properties)
        return name

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Set what differs."""
        changed = {key for key in self.served or () if old.get(key) != new.get(key)}
        if "VersioningConfiguration" in changed:
            wanted = new.get("VersioningConfiguration", {"Status": "Suspended"})
            site.call(
                "s3.put_bucket_versioning", Bucket=physical_id, VersioningConfiguration=wanted
            )
        if "BucketEncryption" in changed:
            self._encrypt(site, physical_id, new.get("BucketEncryption"))
        if "PublicAccessBlockConfiguration" in changed:
            self._block(site, physical_id, new.get("PublicAccessBlockConfiguration"))
        if "Tags" in changed:
            tags = {"TagSet": new.get("Tags", [])}
            if tags["TagSet"]:
                site.call("s3.put_bucket_tagging", Bucket=physical_id, Tagging=tags)
            else:
                site.call("s3.delete_bucket_tagging", Bucket=physical_id)

    @staticmethod
    def _encrypt(site: Site, name: str, wanted: Mapping[str, Any] | None) -> None:
        if wanted is None:
            site.call("s3.delete_bucket_encryption", Bucket=name)
        else:
            site.call(
                "s3.put_bucket_encryption", Bucket=name,
                ServerSideEncryptionConfiguration=_encryption(wanted),
            )  # fmt: skip

    @staticmethod
    def _block(site: Site, name: str, wanted: Mapping[str, Any] | None) -> None:
        if wanted is None:
            site.call("s3.delete_public_access_block", Bucket=name)
        else:
            site.call(
                "s3.put_public_access_block", Bucket=name,
                PublicAccessBlockConfiguration=wanted,
            )  # fmt: skip

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Delete it, if it is empty."""
        _ = properties
        site.found("s3.delete_bucket", Bucket=physical_id)

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """What of the served properties can be asked for."""
        _ = properties
        if site.found("s3.head_bucket", Bucket=physical_id) is None:
            return None
        live: dict[str, Any] = {"BucketName": physical_id}
        versioning = site.call("s3.get_bucket_versioning", Bucket=physical_id)
        if "Status" in versioning:
            live["VersioningConfiguration"] = {"Status": versioning["Status"]}
        if properties.get("Tags"):
            tags = site.found("s3.get_bucket_tagging", Bucket=physical_id)
            live["Tags"] = (tags or {}).get("TagSet", [])
        if "PublicAccessBlockConfiguration" in properties:
            block = site.found("s3.get_public_access_block", Bucket=physical_id)
            if block is not None:
                key = "PublicAccessBlockConfiguration"
                live[key] = block[key]
        if "BucketEncryption" in properties:
            self._read_encryption(site, physical_id, live)
        return live

    @staticmethod
    def _read_encryption(site: Site, name: str, live: dict[str, Any]) -> None:
        found = site.found("s3.get_bucket_encryption", Bucket=name)
        if found is None:
            return
        rules = []
        for rule in found["ServerSideEncryptionConfiguration"]["Rules"]:
            made = {key: item for key, item in rule.items() if key != _DEFAULT}
            if _DEFAULT in rule:
                made["ServerSideEncryptionByDefault"] = rule[_DEFAULT]
            rules.append(made)
        live["BucketEncryption"] = {"ServerSideEncryptionConfiguration": rules}

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """ARN and domain names."""
        _ = properties
        return {
            "Arn": f"arn:aws:s3:::{physical_id}",
            "DomainName": f"{physical_id}.s3.amazonaws.com",
            "RegionalDomainName": f"{physical_id}.s3.{site.region}.amazonaws.com",
        }


class TopicType(InstantType):
    """A topic with its subscriptions."""

    type_name = "AWS::SNS::Topic"
    attributes = ("TopicArn", "TopicName")
    name_property = "TopicName"
    name_length = 256
    served = frozenset(("TopicName", "DisplayName", "KmsMasterKeyId", "Subscription", "Tags"))
    _SETTINGS = ("DisplayName", "KmsMasterKeyId")

    def identity(self, site: Site, properties: Properties, name: str) -> str:
        """The ARN."""
        _ = properties
        return f"arn:aws:sns:{site.region}:{ACCOUNT}:{name}"

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Make it and subscribe to it."""
        settings = {key: str(properties[key]) for key in self._SETTINGS if key in properties}
        made = site.call(
            "sns.create_topic", Name=name, Attributes=settings, Tags=properties.get("Tags", [])
        )
        arn = str(made["TopicArn"])
        self._subscribe(site, arn, {}, properties)
        return arn

    @staticmethod
    def _subscribe(site: Site, arn: str, old: Properties, new: Properties) -> None:
        before, after = old.get("Subscription", []), new.get("Subscription", [])
        for one in after:
            if one not in before:
                site.call(
                    "sns.subscribe", TopicArn=arn, Protocol=one["Protocol"],
                    Endpoint=one["Endpoint"],
                )  # fmt: skip
        gone = [(one["Protocol"], one["Endpoint"]) for one in before if one not in after]
        if gone:
            held = site.call("sns.list_subscriptions_by_topic", TopicArn=arn)["Subscriptions"]
            for one in held:
                if (one["Protocol"], one["Endpoint"]) in gone:
                    site.call("sns.unsubscribe", SubscriptionArn=one["SubscriptionArn"])

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Change settings, subscriptions and tags."""
        for key in self._SETTINGS:
            if old.get(key) != new.get(key):
                site.call(
                    "sns.set_topic_attributes", TopicArn=physical_id, AttributeName=key,
                    AttributeValue=str(new.get(key, "")),
                )  # fmt: skip
        self._subscribe(site, physical_id, old, new)
        added, removed = tag_changes(old.get("Tags", ()), new.get("Tags", ()))
        if added:
            site.call("sns.tag_resource", ResourceArn=physical_id, Tags=added)
        if removed:
            site.call("sns.untag_resource", ResourceArn=physical_id, TagKeys=removed)

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Delete it with its subscriptions."""
        self._subscribe(site, physical_id, properties, {})
        site.found("sns.delete_topic", TopicArn=physical_id)

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """Its settings, subscriptions and tags."""
        _ = properties
        found = site.found("sns.get_topic_attributes", TopicArn=physical_id)
        if found is None:
            return None
        settings = {key: found["Attributes"].get(key, "") for key in self._SETTINGS}
        live: dict[str, Any] = {key: value for key, value in settings.items() if value}
        held = site.call("sns.list_subscriptions_by_topic", TopicArn=physical_id)["Subscriptions"]
        live["Subscription"] = [
            {"Endpoint": one["Endpoint"], "Protocol": one["Protocol"]} for one in held
        ]
        live["Tags"] = site.call("sns.list_tags_for_resource", ResourceArn=physical_id)["Tags"]
        return live | {"TopicName": physical_id.rsplit(":", 1)[1]}

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """ARN and name."""
        _ = site, properties
        return {"TopicArn": physical_id, "TopicName": physical_id.rsplit(":", 1)[1]}
