"""What is asked for by name stands in the plan, in AWS's own words."""

import json

import pytest

from tests.integration.options.conftest import SAMPLE, SNS, VPC


def call(plan, operation, number=0):
    return [s.parameters for s in plan.steps if s.operation.endswith(f".{operation}")][number]


def variant(plan, number=0):
    return call(plan, "create_endpoint_config")["ProductionVariants"][number]


def makes(plan, operation) -> bool:
    return any(step.operation.endswith(f".{operation}") for step in plan.steps)


@pytest.mark.parametrize("option", ["real-time", "serverless", "asynchronous"])
@pytest.mark.parametrize("scales", [True, False])
def test_every_option_is_had_with_and_without_scaling(planned, option, scales):
    plan = planned(inference_option=option, auto_scaling=scales)
    assert plan.inference_option == option
    assert plan.recommendation["inference_option"] == option
    on_instances = option != "serverless"
    assert makes(plan, "register_scalable_target") == (scales and on_instances)
    assert ("InstanceType" in variant(plan)) == on_instances
    if option == "serverless" and scales:
        assert any("scales by itself" in text for text in plan.warnings)


def test_the_verdict_and_the_costs_are_those_of_the_named_option(planned):
    plan = planned(inference_option="asynchronous", idle_share=0.95)
    verdicts = {row["option"]: row for row in plan.recommendation["options"]}
    assert verdicts["asynchronous"]["verdict"] == "chosen"
    assert verdicts["asynchronous"]["cost_usd_per_month"] == float(plan.cost_usd_per_month)


def test_type_and_count_are_taken_as_said(planned):
    plan = planned(
        instance_type="ml.m5.xlarge", initial_instance_count=3, environment="development"
    )
    assert variant(plan)["InstanceType"] == "ml.m5.xlarge"
    assert variant(plan)["InitialInstanceCount"] == 3
    # 0.23 USD an hour (us-east-1) x 3 x 730 hours
    assert float(plan.cost_usd_per_month) == pytest.approx(0.23 * 3 * 730, abs=0.01)
    assert call(plan, "register_scalable_target")["MinCapacity"] == 3


def test_serverless_numbers_are_taken_as_said(planned):
    plan = planned(
        inference_option="serverless", memory_size_in_mb=3072, max_concurrency=7,
        provisioned_concurrency=2, auto_scaling=False,
    )  # fmt: skip
    assert variant(plan)["ServerlessConfig"] == {
        "MemorySizeInMB": 3072, "MaxConcurrency": 7, "ProvisionedConcurrency": 2,
    }  # fmt: skip
    assert not makes(plan, "register_scalable_target")


def test_warm_environments_follow_their_utilisation(planned):
    plan = planned(
        inference_option="serverless", provisioned_concurrency=2, auto_scaling=True,
        scaling_target_value=0.7,
    )  # fmt: skip
    target = call(plan, "register_scalable_target")
    assert target["ScalableDimension"] == "sagemaker:variant:DesiredProvisionedConcurrency"
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 4)
    policy = call(plan, "put_scaling_policy")["TargetTrackingScalingPolicyConfiguration"]
    assert policy["TargetValue"] == 0.7
    assert policy["PredefinedMetricSpecification"] == {
        "PredefinedMetricType": "SageMakerVariantProvisionedConcurrencyUtilization"
    }


def test_bounds_are_taken_as_said(planned):
    plan = planned(inference_option="real-time", min_capacity=2, max_capacity=8)
    target = call(plan, "register_scalable_target")
    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 8)
    assert 2 <= variant(plan)["InitialInstanceCount"] <= 8


def test_an_asynchronous_endpoint_goes_down_to_zero(planned):
    plan = planned(inference_option="asynchronous", min_capacity=0, max_capacity=3)
    assert call(plan, "register_scalable_target")["MinCapacity"] == 0
    assert call(plan, "put_metric_alarm")["MetricName"] == "HasBacklogWithoutCapacity"


def test_scale_to_zero_alone_leads_away_from_plain_real_time(planned):
    assert planned(min_capacity=0).inference_option in {"serverless", "asynchronous"}


