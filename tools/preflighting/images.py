"""Images: there, in this region, for this processor, and small enough for serverless (PRE-3xx)."""

import json
import re
from typing import Any, NamedTuple

from tools.errors import AccessDeniedError, NotFoundError
from tools.footprint import Capacity
from tools.preflighting.probe import (
    FAILED,
    NOT_LOOKED_AT,
    PASSED,
    WARNING,
    Found,
    Subject,
    probe,
    worst,
)
from tools.rules.rule import megabytes

_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr[a-z-]*\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/"
    r"(?P<repository>[^:@]+)(:(?P<tag>[^@]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_ARM = re.compile(r"graviton|arm64|aarch64")
_ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
_MANIFESTS = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
]
#: An image unpacked over its compressed size (assumed; no service tells the former).
_UNPACKED = 2


class Registry(NamedTuple):
    """An image URI of Amazon ECR, taken apart."""

    account: str
    region: str
    repository: str
    tag: str | None
    digest: str | None


def registry_of(image_uri: str) -> Registry | None:
    """Return the parts of an ECR image URI; None for any other."""
    found = _URI.fullmatch(image_uri)
    if found is None:
        return None
    return Registry(*(found[name] for name in Registry._fields))


class _Seen(NamedTuple):
    """An image as its manifest describes it; size compressed, None when it is a list."""

    size_bytes: int | None
    architectures: frozenset[str]


def _images(subject: Subject) -> tuple[str, ...]:
    made = (model for model in subject.seen.models if model.made)
    return tuple(dict.fromkeys(image for model in made for image in model.images))


def _exist(subject: Subject) -> Found | None:
    return worst(_exists(subject, image) for image in _images(subject))


def _exists(subject: Subject, image: str) -> Found:
    parts = registry_of(image)
    if parts is None:
        return Found(NOT_LOOKED_AT, f"{image} is no image in Amazon ECR.")
    if parts.region != subject.plan.region:
        return Found(
            FAILED, f"The image is in {parts.region}, the endpoint in {subject.plan.region}.",
            f"Push the image to a repository in {subject.plan.region}.",
        )  # fmt: skip
    if _elsewhere(subject, parts):
        return Found(
            NOT_LOOKED_AT, f"{parts.repository} is of registry {parts.account}, which the "
            "sandbox does not hold.",
        )  # fmt: skip
    try:
        found = _look(subject, parts)
    except NotFoundError as error:
        return _missing(image, error.message)
    except AccessDeniedError:
        return Found(
            NOT_LOOKED_AT, f"Registry {parts.account} does not show {parts.repository} to us.",
            "Look into its repository policy; the execution role must be able to pull from it.",
        )  # fmt: skip
    return (
        _missing(image, "no image of that tag")
        if found is None
        else Found(PASSED, f"The image {parts.repository} is there.")
    )


def _missing(image: str, why: str) -> Found:
    return Found(
        FAILED, f"There is no image {image} ({why}).",
        "Push the image, or name a tag that the repository has.",
    )  # fmt: skip


def _elsewhere(subject: Subject, parts: Registry) -> bool:
    """The sandbox's registry is its account's own."""
    return subject.plan.target == "sandbox" and parts.account != subject.plan.account


def _look(subject: Subject, parts: Registry) -> _Seen | None:
    """Read an image's manifest; None when there is none of that tag.

    Raises:
        NotFoundError: There is no such repository.
        SagepilotError: The registry refused, or did not answer.
    """
    wanted = {"imageDigest": parts.digest} if parts.digest else {"imageTag": parts.tag or "latest"}
    answer = subject.clients.call(
        "ecr.batch_get_image",
        {
            "registryId": parts.account,
            "repositoryName": parts.repository,
            "imageIds": [wanted],
            "acceptedMediaTypes": _MANIFESTS,
        },
    )
    rows = answer.get("images") or ()
    return _described(json.loads(rows[0].get("imageManifest") or "{}")) if rows else None


