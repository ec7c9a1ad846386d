"""Every check of the pre-flight, passing and failing, against an AWS that answers what is given."""

import base64
import io
import json
from pathlib import Path

import pytest

from tests.unit.guardrails.plans import (
    ACCOUNT,
    NAME,
    ROLE,
    FakeClients,
    config,
    endpoint,
    model,
    plan,
    serverless,
    target,
    unserved,
    variant,
)
from tools.catalog import load_catalog
from tools.errors import AccessDeniedError, PreflightFailedError
from tools.permissions import caller_policy
from tools.preflight import PreflightStatus
from tools.preflighting import PROBES, preflight, require_passed

OWN = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/own:1"
TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
        }
    ]
}
VPC = {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}
NETWORKED = model(VpcConfig=VPC)
KEYED = config(variant(), KmsKeyId="alias/hosting")


def decided(decision):
    def simulated(parameters):
        rows = [{"EvalActionName": a, "EvalDecision": decision} for a in parameters["ActionNames"]]
        return {"EvaluationResults": rows}

    return simulated


def image(*layers, platforms=()):
    manifest = {
        "layers": [{"size": size} for size in layers],
        "manifests": [{"platform": {"architecture": a}} for a in platforms],
    }
    return {"images": [{"imageManifest": json.dumps(manifest)}]}


def of_image(uri, **changes):
    return model(PrimaryContainer={"Image": uri, "ModelDataUrl": "s3://models/x.tar.gz"}, **changes)


def body(content):
    return lambda _: {"Body": io.BytesIO(content)}


def subnets(free=100, zones="ab", vpc="vpc-1"):
    return {
        "Subnets": [
            {
                "SubnetId": f"subnet-{n}",
                "VpcId": vpc,
                "AvailabilityZone": zone,
                "AvailableIpAddressCount": free,
            }
            for n, zone in enumerate(zones, 1)
        ]
    }


def groups(vpc="vpc-1"):
    return {"SecurityGroups": [{"GroupId": "sg-1", "VpcId": vpc}]}


def routes(*rows):
    return {
        "RouteTables": [
            {"RouteTableId": "rtb-1", "Routes": list(rows), "Associations": [{"Main": True}]}
        ]
    }


NAT = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}
INTERNET = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}
GATEWAY = {
    "VpcEndpoints": [
        {
            "VpcEndpointId": "vpce-1",
            "VpcEndpointType": "Gateway",
            "State": "available",
            "RouteTableIds": ["rtb-1"],
        }
    ]
}
BIG = {"model_size_bytes": 9 * 2**30}
LLM = {"model_source": {"kind": "hub", "uri": "org/model-70b"}, "gpu": "required"}
G5 = config(variant(InstanceType="ml.g5.xlarge"))
KEY = {
    "KeyMetadata": {
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeySpec": "SYMMETRIC_DEFAULT",
    }
}
SAMPLE = {"content_type": "text/csv", "accept": None, "origin": "generated"}


def sample(size):
    return {**SAMPLE, "body_base64": base64.b64encode(b"x" * size).decode()}


def quota(name, value):
    return {"Quotas": [{"QuotaName": name, "Value": value}]}


def running(count):
    return {
        "sagemaker__list_endpoints": {"Endpoints": [{"EndpointName": "other"}] if count else []},
        "sagemaker__describe_endpoint": lambda p: {
            "EndpointConfigName": "c",
            "ProductionVariants": [{"VariantName": "AllTraffic", "DesiredInstanceCount": count}],
        },
        "sagemaker__describe_endpoint_config": config()["parameters"],
    }


