"""A CloudFormation template as declared resources; pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from tools.auditing.document import REMEDY, as_mapping, document_of
from tools.auditing.functions import NOTHING, Working
from tools.auditing.regions import region_meant
from tools.errors import InvalidInputError
from tools.rules.declared.node import Node, generated, unknown
from tools.rules.declared.resources import Declared, Kind, Resource

#: Resource type: its kind, the property that names it, and whether `Ref` gives that name.
_TYPES: dict[str, tuple[Kind, str, bool]] = {
    "AWS::SageMaker::Model": ("model", "ModelName", False),
    "AWS::SageMaker::EndpointConfig": ("config", "EndpointConfigName", False),
    "AWS::SageMaker::Endpoint": ("endpoint", "EndpointName", False),
    "AWS::SageMaker::InferenceComponent": ("component", "InferenceComponentName", False),
    "AWS::ApplicationAutoScaling::ScalableTarget": ("target", "", False),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ("policy", "PolicyName", False),
    "AWS::CloudWatch::Alarm": ("alarm", "AlarmName", True),
    "AWS::IAM::Role": ("role", "RoleName", True),
    "AWS::IAM::Policy": ("role-policy", "PolicyName", False),
    "AWS::IAM::ManagedPolicy": ("role-policy", "ManagedPolicyName", False),
    "AWS::IAM::RolePolicy": ("role-policy", "PolicyName", False),
}


#: Parameters that whoever deploys changes with the content.
_VERSIONS = re.compile("version|revision|suffix|hash|digest|commit|build|release|timestamp", re.I)


def declared_by_template(
    text: str,
    *,
    region: str,
    parameters: Mapping[str, str] | None = None,
    region_is_fixed: bool = False,
    path: str = "",
) -> Declared:
    """Return what a template declares, parameters at their defaults where nothing else is said.

    Args:
        text: YAML or JSON.
        region: Where it would be deployed.
        parameters: Values for its parameters, by name.
        region_is_fixed: The region was named; else what the template itself says decides.
        path: Stands before every path, for a template inside something else.

    Raises:
        InvalidInputError: It is no template that can be read.
    """
    document = document_of(text)
    if not region_is_fixed:
        region = region_meant(document["Resources"], document.get("Parameters"), region)
    try:
        return _Template(document, region, parameters or {}, path).declared()
    except (RecursionError, LookupError, TypeError, ValueError, AttributeError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise InvalidInputError(
            f"This is no template that can be worked out: {first}", remedy=REMEDY
        ) from error


class _Template:
    def __init__(
        self, document: dict[str, Any], region: str, given: Mapping[str, str], path: str
    ) -> None:
        self.region, self.path = region, path
        self.rows: dict[str, dict[str, Any]] = {
            str(key): {**row, "Properties": as_mapping(row.get("Properties"))}
            for key, row in document["Resources"].items()
            if isinstance(row, dict)
        }
        named = {**_pseudo(region), **_parameters(document.get("Parameters") or {}, given)}
        self.working = Working(document, named, self._reference, self._attribute)
        self._names: dict[str, str] = {}
        self._has_macros = "Transform" in document

    def declared(self) -> Declared:
        """Return the resources that are made at these parameters."""
        made = tuple(self._resources())
        return Declared(self.region, made, frozenset(get_args(Kind)), True, tuple(self._dangling()))

    def _resources(self) -> Iterator[Resource]:
        for logical_id, row in self.rows.items():
            known = _TYPES.get(str(row.get("Type")))
            if known is None or self.working.holds(str(row.get("Condition"))) is False:
                continue
            body = self._body(known[0], row["Properties"])
            path = f"{self.path}Resources.{logical_id}.Properties"
            yield Resource(
                known[0],
                logical_id,
                Node(body if isinstance(body, dict) else {}, path),
                name=self._name(logical_id),
                reference=str(self._reference(logical_id)),
                waits_for=frozenset(self._before(logical_id, set())),
            )

    def _body(self, kind: Kind, properties: dict[str, Any]) -> Any:  # noqa: ANN401 - template data
        """A configuration's name that holds a version changes with what it names."""
        given = properties.get("EndpointConfigName") if kind == "config" else None
        if any(_VERSIONS.search(name) for name in _mentioned(given) if name not in self.rows):
            properties = {**properties, "EndpointConfigName": unknown("EndpointConfigName")}
        return self.working.value(properties)

    def _dangling(self) -> Iterator[Node]:
        if self._has_macros:  # a macro may add what is missing
            return
        for logical_id, row in self.rows.items():
            if str(row.get("Type")) in _TYPES:
                path = f"{self.path}Resources.{logical_id}.Properties"
                self.working.missing.clear()
                self.working.value(row["Properties"])
                yield from (Node(name, path) for name in dict.fromkeys(self.working.missing))

    def _name(self, logical_id: str) -> str:
        key = _TYPES.get(str(self.rows[logical_id].get("Type")), ("", "", False))[1]
        if logical_id not in self._names:
            self._names[logical_id] = generated(f"{logical_id}.{key or 'Ref'}")
            worked = self.working.value(self.rows[logical_id]["Properties"].get(key))
            if isinstance(worked, str) and worked:
                self._names[logical_id] = worked
        return self._names[logical_id]

    def _reference(self, logical_id: str) -> str | None:
        if logical_id not in self.rows:
            return None
        by_name = _TYPES.get(str(self.rows[logical_id].get("Type")), ("", "", False))[2]
        return self._name(logical_id) if by_name else generated(f"{logical_id}.Ref")

    def _attribute(self, logical_id: str, attribute: str) -> str | None:
        if logical_id not in self.rows:
            return None
        key = _TYPES.get(str(self.rows[logical_id].get("Type")), ("", "", False))[1]
        return (
            self._name(logical_id) if attribute == key else generated(f"{logical_id}.{attribute}")
        )

    def _before(self, logical_id: str, found: set[str]) -> set[str]:
        """Everything that is made before, directly or not."""
        row = self.rows[logical_id]
        depends = row.get("DependsOn") or []
        direct = {depends} if isinstance(depends, str) else set(depends)
        direct |= set(_mentioned(row["Properties"]))
        for name in (direct & self.rows.keys()) - found:
            found.add(name)
            self._before(name, found)
        return found


