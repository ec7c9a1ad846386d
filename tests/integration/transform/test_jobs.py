"""Batch transform by bare boto3: what is scored, written, refused and told."""

import gzip
import json
import time
import uuid

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import TIMING, clients_of
from tools.sandbox.app import Sandbox
from tools.sandbox.server import SandboxServer
from tools.sandbox.timing import timing_from


def test_every_object_gets_a_result_with_a_line_for_each_record(jobs):
    uri = jobs.put(a="1,1\n-1,-1\n2,0\n", sub__b="-2,0\n1,1")
    told = jobs.done(uri)
    assert told["TransformJobStatus"] == "Completed", told
    assert jobs.results() == {"a.csv.out": "1\n0\n1\n", "sub/b.csv.out": "0\n1\n"}
    assert told["TransformStartTime"] <= told["TransformEndTime"]
    assert told["DataProcessing"] == {"InputFilter": "$", "OutputFilter": "$",
                                      "JoinSource": "None"}  # fmt: skip
    rows = [line for line in jobs.log(told["TransformJobName"]) if "rows in one" in line]
    assert sorted(rows) == ["rows in one request: 2", "rows in one request: 3"]


def test_single_records_go_one_by_one_and_a_small_payload_limit_splits(jobs):
    uri = jobs.put(a="1,1\n-1,-1\n2,0\n")
    told = jobs.done(uri, BatchStrategy="SingleRecord", MaxConcurrentTransforms=2)
    assert jobs.results() == {"a.csv.out": "1\n0\n1\n"}
    rows = [line for line in jobs.log(told["TransformJobName"]) if "rows in one" in line]
    assert rows == ["rows in one request: 1"] * 3
    many = jobs.put(a="1,1\n" * 400_000)
    told = jobs.done(many, MaxPayloadInMB=1)
    assert len(jobs.results()["a.csv.out"].splitlines()) == 400_000
    rows = [line for line in jobs.log(told["TransformJobName"]) if "rows in one" in line]
    assert len(rows) == 2


def test_input_and_result_are_joined_and_filtered(jobs):
    uri = jobs.put(a="id7,1,1\nid8,-1,-1\n")
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    told = jobs.done(uri, DataProcessing=processing)
    assert told["TransformJobStatus"] == "Completed", jobs.log(told["TransformJobName"])
    assert jobs.results() == {"a.csv.out": "id7,1\nid8,0\n"}


def test_json_lines_are_joined_under_sagemaker_output(jobs):
    rows = [{"id": 1, "features": [1, 1]}, {"id": 2, "features": [-1, -1]}]
    uri = jobs.put(a="\n".join(map(json.dumps, rows)))
    lines = {"ContentType": "application/jsonlines"}
    told = jobs.done(
        uri,
        input=lines,
        output={"Accept": "application/jsonlines"},
        DataProcessing={"JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"},
    )
    assert told["TransformJobStatus"] == "Completed", jobs.log(told["TransformJobName"])
    found = [json.loads(line) for line in jobs.results()["a.csv.out"].splitlines()]
    assert found == [{"id": 1, "SageMakerOutput": {"label": 1}},
                     {"id": 2, "SageMakerOutput": {"label": 0}}]  # fmt: skip


def test_a_manifest_names_the_objects_and_gzip_is_opened(jobs):
    uri = jobs.put(a=gzip.compress(b"1,1\n"), b="never read")
    manifest = json.dumps([{"prefix": uri}, "a.csv"])
    key = f"{jobs.folder}/manifest"
    jobs.client("s3").put_object(Bucket=jobs.bucket, Key=key, Body=manifest)
    place = f"s3://{jobs.bucket}/{key}"
    told = jobs.done(place, kind="ManifestFile", input={"CompressionType": "Gzip"})
    assert told["TransformJobStatus"] == "Completed", told
    assert jobs.results() == {"a.csv.out": "1\n"}


def test_a_bad_record_fails_the_job_and_the_other_objects_are_scored(jobs):
    uri = jobs.put(bad="1,1\nword,2\n", good="1,1\n")
    told = jobs.done(uri)
    assert told["TransformJobStatus"] == "Failed"
    assert told["FailureReason"] == "AlgorithmError: See job logs for more information"
    assert jobs.results() == {"good.csv.out": "1\n"}
    log = jobs.log(told["TransformJobName"])
    assert any("in/bad.csv: Bad HTTP status received from algorithm: 500" in one for one in log)
    assert any("word" in one for one in log)  # the model's own words


def test_a_record_over_the_payload_limit_fails_the_job(jobs):
    uri = jobs.put(a="1," + "1" * 1_200_000)
    told = jobs.done(uri, MaxPayloadInMB=1)
    assert told["FailureReason"] == "ClientError: See job logs for more information"
    assert any("Too much data for max payload" in one for one in jobs.log(told["TransformJobName"]))


