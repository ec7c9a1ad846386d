"""Whatever is asked for: a plan that AWS's model and all checks accept, or a reason and remedy."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.bootstrap import bootstrap
from tests.integration.deployment.conftest import settings as app_settings
from tests.integration.options.conftest import SAMPLE, SNS, VPC
from tools.catalog import load_catalog
from tools.endpoint import HOST_METRICS
from tools.errors import UserError
from tools.packaging import package
from tools.plan import check
from tools.planners.place import Place
from tools.planners.wish import Wish, an_endpoint, check_asked
from tools.planning import make_plan
from tools.recommendation import recommend
from tools.requirements import Requirements
from tools.rules.checks import findings

CATALOG = load_catalog()
METRICS = [
    "SageMakerVariantInvocationsPerInstance", "ApproximateBacklogSizePerInstance", "Happiness",
    "SageMakerVariantConcurrentRequestsPerModelHighResolution", "SageMakerVariantNonsense",
    "SageMakerVariantProvisionedConcurrencyUtilization", "HasBacklogWithoutCapacity",
    *sorted(HOST_METRICS),
]  # fmt: skip
SCHEDULES = st.builds(
    lambda name, low, high: {
        "name": name, "schedule": "cron(0 8 * * ? *)", "min_capacity": low, "max_capacity": high,
    },
    st.sampled_from(["a", "b"]), st.none() | st.integers(0, 4), st.none() | st.integers(0, 9),
)  # fmt: skip
OPTIONS = {
    "inference_option": st.sampled_from(["real-time", "serverless", "asynchronous"]),
    "instance_type": st.sampled_from(["ml.m5.large", "ml.c5.xlarge", "ml.t2.medium", "ml.x1.odd"]),
    "initial_instance_count": st.integers(1, 20),
    "memory_size_in_mb": st.sampled_from([1024, 2048, 1500, 6144, 8192]),
    "max_concurrency": st.integers(1, 250),
    "provisioned_concurrency": st.integers(0, 250),
    "auto_scaling": st.booleans(),
    "min_capacity": st.integers(0, 10),
    "max_capacity": st.integers(0, 20),
    "scaling_metric": st.sampled_from(METRICS),
    "scaling_target_value": st.floats(0.01, 10_000),
    "capacity_schedules": st.lists(SCHEDULES, max_size=3),
    "challenger_source": st.just(SAMPLE),
    "challenger_share": st.floats(0.01, 0.99),
    "shadow_source": st.just(SAMPLE),
    "data_capture_percent": st.integers(0, 100),
    "kms_key_id": st.sampled_from(["alias/k", "arn:aws:kms:us-east-1:123456789012:key/k", "k:/x"]),
    "subnets": st.just(VPC["subnets"]),
    "security_group_ids": st.just(VPC["security_group_ids"]),
    "network_isolation": st.booleans(),
    "success_topic_arn": st.sampled_from([SNS, "arn:aws:sns:eu-west-1:1:x"]),
    "error_topic_arn": st.just(SNS),
    "alarm_topic_arn": st.just(SNS),
    "output_uri": st.sampled_from(["s3://bucket-x/out/", "s3://bucket-x"]),
    "tags": st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=3),
}  # fmt: skip
NEEDS = {
    "latency_p95_ms": st.floats(1, 100_000),
    "peak_requests_per_second": st.floats(0, 5000),
    "processing_time_s": st.floats(0.001, 4000),
    "request_payload_bytes": st.integers(0, 2 * 10**9),
    "model_size_bytes": st.integers(1, 10**11),
    "environment": st.sampled_from(["development", "production"]),
    "data_sensitivity": st.sampled_from(["public", "regulated"]),
    "gpu": st.sampled_from(["required", "not-needed"]),
    "budget_usd_per_month": st.integers(0, 2000),
}


@st.composite
def wishes(draw):
    """A few options and a few needs, so that many can be had."""
    chosen = draw(st.lists(st.sampled_from(sorted(OPTIONS)), max_size=4, unique=True))
    needed = draw(st.lists(st.sampled_from(sorted(NEEDS)), max_size=2, unique=True))
    if {"subnets", "security_group_ids"} & set(chosen) and draw(st.booleans()):
        chosen = [*dict.fromkeys([*chosen, "subnets", "security_group_ids"])]
    given_values = {name: draw(OPTIONS[name]) for name in chosen}
    return {**given_values, **{name: draw(NEEDS[name]) for name in needed}}


@pytest.fixture(scope="session")
def packaged(home, tmp_path_factory):
    app = bootstrap(app_settings(home))
    return package(
        Path(app.place.sample().archive), region="us-east-1", instance_type="ml.m5.large",
        framework=None, sample_path=None, blobs=tmp_path_factory.mktemp("blobs"),
    )  # fmt: skip


def planned(needs: Requirements, packaged):
    place = Place(
        target="sandbox", account="123456789012", region="us-east-1", bucket="a-bucket",
        bucket_exists=False, role_arn=None, endpoint_name="any", nonce="0123456789abcdef",
    )  # fmt: skip
    check_asked(needs, CATALOG)
    chosen = an_endpoint(recommend(needs, CATALOG))
    wish = Wish(
        needs, chosen, packaged,
        challenger=packaged if needs.challenger_source else None,
        shadow=packaged if needs.shadow_source else None,
    )  # fmt: skip
    return make_plan(wish, place)


def outcome(needs: Requirements, packaged):
    """The plan, or why there is none."""
    try:
        return planned(needs, packaged)
    except UserError as error:
        return error


@settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(said=wishes())
def test_a_plan_that_stands_or_a_reason_with_a_remedy(packaged, said):
    needs = Requirements.model_validate({"region": "us-east-1", "model_source": SAMPLE, **said})
    plan = outcome(needs, packaged)
    if isinstance(plan, UserError):
        assert plan.message
        assert plan.remedy
        assert "AWS would refuse" not in plan.message, plan.message  # a check comes first
        return
    assert check(plan) == ()
    assert not [f for f in findings(plan.spec, CATALOG) if f.severity == "error"]
    if needs.inference_option is not None:
        assert plan.inference_option == needs.inference_option
    if needs.instance_type is not None:
        assert plan.spec.first.instance_type == needs.instance_type
    if needs.auto_scaling is False:
        assert not any(
            variant.scaling.policies for variant in plan.spec.variants if variant.scaling
        )
