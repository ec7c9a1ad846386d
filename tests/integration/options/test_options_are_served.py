"""What was asked for by name is there in the end, and goes whole; in words as well."""

import pytest

from tests.integration.deployment.conftest import deployed
from tests.integration.options.conftest import SAMPLE, SNS, VPC
from tools.planners.removal import plan_undo
from tools.requirements import Requirements


def test_both_models_of_an_a_b_test_are_verified(planned, app):
    plan = planned(challenger_source=SAMPLE, challenger_share=0.5, instance_type="ml.m5.large")
    made, _ = deployed(app, plan)
    assert made.status == "deployed"
    assert made.verification.ok
    assert made.verification.invocations >= 2
    name = {"EndpointName": plan.endpoint_name}
    clients = app.place.clients(plan.region)
    seen = clients.call("sagemaker.describe_endpoint", name)["ProductionVariants"]
    assert [one["VariantName"] for one in seen] == ["AllTraffic", "Challenger"]
    assert [one["CurrentWeight"] for one in seen] == [0.5, 0.5]
    gone, _ = deployed(app, plan_undo(made.deployment_id, app.place.removal(plan.region)))
    assert gone.status == "undone"
    assert not clients.exists("sagemaker.describe_endpoint", name)


def test_an_endpoint_with_everything_that_real_time_has(planned, app):
    plan = planned(
        inference_option="real-time", instance_type="ml.m5.large", min_capacity=1, max_capacity=2,
        **VPC, network_isolation=True, data_capture_percent=50, kms_key_id="alias/ours",
        alarm_topic_arn=SNS, tags={"team": "risk"}, shadow_source=SAMPLE,
    )  # fmt: skip
    made, _ = deployed(app, plan)
    assert made.status == "deployed"
    assert made.verification.ok
    gone, _ = deployed(app, plan_undo(made.deployment_id, app.place.removal(plan.region)))
    assert gone.status == "undone"


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("deploy the sample model as a serverless endpoint", "serverless"),
        ("triển khai mô hình mẫu, dùng endpoint bất đồng bộ", "asynchronous"),
        ("deploy the sample model on two ml.m5.large, between 2 and 4 instances", "real-time"),
    ],
)
def test_a_sentence_leads_to_a_plan_with_what_it_asks_for(app, text, option):
    from assistant.cli.common import requirements_of

    needs = requirements_of(text)
    assert isinstance(needs, Requirements)
    assert app.place.plan(needs).inference_option == option
