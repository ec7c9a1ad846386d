"""People's words for what is asked for by name, as JSON values; and what is none, with a remedy."""

import pytest

from tools.errors import InvalidInputError
from tools.options import DeploymentOptions
from tools.quantities import parse_value
from tools.reading.wording import OPTION_FIELDS

SNS = "arn:aws:sns:eu-west-1:123456789012:Told"
SAID = [
    ("inference_option", "serverless", "serverless"),
    ("inference_option", "an asynchronous endpoint", "asynchronous"),
    ("inference_option", "Bất đồng bộ", "asynchronous"),
    ("inference_option", "thời gian thực", "real-time"),
    ("inference_option", "batch transform job", "batch-transform"),
    ("instance_type", "ml.m5.large", "ml.m5.large"),
    ("initial_instance_count", "two", 2),
    ("initial_instance_count", "hai máy", 2),
    ("min_capacity", "2 instances", 2),
    ("min_capacity", "zero", 0),
    ("max_capacity", 8, 8),
    ("auto_scaling", "no", False),
    ("auto_scaling", "có", True),
    ("network_isolation", True, True),
    ("scaling_metric", "CPU", "CPUUtilization"),
    ("scaling_metric", "invocations per instance", "SageMakerVariantInvocationsPerInstance"),
    ("scaling_metric", "hàng đợi", "ApproximateBacklogSizePerInstance"),
    ("scaling_metric", "SageMakerVariantInvocationsPerInstance",
     "SageMakerVariantInvocationsPerInstance"),
    ("scaling_target_value", "60 %", 60.0),
    ("scaling_target_value", 0.5, 0.5),
    ("memory_size_in_mb", "2 GB", 2048),
    ("memory_size_in_mb", "3072 MB", 3072),
    ("provisioned_concurrency", "3 warm", 3),
    ("data_capture_percent", "10%", 10),
    ("data_capture_percent", "10 phần trăm", 10),
    ("challenger_share", "10% of the traffic", 0.1),
    ("challenger_share", 0.25, 0.25),
    ("challenger_source", "./new_model.joblib", {"kind": "local", "uri": "./new_model.joblib"}),
    ("shadow_source", "s3://b-1/m.tar.gz", {"kind": "s3", "uri": "s3://b-1/m.tar.gz"}),
    ("kms_key_id", "alias/My-Key", "alias/My-Key"),
    ("subnets", "subnet-1, subnet-2", ["subnet-1", "subnet-2"]),
    ("subnets", "subnet-1 and subnet-2", ["subnet-1", "subnet-2"]),
    ("security_group_ids", ["sg-1"], ["sg-1"]),
    ("success_topic_arn", SNS, SNS),
    ("tags", "team=risk, cost centre: 42", {"team": "risk", "cost centre": "42"}),
    ("tags", {"team": "risk"}, {"team": "risk"}),
    ("compilation", "with Neo", "neo"),
    ("compilation", "no", "none"),
    ("capacity_schedules", "cron(0 8 * * ? *) min 2 max 6 Asia/Ho_Chi_Minh; rate(1 day) max 1",
     [{"name": "schedule-1", "schedule": "cron(0 8 * * ? *)", "min_capacity": 2,
       "max_capacity": 6, "timezone": "Asia/Ho_Chi_Minh"},
      {"name": "schedule-2", "schedule": "rate(1 day)", "max_capacity": 1}]),
]  # fmt: skip
NOT_SAID = [
    ("inference_option", "fast"), ("instance_type", "a big one"), ("min_capacity", "many"),
    ("min_capacity", "-1"), ("auto_scaling", "maybe"), ("scaling_metric", "happiness"),
    ("scaling_target_value", "between 50 and 60"), ("memory_size_in_mb", "2 litres"),
    ("data_capture_percent", "120%"), ("data_capture_percent", "2.5%"),
    ("challenger_share", "100%"), ("kms_key_id", "my key!"), ("subnets", ""),
    ("alarm_topic_arn", "me@example.com"), ("tags", "risk"), ("capacity_schedules", "at night"),
    ("compilation", "perhaps"), ("output_uri", "my bucket"), ("network_isolation", "hm"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "text", "value"), SAID)
def test_what_is_said_is_read(field, text, value):
    assert parse_value(field, text) == value


@pytest.mark.parametrize(("field", "text"), NOT_SAID)
def test_what_does_not_say_it_is_refused_with_a_remedy(field, text):
    with pytest.raises(InvalidInputError) as caught:
        parse_value(field, text)
    assert caught.value.remedy.endswith(".")
    assert caught.value.message


def test_every_option_can_be_said_in_words():
    assert set(DeploymentOptions.model_fields) <= OPTION_FIELDS