WHOLE = (model(), config(), endpoint())
M5 = "ml.m5.large for endpoint usage"
CASES = [
    ("PRE-101", "passed", WHOLE, {}, {}),
    ("PRE-101", "failed", WHOLE, {}, {"account": "210987654321"}),
    ("PRE-102", "passed", WHOLE, {"iam__simulate_principal_policy": decided("allowed")}, {}),
    ("PRE-102", "failed", WHOLE, {"iam__simulate_principal_policy": decided("implicitDeny")}, {}),
    ("PRE-102", "not-looked-at", WHOLE, {}, {}),
    ("PRE-103", "passed", WHOLE, {"iam__simulate_principal_policy": decided("allowed")}, {}),
    ("PRE-103", "failed", WHOLE, {"iam__simulate_principal_policy": decided("explicitDeny")}, {}),
    (
        "PRE-111",
        "passed",
        WHOLE,
        {"iam__get_role": {"Role": {"AssumeRolePolicyDocument": TRUST}}},
        {},
    ),
    (
        "PRE-111",
        "failed",
        WHOLE,
        {
            "iam__get_role": {
                "Role": {
                    "AssumeRolePolicyDocument": {
                        "Statement": {
                            "Effect": "Allow",
                            "Action": "sts:AssumeRole",
                            "Principal": {"Service": "lambda.amazonaws.com"},
                        }
                    }
                }
            }
        },
        {},
    ),
    ("PRE-111", "failed", WHOLE, {}, {}),
    ("PRE-112", "passed", WHOLE, {"iam__simulate_principal_policy": decided("allowed")}, {}),
    ("PRE-112", "failed", WHOLE, {"iam__simulate_principal_policy": decided("implicitDeny")}, {}),
    ("PRE-201", "passed", WHOLE, {"s3__get_object": body(b"\x1f\x8b")}, {}),
    ("PRE-201", "failed", WHOLE, {"s3__get_object": body(b"PK")}, {}),
    ("PRE-201", "failed", WHOLE, {}, {}),
    ("PRE-211", "passed", WHOLE, {}, {"sample": sample(4_000_000)}),
    (
        "PRE-211",
        "failed",
        (model(), config(serverless()), endpoint()),
        {},
        {"sample": sample(4_000_001)},
    ),
    (
        "PRE-301",
        "passed",
        (of_image(OWN), config(), endpoint()),
        {"ecr__batch_get_image": image(9)},
        {},
    ),
    ("PRE-301", "failed", (of_image(OWN), config(), endpoint()), {}, {}),
    (
        "PRE-301",
        "failed",
        (of_image(OWN), config(), endpoint()),
        {"ecr__batch_get_image": {"images": []}},
        {},
    ),
    ("PRE-301", "failed", (of_image(OWN.replace("us-", "eu-")), config(), endpoint()), {}, {}),
    ("PRE-301", "not-looked-at", WHOLE, {}, {}),
    ("PRE-301", "passed", WHOLE, {"ecr__batch_get_image": image(9)}, {"target": "aws"}),
    ("PRE-302", "passed", WHOLE, {}, {}),
    (
        "PRE-302",
        "failed",
        (model(), config(variant(InstanceType="ml.m6g.large")), endpoint()),
        {},
        {},
    ),
    (
        "PRE-302",
        "failed",
        (of_image(OWN), config(), endpoint()),
        {"ecr__batch_get_image": image(platforms=["arm64"])},
        {},
    ),
    (
        "PRE-302",
        "passed",
        (of_image(OWN), config(), endpoint()),
        {"ecr__batch_get_image": image(platforms=["arm64", "amd64"])},
        {},
    ),
    (
        "PRE-303",
        "passed",
        (of_image(OWN), config(serverless()), endpoint()),
        {"ecr__batch_get_image": image(10**9)},
        {},
    ),
    (
        "PRE-303",
        "warning",
        (of_image(OWN), config(serverless()), endpoint()),
        {"ecr__batch_get_image": image(6 * 10**9)},
        {},
    ),
    (
        "PRE-303",
        "failed",
        (of_image(OWN), config(serverless()), endpoint()),
        {"ecr__batch_get_image": image(10**10, 10**9)},
        {},
    ),
    ("PRE-401", "passed", WHOLE, {}, {}),
    (
        "PRE-401",
        "failed",
        (model(), config(variant(InstanceType="ml.p5.48xlarge")), endpoint()),
        {},
        {"region": "af-south-1"},
    ),
    (
        "PRE-402",
        "passed",
        WHOLE,
        {"service-quotas__list_service_quotas": quota(M5, 3), **running(2)},
        {},
    ),
    (
        "PRE-402",
        "failed",
        WHOLE,
        {"service-quotas__list_service_quotas": quota(M5, 3), **running(3)},
        {},
    ),
    ("PRE-402", "failed", WHOLE, {"service-quotas__list_service_quotas": quota(M5, 0)}, {}),
    (
        "PRE-402",
        "warning",
        (*WHOLE, target(4)),
        {"service-quotas__list_service_quotas": quota(M5, 3), **running(0)},
        {},
    ),
    (
        "PRE-402",
        "failed",
        (model(), config(serverless(MaxConcurrency=11)), endpoint()),
        {
            "service-quotas__list_service_quotas": quota(
                "Total concurrency across all serverless endpoints", 10
            )
        },
        {},
    ),
    (
        "PRE-402",
        "not-looked-at",
        WHOLE,
        {"service-quotas__list_service_quotas": {"Quotas": []}},
        {},
    ),
    ("PRE-411", "failed", WHOLE, {}, {"requirements": BIG}),
    ("PRE-411", "warning", WHOLE, {}, {"requirements": {"model_size_bytes": 5 * 2**30}}),
    ("PRE-411", "passed", WHOLE, {}, {"requirements": {"model_size_bytes": 2**30}}),
    ("PRE-411", "failed", (model(), config(serverless()), endpoint()), {}, {"requirements": BIG}),
    ("PRE-411", "failed", (model(), G5, endpoint()), {}, {"requirements": LLM}),
    (
        "PRE-411",
        "passed",
        (model(), G5, endpoint()),
        {},
        {"requirements": {**LLM, "model_source": {"kind": "hub", "uri": "org/model-3b"}}},
    ),
    ("PRE-501", "passed", WHOLE, {}, {}),
    ("PRE-501", "failed", WHOLE, {"sagemaker__describe_model": {}}, {}),
    ("PRE-601", "passed", (model(), KEYED, endpoint()), {"kms__describe_key": KEY}, {}),
    ("PRE-601", "failed", (model(), KEYED, endpoint()), {}, {}),
    (
        "PRE-601",
        "failed",
        (model(), KEYED, endpoint()),
        {"kms__describe_key": {"KeyMetadata": {"KeyState": "PendingDeletion"}}},
        {},
    ),
    (
        "PRE-601",
        "failed",
        (model(), KEYED, endpoint()),
        {"kms__describe_key": {"KeyMetadata": {"KeyUsage": "SIGN_VERIFY", "KeySpec": "RSA_2048"}}},
        {},
    ),
    (
        "PRE-601",
        "failed",
        (model(), config(variant(), KmsKeyId=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"), endpoint()),
        {"kms__describe_key": KEY},
        {},
    ),
    (
        "PRE-611",
        "passed",
        (NETWORKED, config(), endpoint()),
        {"ec2__describe_subnets": subnets(), "ec2__describe_security_groups": groups()},
        {},
    ),
    (
        "PRE-611",
        "warning",
        (NETWORKED, config(), endpoint()),
        {"ec2__describe_subnets": subnets(zones="aa"), "ec2__describe_security_groups": groups()},
        {},
    ),
    (
        "PRE-611",
        "failed",
        (NETWORKED, config(), endpoint()),
        {"ec2__describe_subnets": subnets(), "ec2__describe_security_groups": groups("vpc-2")},
        {},
    ),
    ("PRE-611", "failed", (NETWORKED, config(), endpoint()), {}, {}),
    (
        "PRE-612",
        "passed",
        (NETWORKED, config(), endpoint()),
        {"ec2__describe_subnets": subnets(1)},
        {},
    ),
    (
        "PRE-612",
        "warning",
        (NETWORKED, config(), endpoint(), target(4)),
        {"ec2__describe_subnets": subnets(1)},
        {},
    ),
    (
        "PRE-612",
        "failed",
        (NETWORKED, config(), endpoint()),
        {"ec2__describe_subnets": subnets(0)},
        {},
    ),
    (
        "PRE-613",
        "passed",
        (NETWORKED, config(), endpoint()),
        {
            "ec2__describe_subnets": subnets(),
            "ec2__describe_route_tables": routes(NAT),
            "ec2__describe_vpc_endpoints": {},
        },
        {},
    ),
    (
        "PRE-613",
        "passed",
        (NETWORKED, config(), endpoint()),
        {
            "ec2__describe_subnets": subnets(),
            "ec2__describe_route_tables": routes(),
            "ec2__describe_vpc_endpoints": GATEWAY,
        },
        {},
    ),
    (
        "PRE-613",
        "failed",
        (NETWORKED, config(), endpoint()),
        {
            "ec2__describe_subnets": subnets(),
            "ec2__describe_route_tables": routes(INTERNET),
            "ec2__describe_vpc_endpoints": {},
        },
        {},
    ),
]


def report(steps, answers, changes):
    made = plan(*steps, **changes)
    return preflight(made, FakeClients(**answers), load_catalog(), Path("no-blobs"))


@pytest.mark.parametrize(("rule", "status", "steps", "answers", "changes"), CASES)
def test_a_check_ends_as_it_should(rule, status, steps, answers, changes):
    found = {check.id: check for check in report(steps, answers, changes).checks}
    assert found[rule].status == status, found[rule]
    assert found[rule].remedy or status in {"passed", "not-looked-at"}


def upload(sha="a" * 64, size=3):
    return {
        "operation": "s3.put_object",
        "parameters": {
            "Bucket": "models",
            "Key": "churn/model.tar.gz",
            "Body": {"$blob": {"sha256": sha, "size_bytes": size}},
        },
    }


@pytest.mark.parametrize(
    ("content", "status"), [(b"abc", "passed"), (b"abcd", "failed"), (None, "failed")]
)
def test_an_archive_is_the_one_that_was_packaged(tmp_path, content, status):
    if content is not None:
        (tmp_path / ("a" * 64)).write_bytes(content)
    made = plan(upload(), *WHOLE)
    clients = FakeClients(s3__head_bucket={"BucketRegion": "us-east-1"})
    checks = preflight(made, clients, load_catalog(), tmp_path).checks
    found = {check.id: check for check in checks}
    assert found["PRE-201"].status == status
    assert found["PRE-202"].status == "passed"


@pytest.mark.parametrize(
    ("answers", "says"),
    [({}, "no bucket"), ({"s3__head_bucket": {"BucketRegion": "eu-west-1"}}, "eu-west-1")],
)
def test_a_bucket_elsewhere_fails(answers, says):
    found = {check.id: check for check in report((upload(), *WHOLE), answers, {}).checks}
    assert found["PRE-202"].status == "failed"
    assert says in found["PRE-202"].seen


def test_every_check_is_tried_both_ways():
    tried = {rule: set() for rule, *_ in CASES}
    for rule, status, *_ in CASES:
        tried[rule].add(status)
    assert set(tried) | {"PRE-202"} == {probe.id for probe in PROBES}
    assert all({"passed", "failed"} <= statuses for statuses in tried.values())


def test_what_cannot_be_read_is_not_looked_at_and_says_what_is_missing():
    denied = AccessDeniedError("kms.describe_key: no", remedy="-")
    found = {
        c.id: c
        for c in report((model(), KEYED, endpoint()), {"kms__describe_key": denied}, {}).checks
    }
    assert found["PRE-601"].status == "not-looked-at"
    assert "kms:DescribeKey" in found["PRE-601"].remedy
    found = {c.id: c for c in report(WHOLE, {"iam__get_role": unserved("iam.get_role")}, {}).checks}
    assert found["PRE-111"].status == "not-looked-at"


def test_a_role_that_the_plan_makes_is_not_asked_about():
    role = {
        "operation": "iam.create_role",
        "parameters": {"RoleName": "sagepilot-churn", "AssumeRolePolicyDocument": "{}"},
    }
    own = model(ExecutionRoleArn=ROLE.replace("hosting", "sagepilot-churn"))
    ids = {check.id for check in report((role, own, config(), endpoint()), {}, {}).checks}
    assert not ids & {"PRE-103", "PRE-111", "PRE-112"}


def test_what_only_takes_away_is_asked_of_the_caller_alone():
    gone = {"operation": "sagemaker.delete_endpoint", "parameters": {"EndpointName": NAME}}
    checks = report((gone,), {}, {"kind": "undo"}).checks
    assert {check.id for check in checks} == {"PRE-101", "PRE-102"}


def test_what_fails_refuses_the_plan_with_the_remedies():
    found = report((model(), KEYED, endpoint()), {}, {})
    with pytest.raises(PreflightFailedError) as refused:
        require_passed(found)
    assert "PRE-601" in refused.value.message
    assert "Name a key that exists." in refused.value.remedy


def test_the_report_is_told_in_one_line_and_is_no_part_of_the_digest():
    found = report(WHOLE, {}, {})
    passed = len(found.of(PreflightStatus.PASSED))
    assert found.summary.startswith(f"{passed} checks passed, ")
    assert plan().digest == plan(preflight=found.model_dump(mode="json")).digest


def test_doctors_policy_allows_every_read():
    policy = caller_policy(ACCOUNT, "us-east-1")
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert {action for probe in PROBES for action in probe.actions} <= allowed
