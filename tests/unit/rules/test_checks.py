"""Every check, on both sides of its boundary: a wrong specification, and one that is not."""

import pytest

from tests.unit.plan.builders import SCALING, model, spec, variant
from tests.unit.rules.compilation_cases import COMPILATION_CASES
from tests.unit.rules.component_cases import COMPONENT_CASES
from tools.catalog import load_catalog
from tools.endpoint import (
    ENDPOINT_OPTIONS,
    AsyncSpec,
    DataCapture,
    InferenceOption,
    ScalingPolicy,
    ScalingSpec,
    ScheduledScaling,
    VpcSpec,
)
from tools.rules.checks import ALL_CHECKS, findings

REAL_TIME, SERVERLESS, ASYNC = ENDPOINT_OPTIONS
CATALOG = load_catalog()
CAPTURE = DataCapture(destination_uri="s3://b/c", sampling_percentage=10)
VPC = VpcSpec(subnets=("subnet-1",), security_group_ids=("sg-1",))
INSTANCES = "sagemaker:variant:DesiredInstanceCount"
PROVISIONED = "sagemaker:variant:DesiredProvisionedConcurrency"
UTILIZATION = "SageMakerVariantProvisionedConcurrencyUtilization"


def scaling(low=1, high=4, dimension=INSTANCES, policies=(), schedules=()):
    return ScalingSpec(
        scalable_dimension=dimension,
        min_capacity=low,
        max_capacity=high,
        policies=policies,
        schedules=schedules,
    )


def tracking(metric="SageMakerVariantInvocationsPerInstance", target=70.0):
    return ScalingPolicy(policy_type="TargetTrackingScaling", metric=metric, target_value=target)


def real_time(**changes):
    return spec(REAL_TIME, variant_changes=changes)


def serverless(**changes):
    return spec(SERVERLESS, variant_changes=changes)


def asynchronous(**changes):
    return spec(ASYNC, variant_changes=changes)


def told(topic_arn):
    return AsyncSpec(output_uri="s3://b/o", failure_uri="s3://b/f", error_topic_arn=topic_arn)


