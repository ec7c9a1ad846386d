"""A sandbox, an ONNX model in its S3, and what makes compilation jobs of it."""

import io
import json
import tarfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.integration.sandbox.conftest import (  # noqa: F401 - fixtures
    TRUST,
    bucket,
    client,
    closed_clients,
    role_arn,
    sandbox,
)

INPUT = {"X": [1, 4]}
SCRIPT = Path("tools/packing/handlers/neo_onnx.py")


def packed(files: dict[str, bytes]) -> bytes:
    """A tar.gz."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture(scope="session")
def onnx_bytes() -> bytes:
    from skl2onnx import to_onnx
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    rows, labels = load_iris(return_X_y=True)
    fitted = LogisticRegression(max_iter=500).fit(rows, labels)
    made = to_onnx(fitted, rows[:1].astype("float32"), options={"zipmap": False}, target_opset=12)
    return bytes(made.SerializeToString())


@pytest.fixture(scope="session")
def upload(client, bucket) -> Callable[[bytes], str]:
    def put(body: bytes) -> str:
        key = f"in/{uuid.uuid4().hex}/model.tar.gz"
        client("s3").put_object(Bucket=bucket, Key=key, Body=body)
        return f"s3://{bucket}/{key}"

    return put


@pytest.fixture
def job(client, bucket, role_arn, upload, onnx_bytes):
    """Start a job, changed where a test says so, and return what became of it."""
    sagemaker = client("sagemaker")

    def run(*, wait: bool = True, **changes: Any) -> dict[str, Any]:
        name = changes.pop("name", f"job-{uuid.uuid4().hex[:8]}")
        uri = changes.pop("s3_uri", None) or upload(packed({"model.onnx": onnx_bytes}))
        given = {"S3Uri": uri, "Framework": "ONNX", "DataInputConfig": json.dumps(INPUT)}
        output = {"S3OutputLocation": f"s3://{bucket}/out/{name}/", "TargetDevice": "ml_c5"}
        sagemaker.create_compilation_job(
            CompilationJobName=name,
            RoleArn=changes.pop("role", role_arn),
            InputConfig={k: v for k, v in {**given, **changes.pop("input", {})}.items() if v},
            OutputConfig={k: v for k, v in {**output, **changes.pop("output", {})}.items() if v},
            StoppingCondition={"MaxRuntimeInSeconds": 300},
            **changes,
        )
        return ended(client, name) if wait else {"CompilationJobName": name}

    return run


def ended(client, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = client("sagemaker").describe_compilation_job(CompilationJobName=name)
        if found["CompilationJobStatus"] in {"COMPLETED", "FAILED", "STOPPED"}:
            return dict(found)
        time.sleep(0.05)
    pytest.fail(f"{name} did not end")


@pytest.fixture
def role_without(client):
    """Make a role that may do only so much."""

    def make(*actions: str) -> str:
        name = f"role-{uuid.uuid4().hex[:8]}"
        iam = client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
        return str(arn)

    return make


@pytest.fixture
def members(client):
    """The files of a result in S3."""

    def read(uri: str) -> SimpleNamespace:
        place, _, key = uri.removeprefix("s3://").partition("/")
        body = client("s3").get_object(Bucket=place, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as archive:
            files = {m.name: archive.extractfile(m).read() for m in archive}
        return SimpleNamespace(body=body, files=files)

    return read
