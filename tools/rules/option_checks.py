"""Checks on what an inference option has and has not (CHK-1xx)."""

import re
from collections.abc import Iterator

from tools.endpoint import InferenceOption
from tools.rules.check import (
    API_PAGE,
    ASYNC_PAGE,
    CONFIG_PAGE,
    MATRIX_PAGE,
    SERVERLESS_PAGE,
    Check,
    Subject,
)

#: API AsyncInferenceNotificationConfig; SNS is told within its own region.
_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):\d{12}:[a-zA-Z0-9_.-]+")
SERVERLESS = InferenceOption.SERVERLESS
REAL_TIME = InferenceOption.REAL_TIME
ASYNCHRONOUS = InferenceOption.ASYNCHRONOUS


def _is(subject: Subject, *options: InferenceOption) -> bool:
    return subject.spec.inference_option in options


def _serverless_and(subject: Subject, present: bool, what: str) -> Iterator[str]:
    if _is(subject, SERVERLESS) and present:
        yield f"A serverless endpoint has no {what}."


def _no_endpoint(subject: Subject) -> Iterator[str]:
    if not _is(subject, REAL_TIME, SERVERLESS, ASYNCHRONOUS):
        yield f"{subject.spec.inference_option} is no kind of endpoint."


def _several_variants(subject: Subject) -> Iterator[str]:
    count = len(subject.spec.variants)
    if count > 1 and not _is(subject, REAL_TIME):
        yield f"Only a real-time endpoint has several variants; this one has {count}."


def _shadow(subject: Subject) -> Iterator[str]:
    if subject.spec.shadow is None:
        return
    if not _is(subject, REAL_TIME):
        yield "Only a real-time endpoint has a shadow variant."
    if len(subject.spec.variants) != 1:
        yield "A shadow variant goes with exactly one production variant."


def _data_capture(subject: Subject) -> Iterator[str]:
    if subject.spec.data_capture is not None and not _is(subject, REAL_TIME):
        yield f"Data capture works for real-time only, not for {subject.spec.inference_option}."


def _instances_missing(subject: Subject) -> Iterator[str]:
    variant = subject.variant
    if _is(subject, SERVERLESS):
        return
    if variant.instance_type is None or variant.initial_instance_count is None:
        yield f"Variant {variant.name} needs an instance type and an instance count."


def _serverless_numbers_missing(subject: Subject) -> Iterator[str]:
    variant = subject.variant
    if _is(subject, SERVERLESS) and (
        variant.memory_size_in_mb is None or variant.max_concurrency is None
    ):
        yield f"Variant {variant.name} needs a memory size and a maximum concurrency."


def _both(subject: Subject) -> Iterator[str]:
    variant = subject.variant
    serverless = variant.memory_size_in_mb or variant.max_concurrency
    instances = variant.instance_type or variant.initial_instance_count
    if serverless and instances:
        yield f"Variant {variant.name} is both serverless and on instances."
    elif _is(subject, SERVERLESS) and instances:
        yield f"Variant {variant.name} names instances, but the endpoint is serverless."
    elif not _is(subject, SERVERLESS) and serverless:
        yield f"Variant {variant.name} is serverless, but the endpoint is not."


def _memory_step(subject: Subject) -> Iterator[str]:
    sizes = subject.catalog.serverless_memory_sizes_mb()
    size = subject.variant.memory_size_in_mb
    if size is not None and size not in sizes:
        yield f"Serverless memory is one of {', '.join(map(str, sizes))} MB, not {size}."


def _concurrency(subject: Subject) -> Iterator[str]:
    most = subject.catalog.limit_number("serverless_max_concurrency_max")
    wanted = subject.variant.max_concurrency
    if wanted is not None and not 1 <= wanted <= most:
        yield f"A serverless endpoint's maximum concurrency is 1 to {most:g}, not {wanted}."


def _provisioned(subject: Subject) -> Iterator[str]:
    warm, most = subject.variant.provisioned_concurrency, subject.variant.max_concurrency
    if warm is not None and not 1 <= warm <= (most or 0):
        yield f"Provisioned concurrency {warm} must be between 1 and the maximum of {most}."


