import contextlib
import io
import json
import tarfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import joblib
import numpy as np
import pytest
from botocore.config import Config
from botocore.exceptions import WaiterError
from sklearn.linear_model import LogisticRegression

from tools.sandbox import control
from tools.sandbox.app import Sandbox
from tools.sandbox.server import SandboxServer
from tools.sandbox.timing import timing_from

REGION = "us-east-1"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
TIMING = {
    "creating_s": 0.1,
    "updating_s": 0.1,
    "deleting_s": 0.05,
    "serverless_idle_s": 2.0,
    "housekeeping_s": 0.3,
    "ping_window_s": 60.0,
    "unhealthy_s": 1.0,
    "invocation_timeout_s": 3.0,
}
INFERENCE = """
import json, os, time
import joblib


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError("unsupported content type " + content_type)
    data = json.loads(body)
    if data == "raise":
        raise RuntimeError("boom in the model")
    if data == "sleep":
        time.sleep(6)
    if data == "slow":
        time.sleep(0.7)
        return [[0.0, 0.0]]
    if data == "exit":
        os._exit(3)
    return data


def predict_fn(data, fitted):
    return fitted.predict(data)


def output_fn(prediction, accept):
    return json.dumps([int(value) for value in prediction]), "application/json"
"""
Client = Callable[[str], Any]
#: Every client made; closed at the end, so that no socket is left to the garbage collector.
_OPEN: list[Any] = []


def archive(script: str = INFERENCE, *, label_offset: int = 0) -> bytes:
    """A model.tar.gz of a tiny classifier: 1 where the sum of the row is positive."""
    rows = np.array([[-1.0, -1.0], [-2.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
    fitted = LogisticRegression().fit(rows, np.array([0, 0, 1, 1]) + label_offset)
    buffer, model = io.BytesIO(), io.BytesIO()
    joblib.dump(fitted, model)
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in (
            ("model.joblib", model.getvalue()),
            ("code/inference.py", script.encode()),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def clients_of(url: str, region: str = REGION) -> Client:
    """Unmodified boto3 clients that only know another endpoint URL."""
    session = boto3.Session("test", "test", region_name=region)
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            config = Config(retries={"max_attempts": 1}, read_timeout=70)
            made[service] = session.client(service, endpoint_url=url, config=config)
            _OPEN.append(made[service])
        return made[service]

    return client


def client_of(url: str, service: str, region: str = REGION, **config: Any) -> Any:
    """One client with boto3's own defaults, or another configuration."""
    session = boto3.Session("test", "test", region_name=region)
    made = session.client(service, endpoint_url=url, config=Config(**config))
    _OPEN.append(made)
    return made


def fetch(client: Client, location: str) -> bytes:
    """The object at an S3 URI, once it is there."""
    bucket, key = location.removeprefix("s3://").split("/", 1)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            return bytes(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
        except client("s3").exceptions.NoSuchKey:
            time.sleep(0.05)
    pytest.fail(f"nothing at {location}")


@pytest.fixture(scope="session", autouse=True)
def closed_clients() -> Iterator[None]:
    yield
    for made in _OPEN:
        made.close()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """One server for the whole session, in this process so that coverage sees it."""
    home = tmp_path_factory.mktemp("sandbox")
    server = SandboxServer(Sandbox(home, timing=timing_from(TIMING, {})))
    server.start()
    yield server
    server.stop()


def status_of(server: SandboxServer) -> dict[str, Any]:
    """What the server says about itself."""
    with urllib.request.urlopen(f"{server.url}/_sandbox/status") as response:
        return dict(json.loads(response.read()))


@pytest.fixture(scope="session")
def client(sandbox: SandboxServer) -> Client:
    return clients_of(sandbox.url)


class Hosting:
    """Makes models, configs and endpoints with fresh names and cleans them up."""

    def __init__(self, client: Client, role_arn: str, bucket: str) -> None:
        self.client = client
        self.role_arn = role_arn
        self.bucket = bucket
        self._endpoints: list[str] = []

    def model(self, body: bytes | None = None, **extra: Any) -> str:
        name = f"m-{uuid.uuid4().hex[:10]}"
        key = f"models/{name}/model.tar.gz"
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body or archive())
        container = {
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{self.bucket}/{key}",
            "Environment": {
                "SAGEMAKER_PROGRAM": "inference.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
            },
        }
        self.client("sagemaker").create_model(
            ModelName=name, PrimaryContainer=container, ExecutionRoleArn=self.role_arn, **extra
        )
        return name

    def config(self, model: str, variant: dict[str, Any] | None = None, **extra: Any) -> str:
        name = f"c-{uuid.uuid4().hex[:10]}"
        given = variant or {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        self.client("sagemaker").create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[{"VariantName": "AllTraffic", "ModelName": model} | given],
            **extra,
        )
        return name

    def endpoint(self, config: str, *, wait: bool = True, **extra: Any) -> str:
        name = f"e-{uuid.uuid4().hex[:10]}"
        self._endpoints.append(name)
        self.client("sagemaker").create_endpoint(
            EndpointName=name, EndpointConfigName=config, **extra
        )
        if wait:
            self.wait(name)
        return name

    def wait(self, name: str, waiter: str = "endpoint_in_service") -> None:
        self.client("sagemaker").get_waiter(waiter).wait(
            EndpointName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600}
        )

    def invoke(self, endpoint: str, data: Any, **extra: Any) -> Any:
        answer = self.client("sagemaker-runtime").invoke_endpoint(
            EndpointName=endpoint,
            Body=json.dumps(data),
            **({"ContentType": "application/json"} | extra),
        )
        return json.loads(answer["Body"].read())

    def clean(self) -> None:
        for name in self._endpoints:
            with contextlib.suppress(WaiterError):
                self.wait(name)
            try:
                self.client("sagemaker").delete_endpoint(EndpointName=name)
            except self.client("sagemaker").exceptions.ClientError:
                continue


@pytest.fixture(scope="session")
def role_arn(client: Client) -> str:
    iam = client("iam")
    arn = iam.create_role(RoleName="execution", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["s3:*", "sns:Publish"], "Resource": "*"},
        ],
    }
    iam.put_role_policy(
        RoleName="execution", PolicyName="models", PolicyDocument=json.dumps(document)
    )
    return str(arn)


@pytest.fixture(scope="session")
def bucket(client: Client) -> str:
    client("s3").create_bucket(Bucket="hosting-tests")
    return "hosting-tests"


@pytest.fixture(scope="module")
def hosting(client: Client, role_arn: str, bucket: str) -> Iterator[Hosting]:
    made = Hosting(client, role_arn, bucket)
    yield made
    made.clean()


@pytest.fixture(scope="module")
def served(hosting: Hosting) -> str:
    """A real-time endpoint that is InService, shared by a module."""
    return hosting.endpoint(hosting.config(hosting.model()))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home folder of its own; its server is stopped at the end."""
    yield tmp_path / "home"
    control.down(tmp_path / "home")
