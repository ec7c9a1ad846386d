"""State that outlives the process, and the process itself."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import TIMING, TRUST, Client, Hosting, clients_of, fetch
from tools.sandbox import control


def start(home: Path) -> Client:
    found = control.ensure_running(home, timing=TIMING, parent_pid=os.getpid())
    return clients_of(str(found.endpoint_url))


def prepare(client: Client) -> Hosting:
    client("s3").create_bucket(Bucket="kept")
    role = client("iam").create_role(RoleName="kept", AssumeRolePolicyDocument=TRUST)["Role"]
    client("iam").attach_role_policy(
        RoleName="kept", PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess"
    )
    return Hosting(client, role["Arn"], "kept")


def resize(hosting: Hosting, endpoint: str, count: int) -> None:
    hosting.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=endpoint,
        DesiredWeightsAndCapacities=[{"VariantName": "AllTraffic", "DesiredInstanceCount": count}],
    )
    hosting.wait(endpoint)


def queue_without_instances(hosting: Hosting) -> tuple[str, str]:
    """Where the result of a waiting asynchronous request will be, and its endpoint."""
    output = {"OutputConfig": {"S3OutputPath": "s3://kept/out"}}
    name = hosting.endpoint(hosting.config(hosting.model(), AsyncInferenceConfig=output))
    resize(hosting, name, 0)
    answer = hosting.client("sagemaker-runtime").invoke_endpoint_async(
        EndpointName=name, Body=b"[[1, 1]]", ContentType="application/json"
    )
    return str(answer["OutputLocation"]), name


def test_a_serving_endpoint_comes_back_after_a_restart(home: Path) -> None:
    client = start(home)
    hosting = prepare(client)
    s3 = client("s3")
    big = os.urandom(9 * 1024 * 1024)
    source = home / "big.bin"
    source.write_bytes(big)
    s3.upload_file(str(source), "kept", "big", ExtraArgs={"Metadata": {"who": "me"}})
    s3.put_object(Bucket="kept", Key="gone", Body=b"x")
    s3.delete_object(Bucket="kept", Key="gone")
    config = hosting.config(hosting.model())
    name = hosting.endpoint(config, Tags=[{"Key": "a", "Value": "b"}])
    resource = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{name}/variant/AllTraffic",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
    scaling = client("application-autoscaling")
    scaling.register_scalable_target(**resource, MinCapacity=1, MaxCapacity=2)
    alarms = scaling.put_scaling_policy(
        **resource,
        PolicyName="p",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
        },
    )["Alarms"]
    created = client("sagemaker").describe_endpoint(EndpointName=name)["CreationTime"]
    queued_at, waiting = queue_without_instances(hosting)
    pid = control.status(home).pid
    assert pid is not None
    psutil.Process(pid).kill()
    assert not control.status(home).running

    client = start(home)
    hosting = Hosting(client, hosting.role_arn, "kept")
    assert hosting.invoke(name, [[1, 1], [-1, -1]]) == [1, 0]
    described = client("sagemaker").describe_endpoint(EndpointName=name)
    assert described["EndpointStatus"] == "InService"
    assert described["CreationTime"] == created
    tags = client("sagemaker").list_tags(ResourceArn=described["EndpointArn"])["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]
    kept = client("s3").get_object(Bucket="kept", Key="big")
    assert kept["Body"].read() == big
    assert kept["Metadata"] == {"who": "me"}
    assert b"x" not in [blob.read_bytes() for blob in (home / "sandbox" / "blobs").iterdir()]
    with pytest.raises(ClientError):
        client("s3").head_object(Bucket="kept", Key="gone")
    policies = client("application-autoscaling").describe_scaling_policies(
        ServiceNamespace="sagemaker"
    )["ScalingPolicies"]
    assert policies[0]["Alarms"] == alarms
    found = client("cloudwatch").describe_alarms(AlarmNamePrefix="TargetTracking-endpoint/")
    assert {alarm["AlarmName"] for alarm in found["MetricAlarms"]} == {
        alarm["AlarmName"] for alarm in alarms
    }
    resize(hosting, waiting, 1)
    assert json.loads(fetch(client, queued_at)) == [1]
    hosting.model()  # the role and the bucket are there, too


def test_reset_forgets_everything(home: Path) -> None:
    client = start(home)
    prepare(client)
    after = control.reset(home)
    assert after.running
    fresh = clients_of(str(after.endpoint_url))
    assert fresh("s3").list_buckets()["Buckets"] == []
    with pytest.raises(ClientError):
        fresh("iam").get_role(RoleName="kept")


def test_two_callers_start_one_server(home: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(control.ensure_running, home, parent_pid=os.getpid()) for _ in range(2)
        ]
    first, second = (call.result() for call in calls)
    assert first == second
    assert first.running
    assert first.account == "123456789012"
    assert control.details(home)["memory_rss_bytes"] > 10_000_000
    stopped = control.down(home)
    assert (stopped.running, stopped.pid, stopped.endpoint_url) == (False, None, None)
    assert not control.status(home).running


def test_the_server_and_its_workers_end_with_their_parent(home: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        found = control.ensure_running(home, timing=TIMING, parent_pid=parent.pid)
        hosting = prepare(clients_of(str(found.endpoint_url)))
        hosting.endpoint(hosting.config(hosting.model()))
        server = psutil.Process(found.pid)
        family = [server, *server.children(recursive=True)]
        assert len(family) > 1
    finally:
        parent.kill()
        parent.wait()
    _gone, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    from tools.errors import AwsUnavailableError

    with pytest.raises(AwsUnavailableError, match="did not start") as caught:
        control.ensure_running(home, timing={"creating_s": -1.0}, parent_pid=os.getpid())
    assert "server.log" in caught.value.remedy
