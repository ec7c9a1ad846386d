"""What nobody serves answers an error of the service's own protocol, at once."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Client, client_of
from tools.sandbox.server import SandboxServer

CALLS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "JSON": (
        "sagemaker",
        lambda c: c.create_inference_recommendations_job(
            JobName="j",
            JobType="Default",
            RoleArn="arn:aws:iam::123456789012:role/execution",
            InputConfig={"ModelName": "m"},
        ),
    ),
    "JSON of a service of ours": (
        "application-autoscaling",
        lambda c: c.get_predictive_scaling_forecast(
            ServiceNamespace="sagemaker",
            ResourceId="endpoint/e/variant/v",
            ScalableDimension="sagemaker:variant:DesiredInstanceCount",
            PolicyName="p",
            StartTime=0,
            EndTime=1,
        ),
    ),
    "JSON of a service moto lacks": ("pricing", lambda c: c.describe_services()),
    "Query": (
        "iam",
        lambda c: c.get_organizations_access_report(JobId="x" * 36),
    ),
    "Query of SNS": ("sns", lambda c: c.list_origination_numbers()),
    "REST-XML": (
        "s3",
        lambda c: c.get_bucket_intelligent_tiering_configuration(Bucket="hosting-tests", Id="x"),
    ),
    "CBOR": ("cloudwatch", lambda c: c.list_metric_streams()),
    "REST-JSON": ("lambda", lambda c: c.list_code_signing_configs()),
    "EC2": ("ec2", lambda c: c.describe_trunk_interface_associations()),
}


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("protocol", CALLS)
def test_an_error_in_the_protocol_of_the_service(sandbox: SandboxServer, protocol: str) -> None:
    service, call = CALLS[protocol]
    client = client_of(sandbox.url, service)
    with pytest.raises(ClientError) as caught:
        call(client)
    response = caught.value.response
    assert response["Error"]["Code"] in ("UnsupportedOperation", "NotImplemented")
    assert "The sandbox does not serve" in response["Error"]["Message"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert response["ResponseMetadata"]["RetryAttempts"] == 0


def test_motos_own_reset_is_closed(sandbox: SandboxServer, client: Client, bucket: str) -> None:
    request = urllib.request.Request(f"{sandbox.url}/moto-api/reset", method="POST")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 403
    caught.value.close()
    names = [found["Name"] for found in client("s3").list_buckets()["Buckets"]]
    assert bucket in names


def test_what_moto_serves_is_reached(client: Client) -> None:
    ecr = client("ecr")
    made = ecr.create_repository(repositoryName=f"mine-{time.monotonic_ns()}")["repository"]
    assert made["repositoryUri"].startswith("123456789012.dkr.ecr.us-east-1.amazonaws.com/mine-")
    assert client("sagemaker").list_training_jobs()["TrainingJobSummaries"] == []


def test_principal_policies_are_simulated(client: Client, role_arn: str) -> None:
    results = client("iam").simulate_principal_policy(
        PolicySourceArn=role_arn,
        ActionNames=["s3:GetObject", "ec2:RunInstances"],
        ResourceArns=["arn:aws:s3:::hosting-tests/model.tar.gz"],
    )["EvaluationResults"]
    decisions = {result["EvalActionName"]: result["EvalDecision"] for result in results}
    assert decisions == {"s3:GetObject": "allowed", "ec2:RunInstances": "implicitDeny"}
    with pytest.raises(ClientError) as caught:
        client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/nobody", ActionNames=["s3:GetObject"]
        )
    assert caught.value.response["Error"]["Code"] == "NoSuchEntity"


def test_quotas_are_listed_and_got(client: Client) -> None:
    quotas = client("service-quotas")
    found = [
        quota
        for page in quotas.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
        for quota in page["Quotas"]
    ]
    by_name = {quota["QuotaName"]: quota for quota in found}
    one = by_name["ml.m5.large for endpoint usage"]
    got = quotas.get_service_quota(ServiceCode="sagemaker", QuotaCode=one["QuotaCode"])
    assert got["Quota"] == one
    with pytest.raises(ClientError) as caught:
        quotas.get_service_quota(ServiceCode="sagemaker", QuotaCode="L-0")
    assert caught.value.response["Error"]["Code"] == "NoSuchResourceException"