@pytest.mark.parametrize(
    ("metric", "target"),
    [
        ("SageMakerVariantInvocationsPerInstance", 70),
        ("SageMakerVariantConcurrentRequestsPerModelHighResolution", 5),
    ],
)
def test_predefined_metrics_of_instances(planned, metric, target):
    plan = planned(inference_option="real-time", scaling_metric=metric, scaling_target_value=target)
    policy = call(plan, "put_scaling_policy")["TargetTrackingScalingPolicyConfiguration"]
    assert policy["TargetValue"] == target
    assert policy["PredefinedMetricSpecification"] == {"PredefinedMetricType": metric}


def test_a_metric_of_the_host_is_named_with_its_variant(planned):
    plan = planned(
        inference_option="real-time", scaling_metric="CPUUtilization", scaling_target_value=60
    )
    policy = call(plan, "put_scaling_policy")["TargetTrackingScalingPolicyConfiguration"]
    assert policy["CustomizedMetricSpecification"] == {
        "MetricName": "CPUUtilization",
        "Namespace": "/aws/sagemaker/Endpoints",
        "Dimensions": [
            {"Name": "EndpointName", "Value": plan.endpoint_name},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ],
        "Statistic": "Average",
    }


def test_schedules_move_the_bounds_even_without_a_policy(planned):
    night = {
        "name": "night", "schedule": "cron(0 22 * * ? *)", "min_capacity": 1, "max_capacity": 1,
        "timezone": "Asia/Ho_Chi_Minh",
    }  # fmt: skip
    asked = {"inference_option": "real-time", "capacity_schedules": [night]}
    for scales, policies in ((None, True), (False, False)):
        plan = planned(**asked, auto_scaling=scales)
        action = call(plan, "put_scheduled_action")
        assert action["Schedule"] == "cron(0 22 * * ? *)"
        assert action["Timezone"] == "Asia/Ho_Chi_Minh"
        assert action["ScalableTargetAction"] == {"MinCapacity": 1, "MaxCapacity": 1}
        assert makes(plan, "put_scaling_policy") == policies


def test_a_challenger_shares_the_traffic_with_a_model_of_its_own(planned):
    alone = planned(inference_option="real-time", instance_type="ml.m5.large")
    plan = planned(challenger_source=SAMPLE, challenger_share=0.25, instance_type="ml.m5.large")
    first, second = variant(plan, 0), variant(plan, 1)
    assert (first["InitialVariantWeight"], second["InitialVariantWeight"]) == (0.75, 0.25)
    assert second["VariantName"] == "Challenger"
    assert first["ModelName"] != second["ModelName"]
    keys = [s.parameters["Key"] for s in plan.steps if s.operation == "s3.put_object"]
    assert len(set(keys)) == 2
    assert call(plan, "register_scalable_target", 1)["ResourceId"].endswith("variant/Challenger")
    assert plan.cost_usd_per_month > alone.cost_usd_per_month
    assert plan.cost_if_forgotten_usd_per_month > alone.cost_if_forgotten_usd_per_month


def test_a_shadow_gets_a_copy(planned):
    plan = planned(shadow_source=SAMPLE)
    config = call(plan, "create_endpoint_config")
    assert len(config["ProductionVariants"]) == 1
    (shadow,) = config["ShadowProductionVariants"]
    assert shadow["VariantName"] == "Shadow"
    assert shadow["InitialInstanceCount"] == variant(plan)["InitialInstanceCount"]


def test_long_names_keep_their_models_apart(planned):
    name = "a-name-that-is-as-long-as-the-name-of-an-endpoint-may-ever-bec"
    plan = planned(shadow_source=SAMPLE, endpoint_name=name)
    names = [
        s.parameters["ModelName"] for s in plan.steps if s.operation == "sagemaker.create_model"
    ]
    assert len(set(names)) == 2
    assert all(len(one) <= 63 for one in names)


