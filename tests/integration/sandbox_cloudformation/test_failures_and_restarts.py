"""Failed creations, stacks side by side, and a server that stops in the middle."""

import json
import threading
import time
import uuid

import pytest

from tests.integration.sandbox_cloudformation.conftest import Account, clients_of, started


def test_a_failed_creation_is_explained_and_leaves_nothing(account, client):
    name = account.create(account.template(account.broken))
    found = account.stack(name)
    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    rows = account.events(name)
    (reason,) = [r[2] for r in rows if r[:2] == ("Endpoint", "CREATE_FAILED")]
    assert "did not pass the ping health check" in reason
    assert (
        "stack",
        "ROLLBACK_IN_PROGRESS",
        "The following resource(s) failed to create: [Endpoint]. Rollback requested by user.",
    ) in rows
    assert [r[0] for r in rows if r[1] == "DELETE_COMPLETE"] == ["Endpoint", "Config", "Model"]
    for operation, key in (
        ("list_endpoints", "Endpoints"),
        ("list_endpoint_configs", "EndpointConfigs"),
        ("list_models", "Models"),
    ):
        listed = getattr(client("sagemaker"), operation)(MaxResults=100)[key]
        assert not {row[key[:-1] + "Arn"] for row in listed} & set(account.physical(name).values())
    code, message = account.refused(
        account.cfn.update_stack,
        StackName=name,
        TemplateBody=json.dumps(account.template(account.one)),
    )
    assert message.endswith("is in ROLLBACK_COMPLETE state and can not be updated.")
    assert code == "ValidationError"
    assert account.delete(name) == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("on_failure", "status"), [("DO_NOTHING", "CREATE_FAILED"), ("DELETE", "DELETE_COMPLETE")]
)
def test_on_failure_decides_what_happens(account, on_failure, status):
    name = account.create(account.template(account.broken), wait="", OnFailure=on_failure)
    identifier = account.stack(name)["StackId"]
    assert account.settled(identifier) == status
    if status == "CREATE_FAILED":
        endpoint = account.physical(name)["Endpoint"].rsplit("/", 1)[1]
        found = account.client("sagemaker").describe_endpoint(EndpointName=endpoint)
        assert found["EndpointStatus"] == "Failed"
        assert account.delete(name) == "DELETE_COMPLETE"


def test_what_was_under_way_beside_a_failure_is_cancelled(account):
    failing = account.template(account.one)["Resources"]["Config"]
    failing = json.loads(json.dumps(failing))
    failing["Properties"]["ProductionVariants"][0]["InstanceType"] = "ml.none.large"
    failing["DependsOn"] = "Second"
    template = account.template(account.one, Wrong=failing)
    template["Resources"]["Second"] = {**template["Resources"]["Model"], "DependsOn": "Config"}
    name = account.create(template)
    rows = account.events(name)
    (reason,) = [r[2] for r in rows if r[:2] == ("Wrong", "CREATE_FAILED")]
    assert "ml.none.large" in reason
    assert ("Endpoint", "CREATE_FAILED", "Resource creation cancelled") in rows
    assert account.stack(name)["StackStatus"] == "ROLLBACK_COMPLETE"
    ends = [r for r in rows if r[0] == "stack" and r[1] == "ROLLBACK_IN_PROGRESS"]
    assert "failed to create: [Wrong]" in ends[0][2]


def test_unknown_properties_fail_the_resource_by_name(account):
    template = account.template(account.one)
    del template["Resources"]["Endpoint"], template["Outputs"]
    template["Resources"]["Config"]["Properties"]["Colour"] = "red"
    variant = template["Resources"]["Config"]["Properties"]["ProductionVariants"][0]
    variant["InitialInstanceCount"] = "many"
    name = account.create(template)
    (reason,) = [r[2] for r in account.events(name) if r[:2] == ("Config", "CREATE_FAILED")]
    assert reason == (
        "Properties validation failed for resource Config with message:\n"
        "#/ProductionVariants/0/InitialInstanceCount: expected type: Integer, found: String\n"
        "#: extraneous key [Colour] is not permitted"
    )


