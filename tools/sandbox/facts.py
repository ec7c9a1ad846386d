"""AWS's numbers that the sandbox enforces, from the data files (never from our rules)."""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=4)
def _data(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((files("tools.data") / name).read_text("utf-8"))
    return loaded


def limit(name: str) -> int:
    """A limit of `limits.json` as a whole number, in the unit it has there."""
    return int(_data("limits.json")["limits"][name]["value"])


def instance_offered(instance_type: str, region: str) -> bool | None:
    """Whether hosting offers a type in a region; None when the table does not know."""
    table = _data("instances.json")
    row = table["types"].get(instance_type)
    if row is None or region not in table["regions"]:
        return None
    return table["regions"].index(region) in row["regions"]


@dataclass(frozen=True)
class InstanceSize:
    """What an instance of a type holds."""

    memory_mb: float
    cpu_cores: float


def instance_size(instance_type: str) -> InstanceSize | None:
    """Memory and cores of a type; None when the table does not know them."""
    row = _data("instances.json")["types"].get(instance_type)
    if row is None or not row.get("memory_gib") or not row.get("vcpu"):
        return None
    return InstanceSize(float(row["memory_gib"]) * 1024, float(row["vcpu"]))


#: The largest real-time body. AWS's pages disagree (25 MB in the hosting FAQ, 6 MB in the feature
#: matrix and the API model); the API model's figure is enforced, because it passes
#: under both.
def realtime_payload_bytes() -> int:
    """The largest real-time request or response, bytes."""
    return limit("realtime_payload_max_api_model")


def serverless_payload_bytes() -> int:
    """The largest serverless request or response, bytes."""
    return limit("serverless_payload_max") * 1024 * 1024
