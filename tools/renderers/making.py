"""What the resources of one template share: parameters, logical ids and references; pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tools.endpoint import EndpointSpec
from tools.renderers.logical_ids import Call, label_of, variant_labels
from tools.renderers.template import Parameters

_NAME_PATTERN = "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$"


class Kind(NamedTuple):
    """A resource type that a call becomes; `keys` of its parameters name it among its kind."""

    type_name: str
    logical_id: str
    keys: tuple[str, ...]


class Making:
    """A template under way; every logical id is settled before the first resource is made."""

    def __init__(
        self, spec: EndpointSpec, calls: Sequence[Call], kinds: Mapping[str, Kind]
    ) -> None:
        self.spec = spec
        self.parameters = Parameters()
        self.resources: dict[str, dict[str, Any]] = {}
        self.comments: dict[str, tuple[str, ...]] = {}
        self.labels = variant_labels(calls)
        self.endpoint_name = self.parameters.ref(
            "EndpointName",
            spec.name,
            "Clients invoke the endpoint by this name.",
            AllowedPattern=_NAME_PATTERN,
        )
        self._made_by: dict[int, str] = {}
        self._named: dict[tuple[str, str], str] = {}
        for number, call in enumerate(calls):
            kind = kinds.get(call.operation)
            if kind is not None:
                self._settle(number, call, kind)

    def _settle(self, number: int, call: Call, kind: Kind) -> None:
        base = kind.logical_id + label_of(call, self.labels)
        taken = set(self._made_by.values())
        again = (f"{base}N{count}" for count in range(2, len(taken) + 3))
        logical_id = next(name for name in (base, *again) if name not in taken)
        self._made_by[number] = logical_id
        self._named[kind.type_name, "/".join(call.parameters[key] for key in kind.keys)] = (
            logical_id
        )

    def id_of_call(self, number: int) -> str:
        """Return the logical id of what a call makes."""
        return self._made_by[number]

    def id_of(self, type_name: str, name: str) -> str | None:
        """Return the logical id of a resource that a call has named, or None."""
        return self._named.get((type_name, name))

    def attribute(self, type_name: str, name: str, attribute: str) -> Any:  # noqa: ANN401
        """Return a reference to what another resource answers, or the name when it is not ours."""
        logical_id = self.id_of(type_name, name)
        return {"Fn::GetAtt": [logical_id, attribute]} if logical_id else name

    def reference(self, value: Any) -> Any:  # noqa: ANN401 - an ARN or a placeholder
        """Return a plan's placeholder as a reference to the resource of that call."""
        match value:
            case {"$output": {"step": int(step)}}:
                return {"Ref": self._made_by[step]}
            case _:
                return value

    def label(self, variant: str) -> str:
        """Return what ends the names that belong to a variant."""
        return self.labels.get(variant, "")

    def beginning_with_endpoint(self, name: str) -> Any:  # noqa: ANN401 - a reference
        """Return a name so that, when it begins with the endpoint's, it follows the endpoint's."""
        if name == self.spec.name:
            return self.endpoint_name
        own = f"{self.spec.name}-"
        if not name.startswith(own):
            return name
        return {"Fn::Sub": "${EndpointName}-" + name.removeprefix(own)}
