"""AddTags, ListTags and DeleteTags on hosting resources."""

from collections.abc import Iterable, Mapping
from typing import Any

from tools.sandbox.hosting_state import (
    CompilationJob,
    Endpoint,
    EndpointConfig,
    HostingState,
    InferenceComponent,
    Resource,
    SagemakerModel,
    Tags,
    TransformJob,
)
from tools.sandbox.service import Call, Operation, page
from tools.sandbox.wire import validation_exception

_MAX_TAGS = 50
_OWNERS: dict[str, type[Resource]] = {
    "model": SagemakerModel,
    "endpoint": Endpoint,
    "endpoint-config": EndpointConfig,
    "inference-component": InferenceComponent,
    "compilation-job": CompilationJob,
    "transform-job": TransformJob,
}


def is_hosting_arn(arn: str) -> bool:
    """Whether an ARN names a resource that is served here rather than by moto."""
    return arn.split(":")[-1].split("/")[0] in _OWNERS


def set_tags(
    state: HostingState, region: str, arn: str, tags: Iterable[Mapping[str, str]]
) -> dict[str, str]:
    """Add tags to an ARN and return all it has.

    Raises:
        AwsError: A key is repeated, reserved, or there would be more than 50.
    """
    given = list(tags)
    keys = [tag["Key"] for tag in given]
    if len(set(keys)) != len(keys):
        raise validation_exception(
            "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        )
    if any(key.lower().startswith("aws:") for key in keys):
        raise validation_exception("System tags cannot be added/updated/deleted by requester.")
    held = state.get(Tags, region, arn)
    merged = dict(held.tags if held else {}) | {tag["Key"]: tag["Value"] for tag in given}
    if len(merged) > _MAX_TAGS:
        raise validation_exception(f"A resource can have at most {_MAX_TAGS} tags.")
    if merged:
        state.save(Tags(region=region, name=arn, tags=merged))
    return merged


def drop_tags(state: HostingState, region: str, arn: str) -> None:
    """Forget the tags of a resource that is gone."""
    held = state.get(Tags, region, arn)
    if held is not None:
        state.drop(held)


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


class Tagging:
    """The three operations."""

    def __init__(self, state: HostingState) -> None:
        self._state = state

    def operations(self) -> dict[str, Operation]:
        """The operations by AWS's name."""
        return {"AddTags": self.add, "ListTags": self.list, "DeleteTags": self.delete}

    def add(self, call: Call) -> dict[str, Any]:
        """AddTags."""
        arn = self._existing(call)
        return {"Tags": _listed(set_tags(self._state, call.region, arn, call.params["Tags"]))}

    def list(self, call: Call) -> dict[str, Any]:
        """ListTags."""
        held = self._state.get(Tags, call.region, self._existing(call))
        items, rest = page(_listed(held.tags if held else {}), call.params, default_size=50)
        return {"Tags": items} | rest

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteTags."""
        arn = self._existing(call)
        held = self._state.get(Tags, call.region, arn)
        if held is not None:
            gone = set(call.params["TagKeys"])
            kept = {key: value for key, value in held.tags.items() if key not in gone}
            self._state.save(held.model_copy(update={"tags": kept}))
        return {}

    def _existing(self, call: Call) -> str:
        arn = str(call.params["ResourceArn"])
        kind, _, name = arn.split(":")[-1].partition("/")
        owner = _OWNERS.get(kind)
        region = arn.split(":")[3] if arn.count(":") >= 5 else ""
        if owner is None or region != call.region or self._state.get(owner, region, name) is None:
            raise validation_exception(f"Could not find resource with ARN {arn}.")
        return arn
