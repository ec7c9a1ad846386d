"""From an image URI to the image's contract, refusing what AWS would not find."""

import re
import sys
from importlib import metadata

from tools.sandbox.images import registries
from tools.sandbox.images.contract import ImageContract, UnknownImageError
from tools.sandbox.images.families import FAMILIES, TRAINING_REPOSITORIES, Family
from tools.sandbox.images.image_packages import packages_of, python_of

_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d)"
    r"\.(?P<domain>amazonaws\.com(?:\.cn)?)/(?P<repository>[a-z0-9][a-z0-9._/-]*)"
    r"(?::(?P<tag>[A-Za-z0-9_][\w.-]{0,127})|@(?P<digest>sha256:[0-9a-f]{64}))"
)
_AWS_ACCOUNTS = frozenset(
    account
    for registry in (registries.DEEP_LEARNING, registries.ALGORITHM, registries.NEO)
    for account in registry.values()
)
_COMPARED = ("scikit-learn", "numpy", "xgboost", "torch", "scipy", "pandas")
_CUSTOM = "not executed in the sandbox: it runs no containers of your own"


def resolve_image(uri: str) -> ImageContract:
    """Return what is known about an inference image.

    Args:
        uri: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`.

    Raises:
        UnknownImageError: AWS has no such image: another form, account, Region, repository or
            version, or a training image.
    """
    match = _URI.fullmatch(uri)
    if match is None:
        raise _not_found(
            uri, "Give the image as <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>."
        )
    region, repository = match["region"], match["repository"]
    if (match["domain"] == "amazonaws.com.cn") != region.startswith("cn-"):
        raise _not_found(uri, f"Use the registry domain of {region}.")
    tag = match["tag"] or match["digest"]
    if repository in TRAINING_REPOSITORIES:
        raise _not_found(
            uri, "Choose an inference image: this one is for training and has no server."
        )
    for family in FAMILIES:
        if repository in family.repositories:
            return _official(uri, family, match["account"], region, repository, tag)
    if match["account"] in _AWS_ACCOUNTS:
        raise _not_found(uri, "Choose a repository that this account has.")
    return ImageContract(
        family="custom",
        version=tag,
        repository=repository,
        executable=False,
        not_executed_reason=_CUSTOM,
    )


def _official(
    uri: str, family: Family, account: str, region: str, repository: str, tag: str
) -> ImageContract:
    expected = family.registry.get(region)
    if expected is None:
        raise _not_found(uri, f"Choose another Region: {region} has no {family.name} image.")
    if account != expected:
        raise _not_found(uri, f"Use the account {expected} for {family.name} images in {region}.")
    version = _version(uri, family, tag)
    executable = version in family.executable
    return ImageContract(
        family=family.name,
        version=version,
        repository=repository,
        executable=executable,
        not_executed_reason="" if executable else f"{family.name} {version}: {family.reason}",
        notes=_notes(family, version, repository, tag, executable),
    )


def _version(uri: str, family: Family, tag: str) -> str:
    match = family.tag.fullmatch(tag)
    version = match["version"] if match is not None else ""
    if family.versions and version not in family.versions:
        # A tag may name the minor version alone: `2.6-cpu-py312` is the newest 2.6.x.
        newest = [known for known in family.versions if known.startswith(f"{version}.")]
        if not version or "." not in version or not newest:
            known = ", ".join(family.versions)
            raise _not_found(uri, f"Choose a version that exists: {known}.")
        version = newest[-1]
    if not version:
        raise _not_found(uri, f"Choose a tag of the {family.name} inference images.")
    return version


def _notes(
    family: Family, version: str, repository: str, tag: str, executable: bool
) -> tuple[str, ...]:
    notes = []
    if version in family.support_end:
        end = family.support_end[version]
        notes.append(f"{family.name} {version} has had no patches since {end} (end of support).")
    if executable:
        notes += _not_proven(family.name, version)
        if "gpu" in tag:
            notes.append("Not proven: the image is for GPUs; the worker runs on the CPU.")
        if repository.endswith(("-graviton", "-arm64")) or "arm64" in tag:
            notes.append("Not proven: the image is for arm64 processors.")
    return tuple(notes)


def _not_proven(family: str, version: str) -> list[str]:
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    notes = []
    python = python_of(family, version)
    if python is not None and python != here:
        notes.append(f"Not proven: the image has Python {python}, the worker {here}.")
    for package, wanted in packages_of(family, version).items():
        if wanted is None or package not in _COMPARED:
            continue
        try:
            found = metadata.version(package)
        except metadata.PackageNotFoundError:
            notes.append(f"The image has {package} {wanted}; this machine has none.")
            continue
        if found.split(".")[:2] != wanted.split(".")[:2]:
            notes.append(f"Not proven: the image has {package} {wanted}, the worker {found}.")
    if family == "neo-onnx":
        notes.append(
            "Not proven: ONNX Runtime stands in for Neo's runtime; speed and operators differ."
        )
    if family == "xgboost" and not version.startswith("3.2"):
        notes.append(
            "Not proven: files in XGBoost's old binary format load in images below 3.1, and fail"
            " here."
        )
    return notes


def _not_found(uri: str, remedy: str) -> UnknownImageError:
    return UnknownImageError(f"Requested image {uri} not found.", remedy=remedy)
