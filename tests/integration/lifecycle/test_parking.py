"""A parked endpoint costs nothing and comes back exactly, with everything that scales it."""

import pytest

from tests.integration.lifecycle.conftest import (
    Standing,
    another_model,
    config_in_service,
    deleted,
    deployed,
    scaling_of,
)
from tests.integration.lifecycle.leftovers import assert_nothing_left, leftovers
from tools.errors import InvalidInputError, NotFoundError
from tools.planners.lifecycle import (
    is_parked,
    parked_endpoints,
    plan_park,
    plan_unpark,
    plan_update,
)
from tools.planners.removal import plan_deletion, plan_undo

TARGET = "application-autoscaling.describe_scalable_targets"


@pytest.fixture
def scaled(app, served):
    """A served endpoint with a schedule and a step policy rung by an alarm beside its policy."""
    plan, made = served
    clients = app.place.clients(plan.region)
    target = clients.call(TARGET, {"ServiceNamespace": "sagemaker"})["ScalableTargets"]
    resource = next(t for t in target if plan.endpoint_name in t["ResourceId"])
    keys = {k: resource[k] for k in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
    clients.call(
        "application-autoscaling.put_scheduled_action",
        {**keys, "ScheduledActionName": "night", "Schedule": "cron(0 20 * * ? *)",
         "Timezone": "Asia/Ho_Chi_Minh", "ScalableTargetAction": {"MinCapacity": 2}},
    )  # fmt: skip
    policy = clients.call(
        "application-autoscaling.put_scaling_policy",
        {**keys, "PolicyName": "steps", "PolicyType": "StepScaling",
         "StepScalingPolicyConfiguration": {
             "AdjustmentType": "ChangeInCapacity",
             "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]}},
    )  # fmt: skip
    clients.call(
        "cloudwatch.put_metric_alarm",
        {"AlarmName": f"{plan.endpoint_name}-busy", "Namespace": "AWS/SageMaker",
         "MetricName": "ModelLatency", "Statistic": "Average", "Period": 60, "Threshold": 9e9,
         "Dimensions": [{"Name": "EndpointName", "Value": plan.endpoint_name},
                        {"Name": "VariantName", "Value": "AllTraffic"}],
         "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold",
         "AlarmActions": [policy["PolicyARN"]]},
    )  # fmt: skip
    return plan, made


def parked(app, plan):
    return deployed(app, plan_park(plan.endpoint_name, app.place.removal(plan.region)))[0]


def unparked(app, plan):
    return deployed(app, plan_unpark(plan.endpoint_name, app.place.removal(plan.region)))[0]


def test_parked_and_unparked_it_is_what_it_was(app, scaled):
    plan, _ = scaled
    before, config = scaling_of(app, plan), config_in_service(app, plan)
    assert len(before["policies"]) == 2
    assert [len(before[kind]) for kind in ("targets", "actions")] == [1, 1]
    standing = Standing(app, plan).everything()
    parked(app, plan)
    left = Standing(app, plan).everything()
    kinds = {name.partition(":")[0] for name in left if ":" in name}
    assert kinds == {"Models", "EndpointConfigs"}
    assert plan.endpoint_name in parked_endpoints(app.place.removal(plan.region))
    back = unparked(app, plan)
    assert back.status == "deployed"
    assert back.verification.ok
    assert scaling_of(app, plan) == before
    assert config_in_service(app, plan) == config
    assert sorted(Standing(app, plan).everything()) == sorted(standing)
    assert not is_parked(plan.endpoint_name, app.place.removal(plan.region))


def test_undoing_a_park_is_to_unpark(app, served):
    plan, _ = served
    before = scaling_of(app, plan)
    parked(app, plan)
    undo = plan_undo(None, app.place.removal(plan.region))
    assert undo.kind == "unpark"
    deployed(app, undo)
    assert scaling_of(app, plan) == before


def test_undoing_an_unpark_parks_again(app, served):
    plan, _ = served
    parked(app, plan)
    back = unparked(app, plan)
    gone, _ = deployed(app, plan_undo(back.deployment_id, app.place.removal(plan.region)))
    assert gone.status == "undone"
    assert is_parked(plan.endpoint_name, app.place.removal(plan.region))
    assert unparked(app, plan).verification.ok


def test_what_is_parked_cannot_be_parked_or_updated(app, served, second_model):
    plan, _ = served
    parked(app, plan)
    with pytest.raises(NotFoundError):
        parked(app, plan)
    with pytest.raises(NotFoundError):
        plan_update(plan.endpoint_name, another_model(second_model), app.place.bench(plan.region))


def test_what_is_not_parked_cannot_be_unparked(app, served):
    plan, _ = served
    with pytest.raises(NotFoundError, match="is parked"):
        unparked(app, plan)


def test_a_parked_endpoint_can_be_deleted_whole(app, served):
    plan, _ = served
    standing = {row.partition(":")[0] for row in leftovers(app, plan.endpoint_name)}
    assert standing > {"Endpoints", "Models", "Roles", "Objects", "ScalableTargets", "Alarms"}
    parked(app, plan)
    removal = plan_deletion(plan.endpoint_name, app.place.removal(plan.region))
    assert removal.typed_name_required == plan.endpoint_name
    deleted(app, removal)
    assert_nothing_left(app, plan.endpoint_name)
    with pytest.raises(NotFoundError):
        unparked(app, plan)


def test_an_updated_endpoint_comes_back_with_its_new_version(app, served, second_model):
    plan, _ = served
    update = plan_update(
        plan.endpoint_name, another_model(second_model), app.place.bench(plan.region)
    )
    deployed(app, update)
    config = config_in_service(app, plan)
    parked(app, plan)
    assert unparked(app, plan).verification.ok
    assert config_in_service(app, plan) == config


def test_a_failed_endpoint_can_only_be_deleted(app, served):
    plan, _ = served
    clients = app.place.clients(plan.region)
    config = {"EndpointConfigName": config_in_service(app, plan)}
    model = clients.call("sagemaker.describe_endpoint_config", config)
    name = model["ProductionVariants"][0]["ModelName"]
    described = clients.call("sagemaker.describe_model", {"ModelName": name})
    url = described["PrimaryContainer"]["ModelDataUrl"]
    bucket, _, key = url.removeprefix("s3://").partition("/")
    archive = clients.call("s3.get_object", {"Bucket": bucket, "Key": key})["Body"].read()
    clients.call("s3.put_object", {"Bucket": bucket, "Key": key, "Body": b"no archive"})
    doomed = f"{plan.endpoint_name}-2"
    clients.call("sagemaker.create_endpoint", {"EndpointName": doomed, **config})
    from tests.integration.deployment.conftest import wait_until

    where = {"EndpointName": doomed}
    wait_until(
        lambda: clients.call("sagemaker.describe_endpoint", where)["EndpointStatus"] == "Failed"
    )
    try:
        with pytest.raises(InvalidInputError, match="can only be deleted") as caught:
            plan_park(doomed, app.place.removal(plan.region))
        assert f"delete {doomed}" in caught.value.remedy
    finally:
        clients.call("s3.put_object", {"Bucket": bucket, "Key": key, "Body": archive})
        clients.call("sagemaker.delete_endpoint", where)
