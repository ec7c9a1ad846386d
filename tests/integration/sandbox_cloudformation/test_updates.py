"""Updates: in place, by replacement, refused, failed and rolled back."""

import json
import threading
import time

import pytest


@pytest.fixture
def stack(account):
    name = account.create(account.template(account.one))
    yield name
    account.cfn.delete_stack(StackName=name)


def test_a_new_artefact_replaces_and_the_endpoint_follows(account, client, stack):
    before = account.physical(stack)
    assert account.update(stack, account.template(account.ten)) == "UPDATE_COMPLETE"
    after = account.physical(stack)
    endpoint = account.outputs(stack)["EndpointName"]
    assert account.predict(endpoint) == 11.0
    assert after["Endpoint"] == before["Endpoint"]
    assert after["Model"] != before["Model"]
    assert after["Config"] != before["Config"]
    names = [m["ModelArn"] for m in client("sagemaker").list_models(MaxResults=100)["Models"]]
    assert before["Model"] not in names
    assert after["Model"] in names


def test_the_old_goes_only_after_the_endpoint_has_moved(account, stack):
    account.update(stack, account.template(account.ten))
    rows = account.events(stack)
    rows = rows[rows.index(("stack", "UPDATE_IN_PROGRESS", "User Initiated")) :]
    why = "Requested update requires the creation of a new physical resource; hence creating one."
    assert rows == [
        ("stack", "UPDATE_IN_PROGRESS", "User Initiated"),
        ("Model", "UPDATE_IN_PROGRESS", why),
        ("Model", "UPDATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Model", "UPDATE_COMPLETE", ""),
        ("Config", "UPDATE_IN_PROGRESS", why),
        ("Config", "UPDATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Config", "UPDATE_COMPLETE", ""),
        ("Endpoint", "UPDATE_IN_PROGRESS", ""),
        ("Endpoint", "UPDATE_COMPLETE", ""),
        ("stack", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("Config", "DELETE_IN_PROGRESS", ""),
        ("Config", "DELETE_COMPLETE", ""),
        ("Model", "DELETE_IN_PROGRESS", ""),
        ("Model", "DELETE_COMPLETE", ""),
        ("stack", "UPDATE_COMPLETE", ""),
    ]


def test_a_failed_update_keeps_the_old_version_serving_throughout(account, client, stack):
    before, endpoint = account.physical(stack), account.outputs(stack)["EndpointName"]
    answers, ended = [], threading.Event()

    def invoke() -> None:
        while not ended.is_set():
            answers.append(account.predict(endpoint))

    invoker = threading.Thread(target=invoke)
    invoker.start()
    try:
        status = account.update(stack, account.template(account.broken))
    finally:
        ended.set()
        invoker.join()
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert account.physical(stack) == before
    assert set(answers) == {2.0}
    rows = account.events(stack)
    (reason,) = [r[2] for r in rows if r[:2] == ("Endpoint", "UPDATE_FAILED")]
    assert "did not pass the ping health check" in reason
    assert "HandlerErrorCode: NotStabilized" in reason
    assert (
        "stack", "UPDATE_ROLLBACK_IN_PROGRESS",
        "The following resource(s) failed to update: [Endpoint].",
    ) in rows  # fmt: skip
    configs = client("sagemaker").list_endpoint_configs(MaxResults=100)["EndpointConfigs"]
    arns = [row["EndpointConfigArn"] for row in configs]
    assert before["Config"] in arns
    gone = [r for r in rows if r[:2] == ("Config", "DELETE_COMPLETE")]
    assert len(gone) == 1


def test_nothing_new_is_refused(account, stack):
    body = json.dumps(account.template(account.one))
    assert account.refused(account.cfn.update_stack, StackName=stack, TemplateBody=body) == (
        "ValidationError", "No updates are to be performed.",
    )  # fmt: skip
    assert (
        account.refused(account.cfn.update_stack, StackName=stack, UsePreviousTemplate=True)[1]
        == "No updates are to be performed."
    )


def test_stack_tags_reach_the_resources_and_follow(account, client, stack):
    template = account.template(account.one)
    assert account.update(stack, template, Tags=[{"Key": "team", "Value": "a"}]) == (
        "UPDATE_COMPLETE"
    )
    for arn in account.physical(stack).values():
        tags = client("sagemaker").list_tags(ResourceArn=arn)["Tags"]
        assert tags == [{"Key": "team", "Value": "a"}]
    account.update(stack, template, Tags=[])
    arn = account.physical(stack)["Endpoint"]
    assert client("sagemaker").list_tags(ResourceArn=arn)["Tags"] == []


def test_a_resource_that_left_the_template_goes_or_is_retained(account, client, stack):
    extra = account.template(account.one)["Resources"]["Model"]
    kept = {**extra, "DeletionPolicy": "Retain"}
    account.update(stack, account.template(account.one, Gone=extra, Kept=kept))
    physical = account.physical(stack)
    assert account.update(stack, account.template(account.one)) == "UPDATE_COMPLETE"
    assert account.physical(stack).keys() == {"Model", "Config", "Endpoint"}
    names = [m["ModelArn"] for m in client("sagemaker").list_models(MaxResults=100)["Models"]]
    assert physical["Kept"] in names
    assert physical["Gone"] not in names
    assert ("Kept", "DELETE_SKIPPED", "") in account.events(stack)
    client("sagemaker").delete_model(ModelName=physical["Kept"].rsplit("/", 1)[1])


def test_a_custom_config_name_cannot_be_replaced(account, stack):
    named = account.template(account.one)
    named["Resources"]["Config"]["Properties"]["EndpointConfigName"] = "custom-config"
    assert account.update(stack, named) == "UPDATE_COMPLETE"
    named["Resources"]["Config"]["Properties"]["ProductionVariants"][0]["InitialVariantWeight"] = 2
    assert account.update(stack, named) == "UPDATE_ROLLBACK_COMPLETE"
    (reason,) = [r[2] for r in account.events(stack) if r[:2] == ("Config", "UPDATE_FAILED")]
    assert "Cannot create already existing endpoint configuration" in reason
    assert "HandlerErrorCode: AlreadyExists" in reason
    assert account.predict(account.outputs(stack)["EndpointName"]) == 2.0


def test_a_scaled_out_count_survives_an_update_that_retains_it(account, client, stack):
    endpoint = account.outputs(stack)["EndpointName"]
    client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": 2}],
    )
    waiter = client("sagemaker").get_waiter("endpoint_in_service")
    waiter.wait(EndpointName=endpoint, WaiterConfig={"Delay": 0.1, "MaxAttempts": 200})
    template = account.template(account.ten)
    template["Resources"]["Endpoint"]["Properties"]["RetainAllVariantProperties"] = True
    assert account.update(stack, template) == "UPDATE_COMPLETE"
    found = client("sagemaker").describe_endpoint(EndpointName=endpoint)
    assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    assert account.predict(endpoint) == 11.0


