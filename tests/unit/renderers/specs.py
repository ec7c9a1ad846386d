"""Specifications over everything that can be expressed: strategies for hypothesis.

`specs()` draws what AWS allows; each feature is drawn only where the inference type has it.
"""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable
from typing import Any

from hypothesis import Phase, find, settings
from hypothesis import strategies as st

from tools.endpoint import (
    ENDPOINT_OPTIONS,
    AlarmSpec,
    AsyncSpec,
    DataCapture,
    EndpointSpec,
    InferenceOption,
    ModelSpec,
    ProductionVariant,
    ScalingPolicy,
    ScalingSpec,
    ScheduledScaling,
    VpcSpec,
)

REGION = "us-east-1"
ACCOUNT = "123456789012"
BUCKET = "sagemaker-generated"
#: Models that lie in S3 already: an archive, and a prefix of plain files.
THEIR_BUCKET = "their-models"
THEIR_ARCHIVE = f"s3://{THEIR_BUCKET}/one/model.tar.gz"
THEIR_FILES = f"s3://{THEIR_BUCKET}/files/"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/their-own"
IMAGES = (
    "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
    "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0",
)
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
TYPES = ("ml.m5.large", "ml.c5.xlarge", "ml.m5.xlarge")


def _archive() -> bytes:
    """An archive that is the same every time: an empty tar, packed."""
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w").close()
    return gzip.compress(empty.getvalue(), mtime=0)


ARCHIVE = _archive()
SHA = hashlib.sha256(ARCHIVE).hexdigest()

_words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8)
_plain = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), max_codepoint=0xFFFF),
    max_size=40,
)
_tag_values = st.text("abcXYZ019 _.:/=+-@", max_size=20)
_names = st.from_regex(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,12}", fullmatch=True)
_topics = st.builds(lambda name: f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}", _words)
_counts = st.integers(1, 4)


@st.composite
def models(draw: st.DrawFn, number: int = 0, *, plain_files: bool = True) -> ModelSpec:
    """A model whose archive lies at a place of its own, or that is in S3 already.

    Args:
        draw: Hypothesis's.
        number: Of its variant.
        plain_files: Whether its data may be files under a prefix, licensed or not.
    """
    variables = st.dictionaries(
        st.from_regex(r"[A-Z_][A-Z0-9_]{0,12}", fullmatch=True), _plain, max_size=3
    )
    made: dict[str, Any] = {
        "image_uri": draw(st.sampled_from(IMAGES)),
        "environment": draw(variables),
    }
    kinds = ["uploaded", "uploaded", "archive", *(["files", "licensed"] * plain_files)]
    match draw(st.sampled_from(kinds)):
        case "uploaded":
            uri = f"s3://{BUCKET}/{draw(_words)}/{number}/model.tar.gz"
            sizes = {"archive_sha256": SHA, "archive_size_bytes": len(ARCHIVE)}
            return ModelSpec(**made, **sizes, model_data_uri=uri)
        case "archive":
            return ModelSpec(**made, model_data_uri=THEIR_ARCHIVE)
        case kind:
            licensed = kind == "licensed"
            return ModelSpec(**made, model_data_uri=THEIR_FILES, accept_eula=licensed)


@st.composite
def schedules(draw: st.DrawFn, number: int, least: int, most: int) -> ScheduledScaling:
    low, high = sorted((draw(st.integers(least, most)), draw(st.integers(least, most))))
    both = draw(st.sampled_from(["min", "max", "both"]))
    return ScheduledScaling(
        name=f"{draw(_words)}-{number}",
        schedule=draw(
            # None falls due while a test runs.
            st.sampled_from(
                ["cron(0 8 ? * MON-FRI 2041)", "rate(365 days)", "at(2041-01-01T08:00:00)"]
            )
        ),
        min_capacity=None if both == "max" else low,
        max_capacity=None if both == "min" else high,
        timezone=draw(st.sampled_from([None, "Europe/Berlin", "Asia/Ho_Chi_Minh"])),
    )