def test_without_input_or_permission_the_reason_says_so(jobs, hosting):
    told = jobs.done(f"s3://{jobs.bucket}/nothing/here")
    assert told["TransformJobStatus"] == "Failed"
    assert "no objects were found" in told["FailureReason"]


def test_what_cannot_be_had_is_refused_at_once(jobs):
    uri = jobs.put(a="1,1\n")
    name = jobs.start(uri)
    for changes, code, words in (
        ({"TransformJobName": name}, "ResourceInUse", "must be unique"),
        ({"ModelName": "nobody"}, "ValidationException", "Could not find model"),
        ({"MaxPayloadInMB": 60, "MaxConcurrentTransforms": 2}, "ValidationException", "100 MB"),
        ({"DataProcessing": {"InputFilter": "features"}}, "ValidationException", "JSONPath"),
        ({"DataProcessing": {"JoinSource": "Input"}, "input": {"ContentType": "image/png"}},
         "ValidationException", "text/csv"),
        ({"TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 90}},
         "ResourceLimitExceeded", "for transform job usage"),
    ):  # fmt: skip
        with pytest.raises(ClientError, match=words) as refused:
            jobs.start(uri, **changes)
        assert refused.value.response["Error"]["Code"] == code
    jobs.ended(name)


def test_a_stopped_job_ends_stopped_and_cannot_be_stopped_again(jobs):
    sagemaker = jobs.client("sagemaker")
    name = jobs.start(jobs.put(a="slow"))
    while not any("rows in one" in line for line in _log(jobs, name)):
        time.sleep(0.05)
    sagemaker.stop_transform_job(TransformJobName=name)
    assert jobs.ended(name)["TransformJobStatus"] == "Stopped"
    assert jobs.results() == {}
    with pytest.raises(ClientError, match="in status Stopped"):
        sagemaker.stop_transform_job(TransformJobName=name)


def _log(jobs, name):
    try:
        return jobs.log(name)
    except ClientError:
        return []


def test_jobs_are_listed_and_tagged(jobs):
    sagemaker = jobs.client("sagemaker")
    name = jobs.start(jobs.put(a="1,1\n"), Tags=[{"Key": "team", "Value": "churn"}])
    arn = jobs.ended(name)["TransformJobArn"]
    listed = sagemaker.list_transform_jobs(NameContains=name, StatusEquals="Completed")
    assert [one["TransformJobArn"] for one in listed["TransformJobSummaries"]] == [arn]
    tags = sagemaker.list_tags(ResourceArn=arn)["Tags"]
    assert tags == [{"Key": "team", "Value": "churn"}]
    with pytest.raises(ClientError, match="Could not find requested job") as unknown:
        sagemaker.describe_transform_job(TransformJobName="nobody")
    assert unknown.value.response["Error"]["Code"] == "ResourceNotFound"


def test_a_model_that_does_not_load_fails_the_job_and_its_log_says_why(jobs, hosting):
    from tests.integration.sandbox.conftest import archive

    broken = "def model_fn(model_dir):\n    raise RuntimeError('weights are missing')\n"
    told = jobs.done(jobs.put(a="1,1\n"), ModelName=hosting.model(archive(broken)))
    assert told["TransformJobStatus"] == "Failed"
    assert any("weights are missing" in one for one in jobs.log(told["TransformJobName"]))


def test_a_job_under_way_is_carried_out_after_a_restart(tmp_path):
    from tests.integration.sandbox.conftest import TRUST, Hosting, archive
    from tests.integration.transform.conftest import SCRIPT, Jobs

    def server():
        made = SandboxServer(
            Sandbox(tmp_path / "home", timing=timing_from({**TIMING, "creating_s": 0.5}, {}))
        )
        made.start()
        return made

    first = server()
    client = clients_of(first.url)
    name = f"restarted-{uuid.uuid4().hex[:8]}"  # moto's stores are the process's
    role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    everything = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document)
    client("s3").create_bucket(Bucket=name)
    hosting = Hosting(client, role, name)
    jobs = Jobs(hosting, hosting.model(archive(SCRIPT)))
    job = jobs.start(jobs.put(a="1,1\n-1,-1\n"))
    first.stop()
    second = server()
    try:
        jobs.client = clients_of(second.url)
        assert jobs.ended(job)["TransformJobStatus"] == "Completed"
        assert jobs.results() == {"a.csv.out": "1\n0\n"}
    finally:
        second.stop()


def test_plain_moto_still_scores_nothing():
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("sagemaker", "us-east-1")
        client.create_transform_job(
            TransformJobName="j",
            ModelName="nobody",
            TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix",
                                                            "S3Uri": "s3://nothing/here"}}},
            TransformOutput={"S3OutputPath": "s3://nothing/out"},
            TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
        )  # fmt: skip
        assert client.describe_transform_job(TransformJobName="j")["TransformJobStatus"] != "Failed"