NIGHT = ScheduledScaling(name="night", schedule="cron(0 22 * * ? *)", min_capacity=0)
WRONG_AND_RIGHT = [
    ("CHK-101", spec(InferenceOption.EDGE), spec(REAL_TIME)),
    ("CHK-102", spec(SERVERLESS, variants=(variant(SERVERLESS), variant(SERVERLESS, name="B"))),
     spec(REAL_TIME, variants=(variant(), variant(name="B")))),
    ("CHK-102", spec(ASYNC, variants=(variant(), variant(name="B"))), spec(ASYNC)),
    ("CHK-103", spec(ASYNC, shadow=variant(name="S")), spec(REAL_TIME, shadow=variant(name="S"))),
    ("CHK-103", spec(REAL_TIME, variants=(variant(), variant(name="B")), shadow=variant(name="S")),
     spec(REAL_TIME, variants=(variant(), variant(name="B")))),
    ("CHK-104", spec(SERVERLESS, data_capture=CAPTURE), spec(REAL_TIME, data_capture=CAPTURE)),
    ("CHK-104", spec(ASYNC, data_capture=CAPTURE), spec(ASYNC)),
    ("CHK-105", spec(SERVERLESS, vpc=VPC), spec(REAL_TIME, vpc=VPC)),
    ("CHK-106", spec(SERVERLESS, network_isolation=True), spec(ASYNC, network_isolation=True)),
    ("CHK-107", real_time(instance_type=None), real_time()),
    ("CHK-107", asynchronous(initial_instance_count=None), asynchronous()),
    ("CHK-108", serverless(memory_size_in_mb=None), serverless()),
    ("CHK-109", real_time(memory_size_in_mb=1024, max_concurrency=5), real_time()),
    ("CHK-109", serverless(instance_type="ml.m5.large"), serverless()),
    ("CHK-110", serverless(memory_size_in_mb=1500), serverless(memory_size_in_mb=6144)),
    ("CHK-110", serverless(memory_size_in_mb=7168), serverless(memory_size_in_mb=1024)),
    ("CHK-111", serverless(max_concurrency=201), serverless(max_concurrency=200)),
    ("CHK-111", serverless(max_concurrency=0), serverless(max_concurrency=1)),
    ("CHK-112", serverless(provisioned_concurrency=21), serverless(provisioned_concurrency=20)),
    ("CHK-113",
     serverless(sagemaker_model=model(image_uri=model().image_uri.replace(
         "sagemaker-xgboost:3.2-0", "pytorch-inference:2.6.0-gpu-py312"))),
     serverless(sagemaker_model=model(image_uri=model().image_uri.replace(
         "sagemaker-xgboost:3.2-0", "pytorch-inference:2.6.0-cpu-py312")))),
    ("CHK-114", spec(ASYNC, asynchronous=None), spec(ASYNC)),
    ("CHK-114", spec(REAL_TIME, asynchronous=spec(ASYNC).asynchronous), spec(REAL_TIME)),
    ("CHK-115", spec(ASYNC, asynchronous=AsyncSpec(output_uri="/tmp/x", failure_uri="s3://b/f")),
     spec(ASYNC)),
    ("CHK-116", asynchronous(instance_type="ml.inf1.xlarge"), real_time(
        instance_type="ml.inf1.xlarge")),
    ("CHK-201", real_time(scaling=scaling(5, 2)), real_time(scaling=scaling(2, 2))),
    ("CHK-202", real_time(scaling=scaling(schedules=(ScheduledScaling(
        name="s", schedule="rate(1 day)", min_capacity=3, max_capacity=2),))),
     real_time(scaling=scaling(schedules=(ScheduledScaling(
         name="s", schedule="rate(1 day)", min_capacity=2, max_capacity=3),)))),
    ("CHK-202", real_time(scaling=scaling(schedules=(ScheduledScaling(
        name="s", schedule="rate(1 day)"),))), real_time(scaling=scaling())),
    ("CHK-203", real_time(scaling=scaling(0)), asynchronous(scaling=scaling(0))),
    ("CHK-204", real_time(scaling=scaling(dimension=PROVISIONED)), real_time(scaling=scaling())),
    ("CHK-205", serverless(scaling=scaling(1, 5, PROVISIONED)),
     serverless(scaling=scaling(1, 5, PROVISIONED), provisioned_concurrency=2)),
    ("CHK-206", serverless(scaling=scaling(1, 21, PROVISIONED), provisioned_concurrency=2),
     serverless(scaling=scaling(1, 20, PROVISIONED), provisioned_concurrency=2)),
    ("CHK-207", asynchronous(scaling=scaling(policies=(tracking(),))),
     asynchronous(scaling=scaling(policies=(tracking("ApproximateBacklogSizePerInstance", 5),)))),
    ("CHK-207", real_time(scaling=scaling(policies=(tracking(UTILIZATION, 0.5),))),
     real_time(scaling=scaling(policies=(tracking(),)))),
    ("CHK-208", real_time(scaling=scaling(policies=(tracking(target=0.0),))),
     real_time(scaling=scaling(policies=(tracking(target=0.1),)))),
    ("CHK-208", serverless(provisioned_concurrency=2, scaling=scaling(
        1, 5, PROVISIONED, (tracking(UTILIZATION, 50.0),))),
     serverless(provisioned_concurrency=2, scaling=scaling(
         1, 5, PROVISIONED, (tracking(UTILIZATION, 0.5),)))),
    ("CHK-209", real_time(scaling=scaling(policies=(tracking(), tracking(target=80.0)))),
     real_time(scaling=scaling(policies=(tracking(),)))),
    ("CHK-210", asynchronous(scaling=scaling(
        0, policies=(tracking("ApproximateBacklogSizePerInstance", 5),))),
     asynchronous(scaling=SCALING)),
    ("CHK-211", real_time(initial_instance_count=5, scaling=scaling(1, 4)),
     real_time(initial_instance_count=4, scaling=scaling(1, 4))),
    ("CHK-207", real_time(scaling=scaling(policies=(tracking("ModelLatency"),))),
     real_time(scaling=scaling(policies=(tracking("CPUUtilization"),)))),
    ("CHK-207", asynchronous(scaling=scaling(policies=(tracking("Happiness"),))),
     asynchronous(scaling=scaling(policies=(tracking("ApproximateBacklogSizePerInstance"),)))),
    ("CHK-203", real_time(scaling=scaling(schedules=(NIGHT,))),
     asynchronous(scaling=scaling(schedules=(NIGHT,)))),
    ("CHK-213", asynchronous(scaling=scaling(schedules=(NIGHT, NIGHT))),
     asynchronous(scaling=scaling(schedules=(NIGHT, NIGHT.model_copy(update={"name": "n"}))))),
    ("CHK-117", spec(ASYNC, asynchronous=told("arn:aws:sqs:eu-west-1:123456789012:t")),
     spec(ASYNC, asynchronous=told("arn:aws:sns:eu-west-1:123456789012:t"))),
    ("CHK-117", spec(ASYNC, asynchronous=told("arn:aws:sns:us-east-1:123456789012:t")),
     spec(ASYNC)),
    ("CHK-313", spec(tags={"aws:team": "x"}), spec(tags={"team": "Đội rủi ro"})),
    ("CHK-313", spec(tags={"Sagepilot:plan": "x"}), spec(tags={"plan": "x"})),
    ("CHK-313", spec(tags={"team": "x" * 257}), spec(tags={"team": "x" * 256})),
    ("CHK-313", spec(tags={f"t{n}": "x" for n in range(46)}),
     spec(tags={f"t{n}": "x" for n in range(45)})),
    ("CHK-314", spec(kms_key_id="alias/k", variant_changes={"instance_type": "ml.g5.xlarge"}),
     spec(kms_key_id="alias/k")),
    ("CHK-315", spec(kms_key_id="arn:aws:kms:us-east-1:123456789012:key/k"),
     spec(kms_key_id="arn:aws:kms:eu-west-1:123456789012:key/k")),
    ("CHK-212", real_time(instance_type="ml.t2.medium", scaling=scaling()),
     real_time(instance_type="ml.t2.medium")),
    ("CHK-301", real_time(sagemaker_model=model(image_uri="docker.io/library/nginx:latest")),
     real_time()),
    ("CHK-301", spec(REAL_TIME, region="us-east-1"), spec(REAL_TIME)),
    ("CHK-302", real_time(instance_type="ml.nonsense.large"), real_time()),
    ("CHK-303", spec(REAL_TIME, variants=(variant(name="A"), variant(name="A", weight=2))),
     spec(REAL_TIME, variants=(variant(name="A"), variant(name="B")))),
    ("CHK-304", real_time(weight=0), real_time(weight=0.1)),
    ("CHK-305", spec(REAL_TIME, name="a" * 64), spec(REAL_TIME, name="a" * 63)),
    ("CHK-306", real_time(container_startup_health_check_timeout_s=59),
     real_time(container_startup_health_check_timeout_s=60)),
    ("CHK-306", real_time(model_data_download_timeout_s=3601),
     real_time(model_data_download_timeout_s=3600)),
    ("CHK-307", real_time(volume_size_in_gb=513), real_time(volume_size_in_gb=512)),
    ("CHK-307", real_time(instance_type="ml.m5d.large", volume_size_in_gb=20),
     real_time(instance_type="ml.m5.large", volume_size_in_gb=20)),
    ("CHK-308", real_time(sagemaker_model=model(environment={"A": "x" * 1025})),
     real_time(sagemaker_model=model(environment={"A": "x" * 1024}))),
    ("CHK-308", real_time(sagemaker_model=model(
        environment={f"K{n}": "v" for n in range(101)})),
     real_time(sagemaker_model=model(environment={f"K{n}": "v" for n in range(100)}))),
    ("CHK-309", real_time(sagemaker_model=model(model_data_uri="/opt/model.tar.gz")),
     real_time()),
    ("CHK-310", spec(REAL_TIME, data_capture=CAPTURE.model_copy(
        update={"destination_uri": "/x"})), spec(REAL_TIME, data_capture=CAPTURE)),
    ("CHK-311", spec(REAL_TIME, network_isolation=True, variant_changes={
        "sagemaker_model": model(environment={"HF_MODEL_ID": "org/name"})}),
     spec(REAL_TIME, network_isolation=True, variant_changes={
         "sagemaker_model": model(environment={"HF_MODEL_ID": "/opt/ml/model"})})),
    ("CHK-312", real_time(initial_instance_count=1), real_time(initial_instance_count=2)),
]  # fmt: skip

WRONG_AND_RIGHT += COMPONENT_CASES
WRONG_AND_RIGHT += COMPILATION_CASES


def ids(wanted):
    return {found.rule_id for found in findings(wanted, CATALOG)}


@pytest.mark.parametrize(("rule_id", "wrong", "right"), WRONG_AND_RIGHT)
def test_a_check_finds_what_is_wrong_and_only_that(rule_id, wrong, right):
    assert rule_id in ids(wrong)
    assert rule_id not in ids(right)


def test_every_check_is_tried():
    assert {case[0] for case in WRONG_AND_RIGHT} == {check.id for check in ALL_CHECKS}


def test_ids_are_given_once_and_every_check_has_a_source():
    assert len({check.id for check in ALL_CHECKS}) == len(ALL_CHECKS)
    assert all(check.source_url.startswith("https://") for check in ALL_CHECKS)


@pytest.mark.parametrize("option", ENDPOINT_OPTIONS)
def test_a_good_specification_has_no_findings(option):
    assert findings(spec(option), CATALOG) == ()
