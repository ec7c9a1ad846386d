"""Image URIs from the SageMaker SDK's own tables, without importing the SDK.

Importing `sagemaker` takes seconds and makes clients; its tables are plain JSON in the
`sagemaker-core` distribution (`sagemaker/core/image_uri_config/*.json`). A test compares every
answer here with `sagemaker.core.image_uris.retrieve`. One deviation is meant: `retrieve` knows only
the older Graviton families and hands an x86 image to the newer ones (ml.m7g, ml.c8g ...); here they
get the arm64 image or a refusal.
"""

import json
import re
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from tools.errors import InvalidInputError
from tools.neo import facts, processor_of

#: Families we resolve, by the SDK's table name.
FAMILIES = (
    "sklearn",
    "xgboost",
    "pytorch",
    "tensorflow",
    "huggingface",
    "sagemaker-tritonserver",
)
#: Families that serve published models and language models by their id or their files.
LANGUAGE_FAMILIES = ("djl-lmi", "vllm", "huggingface-llm", "huggingface-tei", "huggingface-tei-cpu")

_INSTANCE_TYPE = re.compile(r"ml\.([a-z]+\d+[a-z]*(?:-[a-z\d]+)*)\.[a-z\d-]+")
#: Graviton: the letter after the generation is a g (m7g, c6gn, r8gd, t4g), also g5g.
_ARM_FAMILY = re.compile(r"(?:[a-z]+\d+g[a-z]*)(?:-.*)?")
#: Partition by Region prefix (botocore data/endpoints.json, 2026-11); the rest is amazonaws.com.
_DNS_SUFFIXES = {
    "cn-": "amazonaws.com.cn",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
    "eu-isoe-": "cloud.adc-e.uk",
    "eusc-": "amazonaws.eu",
}


def image_uri(framework: str, *, region: str, version: str, instance_type: str | None) -> str:
    """The inference image's URI.

    Args:
        framework: One of `FAMILIES`.
        region: An AWS Region, e.g. "us-east-1".
        version: As the table spells it ("1.9-0", "3.2-0", "2.6.0"), or one of its aliases ("2.6").
        instance_type: An instance type, "ml.m5.large"; None for serverless (CPU only).

    Raises:
        InvalidInputError: Unknown family, version, Region or instance type, or no image for it.
    """
    table = _scope(framework, arm=_is_arm(instance_type))
    version, entry = _entry(framework, table, version, instance_type)
    registry = entry["registries"].get(region)
    if registry is None:
        raise InvalidInputError(
            f"There is no {framework} image in Region {region}.",
            remedy=f"Choose one of: {', '.join(sorted(entry['registries']))}.",
        )
    processor = _processor(framework, instance_type, table, entry)
    if framework in ("sklearn", "xgboost") and _is_arm(instance_type):
        version = f"{version}-arm64"
    tag = _tag(framework, version, entry, processor)
    return f"{registry}.dkr.ecr.{region}.{_dns_suffix(region)}/{entry['repository']}:{tag}"


def neo_image_uri(framework: str, *, region: str, target: str) -> str:
    """The image that serves what Neo compiled.

    Args:
        framework: In Neo's spelling, "ONNX" or "XGBOOST".
        region: An AWS Region.
        target: Neo's target device, "ml_c5".

    Raises:
        InvalidInputError: There is none in that Region.
    """
    entry = _table("xgboost-neo")["versions"]["latest"]
    registry = entry["registries"].get(region)
    if registry is None:
        raise InvalidInputError(
            f"There is no image for what Neo compiles in Region {region}.",
            remedy=f"Choose one of: {', '.join(sorted(entry['registries']))}.",
        )
    host = f"{registry}.dkr.ecr.{region}.{_dns_suffix(region)}"
    if framework == "XGBOOST":
        return f"{host}/{entry['repository']}:latest"
    # The SDK's tables lack this one; it is in the same accounts (facts()["pages"]["images"]).
    kind = "gpu" if processor_of(target) == "gpu" else "cpu"
    return f"{host}/sagemaker-neo-onnx:{facts()['onnx_image_version']}-{kind}-py3"


def versions(framework: str) -> tuple[str, ...]:
    """All versions of a family's inference images on x86, in the table's order."""
    return tuple(_scope(framework, arm=False)["versions"])


def newest_version(framework: str) -> str:
    """The highest version number of a family's inference images."""
    numbers = {v: tuple(int(n) for n in re.findall(r"\d+", v)) for v in versions(framework)}
    return max(numbers, key=lambda version: numbers[version])


