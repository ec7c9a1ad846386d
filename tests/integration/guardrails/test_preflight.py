"""The pre-flight in the sandbox: what AWS would refuse is told before anyone approves."""

import json

import pytest

from assistant import events
from assistant.bootstrap import bootstrap
from tests.integration.deployment.conftest import settings
from tests.integration.faces.command_line import CommandLine, refused
from tests.integration.guardrails.conftest import NEEDS
from tools.errors import PreflightFailedError
from tools.plan import Step
from tools.requirements import Requirements, merge

TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sts:AssumeRole",
     "Principal": {"Service": "sagemaker.amazonaws.com"}}]}  # fmt: skip
ALL = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "*", "Resource": "*"}]}  # fmt: skip


@pytest.fixture
def app(home):
    return bootstrap(settings(home))


@pytest.fixture
def aws(app):
    """AWS's own answers, and calls to set the stage with."""
    return app.place.clients("us-east-1").call


@pytest.fixture
def made(app):
    return app.place.plan(merge(Requirements(), NEEDS))


def altered(plan, operation, **changes):
    """The same plan with other parameters in one kind of step."""
    steps = [
        Step(**{**step.model_dump(), "parameters": {**step.parameters, **changes}})
        if step.operation == operation
        else step
        for step in plan.steps
    ]
    return plan.model_copy(update={"steps": tuple(steps)})


def statuses(app, plan):
    from tools.preflighting import preflight

    place = app.place
    report = preflight(plan, place.clients(plan.region), place.catalog, place.blobs)
    return {check.id: check for check in report.checks}


def test_a_plan_is_shown_with_its_checks(home):
    ran = CommandLine(home)("plan", "--json", stdin=json.dumps(NEEDS))
    report = ran.json()["preflight"]
    assert "checks passed" in report["summary"]
    found = {check["id"]: check["status"] for check in report["checks"]}
    for rule in ("PRE-101", "PRE-201", "PRE-211", "PRE-302", "PRE-401", "PRE-402", "PRE-411",
                 "PRE-501"):  # fmt: skip
        assert found[rule] == "passed", rule
    assert "failed" not in found.values()
    shown = CommandLine(home)("plan", stdin=json.dumps(NEEDS))
    assert f"Pre-flight: {report['summary']}" in shown.out


def test_a_role_is_asked_for_its_trust_and_its_permissions(home, aws, made):
    name = f"hosting-{made.nonce[:8]}"
    role = aws("iam.create_role", {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(
        {**TRUST, "Statement": [{**TRUST["Statement"][0],
                                 "Principal": {"Service": "ec2.amazonaws.com"}}]})})  # fmt: skip
    command = CommandLine(home, SAGEPILOT_ROLE_ARN=role["Role"]["Arn"])
    told = refused(command("plan", "--json", stdin=json.dumps(NEEDS)), "PreflightFailedError")
    assert "does not trust" in told["message"]
    assert "PRE-111" in told["message"]
    aws("iam.update_assume_role_policy", {"RoleName": name, "PolicyDocument": json.dumps(TRUST)})
    told = refused(command("plan", "--json", stdin=json.dumps(NEEDS)), "PreflightFailedError")
    assert "PRE-112" in told["message"]
    assert "s3:GetObject" in told["message"]
    aws("iam.put_role_policy",
        {"RoleName": name, "PolicyName": "all", "PolicyDocument": json.dumps(ALL)})  # fmt: skip
    report = command("plan", "--json", stdin=json.dumps(NEEDS)).json()["preflight"]
    found = {check["id"]: check["status"] for check in report["checks"]}
    assert (found["PRE-111"], found["PRE-112"]) == ("passed", "passed")