def test_data_capture_says_share_and_place(planned):
    plan = planned(data_capture_percent=10, kms_key_id="alias/ours")
    capture = call(plan, "create_endpoint_config")["DataCaptureConfig"]
    assert capture["InitialSamplingPercentage"] == 10
    assert capture["EnableCapture"] is True
    assert capture["DestinationS3Uri"].endswith("/captured")
    assert capture["KmsKeyId"] == "alias/ours"
    assert "text/csv" in capture["CaptureContentTypeHeader"]["CsvContentTypes"]
    policy = json.loads(call(plan, "put_role_policy")["PolicyDocument"])
    used = [s for s in policy["Statement"] if "kms:GenerateDataKey" in s["Action"]]
    assert used[0]["Condition"] == {
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/ours"}
    }


def test_no_share_of_the_requests_means_no_capture(planned):
    plan = planned(data_capture_percent=0, inference_option="serverless")
    assert "DataCaptureConfig" not in call(plan, "create_endpoint_config")


def test_a_key_encrypts_volumes_and_results(planned):
    key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    plan = planned(inference_option="asynchronous", kms_key_id=key)
    config = call(plan, "create_endpoint_config")
    assert config["KmsKeyId"] == key
    assert config["AsyncInferenceConfig"]["OutputConfig"]["KmsKeyId"] == key
    assert key in call(plan, "put_role_policy")["PolicyDocument"]


def test_the_model_runs_in_its_vpc_and_isolated(planned):
    plan = planned(**VPC, network_isolation=True)
    model = call(plan, "create_model")
    assert model["VpcConfig"] == {
        "Subnets": VPC["subnets"], "SecurityGroupIds": VPC["security_group_ids"],
    }  # fmt: skip
    assert model["EnableNetworkIsolation"] is True


def test_isolation_that_was_declined_is_left_out(planned):
    plan = planned(data_sensitivity="regulated", network_isolation=False)
    assert "EnableNetworkIsolation" not in call(plan, "create_model")


def test_topics_are_told_of_results_and_failures(planned):
    plan = planned(success_topic_arn=SNS, error_topic_arn=SNS)
    output = call(plan, "create_endpoint_config")["AsyncInferenceConfig"]["OutputConfig"]
    assert output["NotificationConfig"] == {"SuccessTopic": SNS, "ErrorTopic": SNS}


def test_whoever_is_to_be_told_has_alarms_outside_production_too(planned):
    plan = planned(environment="development", alarm_topic_arn=SNS, inference_option="real-time")
    assert call(plan, "put_metric_alarm")["AlarmActions"] == [SNS]


def test_results_go_where_they_were_asked_for(planned, app):
    app.place.clients("us-east-1").call("s3.create_bucket", {"Bucket": "results-of-ours"})
    plan = planned(inference_option="asynchronous", output_uri="s3://results-of-ours/out/")
    output = call(plan, "create_endpoint_config")["AsyncInferenceConfig"]["OutputConfig"]
    assert output["S3OutputPath"] == "s3://results-of-ours/out"
    assert output["S3FailurePath"] == "s3://results-of-ours/out/failures"
    assert "arn:aws:s3:::results-of-ours/out/*" in call(plan, "put_role_policy")["PolicyDocument"]


def test_tags_are_on_everything_that_takes_tags(planned):
    plan = planned(tags={"team": "risk"})
    for operation in ("create_model", "create_endpoint_config", "create_endpoint"):
        assert {"Key": "team", "Value": "risk"} in call(plan, operation)["Tags"]


@pytest.mark.parametrize("method", ["cloudformation", "sdk"])
def test_the_other_ways_honour_the_options_too(planned, method):
    plan = planned(
        method, **VPC, network_isolation=True, data_capture_percent=20, kms_key_id="alias/ours",
        instance_type="ml.m5.large", min_capacity=2, max_capacity=5, tags={"team": "risk"},
        inference_option="real-time", scaling_metric="CPUUtilization",
    )  # fmt: skip
    assert plan.method == method
    written = json.dumps([step.parameters for step in plan.steps])
    for text in (
        "subnet-0123abcd",
        "alias/ours",
        "ml.m5.large",
        "risk",
        "CPUUtilization",
        "captured",
    ):
        assert text in written


def test_a_second_variant_goes_by_stack_and_not_by_the_sdk(planned):
    from tools.errors import InvalidInputError

    assert planned("cloudformation", challenger_source=SAMPLE).method == "cloudformation"
    with pytest.raises(InvalidInputError, match="several variants"):
        planned("sdk", challenger_source=SAMPLE)