def _accelerated(subject: Subject) -> Iterator[str]:
    tags = [model.image_uri.rpartition(":")[2] for model in subject.variant.served]
    built_for_one = any("-gpu-" in t or "-cu1" in t or "neuron" in t for t in tags)
    if _is(subject, SERVERLESS) and built_for_one:
        yield "A serverless endpoint has no accelerator, and the image is built for one."


def _async_settings(subject: Subject) -> Iterator[str]:
    given = subject.spec.asynchronous is not None
    if _is(subject, ASYNCHRONOUS) and not given:
        yield "An asynchronous endpoint needs a place for its results."
    if given and not _is(subject, ASYNCHRONOUS):
        yield f"Only an asynchronous endpoint has result places, not {_option(subject)}."


def _option(subject: Subject) -> str:
    return subject.spec.inference_option.value


def _async_places(subject: Subject) -> Iterator[str]:
    wanted = subject.spec.asynchronous
    for uri in (wanted.output_uri, wanted.failure_uri) if wanted else ():
        if not uri.startswith("s3://"):
            yield f"Results are written to S3, not to {uri}."


def _topics(subject: Subject) -> Iterator[str]:
    wanted = subject.spec.asynchronous
    topics = (wanted.success_topic_arn, wanted.error_topic_arn) if wanted else ()
    alarms = subject.spec.alarms
    for arn in (*topics, alarms.topic_arn if alarms else None):
        if arn is None:
            continue
        found = _TOPIC.fullmatch(arn)
        if found is None:
            yield f"{arn} is no topic of SNS."
        elif found["region"] != subject.spec.region:
            yield f"The topic {arn} is in {found['region']}, the endpoint in {subject.spec.region}."


def _async_instance(subject: Subject) -> Iterator[str]:
    kind = subject.variant.instance_type or ""
    if _is(subject, ASYNCHRONOUS) and kind.startswith("ml.inf1."):
        yield f"Asynchronous inference is not offered on {kind}."


OPTION_CHECKS = (
    Check("CHK-101", "Not an endpoint", MATRIX_PAGE, "error", _no_endpoint),
    Check("CHK-102", "Several variants where there can be one", MATRIX_PAGE, "error",
          _several_variants),
    Check("CHK-103", "Shadow variant where there can be none", MATRIX_PAGE, "error", _shadow),
    Check("CHK-104", "Data capture where there is none", MATRIX_PAGE, "error", _data_capture),
    Check("CHK-105", "Serverless in a VPC", SERVERLESS_PAGE, "error",
          lambda s: _serverless_and(s, s.spec.vpc is not None, "VPC configuration")),
    Check("CHK-106", "Serverless with network isolation", SERVERLESS_PAGE, "error",
          lambda s: _serverless_and(s, s.spec.network_isolation, "network isolation")),
    Check("CHK-107", "Instances missing", API_PAGE, "error", _instances_missing,
          each_variant=True),
    Check("CHK-108", "Serverless numbers missing", API_PAGE, "error",
          _serverless_numbers_missing, each_variant=True),
    Check("CHK-109", "Serverless and instances together", API_PAGE, "error", _both,
          each_variant=True),
    Check("CHK-110", "Serverless memory size", SERVERLESS_PAGE, "error", _memory_step,
          each_variant=True),
    Check("CHK-111", "Serverless concurrency", SERVERLESS_PAGE, "error", _concurrency,
          each_variant=True),
    Check("CHK-112", "Provisioned concurrency above the maximum", SERVERLESS_PAGE, "error",
          _provisioned, each_variant=True),
    Check("CHK-113", "Accelerated image on serverless", SERVERLESS_PAGE, "error", _accelerated,
          each_variant=True),
    Check("CHK-114", "Asynchronous settings", CONFIG_PAGE, "error", _async_settings),
    Check("CHK-115", "Results outside S3", ASYNC_PAGE, "error", _async_places),
    Check("CHK-116", "Asynchronous on Inferentia 1", MATRIX_PAGE, "error", _async_instance,
          each_variant=True),
    Check("CHK-117", "Topic that cannot be told", ASYNC_PAGE, "error", _topics),
)  # fmt: skip
