"""The recorder on sessions of its own: what passes, what is kept, what is refused."""

import json

import boto3
import botocore.session
import pytest

from tests.integration.sdk_recording.conftest import archive
from tools.recording.planned import Planned
from tools.recording.recorder import BlockedError, Recorder

ACCOUNT = "123456789012"
CONFIG = {
    "EndpointConfigName": "c",
    "ProductionVariants": [{"VariantName": "v", "ModelName": "m"}],
}


@pytest.fixture
def recording(tmp_path):
    """A recorder and clients of a session that it sits on; nothing listens where they point."""
    recorder = Recorder()
    session = botocore.session.Session()
    session.set_credentials("a", "b")
    recorder.install(session)
    made = boto3.Session(botocore_session=session, region_name="eu-west-1")
    planned_object = tmp_path / "stored"
    planned_object.write_bytes(b"0123456789")
    objects = {"s3://b/planned": planned_object}
    recorder.begin(ACCOUNT, tmp_path, Planned("eu-west-1", ACCOUNT, "b", objects))

    def client(service):
        return made.client(service, endpoint_url="http://127.0.0.1:9")

    return recorder, client, tmp_path


def test_a_mutating_call_is_kept_as_it_was_given_and_answered(recording):
    recorder, client, _ = recording
    answer = client("sagemaker").create_endpoint_config(**CONFIG)
    assert answer["EndpointConfigArn"].endswith(":endpoint-config/c")
    assert [(c.operation, c.parameters) for c in recorder.calls] == [
        ("sagemaker.create_endpoint_config", CONFIG)
    ]


def test_what_was_made_is_read_back(recording):
    _, client, _ = recording
    sagemaker = client("sagemaker")
    sagemaker.create_endpoint_config(**CONFIG)
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c")
    described = sagemaker.describe_endpoint(EndpointName="e")
    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == "c"


def test_the_caller_is_told_without_asking(recording):
    _, client, _ = recording
    assert client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_planned_buckets_and_objects_are_there(recording):
    recorder, client, _ = recording
    s3 = client("s3")
    s3.head_bucket(Bucket="b")
    assert s3.head_object(Bucket="b", Key="planned")["ContentLength"] == 10
    assert s3.get_object(Bucket="b", Key="planned")["Body"].read() == b"0123456789"
    part = s3.get_object(Bucket="b", Key="planned", Range="bytes=2-4")
    assert (part["Body"].read(), part["ContentLength"]) == (b"234", 3)
    assert s3.get_object(Bucket="b", Key="planned", Range="bytes=8-")["Body"].read() == b"89"
    s3.create_bucket(Bucket="new")
    s3.head_bucket(Bucket="new")
    assert [call.operation for call in recorder.calls] == ["s3.create_bucket"]


def test_uploads_are_kept_by_content_whatever_their_times(recording):
    recorder, client, folder = recording
    s3 = client("s3")
    for name in ("one", "two"):
        path = folder / f"{name}.tar.gz"
        path.write_bytes(archive({"b": b"2", "a": b"1"}) + b"")
        s3.upload_file(
            str(path), "b", f"k/{name}.tar.gz", ExtraArgs={"ServerSideEncryption": "AES256"}
        )
    first, second = (call.parameters for call in recorder.calls)
    assert first["Body"] == second["Body"]
    assert first["ServerSideEncryption"] == "AES256"
    blob = folder / first["Body"]["$blob"]["sha256"]
    assert blob.stat().st_size == first["Body"]["$blob"]["size_bytes"]
    stored = s3.get_object(Bucket="b", Key="k/one.tar.gz")["Body"].read()
    assert stored == blob.read_bytes()


def test_bodies_are_kept_as_blobs(recording):
    recorder, client, folder = recording
    client("s3").put_object(Bucket="b", Key="k.json", Body=json.dumps({"a": 1}))
    blob = recorder.calls[0].parameters["Body"]["$blob"]
    assert (folder / blob["sha256"]).read_bytes() == b'{"a": 1}'


@pytest.mark.parametrize("method", ["create_multipart_upload", "upload_fileobj"])
def test_what_cannot_be_recorded_stops_everything(recording, method):
    recorder, client, _ = recording
    s3 = client("s3")
    arguments = {"Bucket": "b", "Key": "k"}
    if method == "upload_fileobj":
        arguments |= {"Fileobj": None}
    with pytest.raises(BlockedError):
        getattr(s3, method)(**arguments)
    with pytest.raises(BlockedError):
        client("sagemaker").create_endpoint_config(**CONFIG)
    assert recorder.calls == []
    assert recorder.blocked


def test_nothing_is_recorded_before_it_begins():
    recorder = Recorder()
    session = botocore.session.Session()
    session.set_credentials("a", "b")
    recorder.install(session)
    client = boto3.Session(botocore_session=session, region_name="eu-west-1").client(
        "sagemaker", endpoint_url="http://127.0.0.1:9"
    )
    with pytest.raises(BlockedError, match="not begun"):
        client.create_endpoint_config(**CONFIG)


def test_reads_that_steer_are_kept_with_their_outcome(clients, tmp_path):
    recorder = Recorder()
    session = botocore.session.Session()
    session.set_credentials("a", "b")
    recorder.install(session)
    recorder.begin(ACCOUNT, tmp_path, Planned("us-east-1", ACCOUNT, "b", {}))
    client = boto3.Session(botocore_session=session, region_name="us-east-1").client(
        "sagemaker", endpoint_url=clients.target.endpoint_url
    )
    for _ in range(2):
        with pytest.raises(client.exceptions.ClientError):
            client.describe_endpoint(EndpointName="nobody")
    assert [(r.operation, r.found) for r in recorder.reads] == [
        ("sagemaker.describe_endpoint", False)
    ]