def test_a_quota_that_does_not_suffice_refuses_the_plan(app, made):
    greedy = altered(made, "sagemaker.create_endpoint_config", ProductionVariants=[{
        "VariantName": "AllTraffic", "ModelName": "m", "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 21, "InitialVariantWeight": 1.0}])  # fmt: skip
    with pytest.raises(PreflightFailedError) as stopped:
        app.place.propose(greedy)
    assert "PRE-402" in stopped.value.message
    assert "Service Quotas" in stopped.value.remedy


def test_a_key_must_be_one_that_encrypts(app, aws, made):
    key = aws("kms.create_key", {})["KeyMetadata"]["KeyId"]
    with_key = altered(made, "sagemaker.create_endpoint_config", KmsKeyId=key)
    assert statuses(app, with_key)["PRE-601"].status == "passed"
    aws("kms.disable_key", {"KeyId": key})
    assert statuses(app, with_key)["PRE-601"].status == "failed"
    missing = altered(made, "sagemaker.create_endpoint_config", KmsKeyId="alias/nobody")
    assert statuses(app, missing)["PRE-601"].status == "failed"


def test_a_network_is_one_vpc_with_a_way_to_s3(app, aws, made):
    vpc = aws("ec2.create_vpc", {"CidrBlock": "10.7.0.0/16"})["Vpc"]["VpcId"]
    ids = [
        aws("ec2.create_subnet", {"VpcId": vpc, "CidrBlock": f"10.7.{n}.0/24",
                                  "AvailabilityZone": f"us-east-1{zone}"})["Subnet"]["SubnetId"]
        for n, zone in enumerate("ab")
    ]  # fmt: skip
    group = aws("ec2.create_security_group",
                {"GroupName": "hosting", "Description": "-", "VpcId": vpc})["GroupId"]  # fmt: skip
    network = {"Subnets": ids, "SecurityGroupIds": [group]}
    inside = altered(made, "sagemaker.create_model", VpcConfig=network)
    found = statuses(app, inside)
    assert found["PRE-611"].status == "passed"
    assert found["PRE-612"].status == "passed"
    assert found["PRE-613"].status == "failed"
    table = aws("ec2.describe_route_tables", {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]})
    aws("ec2.create_vpc_endpoint", {
        "VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.s3", "VpcEndpointType": "Gateway",
        "RouteTableIds": [table["RouteTables"][0]["RouteTableId"]]})  # fmt: skip
    assert statuses(app, inside)["PRE-613"].status == "passed"
    gone = {"Subnets": ["subnet-0123456789abcdef0"], "SecurityGroupIds": [group]}
    nowhere = altered(made, "sagemaker.create_model", VpcConfig=gone)
    assert statuses(app, nowhere)["PRE-611"].status == "failed"


def test_an_image_of_ones_own_is_looked_up_in_the_registry(app, aws, made):
    repository = f"own-{made.nonce[:8]}"
    aws("ecr.create_repository", {"repositoryName": repository})
    uri = f"{made.account}.dkr.ecr.us-east-1.amazonaws.com/{repository}:1"
    own = altered(made, "sagemaker.create_model", PrimaryContainer={"Image": uri})
    assert statuses(app, own)["PRE-301"].status == "failed"
    manifest = {"schemaVersion": 2, "mediaType":
                "application/vnd.docker.distribution.manifest.v2+json",
                "config": {"size": 10, "digest": "sha256:" + "1" * 64},
                "layers": [{"size": 11 * 10**9, "digest": "sha256:" + "2" * 64}]}  # fmt: skip
    aws("ecr.put_image", {"repositoryName": repository, "imageTag": "1",
                          "imageManifest": json.dumps(manifest)})  # fmt: skip
    assert statuses(app, own)["PRE-301"].status == "passed"
    name = next(s.parameters["ModelName"] for s in made.steps
                if s.operation == "sagemaker.create_model")  # fmt: skip
    small = altered(own, "sagemaker.create_endpoint_config", ProductionVariants=[{
        "VariantName": "AllTraffic", "ModelName": name,
        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 2}}])  # fmt: skip
    assert statuses(app, small)["PRE-303"].status == "failed"


def test_data_that_are_not_there_are_told_before_approval(app, made):
    absent = altered(made, "sagemaker.create_model", PrimaryContainer={
        "Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1",
        "ModelDataUrl": "s3://nobodys-bucket/model.tar.gz"})  # fmt: skip
    assert statuses(app, absent)["PRE-201"].status == "failed"


def test_the_conversation_says_what_fails_and_what_to_do(home, request):
    role = "arn:aws:iam::123456789012:role/not-there"
    app = bootstrap(settings(home, role_arn=role))
    from tests.integration.conversations.conftest import Talk

    talk = Talk(app, request.node.name)
    talk.say("deploy the sample model, p95 50 ms, 20 requests a second, 2 KB each")
    assert "There is no role not-there." in talk.text()
    assert not [e for e in talk.events if isinstance(e, events.PlanProposed)]


def test_the_event_of_a_plan_carries_the_report(talk):
    talk.say("deploy the sample model, p95 50 ms, 20 requests a second, 2 KB each")
    report = talk.last(events.PlanProposed).preflight
    assert "checks passed" in report["summary"]
    assert talk.last(events.PlanProposed).author == "ana"
