"""A sandbox of its own, quick, with small ONNX models that add a number to what they get."""

import io
import json
import tarfile
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from onnx import TensorProto, helper

from tools.sandbox.app import Sandbox
from tools.sandbox.server import SandboxServer
from tools.sandbox.timing import timing_from

REGION = "us-east-1"
IMAGE = "763104351884.dkr.ecr.us-east-1.amazonaws.com/sagemaker-tritonserver:26.05-py3-cpu"
TIMING = {
    "creating_s": 0.05, "updating_s": 0.05, "deleting_s": 0.05, "max_processes": 1,
    "unhealthy_s": 0.3, "ping_window_s": 30.0, "aws_minute_s": 60.0,
}  # fmt: skip
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
SERVING = """
name: "adder"
platform: "onnxruntime_onnx"
max_batch_size: 0
input [ { name: "X" data_type: TYPE_FP32 dims: [ 1 ] } ]
output [ { name: "Y" data_type: TYPE_FP32 dims: [ 1 ] } ]
"""


def clients_of(url: str) -> Callable[[str], Any]:
    session = boto3.Session("test", "test", region_name=REGION)
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            config = Config(retries={"max_attempts": 1}, read_timeout=70)
            made[service] = session.client(service, endpoint_url=url, config=config)
        return made[service]

    client.close = lambda: [one.close() for one in made.values()]  # type: ignore[attr-defined]
    return client


def started(home: Any) -> SandboxServer:
    server = SandboxServer(Sandbox(home, timing=timing_from(TIMING, {})))
    server.start()
    return server


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    server = started(tmp_path_factory.mktemp("sandbox"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def client(sandbox: SandboxServer) -> Iterator[Callable[[str], Any]]:
    made = clients_of(sandbox.url)
    yield made
    made.close()  # type: ignore[attr-defined]


def adder(added: float) -> bytes:
    """A model.tar.gz in Triton's layout whose model answers X + `added`."""
    shape = [1]
    graph = helper.make_graph(
        [helper.make_node("Add", ["X", "added"], ["Y"])],
        "adder",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, shape)],
        [helper.make_tensor("added", TensorProto.FLOAT, [1], [added])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return archive(model.SerializeToString())


def archive(model: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in (
            ("adder/config.pbtxt", SERVING.encode()), ("adder/1/model.onnx", model),
        ):  # fmt: skip
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


class Account:
    """A role, a bucket with models, and short ways to work with stacks."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self.cfn = client("cloudformation")
        self.bucket = f"models-{uuid.uuid4().hex[:8]}"
        client("s3").create_bucket(Bucket=self.bucket)
        role = f"execution-{uuid.uuid4().hex[:8]}"
        made = client("iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
        self.role_arn = made["Role"]["Arn"]
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
        }
        client("iam").put_role_policy(
            RoleName=role, PolicyName="models", PolicyDocument=json.dumps(document)
        )
        self.one = self.upload("one", adder(1.0))
        self.ten = self.upload("ten", adder(10.0))
        self.broken = self.upload("broken", archive(b"no model"))

    def upload(self, name: str, body: bytes) -> str:
        key = f"{name}/model.tar.gz"
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"

    # --- templates
    def template(self, data_url: str, **extra: Any) -> dict[str, Any]:
        """Model, config and endpoint, names generated."""
        return {
            "Resources": {
                "Model": {
                    "Type": "AWS::SageMaker::Model",
                    "Properties": {
                        "ExecutionRoleArn": self.role_arn,
                        "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": data_url},
                    },
                },
                "Config": {
                    "Type": "AWS::SageMaker::EndpointConfig",
                    "Properties": {
                        "ProductionVariants": [
                            {
                                "VariantName": "AllTraffic",
                                "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                                "InstanceType": "ml.m5.large",
                                "InitialInstanceCount": 1,
                                "InitialVariantWeight": 1.0,
                            }
                        ]
                    },
                },
                "Endpoint": {
                    "Type": "AWS::SageMaker::Endpoint",
                    "Properties": {
                        "EndpointConfigName": {"Fn::GetAtt": ["Config", "EndpointConfigName"]}
                    },
                },
                **extra,
            },
            "Outputs": {"EndpointName": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}}},
        }

    # --- stacks
    def create(self, template: dict[str, Any] | str, *, wait: str = "create", **more: Any) -> str:
        name = f"stack-{uuid.uuid4().hex[:8]}"
        body = template if isinstance(template, str) else json.dumps(template)
        self.cfn.create_stack(StackName=name, TemplateBody=body, **more)
        if wait:
            self.settled(name)
        return name

    def update(self, name: str, template: dict[str, Any] | str, **more: Any) -> str:
        body = template if isinstance(template, str) else json.dumps(template)
        self.cfn.update_stack(StackName=name, TemplateBody=body, **more)
        return self.settled(name)

    def settled(self, name: str, timeout_s: float = 90.0) -> str:
        """The stack's status once nothing is under way."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            status = str(self.stack(name)["StackStatus"])
            if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
                return status
            time.sleep(0.05)
        pytest.fail(f"{name} is still {status}")

    def stack(self, name: str) -> dict[str, Any]:
        return dict(self.cfn.describe_stacks(StackName=name)["Stacks"][0])

    def delete(self, name: str) -> str:
        identifier = self.stack(name)["StackId"]
        self.cfn.delete_stack(StackName=name)
        return self.settled(identifier)

    def outputs(self, name: str) -> dict[str, str]:
        return {o["OutputKey"]: o["OutputValue"] for o in self.stack(name).get("Outputs", ())}

    def physical(self, name: str) -> dict[str, str]:
        rows = self.cfn.describe_stack_resources(StackName=name)["StackResources"]
        return {row["LogicalResourceId"]: row.get("PhysicalResourceId", "") for row in rows}

    def events(self, name: str) -> list[tuple[str, str, str]]:
        """Logical ID (`stack` for the stack's own), status and reason, oldest first."""
        pages = self.cfn.get_paginator("describe_stack_events").paginate(StackName=name)
        rows = [row for page in pages for row in page["StackEvents"]]
        kind = "AWS::CloudFormation::Stack"
        return [
            (
                "stack" if row["ResourceType"] == kind else row["LogicalResourceId"],
                row["ResourceStatus"],
                row.get("ResourceStatusReason", ""),
            )
            for row in reversed(rows)
        ]

    def predict(self, endpoint: str, value: float = 1.0) -> float:
        tensor = {"name": "X", "datatype": "FP32", "shape": [1], "data": [value]}
        answer = self.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json",
            Body=json.dumps({"inputs": [tensor]}),
        )  # fmt: skip
        return float(json.loads(answer["Body"].read())["outputs"][0]["data"][0])

    def refused(self, call: Callable[..., Any], **params: Any) -> tuple[str, str]:
        """Code and message of a call that must be refused."""
        with pytest.raises(ClientError) as caught:
            call(**params)
        error = caught.value.response["Error"]
        return error["Code"], error["Message"]


@pytest.fixture(scope="session")
def account(client: Callable[[str], Any]) -> Account:
    return Account(client)