def test_rollback_can_be_left_to_the_person(account, stack):
    template = account.template(account.broken)
    assert account.update(stack, template, DisableRollback=True) == "UPDATE_FAILED"
    account.cfn.rollback_stack(StackName=stack)
    assert account.settled(stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert account.predict(account.outputs(stack)["EndpointName"]) == 2.0


def test_an_update_that_was_left_failed_can_be_repaired_by_the_next(account, stack):
    template = account.template(account.broken)
    assert account.update(stack, template, DisableRollback=True) == "UPDATE_FAILED"
    assert account.update(stack, account.template(account.ten)) == "UPDATE_COMPLETE"
    assert account.predict(account.outputs(stack)["EndpointName"]) == 11.0


def test_a_rollback_that_fails_can_be_continued(account, client):
    def with_logs(data_url: str, days: int) -> dict:
        logs = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days}}
        template = account.template(data_url, Logs=logs)
        template["Resources"]["Endpoint"]["DependsOn"] = "Logs"
        return template

    stack = account.create(with_logs(account.one, 3))
    body = json.dumps(with_logs(account.broken, 5))
    account.cfn.update_stack(StackName=stack, TemplateBody=body)
    while ("Logs", "UPDATE_COMPLETE", "") not in account.events(stack):
        time.sleep(0.02)
    client("logs").delete_log_group(logGroupName=account.physical(stack)["Logs"])
    assert account.settled(stack) == "UPDATE_ROLLBACK_FAILED"
    assert account.stack(stack)["StackStatusReason"] == (
        "The following resource(s) failed to update: [Logs]."
    )
    refused = account.refused(
        account.cfn.continue_update_rollback, StackName=stack, ResourcesToSkip=["Model"]
    )
    assert "[Model]" in refused[1]
    account.cfn.continue_update_rollback(StackName=stack, ResourcesToSkip=["Logs"])
    assert account.settled(stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert account.predict(account.outputs(stack)["EndpointName"]) == 2.0
    assert account.delete(stack) == "DELETE_COMPLETE"


def test_an_update_can_be_cancelled(account, stack):
    account.cfn.update_stack(
        StackName=stack, TemplateBody=json.dumps(account.template(account.ten))
    )
    account.cfn.cancel_update_stack(StackName=stack)
    assert account.settled(stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert account.predict(account.outputs(stack)["EndpointName"]) == 2.0
    code, _ = account.refused(account.cfn.cancel_update_stack, StackName=stack)
    assert code == "ValidationError"


def test_a_ringing_rollback_trigger_rolls_the_update_back(account, client):
    client("cloudwatch").put_metric_alarm(
        AlarmName="guard", Namespace="none", MetricName="none", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    stack = account.create(topic)
    arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:guard"
    guarded = {"RollbackTriggers": [{"Arn": arn, "Type": "AWS::CloudWatch::Alarm"}]}
    topic["Resources"]["Topic"]["Properties"] = {"DisplayName": "one"}
    status = account.update(stack, topic, RollbackConfiguration=guarded)
    assert status == "UPDATE_COMPLETE"
    client("cloudwatch").set_alarm_state(AlarmName="guard", StateValue="ALARM", StateReason="x")
    topic["Resources"]["Topic"]["Properties"] = {"DisplayName": "two"}
    assert account.update(stack, topic) == "UPDATE_ROLLBACK_COMPLETE"
    assert any("[guard]" in row[2] for row in account.events(stack))
    attributes = client("sns").get_topic_attributes(TopicArn=account.physical(stack)["Topic"])
    assert attributes["Attributes"]["DisplayName"] == "one"
    client("cloudwatch").delete_alarms(AlarmNames=["guard"])
    assert account.delete(stack) == "DELETE_COMPLETE"
