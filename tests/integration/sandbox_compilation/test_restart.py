"""A job outlives the server that began it."""

import json

from tests.integration.sandbox.conftest import TIMING, TRUST, clients_of
from tests.integration.sandbox_compilation.conftest import INPUT, ended, packed
from tools.sandbox.app import Sandbox
from tools.sandbox.server import SandboxServer
from tools.sandbox.timing import timing_from


def started(home, **timing):
    server = SandboxServer(Sandbox(home, timing=timing_from({**TIMING, **timing}, {})))
    server.start()
    return server


def test_a_job_under_way_is_done_by_the_next_server_and_then_remembered(tmp_path, onnx_bytes):
    server = started(tmp_path, compiling_s=60.0)
    client = clients_of(server.url)
    client("s3").create_bucket(Bucket="models")
    client("s3").put_object(
        Bucket="models", Key="m.tar.gz", Body=packed({"model.onnx": onnx_bytes})
    )
    role = client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    policy = {"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
    client("iam").put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document)
    client("sagemaker").create_compilation_job(
        CompilationJobName="slow",
        RoleArn=role,
        InputConfig={
            "S3Uri": "s3://models/m.tar.gz",
            "Framework": "ONNX",
            "DataInputConfig": json.dumps(INPUT),
        },
        OutputConfig={"S3OutputLocation": "s3://models/out/", "TargetDevice": "ml_m5"},
        StoppingCondition={"MaxRuntimeInSeconds": 300},
    )
    server.stop()

    server = started(tmp_path)
    made = ended(clients_of(server.url), "slow")
    assert made["CompilationJobStatus"] == "COMPLETED"
    server.stop()

    server = started(tmp_path)
    client = clients_of(server.url)
    assert ended(client, "slow")["ModelDigests"] == made["ModelDigests"]
    kept = client("s3").get_object(Bucket="models", Key="out/model-ml_m5.tar.gz")
    assert kept["ContentLength"] > 0
    server.stop()