def _tracking(draw: st.DrawFn, metric: str) -> ScalingPolicy:
    return ScalingPolicy(
        policy_type="TargetTrackingScaling",
        metric=metric,
        target_value=draw(st.sampled_from([0.5, 1.0, 5.0, 70.0, 1234.5])),
        scale_in_cooldown_s=draw(st.integers(0, 900)),
        scale_out_cooldown_s=draw(st.integers(0, 900)),
    )


@st.composite
def scalings(draw: st.DrawFn, option: InferenceOption, most: int) -> ScalingSpec:
    """Bounds, policies and schedules as this inference type has them."""
    least = 0 if option is InferenceOption.ASYNCHRONOUS else 1
    low, high = sorted((draw(st.integers(least, most)), draw(st.integers(max(least, 1), most))))
    policies: list[ScalingPolicy] = []
    match option:
        case InferenceOption.SERVERLESS:
            dimension = "sagemaker:variant:DesiredProvisionedConcurrency"
            policies.append(_tracking(draw, "SageMakerVariantProvisionedConcurrencyUtilization"))
        case InferenceOption.ASYNCHRONOUS:
            dimension = "sagemaker:variant:DesiredInstanceCount"
            policies.append(_tracking(draw, "ApproximateBacklogSizePerInstance"))
            if low == 0:
                policies.append(
                    ScalingPolicy(
                        policy_type="StepScaling",
                        metric="HasBacklogWithoutCapacity",
                        scale_out_cooldown_s=draw(st.integers(0, 900)),
                    )
                )
        case _:
            dimension = "sagemaker:variant:DesiredInstanceCount"
            metric = draw(
                st.sampled_from(
                    [
                        "SageMakerVariantInvocationsPerInstance",
                        "SageMakerVariantConcurrentRequestsPerModelHighResolution",
                        "CPUUtilization",
                    ]
                )
            )
            policies.append(_tracking(draw, metric))
    if draw(st.booleans()):
        policies = policies if low == 0 else []
    count = draw(st.integers(0, 2))
    return ScalingSpec(
        scalable_dimension=dimension,
        min_capacity=low,
        max_capacity=high,
        policies=tuple(policies),
        schedules=tuple(draw(schedules(n, least, most)) for n in range(count)),
    )


def _within(draw: st.DrawFn, scaling: ScalingSpec) -> int:
    """A capacity to begin with; planning refuses one outside of the bounds."""
    return draw(st.integers(max(scaling.min_capacity, 1), scaling.max_capacity))


def _serverless_variant(draw: st.DrawFn, served: ModelSpec, name: str) -> ProductionVariant:
    most = draw(st.integers(1, 50))
    scaling = draw(st.none() | scalings(InferenceOption.SERVERLESS, most))
    provisioned = _within(draw, scaling) if scaling else draw(st.none() | st.integers(1, most))
    return ProductionVariant(
        name=name,
        sagemaker_model=served,
        memory_size_in_mb=1024 * draw(st.integers(1, 6)),
        max_concurrency=most,
        provisioned_concurrency=provisioned,
        scaling=scaling,
    )


@st.composite
def variants(draw: st.DrawFn, option: InferenceOption, number: int, name: str) -> ProductionVariant:
    """A variant with any of what it may have."""
    served = draw(models(number, plain_files=option is not InferenceOption.SERVERLESS))
    if option is InferenceOption.SERVERLESS:
        return _serverless_variant(draw, served, name)
    scaling = draw(st.none() | scalings(option, 6))
    return ProductionVariant(
        name=name,
        sagemaker_model=served,
        instance_type=draw(st.sampled_from(TYPES)),
        initial_instance_count=_within(draw, scaling) if scaling else draw(_counts),
        weight=draw(st.sampled_from([0.5, 1.0, 2.0, 10.0])),
        volume_size_in_gb=draw(st.none() | st.integers(1, 512)),
        model_data_download_timeout_s=draw(st.none() | st.integers(60, 3600)),
        container_startup_health_check_timeout_s=draw(st.none() | st.integers(60, 3600)),
        inference_ami_version=draw(st.none() | st.just("al2-ami-sagemaker-inference-gpu-2")),
        routing_strategy=draw(st.sampled_from([None, "LEAST_OUTSTANDING_REQUESTS", "RANDOM"])),
        scaling=scaling,
    )


