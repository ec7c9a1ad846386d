"""Plain moto still needs each repair; a test that fails here says that one can go."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from tests.integration.sandbox.conftest import TRUST, Client, clients_of


@pytest.fixture(scope="module")
def plain() -> Iterator[Client]:
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield clients_of(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()


def test_models_are_overwritten_and_unchecked(plain: Client) -> None:
    container = {"Image": "no-image", "ModelDataUrl": "s3://nowhere/at-all"}
    for _ in range(2):
        plain("sagemaker").create_model(
            ModelName="m",
            PrimaryContainer=container,
            ExecutionRoleArn="arn:aws:iam::123456789012:role/nobody",
        )
    assert plain("sagemaker").list_models()["Models"][0]["ModelName"] == "m"


def test_endpoints_that_do_not_exist_answer(plain: Client) -> None:
    answer = plain("sagemaker-runtime").invoke_endpoint(EndpointName="nothing", Body=b"x")
    assert answer["Body"].read() == b"body"


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        (
            "sagemaker",
            "update_endpoint",
            {"EndpointName": "nothing", "EndpointConfigName": "nothing"},
        ),
        (
            "application-autoscaling",
            "describe_scaling_activities",
            {"ServiceNamespace": "sagemaker"},
        ),
        ("service-quotas", "list_service_quotas", {"ServiceCode": "sagemaker"}),
    ],
)
def test_operations_that_we_serve_are_missing(
    plain: Client, service: str, operation: str, params: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(plain(service), operation)(**params)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] >= 400


def test_targets_of_endpoints_that_do_not_exist_are_accepted(plain: Client) -> None:
    answer = plain("application-autoscaling").register_scalable_target(
        ServiceNamespace="sagemaker",
        ResourceId="endpoint/nothing/variant/AllTraffic",
        ScalableDimension="sagemaker:variant:DesiredInstanceCount",
        MinCapacity=5,
        MaxCapacity=1,
    )
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_aws_managed_policies_are_missing(plain: Client) -> None:
    plain("iam").create_role(RoleName="plain", AssumeRolePolicyDocument=TRUST)
    with pytest.raises(ClientError):
        plain("iam").attach_role_policy(
            RoleName="plain", PolicyArn="arn:aws:iam::aws:policy/AmazonEC2FullAccess"
        )
    assert json.loads(TRUST)["Statement"]
