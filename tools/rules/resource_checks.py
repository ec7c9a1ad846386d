"""Checks on names, images, instances, containers and safety (CHK-3xx)."""

import re
from collections.abc import Iterator

from tools.endpoint import InferenceOption
from tools.rules.check import (
    API_PAGE,
    CONFIG_PAGE,
    CONTAINER_PAGE,
    CONTROLS_PAGE,
    HOSTING_LIST,
    TAG_PAGE,
    Check,
    Subject,
)

_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/"
    r"(?P<repository>[^:@]+)([:@].+)?"
)
#: API Tag: letters, digits, spaces and these signs.
_TAG = re.compile(r"[\w\s.:/=+\-@]*")
#: Kept free for the product's own tags.
OWN_TAGS = 5
LOCAL_SSD = re.compile(r"^ml\.[a-z]+\d+[a-z]*d[a-z]*\.|^ml\.(g4dn|g5|g6|g6e|p4d|p5)\.")


def _image(subject: Subject) -> Iterator[str]:
    for uri in (model.image_uri for model in subject.variant.served):
        found = _IMAGE.fullmatch(uri)
        if found is None:
            yield f"{uri} is no image in Amazon ECR."
        elif found["region"] != subject.spec.region:
            yield f"The image is in {found['region']}, the endpoint in {subject.spec.region}."


def _offered(subject: Subject) -> Iterator[str]:
    kind = subject.variant.instance_type
    if kind is None:
        return
    if subject.catalog.instance(kind) is None:
        yield f"{kind} is no hosting instance type."
    elif not subject.catalog.offers(kind, subject.spec.region):
        yield f"{kind} is not offered for hosting in {subject.spec.region}."


def _same_names(subject: Subject) -> Iterator[str]:
    names = [v.name for v in subject.spec.all_variants]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"Two variants are named {name}."


def _weights(subject: Subject) -> Iterator[str]:
    if subject.spec.inference_option is InferenceOption.SERVERLESS:
        return
    if sum(v.weight for v in subject.spec.variants) == 0:
        yield "All weights are zero, so no variant would get traffic."


def _name_length(subject: Subject) -> Iterator[str]:
    most = subject.catalog.limit_number("resource_name_max")
    if len(subject.spec.name) > most:
        yield f"The name has {len(subject.spec.name)} characters; at most {most} are allowed."


def _timeouts(subject: Subject) -> Iterator[str]:
    variant = subject.variant
    given = {
        "download": (variant.model_data_download_timeout_s, "model_download_timeout"),
        "health check": (
            variant.container_startup_health_check_timeout_s, "container_startup_timeout",
        ),
    }  # fmt: skip
    for what, (seconds, limit) in given.items():
        low = subject.catalog.limit_number(f"{limit}_min")
        high = subject.catalog.limit_number(f"{limit}_max")
        if seconds is not None and not low <= seconds <= high:
            yield f"The {what} time-out is {low} to {high} s, not {seconds}."


def _volume(subject: Subject) -> Iterator[str]:
    size = subject.variant.volume_size_in_gb
    low = subject.catalog.limit_number("variant_volume_size_min")
    high = subject.catalog.limit_number("variant_volume_size_max")
    if size is None:
        return
    if not low <= size <= high:
        yield f"A volume has {low} to {high} GB, not {size}."
    if LOCAL_SSD.match(subject.variant.instance_type or ""):
        yield f"{subject.variant.instance_type} has its own disk and takes no volume size."


def _environment(subject: Subject) -> Iterator[str]:
    for model in subject.variant.served:
        yield from _variables(subject, model.environment)


def _variables(subject: Subject, variables: dict[str, str]) -> Iterator[str]:
    entries = subject.catalog.limit_number("environment_entries_max")
    each = subject.catalog.limit_number("environment_value_max")
    total = subject.catalog.limit_bytes("environment_total_max")
    size = sum(len(k.encode()) + len(v.encode()) for k, v in variables.items())
    if len(variables) > entries:
        yield f"The container has {len(variables)} variables; at most {entries} are allowed."
    for key, value in variables.items():
        if len(key.encode()) > each or len(value.encode()) > each:
            yield f"Variable {key[:40]} is longer than {each} bytes."
    if size > total:
        yield f"The variables have {size} bytes; at most {total} are allowed."


def _data_in_s3(subject: Subject) -> Iterator[str]:
    for uri in (model.model_data_uri for model in subject.variant.served):
        if uri is not None and not re.fullmatch(r"s3://[^/]+/.+", uri):
            yield f"Model data lies in S3, not at {uri}."


