"""Every rule on both sides of its boundary."""

from typing import Any

import pytest

from tools.catalog import load_catalog
from tools.requirements import Requirements
from tools.rules.case import Case
from tools.rules.registry import ALL_RULES

CATALOG = load_catalog()
GB, MB = 10**9, 10**6
STEADY = {"traffic_pattern": "steady", "average_requests_per_second": 1, "processing_time_s": 0.1}
LLM = {"model_parameters": 7 * GB}
GPU = {"gpu": "required"}
LOCAL = {"kind": "local", "uri": "model.tar.gz"}
JUMPSTART = {"kind": "jumpstart", "uri": "pytorch-ic-mobilenet-v2"}

VPC = {"subnets": ["subnet-1"], "security_group_ids": ["sg-1"]}
SNS = "arn:aws:sns:us-east-1:123456789012:told"
NIGHT = {"name": "night", "schedule": "cron(0 22 * * ? *)", "min_capacity": 1}
WARM = {"provisioned_concurrency": 2}
LARGE = {"instance_type": "ml.m5.large"}
#: The same for what is asked for by name.
ASKED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "REC-411": (VPC, {}),
    "REC-412": ({"network_isolation": True}, {"network_isolation": False}),
    "REC-413": ({"data_capture_percent": 1}, {"data_capture_percent": 0}),
    "REC-414": ({"challenger_source": LOCAL}, {}),
    "REC-415": ({"shadow_source": LOCAL}, {}),
    "REC-416": (
        {"shadow_source": LOCAL, "challenger_source": LOCAL},
        {"shadow_source": LOCAL},
    ),
    "REC-417": ({"inference_components": True}, {"inference_components": False}),
    "REC-418": ({"initial_instance_count": 1}, {}),
    "REC-419": ({"max_capacity": 1}, {"max_capacity": 1, "provisioned_concurrency": 1}),
    "REC-420": ({"max_concurrency": 5}, {"max_capacity": 5}),
    "REC-421": ({"min_capacity": 0}, {"min_capacity": 1}),
    "REC-422": ({"error_topic_arn": SNS}, {"alarm_topic_arn": SNS}),
    "REC-423": ({"output_uri": "s3://bucket/out"}, {}),
    "REC-424": ({"instance_type": "ml.m5.enormous"}, LARGE),
    "REC-425": ({**LARGE, "model_size_bytes": 5 * GB}, {**LARGE, "model_size_bytes": 4 * GB}),
    "REC-426": ({**LARGE, **GPU}, {"instance_type": "ml.g5.xlarge", **GPU}),
    "REC-427": (
        {"scaling_metric": "ApproximateBacklogSizePerInstance"},
        {"scaling_metric": "CPUUtilization"},
    ),
    "REC-428": (
        {"scaling_metric": "SageMakerVariantProvisionedConcurrencyUtilization"},
        {"scaling_metric": "SageMakerVariantInvocationsPerInstance"},
    ),
    "REC-429": (
        {"scaling_metric": "SageMakerVariantInvocationsPerInstance"},
        {"scaling_metric": "SageMakerVariantProvisionedConcurrencyUtilization"},
    ),
    "REC-430": (
        {"scaling_metric": "SageMakerInferenceComponentInvocationsPerCopy"},
        {
            "scaling_metric": "SageMakerInferenceComponentInvocationsPerCopy",
            "inference_components": True,
        },
    ),
    "REC-431": (
        {"scaling_metric": "CPUUtilization"},
        {"scaling_metric": "ApproximateBacklogSizePerInstance"},
    ),
    "REC-432": ({"instance_type": "ml.inf1.xlarge"}, {"instance_type": "ml.inf2.xlarge"}),
    "REC-434": ({"capacity_schedules": [NIGHT]}, {"capacity_schedules": [NIGHT], **WARM}),
    "REC-433": ({"compilation": "neo"}, {"compilation": "none"}),
    "REC-664": ({"compilation": "neo"}, {"compilation": "none"}),
    "REC-928": (
        {"compilation": "neo", "framework": "sklearn"},
        {"compilation": "neo", "framework": "onnx"},
    ),
    "REC-929": (
        {"compilation": "neo", "instance_type": "ml.m7i.large"},
        {"compilation": "neo", "instance_type": "ml.m5.large"},
    ),
    "REC-930": (
        {"compilation": "neo", "model_parameters": 10**9},
        {"compilation": "neo", "model_size_bytes": 10**9},
    ),
    "REC-671": (
        {"auto_scaling": True},
        {"auto_scaling": True, "provisioned_concurrency": 1},
    ),
    "REC-672": ({"memory_size_in_mb": 1024}, {"memory_size_in_mb": 2048}),
    "REC-673": (
        {**LARGE, "model_source": {"kind": "hub", "uri": "org/model-8b"}, "gpu": "not-needed"},
        LARGE,
    ),
    "REC-920": (
        {"inference_option": "serverless", **GPU},
        {"inference_option": "real-time", **GPU},
    ),
    "REC-921": (
        {"min_capacity": 3, "max_capacity": 2},
        {"min_capacity": 2, "max_capacity": 2},
    ),
    "REC-922": ({"subnets": ["subnet-1"]}, VPC),
    "REC-923": (
        {"auto_scaling": False, "max_capacity": 4},
        {"auto_scaling": False, "initial_instance_count": 4},
    ),
    "REC-924": (
        {"challenger_share": 0.1},
        {"challenger_share": 0.1, "challenger_source": LOCAL},
    ),
    "REC-925": (
        {"data_capture_percent": 10, "error_topic_arn": SNS},
        {"data_capture_percent": 10, "alarm_topic_arn": SNS},
    ),
    "REC-926": (
        {"initial_instance_count": 5, "max_capacity": 4},
        {"initial_instance_count": 4, "max_capacity": 4},
    ),
    "REC-927": (
        {"provisioned_concurrency": 6, "max_concurrency": 5},
        {"provisioned_concurrency": 5, "max_concurrency": 5},
    ),
}
#: Rule id: needs for which it applies, needs just beyond for which it does not.
BOUNDARIES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "REC-101": ({"request_payload_bytes": 4 * MB + 1}, {"request_payload_bytes": 4 * MB}),
    "REC-102": ({"processing_time_s": 60.01}, {"processing_time_s": 60}),
    "REC-103": ({"streaming": True}, {"streaming": False}),
    "REC-104": (GPU, {"gpu": "not-needed"}),
    "REC-105": ({"model_size_bytes": 4_730 * MB}, {"model_size_bytes": 4_720 * MB}),
    "REC-106": ({"model_size_bytes": 5 * GB + 1}, {"model_size_bytes": 5 * GB}),
    "REC-107": ({"model_count": 2}, {"model_count": 1}),
    "REC-108": (
        {"peak_requests_per_second": 201, "processing_time_s": 1},
        {"peak_requests_per_second": 200, "processing_time_s": 1},
    ),
    "REC-109": ({"data_sensitivity": "regulated"}, {"data_sensitivity": "internal"}),
    "REC-110": ({"region": "eu-south-2"}, {"region": "eu-south-1"}),
    "REC-111": (
        {**STEADY, "budget_usd_per_month": "10.5"},
        {**STEADY, "budget_usd_per_month": "11.5"},
    ),
    "REC-201": ({"response_payload_bytes": 25 * MB + 1}, {"response_payload_bytes": 25 * MB}),
    "REC-202": ({"processing_time_s": 60.01}, {"processing_time_s": 60}),
    "REC-203": (
        {"streaming": True, "processing_time_s": 480.1},
        {"streaming": True, "processing_time_s": 480},
    ),
    "REC-205": ({"model_size_bytes": 2000 * GB}, {"model_size_bytes": 500 * GB}),
    "REC-206": (
        {"environment": "production", "budget_usd_per_month": 156},
        {"environment": "production", "budget_usd_per_month": 157},
    ),
    "REC-301": ({"request_payload_bytes": 2**30 + 1}, {"request_payload_bytes": 2**30}),
    "REC-302": ({"processing_time_s": 3600.1}, {"processing_time_s": 3600}),
    "REC-303": ({"streaming": True}, {}),
    "REC-304": (
        {"latency_p95_ms": 1130, "processing_time_s": 0.1},
        {"latency_p95_ms": 1131, "processing_time_s": 0.1},
    ),
    "REC-305": ({"model_count": 2}, {"model_count": 1}),
    "REC-306": (
        {"interactive": False, **STEADY, "budget_usd_per_month": 75},
        {"interactive": False, **STEADY, "budget_usd_per_month": 80},
    ),
    "REC-401": ({"request_payload_bytes": 100 * MB + 1}, {"request_payload_bytes": 100 * MB}),
    "REC-402": ({"processing_time_s": 3600.1}, {"processing_time_s": 3600}),
    "REC-403": ({"interactive": True}, {"interactive": False}),
    "REC-404": ({"latency_p95_ms": 4.9}, {"latency_p95_ms": 5}),
    "REC-405": ({"region": "xx-north-9"}, {"region": "ap-southeast-7"}),
    "REC-501": ({"latency_p95_ms": 499}, {"latency_p95_ms": 500}),
    "REC-502": (
        {"cold_start_tolerance_ms": 3999},
        {"cold_start_tolerance_ms": 4000},
    ),
    "REC-503": ({"interactive": True}, {"interactive": False}),
    "REC-504": ({"model_count": 2}, {"model_count": 1}),
    "REC-505": (STEADY, {**STEADY, "traffic_pattern": "spiky"}),
    "REC-506": (
        {**STEADY, "average_requests_per_second": 60, "processing_time_s": 0.05},
        {**STEADY, "average_requests_per_second": 5, "processing_time_s": 0.05},
    ),
    "REC-507": ({"region": "eu-south-2"}, {"region": "us-east-1"}),
    "REC-511": (
        {"traffic_pattern": "diurnal", "idle_share": 0.5},
        {"traffic_pattern": "diurnal", "idle_share": 0.49},
    ),
    "REC-512": (
        {**STEADY, "average_requests_per_second": 5, "processing_time_s": 0.05},
        {**STEADY, "average_requests_per_second": 60, "processing_time_s": 0.05},
    ),
    "REC-521": ({"interactive": False}, {"interactive": True}),
    "REC-522": ({"processing_time_s": 30}, {"processing_time_s": 29.9}),
    "REC-523": (
        {**GPU, "interactive": False, "idle_share": 0.5, "traffic_pattern": "diurnal"},
        {**GPU, "interactive": False, "idle_share": 0.4, "traffic_pattern": "diurnal"},
    ),
    "REC-524": (
        {"interactive": False, "traffic_pattern": "spiky"},
        {"interactive": False, "traffic_pattern": "steady"},
    ),
    "REC-525": (
        {"interactive": False},
        {"interactive": False, "region": "eu-south-2"},
    ),
    "REC-551": ({"request_payload_bytes": 2**30 + 1}, {"request_payload_bytes": 2**30}),
    "REC-552": (
        {"traffic_pattern": "batch"},
        {"traffic_pattern": "batch", "interactive": True},
    ),
    "REC-601": ({"request_payload_bytes": 6 * MB + 1}, {"request_payload_bytes": 6 * MB}),
    "REC-602": ({"request_payload_bytes": 3_200_000}, {"request_payload_bytes": 3_199_999}),
    "REC-603": ({"request_payload_bytes": 900 * MB}, {"request_payload_bytes": 800 * MB}),
    "REC-611": ({"processing_time_s": 30}, {"processing_time_s": 60.1}),
    "REC-612": ({"cold_start_tolerance_ms": 4000}, {"cold_start_tolerance_ms": 3999}),
    "REC-613": ({"cold_start_tolerance_ms": 3999}, {"cold_start_tolerance_ms": 4000}),
    "REC-614": (
        {"cold_start_tolerance_ms": 300_000},
        {"cold_start_tolerance_ms": 299_999},
    ),
    "REC-615": (
        {"latency_p95_ms": 150, "processing_time_s": 0.1},
        {"latency_p95_ms": 151, "processing_time_s": 0.1},
    ),
    "REC-616": ({"interactive": True}, {"interactive": False}),
    "REC-621": ({"model_size_bytes": 10 * GB + 1}, {"model_size_bytes": 10 * GB}),
    "REC-622": ({"model_count": 2}, {"model_count": 1}),
    "REC-623": (GPU, {"gpu": "not-needed"}),
    "REC-624": (
        {"framework": "onnx"},
        {"framework": "onnx", "model_source": {"kind": "image", "uri": "repository:1"}},
    ),
    "REC-631": (
        {"budget_usd_per_month": 100},
        {"budget_usd_per_month": 200},
    ),
    "REC-632": (
        {"peak_requests_per_second": 7.4, "processing_time_s": 1},
        {"peak_requests_per_second": 6.6, "processing_time_s": 1},
    ),
    "REC-633": ({}, {"processing_time_s": 0.1}),
    "REC-634": (
        {**STEADY, "average_requests_per_second": 50_000},
        {**STEADY, "average_requests_per_second": 5},
    ),
    "REC-635": (
        {"peak_requests_per_second": 101, "processing_time_s": 1},
        {"peak_requests_per_second": 100, "processing_time_s": 1},
    ),
    "REC-641": ({"data_sensitivity": "regulated"}, {"data_sensitivity": "public"}),
    "REC-651": ({}, {"region": "eu-south-2"}),
    "REC-652": (
        {"average_requests_per_second": 1, "request_payload_bytes": MB},
        {"average_requests_per_second": 1, "request_payload_bytes": 1000},
    ),
    "REC-653": ({"budget_usd_per_month": 160}, {"budget_usd_per_month": 180}),
    "REC-654": (
        {"budget_usd_per_month": 50, "cold_start_tolerance_ms": 0, "region": "us-west-2"},
        {"budget_usd_per_month": 50, "cold_start_tolerance_ms": 0, "region": "us-east-1"},
    ),
    "REC-655": (
        {"budget_usd_per_month": 50, "region": "eu-south-2"},
        {"budget_usd_per_month": 50, "region": "us-east-1"},
    ),
    "REC-661": (
        {**GPU, "framework": "pytorch", "model_size_bytes": 22 * GB},
        {**GPU, "framework": "pytorch", "model_size_bytes": 2 * GB},
    ),
    "REC-662": ({**LLM, "budget_usd_per_month": 800}, {**LLM, "budget_usd_per_month": 2000}),
    "REC-663": (
        {"framework": "xgboost", "latency_p95_ms": 20, "processing_time_s": 0.01},
        {"framework": "xgboost", "latency_p95_ms": 200, "processing_time_s": 0.01},
    ),
    "REC-901": (
        {"request_payload_bytes": 900 * MB, "latency_p95_ms": 100},
        {"request_payload_bytes": 25 * MB, "latency_p95_ms": 100},
    ),
    "REC-902": (
        {"latency_p95_ms": 1000, "processing_time_s": 1},
        {"latency_p95_ms": 1001, "processing_time_s": 1},
    ),
    "REC-903": (
        {"interactive": True, "processing_time_s": 1200},
        {"interactive": True, "processing_time_s": 60},
    ),
    "REC-904": (
        {**GPU, "budget_usd_per_month": 10},
        {**GPU, "budget_usd_per_month": 2000},
    ),
    "REC-905": (
        {**STEADY, "interactive": False, "budget_usd_per_month": 5},
        {**STEADY, "interactive": False, "budget_usd_per_month": 500},
    ),
    "REC-906": (
        {"request_payload_bytes": 10 * MB, "budget_usd_per_month": 5},
        {"request_payload_bytes": 10_000, "budget_usd_per_month": 5},
    ),
    "REC-907": (
        {"average_requests_per_second": 10.1, "peak_requests_per_second": 10},
        {"average_requests_per_second": 10, "peak_requests_per_second": 10},
    ),
    "REC-908": (
        {"traffic_pattern": "steady", "idle_share": 0.5},
        {"traffic_pattern": "steady", "idle_share": 0.4},
    ),
    "REC-909": (
        {
            "average_requests_per_second": 5.1,
            "peak_requests_per_second": 10,
            "idle_share": 0.5,
        },
        {
            "average_requests_per_second": 5,
            "peak_requests_per_second": 10,
            "idle_share": 0.5,
        },
    ),
    "REC-910": ({"region": "xx-north-9"}, {"region": "us-east-1"}),
    "REC-911": (
        {"request_payload_bytes": 900 * MB, "peak_requests_per_second": 10},
        {"request_payload_bytes": 900 * MB, "peak_requests_per_second": 1},
    ),
    "REC-912": (
        {"traffic_pattern": "batch", "interactive": True},
        {"traffic_pattern": "batch", "interactive": False},
    ),
    "REC-913": (
        {"interactive": True, "request_payload_bytes": 2**30 + 1},
        {"interactive": True, "request_payload_bytes": 2**30},
    ),
    "REC-914": ({"processing_time_s": 3600.1}, {"processing_time_s": 3600}),
    "REC-915": ({"latency_p95_ms": 4.9}, {"latency_p95_ms": 5}),
    "REC-916": (
        {"streaming": True, "processing_time_s": 480.1},
        {"streaming": True, "processing_time_s": 480},
    ),
    "REC-917": (
        {"deployment_preference": "jumpstart", "model_source": LOCAL},
        {"deployment_preference": "jumpstart", "model_source": JUMPSTART},
    ),
    "REC-918": (
        {"model_count": 2, "request_payload_bytes": 26 * MB},
        {"model_count": 2, "request_payload_bytes": 25 * MB},
    ),
    "REC-919": (
        {"streaming": True, "interactive": False},
        {"streaming": True, "interactive": True},
    ),
    **ASKED,
}


def test_every_rule_has_a_boundary() -> None:
    assert set(BOUNDARIES) == {rule.id for rule in ALL_RULES}


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_the_rule_applies_on_one_side_only(rule) -> None:
    applies, beyond = (
        Case(Requirements.model_validate(needs), CATALOG) for needs in BOUNDARIES[rule.id]
    )
    assert rule.when(applies)
    assert not rule.when(beyond)
    text = rule.says(applies)
    assert text.endswith(".")
    assert "None" not in text