@st.composite
def specs(
    draw: st.DrawFn,
    option: InferenceOption | None = None,
    *,
    shadows: bool = True,
    role_arn: str | None = ROLE,
) -> EndpointSpec:
    """An endpoint that AWS allows.

    Args:
        draw: Hypothesis's.
        option: Its inference type; any when None.
        shadows: Whether shadow variants may be drawn.
        role_arn: The role of those that do not make their own.
    """
    option = option or draw(st.sampled_from(ENDPOINT_OPTIONS))
    serverless = option is InferenceOption.SERVERLESS
    real_time = option is InferenceOption.REAL_TIME
    count = draw(st.integers(1, 3)) if real_time else 1
    names = draw(st.lists(_names, min_size=count + 1, max_size=count + 1, unique=True))
    made = tuple(draw(variants(option, n, names[n])) for n in range(count))
    shadow = None
    if shadows and real_time and count == 1 and draw(st.booleans()):
        shadow = draw(variants(option, count, names[count])).model_copy(update={"scaling": None})
    whole: dict[str, Any] = {
        "name": draw(st.from_regex(r"[a-z](-?[a-z0-9]){2,20}", fullmatch=True)),
        "suffix": draw(st.text("0123456789abcdef", min_size=8, max_size=8)),
        "region": REGION,
        "inference_option": option,
        "variants": made,
        "shadow": shadow,
        "role_arn": draw(st.sampled_from([None, role_arn])),
        "asynchronous": draw(_results()) if option is InferenceOption.ASYNCHRONOUS else None,
        "tags": draw(st.dictionaries(_words, _tag_values, max_size=3)),
        "alarms": draw(st.none() | _watches()),
    }
    if not serverless:
        whole |= {
            "network_isolation": draw(st.booleans()),
            "vpc": draw(st.none() | _places()),
            "kms_key_id": draw(st.sampled_from([None, KEY])),
        }
    if real_time:
        whole["data_capture"] = draw(st.none() | _captures())
    return EndpointSpec(**whole)


def one(
    strategy: st.SearchStrategy[EndpointSpec], condition: Callable[[EndpointSpec], bool]
) -> EndpointSpec:
    """Any specification that meets a condition; not the least one, which takes half a minute."""
    return find(strategy, condition, settings=settings(phases=[Phase.generate], deadline=None))


def _results() -> st.SearchStrategy[AsyncSpec]:
    places = st.builds(lambda word: f"s3://{BUCKET}/{word}", _words)
    return st.builds(
        AsyncSpec,
        output_uri=places,
        failure_uri=places,
        max_concurrent_invocations_per_instance=st.none() | st.integers(1, 1000),
        success_topic_arn=st.none() | _topics,
        error_topic_arn=st.none() | _topics,
        kms_key_id=st.sampled_from([None, KEY]),
    )


def _watches() -> st.SearchStrategy[AlarmSpec]:
    latencies = st.none() | st.sampled_from([0.5, 50.0, 250.0, 12_345.0])
    return st.builds(AlarmSpec, latency_p95_ms=latencies, topic_arn=st.none() | _topics)


def _places() -> st.SearchStrategy[VpcSpec]:
    ids = st.text("0123456789abcdef", min_size=8, max_size=8)
    return st.builds(
        VpcSpec,
        subnets=st.lists(ids.map("subnet-{}".format), min_size=1, max_size=3, unique=True),
        security_group_ids=st.lists(ids.map("sg-{}".format), min_size=1, max_size=2, unique=True),
    )


def _captures() -> st.SearchStrategy[DataCapture]:
    return st.builds(
        DataCapture,
        destination_uri=st.builds(lambda word: f"s3://{BUCKET}/captured/{word}", _words),
        sampling_percentage=st.integers(0, 100),
        kms_key_id=st.sampled_from([None, KEY]),
        capture=st.sampled_from([("Input",), ("Output",), ("Input", "Output")]),
        json_content_types=st.sampled_from([(), ("application/json",)]),
        csv_content_types=st.sampled_from([(), ("text/csv",)]),
    )
