"""The script of AWS's documentation, unmodified but for the endpoint URL."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import IMAGE, TRUST, archive
from tools.sandbox.server import SandboxServer


def test_a_boto3_script_creates_invokes_updates_and_deletes_an_endpoint(
    sandbox: SandboxServer,
) -> None:
    session = boto3.Session("test", "test", region_name="us-east-1")
    url = sandbox.url
    s3 = session.client("s3", endpoint_url=url)
    iam = session.client("iam", endpoint_url=url)
    sagemaker = session.client("sagemaker", endpoint_url=url)
    runtime = session.client("sagemaker-runtime", endpoint_url=url)
    sts = session.client("sts", endpoint_url=url)
    account = sts.get_caller_identity()["Account"]
    assert account == "123456789012"

    bucket = "sagemaker-us-east-1-123456789012"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="first/model.tar.gz", Body=archive())
    s3.put_object(Bucket=bucket, Key="second/model.tar.gz", Body=archive(label_offset=10))
    role = iam.create_role(RoleName="sagemaker-role", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.attach_role_policy(
        RoleName="sagemaker-role", PolicyArn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
    )
    for name in ("first", "second"):
        data = f"s3://{bucket}/{name}/model.tar.gz"
        model = sagemaker.create_model(
            ModelName=f"doc-{name}",
            PrimaryContainer={
                "Image": IMAGE,
                "ModelDataUrl": data,
                "Environment": {
                    "SAGEMAKER_PROGRAM": "inference.py",
                    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                },
            },
            ExecutionRoleArn=role,
        )
        assert model["ModelArn"] == f"arn:aws:sagemaker:us-east-1:{account}:model/doc-{name}"
        sagemaker.create_endpoint_config(
            EndpointConfigName=f"doc-config-{name}",
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": f"doc-{name}",
                    "InstanceType": "ml.m5.large",
                    "InitialInstanceCount": 1,
                }
            ],
        )
    created = sagemaker.create_endpoint(
        EndpointName="doc-endpoint", EndpointConfigName="doc-config-first"
    )
    assert created["EndpointArn"] == f"arn:aws:sagemaker:us-east-1:{account}:endpoint/doc-endpoint"
    pause = {"Delay": 0.1, "MaxAttempts": 600}
    sagemaker.get_waiter("endpoint_in_service").wait(
        EndpointName="doc-endpoint", WaiterConfig=pause
    )

    def predict() -> list[int]:
        response = runtime.invoke_endpoint(
            EndpointName="doc-endpoint",
            ContentType="application/json",
            Body=json.dumps([[3.0, 1.0], [-3.0, -1.0]]),
        )
        assert response["InvokedProductionVariant"] == "AllTraffic"
        assert response["ContentType"] == "application/json"
        return list(json.loads(response["Body"].read()))

    assert predict() == [1, 0]
    sagemaker.update_endpoint(EndpointName="doc-endpoint", EndpointConfigName="doc-config-second")
    described = sagemaker.describe_endpoint(EndpointName="doc-endpoint")
    assert described["EndpointStatus"] == "Updating"
    assert predict() == [1, 0]
    sagemaker.get_waiter("endpoint_in_service").wait(
        EndpointName="doc-endpoint", WaiterConfig=pause
    )
    assert predict() == [11, 10]
    described = sagemaker.describe_endpoint(EndpointName="doc-endpoint")
    assert described["EndpointConfigName"] == "doc-config-second"
    assert described["ProductionVariants"][0]["CurrentInstanceCount"] == 1

    sagemaker.delete_endpoint(EndpointName="doc-endpoint")
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName="doc-endpoint", WaiterConfig=pause)
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.describe_endpoint(EndpointName="doc-endpoint")
    with pytest.raises(ClientError) as refused:
        predict()
    assert refused.value.response["Error"] == {
        "Code": "ValidationError",
        "Message": f"Endpoint doc-endpoint of account {account} not found.",
    }
    for name in ("first", "second"):
        sagemaker.delete_endpoint_config(EndpointConfigName=f"doc-config-{name}")
        sagemaker.delete_model(ModelName=f"doc-{name}")
    assert sagemaker.list_models(NameContains="doc-")["Models"] == []
    for client in (s3, iam, sagemaker, runtime, sts):
        client.close()
