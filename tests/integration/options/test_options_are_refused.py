"""Every combination that AWS documents as impossible is refused before anyone approves it.

Each with the rule that speaks against it and its source; the list follows the feature matrix
(docs: model-deploy-feature-matrix, serverless-endpoints, async-inference, endpoint-auto-scaling).
"""

import pytest

from tests.integration.options.conftest import SAMPLE, SNS, VPC
from tools.errors import InvalidInputError, NotFoundError

SERVERLESS = {"inference_option": "serverless"}
ASYNC = {"inference_option": "asynchronous"}
REAL_TIME = {"inference_option": "real-time"}
UTILIZATION = "SageMakerVariantProvisionedConcurrencyUtilization"
INVOCATIONS = "SageMakerVariantInvocationsPerInstance"
CONCURRENT = "SageMakerVariantConcurrentRequestsPerModelHighResolution"
COPIES = "SageMakerInferenceComponentInvocationsPerCopy"
NIGHT = {"name": "night", "schedule": "cron(0 22 * * ? *)"}
MB = 10**6

IMPOSSIBLE = {
    # serverless has none of these
    "serverless in a vpc": ({**SERVERLESS, **VPC}, "REC-411"),
    "serverless isolated": ({**SERVERLESS, "network_isolation": True}, "REC-412"),
    "serverless with data capture": ({**SERVERLESS, "data_capture_percent": 10}, "REC-413"),
    "serverless a/b": ({**SERVERLESS, "challenger_source": SAMPLE}, "REC-414"),
    "serverless shadow": ({**SERVERLESS, "shadow_source": SAMPLE}, "REC-415"),
    "serverless components": ({**SERVERLESS, "inference_components": True}, "REC-417"),
    "serverless on a type": ({**SERVERLESS, "instance_type": "ml.m5.large"}, "REC-418"),
    "serverless with instances": ({**SERVERLESS, "initial_instance_count": 2}, "REC-418"),
    "serverless gpu": ({**SERVERLESS, "gpu": "required"}, "REC-104"),
    "serverless many models": ({**SERVERLESS, "model_count": 3}, "REC-107"),
    "serverless streaming": ({**SERVERLESS, "streaming": True}, "REC-103"),
    "serverless over 4 MB": ({**SERVERLESS, "request_payload_bytes": 5 * MB}, "REC-101"),
    "serverless over 60 s": ({**SERVERLESS, "processing_time_s": 61}, "REC-102"),
    "serverless over 6 GB": ({**SERVERLESS, "model_size_bytes": 6000 * MB}, "REC-105"),
    "serverless for regulated data": ({**SERVERLESS, "data_sensitivity": "regulated"}, "REC-109"),
    "serverless notifying": ({**SERVERLESS, "success_topic_arn": SNS}, "REC-422"),
    "serverless writing to S3": ({**SERVERLESS, "output_uri": "s3://bucket-x/o"}, "REC-423"),
    "serverless by invocations": ({**SERVERLESS, "scaling_metric": INVOCATIONS}, "REC-429"),
    "serverless by concurrency": ({**SERVERLESS, "scaling_metric": CONCURRENT}, "REC-429"),
    "serverless by cpu": ({**SERVERLESS, "scaling_metric": "CPUUtilization"}, "REC-431"),
    "serverless by copies": ({**SERVERLESS, "scaling_metric": COPIES}, "REC-430"),
    "serverless memory step": ({**SERVERLESS, "memory_size_in_mb": 1500}, "CHK-110"),
    "serverless memory top": ({**SERVERLESS, "memory_size_in_mb": 8192}, "CHK-110"),
    "serverless concurrency top": ({**SERVERLESS, "max_concurrency": 201}, "CHK-111"),
    "warm above the maximum": (
        {**SERVERLESS, "provisioned_concurrency": 9, "max_concurrency": 5},
        "REC-927",
    ),
    "warm above 200": ({**SERVERLESS, "provisioned_concurrency": 201}, "CHK-111"),
    "warm scaled above the maximum": (
        {**SERVERLESS, "provisioned_concurrency": 2, "max_concurrency": 5, "max_capacity": 6},
        "CHK-206",
    ),
    "warm scaled to zero": (
        {**SERVERLESS, "provisioned_concurrency": 2, "min_capacity": 0, "max_capacity": 4},
        "CHK-203",
    ),
    "a schedule for on-demand serverless": (
        {**SERVERLESS, "capacity_schedules": [{**NIGHT, "min_capacity": 1}]},
        "REC-434",
    ),
    # asynchronous has none of these
    "async a/b": ({**ASYNC, "challenger_source": SAMPLE}, "REC-414"),
    "async shadow": ({**ASYNC, "shadow_source": SAMPLE}, "REC-415"),
    "async data capture": ({**ASYNC, "data_capture_percent": 10}, "REC-413"),
    "async components": ({**ASYNC, "inference_components": True}, "REC-417"),
    "async many models": ({**ASYNC, "model_count": 3}, "REC-305"),
    "async streaming": ({**ASYNC, "streaming": True}, "REC-303"),
    "async over 1 GB": ({**ASYNC, "request_payload_bytes": 2**30 + 1}, "REC-301"),
    "async over an hour": ({**ASYNC, "processing_time_s": 3601}, "REC-302"),
    "async within 100 ms": ({**ASYNC, "latency_p95_ms": 100}, "REC-304"),
    "async on inf1": ({**ASYNC, "instance_type": "ml.inf1.xlarge"}, "REC-432"),
    "async sized by memory": ({**ASYNC, "memory_size_in_mb": 2048}, "REC-420"),
    "async kept warm": ({**ASYNC, "provisioned_concurrency": 2}, "REC-420"),
    "async by invocations": ({**ASYNC, "scaling_metric": INVOCATIONS}, "REC-429"),
    "async by concurrency": ({**ASYNC, "scaling_metric": CONCURRENT}, "REC-429"),
    "async by warm share": ({**ASYNC, "scaling_metric": UTILIZATION}, "REC-428"),
    "async by copies": ({**ASYNC, "scaling_metric": COPIES}, "REC-430"),
    # real-time has none of these
    "real-time to zero": ({**REAL_TIME, "min_capacity": 0}, "REC-421"),
    "real-time to zero by night": (
        {**REAL_TIME, "capacity_schedules": [{**NIGHT, "min_capacity": 0}]},
        "REC-421",
    ),
    "real-time sized by memory": ({**REAL_TIME, "memory_size_in_mb": 2048}, "REC-420"),
    "real-time kept warm": ({**REAL_TIME, "provisioned_concurrency": 2}, "REC-420"),
    "real-time notifying": ({**REAL_TIME, "error_topic_arn": SNS}, "REC-422"),
    "real-time writing to S3": ({**REAL_TIME, "output_uri": "s3://bucket-x/o"}, "REC-423"),
    "real-time over 25 MB": ({**REAL_TIME, "request_payload_bytes": 26 * MB}, "REC-201"),
    "real-time over 60 s": ({**REAL_TIME, "processing_time_s": 61}, "REC-202"),
    "stream over 8 min": (
        {**REAL_TIME, "streaming": True, "processing_time_s": 481},
        "REC-203",
    ),
    "real-time by backlog": (
        {**REAL_TIME, "scaling_metric": "ApproximateBacklogSizePerInstance"},
        "REC-427",
    ),
    "real-time by sleep": (
        {**REAL_TIME, "scaling_metric": "HasBacklogWithoutCapacity"},
        "REC-427",
    ),
    "real-time by warm share": ({**REAL_TIME, "scaling_metric": UTILIZATION}, "REC-428"),
    "real-time by copies": ({**REAL_TIME, "scaling_metric": COPIES}, "REC-430"),
    "a/b with a shadow": (
        {**REAL_TIME, "challenger_source": SAMPLE, "shadow_source": SAMPLE},
        "REC-416",
    ),
    "a metric that nobody publishes": ({**REAL_TIME, "scaling_metric": "Happiness"}, "CHK-207"),
    "a predefined metric that is none": (
        {**REAL_TIME, "scaling_metric": "SageMakerVariantHappiness"},
        "CHK-207",
    ),
    "a metric that does not fall with capacity": (
        {**REAL_TIME, "scaling_metric": "ModelLatency"},
        "CHK-207",
    ),
    # of any kind
    "a type that is not there": ({**REAL_TIME, "instance_type": "ml.m5.enormous"}, "REC-424"),
    "a type elsewhere": (
        {**REAL_TIME, "instance_type": "ml.p4d.24xlarge", "region": "eu-west-3"},
        "REC-424",
    ),
    "a model over its type": (
        {**REAL_TIME, "instance_type": "ml.m5.large", "model_size_bytes": 20_000 * MB},
        "REC-425",
    ),
    "a gpu on a type without": (
        {**REAL_TIME, "instance_type": "ml.m5.large", "gpu": "required"},
        "REC-426",
    ),
    "minimum above maximum": ({**REAL_TIME, "min_capacity": 5, "max_capacity": 2}, "REC-921"),
    "half of a vpc": ({**REAL_TIME, "subnets": ["subnet-1"]}, "REC-922"),
    "the other half of a vpc": ({**REAL_TIME, "security_group_ids": ["sg-1"]}, "REC-922"),
    "no scaling within bounds": (
        {**REAL_TIME, "auto_scaling": False, "max_capacity": 3},
        "REC-923",
    ),
    "a share for nobody": ({**REAL_TIME, "challenger_share": 0.2}, "REC-924"),
    "a start outside the bounds": (
        {**REAL_TIME, "initial_instance_count": 9, "max_capacity": 3},
        "REC-926",
    ),
    "schedules that contradict themselves": (
        {**REAL_TIME, "capacity_schedules": [{**NIGHT, "min_capacity": 3, "max_capacity": 2}]},
        "CHK-202",
    ),
    "schedules that say nothing": ({**REAL_TIME, "capacity_schedules": [NIGHT]}, "CHK-202"),
    "two schedules of one name": (
        {**REAL_TIME, "capacity_schedules": [{**NIGHT, "min_capacity": 1}] * 2},
        "CHK-213",
    ),
    "tags of AWS's own": ({**REAL_TIME, "tags": {"aws:team": "risk"}}, "CHK-313"),
    "tags of this product's own": ({**REAL_TIME, "tags": {"sagepilot:plan": "x"}}, "CHK-313"),
    "tags that AWS does not write": ({**REAL_TIME, "tags": {"team": "a{b}"}}, "CHK-313"),
    "a topic that is no topic": (
        {**ASYNC, "success_topic_arn": "arn:aws:sqs:us-east-1:123456789012:q"},
        "CHK-117",
    ),
    "a topic elsewhere": (
        {**ASYNC, "error_topic_arn": "arn:aws:sns:eu-west-1:123456789012:t"},
        "CHK-117",
    ),
    "features that no endpoint has together": (
        {"data_capture_percent": 5, "success_topic_arn": SNS},
        "REC-925",
    ),
    "a vpc and warm environments": ({**VPC, "provisioned_concurrency": 2}, "REC-925"),
    "hosting on a device": ({"inference_option": "edge"}, "REC-920"),
    "over the budget": ({**REAL_TIME, "budget_usd_per_month": 5}, "REC-206"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE, ids=str)
def test_what_cannot_be_had_is_refused_with_its_rule(planned, case):
    asked, rule_id = IMPOSSIBLE[case]
    with pytest.raises(InvalidInputError) as caught:
        planned(**asked)
    told = f"{caught.value.message} {caught.value.remedy}"
    assert rule_id in told
    assert "https://" in told
    assert caught.value.remedy.endswith(".")


def test_results_for_a_bucket_that_is_not_there_are_refused(planned):
    with pytest.raises(NotFoundError, match="no bucket"):
        planned(inference_option="asynchronous", output_uri="s3://nobody-has-this-bucket/o")
