"""What CloudFormation knows of a resource type: its schema, as cfn-lint ships it.

Cfn-lint comes with moto's server; only its data files are read, because importing it takes seconds.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tools.sandbox.cloudformation.parameters import text
from tools.sandbox.cloudformation.schema_faults import faults_of, is_of, resolved

_TRUTH = {"true": True, "false": False}


@lru_cache(maxsize=1)
def _folder() -> Path:
    found = find_spec("cfnlint")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("cfn-lint is missing, although moto's server needs it.")
    return Path(found.submodule_search_locations[0]) / "data" / "schemas"


@lru_cache(maxsize=1)
def _index() -> dict[str, str]:
    index: dict[str, str] = json.loads((_folder() / "providers" / "us-east-1.json").read_text())
    return index


def is_known(type_name: str) -> bool:
    """Whether AWS has a resource type of this name."""
    return type_name in _index()


@lru_cache(maxsize=64)
def schema_of(type_name: str) -> "ResourceSchema":
    """The schema of a resource type that `is_known`."""
    path = _folder() / "resources" / f"{_index()[type_name]}.json"
    return ResourceSchema(json.loads(path.read_text()))


@dataclass(frozen=True)
class ResourceSchema:
    """A resource type's schema document."""

    document: dict[str, Any]

    def _paths(self, member: str) -> tuple[str, ...]:
        return tuple(one.removeprefix("/properties/") for one in self.document.get(member, ()))

    def replaces(self, property_name: str) -> bool:
        """Whether a change of this property makes a new physical resource."""
        return property_name in self._paths("createOnlyProperties")

    @property
    def write_only(self) -> tuple[tuple[str, ...], ...]:
        """Paths of properties that cannot be read back; `*` stands for every item."""
        return tuple(tuple(path.split("/")) for path in self._paths("writeOnlyProperties"))

    @property
    def read_only(self) -> tuple[str, ...]:
        """Top-level properties that only AWS sets."""
        return tuple(path for path in self._paths("readOnlyProperties") if "/" not in path)

    @property
    def taggable(self) -> bool:
        """Whether stack tags go to resources of this type."""
        tagging = self.document.get("tagging", {})
        return bool(tagging.get("taggable")) and "Tags" in self.document["properties"]

    def conform(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """The properties with every scalar in its type: a parameter is always text."""
        made: dict[str, Any] = self._coerced(self.document, dict(properties))
        return made

    def faults(self, properties: Mapping[str, Any]) -> tuple[str, ...]:
        """What breaks the schema, as CloudFormation words it."""
        given = [name for name in self.read_only if name in properties]
        encountered = tuple(f"#: Encountered unsupported property {name}" for name in given)
        return encountered + tuple(faults_of(self.document, properties))

    # --- types
    def _coerced(self, given: Mapping[str, Any], value: Any) -> Any:  # noqa: ANN401 - any property
        shape = resolved(self.document, given)
        if isinstance(value, dict):
            known = shape.get("properties", {})
            free: dict[str, Any] = next(iter(shape.get("patternProperties", {}).values()), {})
            return {k: self._coerced(known.get(k, free), v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._coerced(shape.get("items", {}), item) for item in value]
        if not isinstance(value, str | int | float):
            return value  # known only later
        kinds = shape.get("type", [])
        return _scalar([kinds] if isinstance(kinds, str) else kinds, value)


def _scalar(kinds: list[str], value: Any) -> Any:  # noqa: ANN401 - any property
    if not kinds or any(is_of(kind, value) for kind in kinds):
        return value
    written = text(value)
    for kind in kinds:
        match kind:
            case "boolean" if written.lower() in _TRUTH:
                return _TRUTH[written.lower()]
            case "integer" if re.fullmatch(r"-?\d+(\.0+)?", written):
                return int(float(written))
            case "number" if re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", written):
                return float(written) if not written.lstrip("-").isdecimal() else int(written)
            case "string" if not isinstance(value, dict | list):
                return written
    return value
