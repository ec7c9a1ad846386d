"""A multi-model endpoint: models below an S3 prefix, loaded when they are asked for."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import IMAGE, Client, Hosting, archive
from tests.integration.sandbox_scaling.conftest import until

SCRIPT = {
    "SAGEMAKER_PROGRAM": "inference.py",
    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
}


def model(hosting: Hosting, prefix: str, image: str = IMAGE) -> str:
    name = f"many-{time.monotonic_ns()}"
    hosting.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=hosting.role_arn,
        PrimaryContainer={
            "Image": image,
            "Mode": "MultiModel",
            "ModelDataUrl": f"s3://{hosting.bucket}/{prefix}/",
            "Environment": SCRIPT,
        },
    )
    return name


@pytest.fixture(scope="module")
def prefix(hosting: Hosting) -> str:
    name = f"many-{time.monotonic_ns()}"
    for number in range(3):
        hosting.client("s3").put_object(
            Bucket=hosting.bucket,
            Key=f"{name}/m{number}.tar.gz",
            Body=archive(label_offset=10 * number),
        )
    return name


def patiently(hosting: Hosting, endpoint: str, target: str) -> Any:
    """Ask again while the model is being loaded, as AWS advises its callers."""
    for _ in range(20):
        try:
            return hosting.invoke(endpoint, [[1.0, 1.0]], TargetModel=target)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ModelNotReadyException":
                raise
            time.sleep(0.5)
    raise AssertionError(f"{target} was never ready")


def test_models_are_loaded_when_asked_for_and_make_room_for_each_other(
    client: Client, hosting: Hosting, prefix: str
) -> None:
    endpoint = hosting.endpoint(hosting.config(model(hosting, prefix)))
    asked = (0, 1, 0, 2, 1, 2)
    answers = [patiently(hosting, endpoint, f"m{number}.tar.gz") for number in asked]
    assert answers == [[10 * number + 1] for number in asked]
    added = f"{prefix}/later.tar.gz"
    client("s3").put_object(Bucket=hosting.bucket, Key=added, Body=archive(label_offset=90))
    assert patiently(hosting, endpoint, "later.tar.gz") == [91]

    def metric(name: str, namespace: str = "AWS/SageMaker") -> list[Any]:
        return list(
            client("cloudwatch").list_metrics(
                Namespace=namespace,
                MetricName=name,
                Dimensions=[{"Name": "EndpointName", "Value": endpoint}],
            )["Metrics"]
        )

    assert metric("ModelCacheHit")
    assert metric("ModelLoadingTime")
    until(lambda: metric("LoadedModelCount", "/aws/sagemaker/Endpoints"))
    for extra, words in (({}, "TargetModel must be"), ({"TargetModel": "no.tar.gz"}, "Failed to")):
        with pytest.raises(ClientError, match=words) as caught:
            hosting.invoke(endpoint, [[1.0, 1.0]], **extra)
        assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_only_multi_model_endpoints_take_a_target_model(hosting: Hosting) -> None:
    endpoint = hosting.endpoint(hosting.config(hosting.model()))
    with pytest.raises(ClientError, match="only be specified for multi-model"):
        hosting.invoke(endpoint, [[1.0, 1.0]], TargetModel="m0.tar.gz")


def test_a_model_that_takes_too_long_is_not_ready_and_later_is(
    client: Client, hosting: Hosting, prefix: str
) -> None:
    script = (
        "import time, json\n\ndef model_fn(model_dir):\n    time.sleep(4)\n    return 7\n\n"
        "def input_fn(body, kind):\n    return body\n\n"
        "def predict_fn(data, fitted):\n    return fitted\n\n"
        "def output_fn(prediction, accept):\n"
        "    return json.dumps(prediction), 'application/json'\n"
    )
    slow = archive(script)
    client("s3").put_object(Bucket=hosting.bucket, Key=f"{prefix}/slow.tar.gz", Body=slow)
    endpoint = hosting.endpoint(hosting.config(model(hosting, prefix)))
    with pytest.raises(ClientError) as caught:
        hosting.invoke(endpoint, [1], TargetModel="slow.tar.gz")
    assert caught.value.response["Error"]["Code"] == "ModelNotReadyException"

    def ready() -> bool:
        try:
            return bool(hosting.invoke(endpoint, [1], TargetModel="slow.tar.gz") == 7)
        except ClientError:
            return False

    until(ready)


def test_what_has_no_multi_model_endpoints_is_refused(hosting: Hosting, prefix: str) -> None:
    name = model(hosting, prefix)
    with pytest.raises(ClientError, match="serverless inference does not support multi-model"):
        hosting.config(name, {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 2}})
    output = {"OutputConfig": {"S3OutputPath": f"s3://{hosting.bucket}/out"}}
    with pytest.raises(ClientError, match="asynchronous inference does not support multi-model"):
        hosting.config(name, AsyncInferenceConfig=output)
    other = IMAGE.replace("683313688378", "763104351884").replace(
        "sagemaker-scikit-learn:1.9-0-cpu-py3",
        "huggingface-pytorch-tgi-inference:2.7.0-tgi3.3.6-gpu-py311-cu124-ubuntu22.04",
    )
    with pytest.raises(ClientError, match="multi-models=true Docker label"):
        model(hosting, prefix, other)
