"""AWS::IAM::Role and AWS::IAM::Policy."""

import json
from typing import Any

from tools.sandbox.cloudformation.resources.contract import (
    InstantType,
    Properties,
    Site,
    tag_changes,
)


def _document(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _inline(properties: Properties) -> dict[str, Any]:
    return {one["PolicyName"]: one["PolicyDocument"] for one in properties.get("Policies", ())}


class RoleType(InstantType):
    """A role with its inline and attached policies."""

    type_name = "AWS::IAM::Role"
    attributes = ("Arn", "RoleId")
    name_property = "RoleName"
    _DIRECT = ("Path", "Description", "MaxSessionDuration", "PermissionsBoundary", "Tags")

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Make it with its policies."""
        given = {key: properties[key] for key in self._DIRECT if key in properties}
        trust = _document(properties["AssumeRolePolicyDocument"])
        site.call("iam.create_role", RoleName=name, AssumeRolePolicyDocument=trust, **given)
        self._policies(site, name, {}, properties)
        return name

    @staticmethod
    def _policies(site: Site, name: str, old: Properties, new: Properties) -> None:
        before, after = _inline(old), _inline(new)
        for policy in before.keys() - after.keys():
            site.found("iam.delete_role_policy", RoleName=name, PolicyName=policy)
        for policy, document in after.items():
            if before.get(policy) != document:
                site.call(
                    "iam.put_role_policy", RoleName=name, PolicyName=policy,
                    PolicyDocument=_document(document),
                )  # fmt: skip
        attached, wanted = old.get("ManagedPolicyArns", ()), new.get("ManagedPolicyArns", ())
        for arn in attached:
            if arn not in wanted:
                site.found("iam.detach_role_policy", RoleName=name, PolicyArn=arn)
        for arn in wanted:
            if arn not in attached:
                site.call("iam.attach_role_policy", RoleName=name, PolicyArn=arn)

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Change trust, description, session, boundary, policies and tags."""
        if old["AssumeRolePolicyDocument"] != new["AssumeRolePolicyDocument"]:
            trust = _document(new["AssumeRolePolicyDocument"])
            site.call("iam.update_assume_role_policy", RoleName=physical_id, PolicyDocument=trust)
        described = ("Description", "MaxSessionDuration")
        if any(old.get(key) != new.get(key) for key in described):
            defaults = {"Description": "", "MaxSessionDuration": 3600}
            given = {key: new.get(key, defaults[key]) for key in described}
            site.call("iam.update_role", RoleName=physical_id, **given)
        if old.get("PermissionsBoundary") != new.get("PermissionsBoundary"):
            self._bound(site, physical_id, new.get("PermissionsBoundary"))
        self._policies(site, physical_id, old, new)
        added, removed = tag_changes(old.get("Tags", ()), new.get("Tags", ()))
        if added:
            site.call("iam.tag_role", RoleName=physical_id, Tags=added)
        if removed:
            site.call("iam.untag_role", RoleName=physical_id, TagKeys=removed)

    @staticmethod
    def _bound(site: Site, name: str, boundary: str | None) -> None:
        if boundary is None:
            site.call("iam.delete_role_permissions_boundary", RoleName=name)
        else:
            site.call(
                "iam.put_role_permissions_boundary", RoleName=name, PermissionsBoundary=boundary
            )

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Take its own policies off and delete it; foreign ones keep it, as on AWS."""
        if site.found("iam.get_role", RoleName=physical_id) is None:
            return
        self._policies(site, physical_id, properties, {})
        site.found("iam.delete_role", RoleName=physical_id)

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """The role with its policies, in the template's order.

        Inline policies that are not its own are left out: they may be an AWS::IAM::Policy's.
        """
        found = site.found("iam.get_role", RoleName=physical_id)
        if found is None:
            return None
        role = dict(found["Role"])
        boundary = role.pop("PermissionsBoundary", None)
        if boundary:
            role["PermissionsBoundary"] = boundary["PermissionsBoundaryArn"]
        names = site.call("iam.list_role_policies", RoleName=physical_id)["PolicyNames"]
        own = [name for name in _inline(properties) if name in names]
        role["Policies"] = [_policy(site, physical_id, name) for name in own]
        attached = site.call("iam.list_attached_role_policies", RoleName=physical_id)
        arns = [one["PolicyArn"] for one in attached["AttachedPolicies"]]
        kept = [arn for arn in properties.get("ManagedPolicyArns", ()) if arn in arns]
        role["ManagedPolicyArns"] = kept + [arn for arn in arns if arn not in kept]
        return role

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """ARN and ID."""
        _ = properties
        role = site.call("iam.get_role", RoleName=physical_id)["Role"]
        return {"Arn": role["Arn"], "RoleId": role["RoleId"]}


def _policy(site: Site, role: str, name: str) -> dict[str, Any]:
    found = site.call("iam.get_role_policy", RoleName=role, PolicyName=name)
    return {"PolicyName": name, "PolicyDocument": found["PolicyDocument"]}


class InlinePolicyType(InstantType):
    """AWS::IAM::Policy: one inline policy put on roles, users and groups."""

    type_name = "AWS::IAM::Policy"
    attributes = ("Id",)
    _OWNERS = (("Roles", "role", "RoleName"), ("Users", "user", "UserName"),
               ("Groups", "group", "GroupName"))  # fmt: skip

    def create(self, site: Site, properties: Properties, name: str) -> str:
        """Put it on everyone."""
        self._apply(site, {}, properties)
        return name

    def _apply(self, site: Site, old: Properties, new: Properties) -> None:
        for members, kind, key in self._OWNERS:
            renamed = old.get("PolicyName") != new.get("PolicyName")
            for owner in old.get(members, ()):
                if renamed or owner not in new.get(members, ()):
                    site.found(
                        f"iam.delete_{kind}_policy", **{key: owner}, PolicyName=old["PolicyName"]
                    )
            for owner in new.get(members, ()):
                site.call(
                    f"iam.put_{kind}_policy", **{key: owner}, PolicyName=new["PolicyName"],
                    PolicyDocument=_document(new["PolicyDocument"]),
                )  # fmt: skip

    def update(self, site: Site, physical_id: str, old: Properties, new: Properties) -> None:
        """Put it anew where it belongs and take it off where it does not."""
        _ = physical_id
        self._apply(site, old, new)

    def delete(self, site: Site, physical_id: str, properties: Properties) -> None:
        """Take it off everyone."""
        _ = physical_id
        self._apply(site, properties, {})

    def read(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any] | None:
        """The document that its owners have, and which of them still have it."""
        _ = physical_id
        live: dict[str, Any] = {"PolicyName": properties["PolicyName"]}
        for members, kind, key in self._OWNERS:
            for owner in properties.get(members, ()):
                found = site.found(
                    f"iam.get_{kind}_policy", **{key: owner}, PolicyName=properties["PolicyName"]
                )
                if found is not None:
                    live.setdefault(members, []).append(owner)
                    if found["PolicyDocument"] != properties["PolicyDocument"]:
                        live["PolicyDocument"] = found["PolicyDocument"]
                    live.setdefault("PolicyDocument", found["PolicyDocument"])
        return live if "PolicyDocument" in live else None

    def get_att(self, site: Site, physical_id: str, properties: Properties) -> dict[str, Any]:
        """The ID."""
        _ = site, properties
        return {"Id": physical_id}
