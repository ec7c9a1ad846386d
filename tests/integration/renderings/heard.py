"""Every mutating request that botocore is asked for in this process, whoever asks: plan, script,
or the sandbox's CloudFormation on behalf of a stack."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import botocore
import botocore.session
from botocore.model import OperationModel

from tools.endpoint import EndpointSpec
from tools.operations import read_only
from tools.plan import PLAN_TAG

#: Tags that name a stack.
_OF_STACK = "aws:cloudformation:"
_DOCUMENTS = ("AssumeRolePolicyDocument", "PolicyDocument")


class Request(NamedTuple):
    """One request as botocore was given it."""

    operation: str
    parameters: dict[str, Any]


class Heard:
    """Listens to every session of botocore that is made while it listens."""

    def __init__(self) -> None:
        self._requests: list[Request] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hook every session that is made from now on, until the end."""
        botocore.register_initializer(self._install)
        try:
            yield
        finally:
            botocore.unregister_initializer(self._install)

    def _install(self, session: botocore.session.Session) -> None:
        session.get_component("event_emitter").register("provide-client-params", self._hear)

    def _hear(self, params: dict[str, Any], model: OperationModel, **_: Any) -> None:
        service = model.service_model.service_name
        if not read_only(service, model.name):
            self._requests.append(Request(f"{service}.{model.name}", dict(params)))

    def taken(self) -> tuple[Request, ...]:
        """Return what was asked for since the last time, in order."""
        taken, self._requests = tuple(self._requests), []
        return taken


def comparable(
    requests: tuple[Request, ...], spec: EndpointSpec, digest: str
) -> list[tuple[str, Any]]:
    """Return requests so that two ways of making the same can be compared.

    A stack's own calls are left out, and its resources are made several at a time: the order is
    not compared. Names that CloudFormation gives become what they name; so does a plan's digest.
    """
    made = [r for r in requests if not r.operation.startswith("cloudformation.")]
    names = _names(made, spec)
    rows = [(r.operation, _plain(_without_own_tags(r), names, digest)) for r in made]
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True, default=str))


def _without_own_tags(request: Request) -> dict[str, Any]:
    """CloudFormation hands a stack's tags, here the plan's, to more than plain calls tag."""
    given = dict(request.parameters)
    if not request.operation.startswith(("application-autoscaling.", "cloudwatch.")):
        return given
    tags = given.pop("Tags", None)
    rows = [{"Key": k, "Value": v} for k, v in tags.items()] if isinstance(tags, dict) else tags
    own = [r for r in rows or () if r["Key"] != PLAN_TAG and not _of_stack(r)]
    return {**given, "Tags": own} if own else given


def _names(requests: list[Request], spec: EndpointSpec) -> dict[tuple[str, str], str]:
    """Key and value of every name that was given, and what it names."""
    names: dict[tuple[str, str], str] = {}
    for operation, given in requests:
        match operation:
            case "sagemaker.CreateEndpointConfig":
                names["EndpointConfigName", given["EndpointConfigName"]] = "<config>"
                rows = [*given["ProductionVariants"], *given.get("ShadowProductionVariants", ())]
                names |= {
                    ("ModelName", v["ModelName"]): f"<model of {v['VariantName']}>"
                    for v in rows
                    if "ModelName" in v
                }
            case "iam.CreateRole" if spec.role_arn is None:
                names["RoleName", given["RoleName"]] = "<role>"
    return names


def _plain(value: Any, names: dict[tuple[str, str], str], digest: str, key: str = "") -> Any:
    match value:
        case dict():
            return {k: _plain(v, names, digest, k) for k, v in value.items() if k != "Body"}
        case list() | tuple():
            rows = [_plain(member, names, digest) for member in value if not _of_stack(member)]
            return sorted(rows, key=lambda row: row["Key"]) if key == "Tags" else rows
        case str() if key in _DOCUMENTS:
            return json.loads(value)
        case str() if key == "ExecutionRoleArn":
            start, slash, role = value.rpartition("/")
            return f"{start}{slash}{names.get(('RoleName', role), role)}"
        case str():
            named = names.get((key, value), value).replace(digest, "<digest>")
            return re.sub(r"arn:aws:autoscaling:\S+:policyName/", "policyName/", named)
        case _:
            return value


def _of_stack(member: Any) -> bool:
    return isinstance(member, dict) and str(member.get("Key", "")).startswith(_OF_STACK)
