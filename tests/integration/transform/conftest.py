"""The sandbox of the hosting tests, with a model that takes CSV."""

import contextlib
import uuid
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from tests.integration.sandbox.conftest import Hosting, archive
from tests.integration.sandbox_scaling.conftest import (  # noqa: F401 - fixtures
    bucket,
    client,
    closed_clients,
    hosting,
    role_arn,
    sandbox,
)

#: Scores rows of CSV; a row with a word in it is refused.
SCRIPT = """
import io, json, os, time
import joblib
import numpy as np


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def input_fn(body, content_type):
    text = body if isinstance(body, str) else body.decode()
    print("rows in one request:", len(text.splitlines()))
    if "slow" in text:
        time.sleep(30)
    if content_type == "application/jsonlines":
        return np.array([json.loads(line)["features"] for line in text.splitlines()])
    return np.loadtxt(io.StringIO(text), delimiter=",", ndmin=2)


def predict_fn(data, fitted):
    return fitted.predict(data)


def output_fn(prediction, accept):
    if accept == "application/jsonlines":
        return "".join(json.dumps({"label": int(v)}) + chr(10) for v in prediction), accept
    return "".join(str(int(v)) + chr(10) for v in prediction), "text/csv"
"""


@pytest.fixture(scope="module")
def csv_model(hosting) -> str:
    return hosting.model(archive(SCRIPT))


class Jobs:
    """Puts inputs, makes jobs with fresh names and reads what they wrote."""

    def __init__(self, hosting: Hosting, model: str) -> None:
        self.client, self.bucket, self.model = hosting.client, hosting.bucket, model
        self.folder = f"jobs/{uuid.uuid4().hex[:8]}"

    def put(self, **files: str | bytes) -> str:
        """Put objects below a prefix of this test's own; return its address."""
        for name, body in files.items():
            key = f"{self.folder}/in/{name.replace('__', '/')}.csv"
            self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{self.folder}/in/"

    @property
    def output(self) -> str:
        return f"s3://{self.bucket}/{self.folder}/out"

    def request(self, uri: str, **changes: Any) -> dict[str, Any]:
        source = {"S3DataType": changes.pop("kind", "S3Prefix"), "S3Uri": uri}
        wanted = {"ContentType": "text/csv", "SplitType": "Line"} | changes.pop("input", {})
        placed = {"AssembleWith": "Line", "Accept": "text/csv"} | changes.pop("output", {})
        return {
            "TransformJobName": f"job-{uuid.uuid4().hex[:10]}",
            "ModelName": self.model,
            "TransformInput": {"DataSource": {"S3DataSource": source}, **wanted},
            "TransformOutput": {"S3OutputPath": self.output, **placed},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
            **changes,
        }

    def start(self, uri: str, **changes: Any) -> str:
        wanted = self.request(uri, **changes)
        self.client("sagemaker").create_transform_job(**wanted)
        return wanted["TransformJobName"]

    def ended(self, name: str) -> dict[str, Any]:
        waiter = self.client("sagemaker").get_waiter("transform_job_completed_or_stopped")
        waiter.config.delay, waiter.config.max_attempts = 0.1, 600
        with contextlib.suppress(WaiterError):  # a failed job is looked at as well
            waiter.wait(TransformJobName=name)
        return self.client("sagemaker").describe_transform_job(TransformJobName=name)

    def done(self, uri: str, **changes: Any) -> dict[str, Any]:
        return self.ended(self.start(uri, **changes))

    def results(self) -> dict[str, str]:
        s3 = self.client("s3")
        prefix = f"{self.folder}/out/"
        found = s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return {
            one["Key"].removeprefix(prefix): s3.get_object(Bucket=self.bucket, Key=one["Key"])[
                "Body"
            ]
            .read()
            .decode()
            for one in found
        }

    def log(self, name: str) -> list[str]:
        logs, group = self.client("logs"), "/aws/sagemaker/TransformJobs"
        streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name)
        names = [stream["logStreamName"] for stream in streams["logStreams"]]
        found = logs.filter_log_events(logGroupName=group, logStreamNames=names or ["none"])
        return [event["message"] for event in found["events"]]


@pytest.fixture
def jobs(hosting, csv_model) -> Jobs:
    """Jobs in a folder of their own."""
    return Jobs(hosting, csv_model)