def _described(manifest: dict[str, Any]) -> _Seen:
    platforms = [row.get("platform") or {} for row in manifest.get("manifests") or ()]
    names = (_ARCHITECTURES.get(row.get("architecture", "")) for row in platforms)
    layers = [manifest.get("config") or {}, *(manifest.get("layers") or ())]
    size = sum(int(layer.get("size") or 0) for layer in layers)
    return _Seen(None if platforms or not size else size, frozenset(name for name in names if name))


def _processor(subject: Subject) -> Found | None:
    pairs = {
        (image, one.instance_type): one
        for one in subject.seen.capacities
        for image in _served(subject, one)
    }
    return worst(_runs(subject, image, one) for (image, _), one in pairs.items())


def _served(subject: Subject, one: Capacity) -> tuple[str, ...]:
    model = subject.seen.model(one.model_name)
    return model.images if model is not None else ()


def _runs(subject: Subject, image: str, one: Capacity) -> Found:
    kind = subject.catalog.instance(one.instance_type) if one.instance_type else None
    wanted = kind.cpu_arch if kind is not None else "x86_64" if one.serverless else None
    parts = registry_of(image)
    if parts is None or wanted is None:
        return Found(NOT_LOOKED_AT, f"The processor of {one.instance_type or image} is not known.")
    built = _built_for(subject, parts)
    where = one.instance_type or "serverless inference"
    if not built:
        return Found(NOT_LOOKED_AT, f"What processor {parts.repository} is for is not known.")
    if wanted not in built:
        return Found(
            FAILED, f"The image {parts.repository} is for {', '.join(sorted(built))}; {where} has "
            f"{wanted}.", f"Choose an image for {wanted}, or another instance type.",
        )  # fmt: skip
    return Found(PASSED, f"The image {parts.repository} is for {wanted}, as {where} is.")


def _built_for(subject: Subject, parts: Registry) -> frozenset[str]:
    """What an image is for: AWS's say it in their names, the account's own in their manifest."""
    if _ARM.search(f"{parts.repository}:{parts.tag or ''}"):
        return frozenset({"arm64"})
    if parts.account != subject.plan.account:
        return frozenset({"x86_64"})
    try:
        found = _look(subject, parts)
    except NotFoundError:  # told by PRE-301
        return frozenset()
    return frozenset() if found is None else found.architectures


def _small(subject: Subject) -> Found | None:
    images = dict.fromkeys(
        image
        for one in subject.seen.capacities
        if one.serverless
        for image in _served(subject, one)
    )
    return worst(_fits(subject, image) for image in images)


def _fits(subject: Subject, image: str) -> Found:
    most = subject.catalog.limit_bytes("serverless_image_size_max")
    parts = registry_of(image)
    if parts is None or _elsewhere(subject, parts):
        return Found(NOT_LOOKED_AT, f"The size of {image} is not known here.")
    try:
        found = _look(subject, parts)
    except (NotFoundError, AccessDeniedError):  # told by PRE-301
        found = None
    if found is None or found.size_bytes is None:
        return Found(NOT_LOOKED_AT, f"The size of {parts.repository} is not known.")
    size = found.size_bytes
    told = f"The image {parts.repository} has {megabytes(size)} compressed"
    if size > most:
        return Found(
            FAILED, f"{told}; serverless takes {megabytes(most)} unpacked.",
            "Make the image smaller, or choose real-time inference.",
        )  # fmt: skip
    if size * _UNPACKED > most:
        return Found(
            WARNING, f"{told}; unpacked it may be over the {megabytes(most)} of serverless.",
            "Look at its unpacked size (`docker images`).",
        )  # fmt: skip
    return Found(PASSED, f"{told}; serverless takes {megabytes(most)} unpacked.")


IMAGE_PROBES = (
    probe("PRE-301", _exist, ("ecr:BatchGetImage",)),
    probe("PRE-302", _processor, ("ecr:BatchGetImage",)),
    probe("PRE-303", _small, ("ecr:BatchGetImage",)),
)