def _mentioned(part: Any) -> Iterator[str]:  # noqa: ANN401 - template data
    match part:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": str(text)}:
            yield text.split(".", 1)[0]
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), *_]}:
            yield from (hole.split("}", 1)[0].split(".", 1)[0] for hole in text.split("${")[1:])
            if isinstance(part["Fn::Sub"], list):
                yield from _mentioned(part["Fn::Sub"][1:])
        case dict():
            for member in part.values():
                yield from _mentioned(member)
        case list():
            for member in part:
                yield from _mentioned(member)
        case _:
            pass


def _pseudo(region: str) -> dict[str, Any]:
    china = region.startswith("cn-")
    partition = "aws-cn" if china else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    return {
        "AWS::Region": region,
        "AWS::Partition": partition,
        "AWS::URLSuffix": "amazonaws.com.cn" if china else "amazonaws.com",
        "AWS::NoValue": NOTHING,
        **{f"AWS::{key}": unknown(f"AWS::{key}")
           for key in ("AccountId", "StackName", "StackId", "NotificationARNs")},
    }  # fmt: skip


def _parameters(declared: dict[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, row in declared.items():
        default = row.get("Default") if isinstance(row, dict) else None
        kind = str(row.get("Type", "String")) if isinstance(row, dict) else "String"
        value = given.get(name, default)
        if value is None or kind.startswith("AWS::SSM::Parameter::Value"):
            made[name] = unknown(name)
        elif kind == "CommaDelimitedList" or kind.startswith("List<"):
            made[name] = [part.strip() for part in str(value).split(",")]
        else:
            made[name] = value
    return made
