"""What a script's requests share: constants for names, variables for earlier answers; pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tools.endpoint import EndpointSpec
from tools.renderers.logical_ids import Call
from tools.renderers.python_values import Source, literal

#: Parameter to the constant that holds it.
CONSTANTS = {
    "EndpointName": "ENDPOINT_NAME", "EndpointConfigName": "CONFIG_NAME",
    "RoleName": "ROLE_NAME", "Bucket": "BUCKET",
}  # fmt: skip


class ScriptStep(NamedTuple):
    """A request with its reason and the waiter of botocore that ends it, if any."""

    call: Call
    why: str = ""
    waiter: str | None = None


class Sample(NamedTuple):
    """A request to try the endpoint with."""

    body: bytes
    content_type: str
    accept: str | None = None


class Head(NamedTuple):
    """What a rendering says of itself.

    Attributes:
        account: The only account it is for.
        boto3_version: That it was made for.
        digest: Of the plan; None for a bare specification.
        reasons: Why it is as it is, a line each, with sources.
        sample: None when none is known.
    """

    account: str
    boto3_version: str
    digest: str | None = None
    reasons: tuple[str, ...] = ()
    sample: Sample | None = None


class Names:
    """The names of one script.

    Attributes:
        constants: Parameter to value, of names that are the same in every request.
        role: The name of the role that it makes, or None.
        tags: The endpoint's, which models and configuration share.
        uploads: SHA-256 of every archive.
        licensed: Whether a licence has to be accepted.
        named_steps: Steps whose answers later ones refer to, from 0.
    """

    def __init__(
        self, spec: EndpointSpec, steps: Sequence[ScriptStep], undo: Sequence[ScriptStep]
    ) -> None:
        self.spec = spec
        requests = [step.call.parameters for step in steps]
        made = {step.call.operation: step.call.parameters for step in steps}
        self.constants = _constants((*requests, *(step.call.parameters for step in undo)))
        self.role = made.get("iam.create_role", {}).get("RoleName")
        self.tags = made.get("sagemaker.create_endpoint", {}).get("Tags")
        self.uploads = {found["sha256"] for found in _placeholders(requests, "$blob")}
        self.named_steps = {found["step"] for found in _placeholders(requests, "$output")}
        self.licensed = '"AcceptEula": true' in json.dumps(requests)

    def filled(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return parameters with constants, variables and policies as source."""
        return {key: self._value(key, value) for key, value in parameters.items()}

    def _value(self, key: str, value: Any) -> Any:  # noqa: ANN401 - nested JSON
        if isinstance(value, str):
            return self._text(key, value)
        if isinstance(value, list):
            same = key == "Tags" and value and value == self.tags
            return Source("TAGS") if same else [self._value("", member) for member in value]
        if not isinstance(value, dict) or key in {"Environment", "Metadata"}:
            return value  # a container's variables are its own, whatever they are called
        match value:
            case {"$output": {"step": int(step), "path": str(path)}}:
                return Source(f"answer_{step + 1}[{literal(path)}]")
            case {"Name": "EndpointName", "Value": self.spec.name}:
                return {"Name": "EndpointName", "Value": Source("ENDPOINT_NAME")}
            case _:
                return self.filled(value)

    def _text(self, key: str, value: str) -> str:
        if self.constants.get(key) == value:
            return Source(CONSTANTS[key])
        own = f"endpoint/{self.spec.name}/"
        if key == "ResourceId" and value.startswith(own):
            return Source(f'f"endpoint/{{ENDPOINT_NAME}}/{value.removeprefix(own)}"')
        if key == "ExecutionRoleArn" and value.endswith(f":role/{self.role}"):
            return Source("role_arn")
        if key in {"AssumeRolePolicyDocument", "PolicyDocument"}:
            return _document(value)
        return value


def _constants(requests: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Names that requests share; one that is not the same everywhere stays where it is."""
    seen: dict[str, set[str]] = {}
    for request in requests:
        for key, value in request.items():
            if key in CONSTANTS and isinstance(value, str):
                seen.setdefault(key, set()).add(value)
    return {key: next(iter(values)) for key, values in seen.items() if len(values) == 1}


def _document(value: str) -> str:
    """A policy as what json.dumps makes of it; other text as it is."""
    document = json.loads(value)
    if json.dumps(document) != value:
        return value
    return Source(f"json.dumps(\n            {literal(document, 12)},\n        )")


def _placeholders(value: Any, kind: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - nested JSON
    if isinstance(value, dict):
        if isinstance(value.get(kind), dict):
            yield value[kind]
        for member in value.values():
            yield from _placeholders(member, kind)
    elif isinstance(value, list):
        for member in value:
            yield from _placeholders(member, kind)
