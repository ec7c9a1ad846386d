"""CreateCompilationJob and what is asked of a job: ONNX models are really optimised."""

import hashlib
import json

import numpy as np
import onnxruntime
import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox_compilation.conftest import ended, packed


def test_a_job_saves_an_optimised_graph_that_answers_as_the_original(
    job, members, onnx_bytes, bucket
):
    made = job()
    name = made["CompilationJobName"]
    assert made["CompilationJobStatus"] == "COMPLETED"
    assert made["ModelArtifacts"]["S3ModelArtifacts"] == (
        f"s3://{bucket}/out/{name}/model-ml_c5.tar.gz"
    )
    result = members(made["ModelArtifacts"]["S3ModelArtifacts"])
    digest = hashlib.sha256(result.body).hexdigest()
    assert made["ModelDigests"]["ArtifactDigest"] == f"sha256:{digest}"
    assert made["InferenceImage"] == (
        "785573368785.dkr.ecr.us-east-1.amazonaws.com/sagemaker-neo-onnx:1.5.0-cpu-py3"
    )
    assert result.files["compiled.onnx"] != onnx_bytes
    row = {"X": np.array([[5.1, 3.5, 1.4, 0.2]], dtype="float32")}
    before, after = (
        onnxruntime.InferenceSession(graph).run(None, row)
        for graph in (onnx_bytes, result.files["compiled.onnx"])
    )
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_job_says_that_it_stands_in_for_neo(job, client, members):
    made = job()
    lines = client("logs").get_log_events(
        logGroupName="/aws/sagemaker/CompilationJobs", logStreamName=made["CompilationJobName"]
    )["events"]
    assert any("stands in for Neo" in line["message"] for line in lines)
    meta = json.loads(members(made["ModelArtifacts"]["S3ModelArtifacts"]).files["compiled.meta"])
    assert "in place of Neo" in meta["Compiler"]


FAILURES = {
    "inputs that are no JSON": ({"input": {"DataInputConfig": "{X: 1"}}, "DataInputConfig"),
    "an input's shape is no list": ({"input": {"DataInputConfig": '{"X": 4}'}}, "positive sizes"),
    "another input's name": ({"input": {"DataInputConfig": '{"Y": [1, 4]}'}}, "inputs are X"),
    "another number of columns": ({"input": {"DataInputConfig": '{"X": [1, 5]}'}}, "wrong shape"),
    "another rank": ({"input": {"DataInputConfig": '{"X": [1, 2, 2]}'}}, "wrong shape"),
    "no inputs at all": ({"input": {"DataInputConfig": None}}, "DataInputConfig"),
    "an unknown compiler option": ({"output": {"CompilerOptions": '{"x": 1}'}}, "option"),
    "a bucket that is not there": ({"s3_uri": "s3://nowhere-at-all/m.tar.gz"}, "does not exist"),
    "another framework": (
        {"input": {"Framework": "XGBOOST", "DataInputConfig": None}},
        "ONNX models only",
    ),
    "a result's bucket that is not there": (
        {"output": {"S3OutputLocation": "s3://nowhere-at-all/x/"}},
        "OutputConfiguration",
    ),
}


@pytest.mark.parametrize(("changes", "reason"), FAILURES.values(), ids=FAILURES)
def test_a_job_fails_with_the_reason_on(job, changes, reason):
    made = job(**changes)
    assert made["CompilationJobStatus"] == "FAILED"
    assert reason in made["FailureReason"]
    assert not made["ModelArtifacts"]["S3ModelArtifacts"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"no archive", "Unable to untar input model"),
        (packed({"readme.txt": b"x"}), "Exactly one .onnx file"),
        (packed({"model.onnx": b"no graph"}), "TVM cannot convert"),
    ],
    ids=["no archive", "no graph in it", "a broken graph"],
)
def test_a_job_fails_on_an_archive_that_holds_no_model(job, upload, body, reason):
    assert reason in job(s3_uri=upload(body))["FailureReason"]


def test_a_job_fails_where_its_role_may_not_read_or_write(job, role_without):
    unread = job(role=role_without("s3:PutObject"))
    assert "s3:GetObject" in unread["FailureReason"]
    unwritten = job(role=role_without("s3:GetObject"))
    assert "s3:PutObject" in unwritten["FailureReason"]


REFUSED = {
    "a version of a framework without one": (
        {"input": {"FrameworkVersion": "1.7"}}, "FrameworkVersion is only supported"
    ),
    "a version that Neo does not take": (
        {"input": {"Framework": "PYTORCH", "FrameworkVersion": "2.6"}}, "is not supported"
    ),
    "scikit-learn": ({"input": {"Framework": "SKLEARN"}}, "SKLEARN is not supported"),
    "an edge framework": ({"input": {"Framework": "TFLITE"}}, "TFLITE is not supported"),
    "a target of another region": ({"output": {"TargetDevice": "ml_inf2"}}, "us-east-2"),
    "no target": ({"output": {"TargetDevice": None}}, "Exactly one of TargetDevice"),
    "a role that is not there": (
        {"role": "arn:aws:iam::123456789012:role/nobody"}, "Could not assume role"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_a_request_is_refused_for(job, changes, message):
    with pytest.raises(ClientError, match=message) as error:
        job(**changes)
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_a_name_is_taken_once(job):
    made = job()
    with pytest.raises(ClientError) as error:
        job(name=made["CompilationJobName"])
    assert error.value.response["Error"]["Code"] == "ResourceInUse"


def test_jobs_are_listed_and_deleted_and_their_results_stay(job, client, members):
    made = job(Tags=[{"Key": "team", "Value": "a"}])
    name, sagemaker = made["CompilationJobName"], client("sagemaker")
    listed = sagemaker.list_compilation_jobs(NameContains=name)["CompilationJobSummaries"]
    assert [row["CompilationTargetDevice"] for row in listed] == ["ml_c5"]
    tags = sagemaker.list_tags(ResourceArn=made["CompilationJobArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "a"}]
    sagemaker.delete_compilation_job(CompilationJobName=name)
    with pytest.raises(ClientError) as error:
        sagemaker.describe_compilation_job(CompilationJobName=name)
    assert error.value.response["Error"]["Code"] == "ResourceNotFound"
    assert members(made["ModelArtifacts"]["S3ModelArtifacts"]).files


def test_a_job_that_runs_is_stopped_and_not_deleted(job, client):
    name = job(wait=False)["CompilationJobName"]
    with pytest.raises(ClientError, match="can be deleted"):
        client("sagemaker").delete_compilation_job(CompilationJobName=name)
    client("sagemaker").stop_compilation_job(CompilationJobName=name)
    stopped = ended(client, name)
    assert stopped["CompilationJobStatus"] == "STOPPED"
    assert not stopped["ModelArtifacts"]["S3ModelArtifacts"]