def _single_instance(subject: Subject) -> Iterator[str]:
    real_time = subject.spec.inference_option is InferenceOption.REAL_TIME
    if real_time and subject.variant.initial_instance_count == 1:
        yield f"Variant {subject.variant.name} starts with one instance: one fault stops it."


def _capture_place(subject: Subject) -> Iterator[str]:
    wanted = subject.spec.data_capture
    if wanted is not None and not wanted.destination_uri.startswith("s3://"):
        yield f"Captured data goes to S3, not to {wanted.destination_uri}."


def _isolated_download(subject: Subject) -> Iterator[str]:
    ids = [m.environment.get("HF_MODEL_ID", "/") for m in subject.variant.served]
    if subject.spec.network_isolation and any(one.find("/") > 0 for one in ids):
        yield "The model is fetched from a hub at start, which network isolation forbids."


def _tags(subject: Subject) -> Iterator[str]:
    most = subject.catalog.limit_number("tags_per_resource_max") - OWN_TAGS
    if len(subject.spec.tags) > most:
        yield f"There are {len(subject.spec.tags)} tags; at most {most:g} are allowed."
    for key, value in subject.spec.tags.items():
        if key.lower().startswith(("aws:", "sagepilot:")):
            yield f"The tag {key[:40]} begins as only AWS's, or this product's own, tags do."
        elif not _TAG.fullmatch(key) or not 1 <= len(key) <= 128:
            yield f"{key[:40]!r} is no key of a tag: 1 to 128 letters, digits, spaces, _.:/=+-@."
        elif not _TAG.fullmatch(value) or len(value) > 256:
            yield (
                f"The tag {key[:40]} has a value that AWS does not take: up to 256 letters, "
                "digits, spaces, _.:/=+-@."
            )


def _local_disk(subject: Subject) -> Iterator[str]:
    kind = subject.variant.instance_type or ""
    if subject.spec.kms_key_id is not None and LOCAL_SSD.match(kind):
        yield f"The disk of {kind} itself is encrypted by its own hardware, not by the key."


def _key_region(subject: Subject) -> Iterator[str]:
    spec = subject.spec
    asynchronous, capture = spec.asynchronous, spec.data_capture
    for key in (
        spec.kms_key_id,
        asynchronous.kms_key_id if asynchronous else None,
        capture.kms_key_id if capture else None,
    ):
        parts = (key or "").split(":")
        if parts[0] == "arn" and (len(parts) < 6 or parts[2] != "kms"):
            yield f"{key} is no key of KMS."
        elif parts[0] == "arn" and parts[3] != spec.region:
            yield f"The key {key} is in {parts[3]}, the endpoint in {spec.region}."


RESOURCE_CHECKS = (
    Check("CHK-301", "Image elsewhere", CONTAINER_PAGE, "error", _image, each_variant=True),
    Check("CHK-302", "Instance type not offered", HOSTING_LIST, "error", _offered,
          each_variant=True),
    Check("CHK-303", "Variants with one name", CONFIG_PAGE, "error", _same_names),
    Check("CHK-304", "No weight at all", API_PAGE, "error", _weights),
    Check("CHK-305", "Name too long", CONFIG_PAGE, "error", _name_length),
    Check("CHK-306", "Time-out out of range", API_PAGE, "error", _timeouts, each_variant=True),
    Check("CHK-307", "Volume size", API_PAGE, "error", _volume, each_variant=True),
    Check("CHK-308", "Container environment too large", CONTAINER_PAGE, "error", _environment,
          each_variant=True),
    Check("CHK-309", "Model data outside S3", CONTAINER_PAGE, "error", _data_in_s3,
          each_variant=True),
    Check("CHK-310", "Captured data outside S3", CONFIG_PAGE, "error", _capture_place),
    Check("CHK-311", "Download under isolation", CONTAINER_PAGE, "error", _isolated_download,
          each_variant=True),
    Check("CHK-312", "One instance only", CONTROLS_PAGE, "medium", _single_instance,
          each_variant=True),
    Check("CHK-313", "Tags that AWS does not take", TAG_PAGE, "error", _tags),
    Check("CHK-314", "Key that does not reach the local disk", CONFIG_PAGE, "low", _local_disk,
          each_variant=True),
    Check("CHK-315", "Key of another region", CONFIG_PAGE, "error", _key_region),
)  # fmt: skip