def test_two_stacks_are_carried_out_at_once(account):
    names = []

    def make(data_url):
        names.append((account.create(account.template(data_url)), data_url))

    threads = [threading.Thread(target=make, args=(one,)) for one in (account.one, account.ten)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers = {url: account.predict(account.outputs(name)["EndpointName"]) for name, url in names}
    assert answers == {account.one: 2.0, account.ten: 11.0}
    spans = []
    for name, _ in names:
        rows = account.cfn.describe_stack_events(StackName=name)["StackEvents"]
        times = [row["Timestamp"] for row in rows]
        spans.append((min(times), max(times)))
    assert max(span[0] for span in spans) < min(span[1] for span in spans)
    for name, _ in names:
        assert account.delete(name) == "DELETE_COMPLETE"


def test_deletion_interrupts_a_creation(account):
    name = account.create(account.template(account.one), wait="")
    identifier = account.stack(name)["StackId"]
    account.cfn.delete_stack(StackName=name)
    assert account.settled(identifier) == "DELETE_COMPLETE"
    rows = account.client("sagemaker").list_endpoints(MaxResults=100)["Endpoints"]
    assert account.physical(identifier).get("Endpoint", "-") not in [r["EndpointArn"] for r in rows]


def test_termination_protection_holds_until_it_is_lifted(account):
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    name = account.create(topic, EnableTerminationProtection=True)
    code, message = account.refused(account.cfn.delete_stack, StackName=name)
    assert (code, message) == (
        "ValidationError",
        f"Stack [{name}] cannot be deleted while TerminationProtection is enabled",
    )
    account.cfn.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    assert account.delete(name) == "DELETE_COMPLETE"


class Restarted:
    """A server that can be stopped and started on the same home."""

    def __init__(self, home):
        self.home = home
        self.begin()

    def begin(self):
        self.server = started(self.home)
        self.client = clients_of(self.server.url)

    def restart(self, while_stopped=lambda: None):
        self.client.close()
        self.server.stop()
        while_stopped()
        self.begin()

    def end(self):
        self.client.close()
        self.server.stop()


@pytest.fixture
def restarted(tmp_path):
    made = Restarted(tmp_path)
    yield made
    made.end()


def _again(account, client):
    account.client, account.cfn = client, client("cloudformation")


def test_stacks_survive_a_restart(restarted):
    account = Account(restarted.client)
    logs = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}}
    template = account.template(account.one, Logs=logs)
    name = account.create(template, Tags=[{"Key": "a", "Value": "b"}])
    before = (account.stack(name), account.physical(name), account.events(name))
    restarted.restart()
    _again(account, restarted.client)
    assert (account.stack(name), account.physical(name), account.events(name)) == before
    kept = account.client("logs").describe_log_groups(logGroupNamePrefix=before[1]["Logs"])
    assert [group["retentionInDays"] for group in kept["logGroups"]] == [7]
    assert account.update(name, account.template(account.ten)) == "UPDATE_COMPLETE"
    assert account.predict(account.outputs(name)["EndpointName"]) == 11.0
    assert account.delete(name) == "DELETE_COMPLETE"


@pytest.mark.parametrize("at", ["Model", "Config", "Endpoint"])
def test_a_creation_goes_on_after_a_restart(restarted, at):
    account = Account(restarted.client)
    name = account.create(account.template(account.one), wait="")
    _until(lambda: any(row[0] == at for row in account.events(name)))
    restarted.restart()
    _again(account, restarted.client)
    assert account.settled(name) == "CREATE_COMPLETE", account.events(name)
    assert account.predict(account.outputs(name)["EndpointName"]) == 2.0
    models = account.client("sagemaker").list_models()["Models"]
    assert len(models) == 1


def test_an_update_goes_on_after_a_restart(restarted):
    account = Account(restarted.client)
    name = account.create(account.template(account.one))
    body = json.dumps(account.template(account.ten))
    account.cfn.update_stack(StackName=name, TemplateBody=body)
    _until(lambda: ("Endpoint", "UPDATE_IN_PROGRESS", "") in account.events(name))
    restarted.restart()
    _again(account, restarted.client)
    assert account.settled(name) == "UPDATE_COMPLETE", account.events(name)
    assert account.predict(account.outputs(name)["EndpointName"]) == 11.0
    assert len(account.client("sagemaker").list_models()["Models"]) == 1


def test_a_deletion_goes_on_after_a_restart(restarted):
    account = Account(restarted.client)
    name = account.create(account.template(account.one))
    identifier = account.stack(name)["StackId"]
    account.cfn.delete_stack(StackName=name)
    restarted.restart()
    _again(account, restarted.client)
    assert account.settled(identifier) == "DELETE_COMPLETE"
    assert account.client("sagemaker").list_endpoints()["Endpoints"] == []


def _until(holds, timeout_s=60.0):
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_exports_join_stacks_and_cannot_be_taken_away(account):
    export = f"topic-{uuid.uuid4().hex[:8]}"
    giver = account.create(
        {
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {"Arn": {"Value": {"Ref": "Topic"}, "Export": {"Name": export}}},
        }
    )
    alarm = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "Namespace": "n", "MetricName": "m", "Statistic": "Sum", "Period": 60,
            "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [{"Fn::ImportValue": export}],
        },
    }  # fmt: skip
    taker = account.create({"Resources": {"Alarm": alarm}})
    assert account.cfn.list_imports(ExportName=export)["Imports"] == [taker]
    _, message = account.refused(account.cfn.delete_stack, StackName=giver)
    assert f"Cannot delete export {export} as it is in use by {taker}" in message
    assert account.delete(taker) == "DELETE_COMPLETE"
    assert account.delete(giver) == "DELETE_COMPLETE"