def regions(framework: str, version: str) -> tuple[str, ...]:
    """The Regions that hold a family's image, sorted."""
    _, entry = _entry(framework, _scope(framework, arm=False), version, None)
    return tuple(sorted(entry["registries"]))


@cache
def table_folder() -> Path:
    """The folder of JSON tables; nothing of the SDK is executed to find it.

    Raises:
        InvalidInputError: The SDK is not installed.
    """
    spec = PathFinder.find_spec("sagemaker")
    for place in (spec.submodule_search_locations if spec else None) or ():
        folder = Path(place) / "core" / "image_uri_config"
        if folder.is_dir():
            return folder
    raise InvalidInputError(
        "The SageMaker SDK's image tables were not found.",
        remedy="Install the `sagemaker` package (run `make setup`).",
    )


@cache
def _table(framework: str) -> dict[str, Any]:
    if framework not in (*FAMILIES, *LANGUAGE_FAMILIES, "xgboost-neo"):
        raise InvalidInputError(
            f"There is no image family {framework!r}.",
            remedy=f"Choose one of: {', '.join((*FAMILIES, *LANGUAGE_FAMILIES))}.",
        )
    path = table_folder() / f"{framework}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _scope(framework: str, *, arm: bool) -> dict[str, Any]:
    table = _table(framework)
    if not arm:
        scope: dict[str, Any] = table.get("inference", table)
        return scope
    if "inference_graviton" not in table:
        raise InvalidInputError(
            f"There is no {framework} image for Graviton (arm64) instances.",
            remedy="Choose an x86 instance type such as ml.m5.large.",
        )
    graviton: dict[str, Any] = table["inference_graviton"]
    return graviton


def _entry(
    framework: str, table: dict[str, Any], version: str, instance_type: str | None
) -> tuple[str, dict[str, Any]]:
    """The version as it stands in tags, and its entry."""
    concrete = table.get("version_aliases", {}).get(version, version)
    entry = table["versions"].get(concrete)
    if entry is None:
        where = f" for {instance_type}" if _is_arm(instance_type) else ""
        raise InvalidInputError(
            f"There is no {framework} image of version {version}{where}.",
            remedy=f"Choose one of: {', '.join(table['versions'])}.",
        )
    if framework != "huggingface":
        return version, entry
    bases = [key for key in entry if key.startswith("pytorch")]
    if not bases:
        raise InvalidInputError(
            f"Transformers {version} has no PyTorch image.",
            remedy=f"Choose a newer version: {', '.join(list(table['versions'])[-3:])}.",
        )
    base = bases[-1]
    return f"{base.removeprefix('pytorch')}-transformers{concrete}", entry[base]


def _processor(
    framework: str, instance_type: str | None, table: dict[str, Any], entry: dict[str, Any]
) -> str | None:
    available = table.get("processors") or entry.get("processors")
    if instance_type is None:
        return "cpu" if available else None
    match = _INSTANCE_TYPE.fullmatch(instance_type)
    if match is None:
        raise InvalidInputError(
            f"{instance_type!r} is no instance type.",
            remedy="Give one such as ml.m5.large.",
        )
    if not available:
        return None
    processor = _processor_of(match[1])
    if processor not in available:
        raise InvalidInputError(
            f"There is no {framework} image for {instance_type} ({processor}).",
            remedy=f"Choose an instance type with {' or '.join(available)}.",
        )
    return processor


def _processor_of(family: str) -> str:
    if family.startswith(("inf", "trn")):
        return family[:3]
    return "gpu" if family[0] in "gp" else "cpu"


def _tag(framework: str, version: str, entry: dict[str, Any], processor: str | None) -> str:
    if entry["repository"].endswith(("-inference-graviton", "-inference-arm64")):
        container = f"{entry['container_version'][processor]}-sagemaker"
    else:
        container = entry.get("container_version", {}).get(processor)
    pythons = entry.get("py_versions")
    prefix = entry.get("tag_prefix", version)
    # Only Triton's CPU images carry a processor (the SDK's own rule).
    shown = None if framework == "sagemaker-tritonserver" and processor == "gpu" else processor
    return "-".join(p for p in (prefix, shown, pythons[-1] if pythons else None, container) if p)


def _is_arm(instance_type: str | None) -> bool:
    match = _INSTANCE_TYPE.fullmatch(instance_type or "")
    return match is not None and _ARM_FAMILY.fullmatch(match[1]) is not None


def _dns_suffix(region: str) -> str:
    for prefix, suffix in _DNS_SUFFIXES.items():
        if region.startswith(prefix):
            return suffix
    return "amazonaws.com"
