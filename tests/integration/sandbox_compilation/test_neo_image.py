"""Neo's image for ONNX: script, compiled model, script."""

import json

import pytest

from tests.integration.sandbox_compilation.conftest import SCRIPT, packed
from tools.sandbox.images.neo_onnx import SCRIPT_ARCHIVE, NeoOnnxContainer
from tools.sandbox.images.resolver import resolve_image
from tools.sandbox.images.serving import ContainerExitError, Invocation, Place

ENVIRONMENT = {"SAGEMAKER_SUBMIT_DIRECTORY": "s3://models/sourcedir.tar.gz"}
ROW = {"name": "X", "shape": [1, 4], "datatype": "FP32", "data": [[5.1, 3.5, 1.4, 0.2]]}
ECR = "785573368785.dkr.ecr.us-east-1.amazonaws.com"


def script() -> bytes:
    text = SCRIPT.read_text()
    text = text.replace("INPUTS: list[Any] = []", 'INPUTS = [["X", "FP32", [1, 4]]]')
    named = '[["label", "INT64"], ["probabilities", "FP32"]]'
    return text.replace("OUTPUTS: list[Any] = []", f"OUTPUTS = {named}").encode()


@pytest.fixture(scope="session")
def compiled(client, bucket, role_arn, onnx_bytes):
    """What a job made of the model."""
    from tests.integration.sandbox_compilation.conftest import INPUT, ended

    client("s3").put_object(
        Bucket=bucket, Key="image/m.tar.gz", Body=packed({"model.onnx": onnx_bytes})
    )
    client("sagemaker").create_compilation_job(
        CompilationJobName="for-the-image",
        RoleArn=role_arn,
        InputConfig={"S3Uri": f"s3://{bucket}/image/m.tar.gz", "Framework": "ONNX",
                     "DataInputConfig": json.dumps(INPUT)},
        OutputConfig={"S3OutputLocation": f"s3://{bucket}/image/", "TargetDevice": "ml_c5"},
        StoppingCondition={"MaxRuntimeInSeconds": 300},
    )  # fmt: skip
    ended(client, "for-the-image")
    import io
    import tarfile

    body = client("s3").get_object(Bucket=bucket, Key="image/model-ml_c5.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:gz") as archive:
        return {m.name: archive.extractfile(m).read() for m in archive}


@pytest.fixture
def container(tmp_path, monkeypatch):
    """Start a container on files and a script archive."""
    import sys

    def start(files, source=None, environment=ENVIRONMENT):
        place = Place(tmp_path / "model", tmp_path / "code")
        for folder in (place.model_dir, place.code_dir):
            folder.mkdir()
        for name, content in files.items():
            (place.model_dir / name).write_bytes(content)
        if source is not None:
            (place.code_dir / SCRIPT_ARCHIVE).write_bytes(packed(source))
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.delitem(sys.modules, "neo_onnx", raising=False)
        made = NeoOnnxContainer(place, environment)
        made.start()
        return made

    return start


def post(container, body, kind="application/json"):
    return container.invoke(Invocation(json.dumps(body).encode(), kind))


def test_a_request_is_answered_by_the_compiled_model(container, compiled):
    served = container(compiled, {"neo_onnx.py": script()})
    assert served.ping().status == 200
    answer = post(served, {"inputs": [ROW]})
    assert answer.status == 200
    outputs = {one["name"]: one["data"] for one in json.loads(answer.body)["outputs"]}
    assert outputs["label"] == [0]
    assert sum(outputs["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_what_the_script_refuses_is_a_client_error_with_its_words(container, compiled):
    served = container(compiled, {"neo_onnx.py": script()})
    answer = post(served, {"inputs": [{**ROW, "shape": [2, 4]}]})
    assert answer.status == 400
    assert b"ClientError: User-defined pre-processing function failed" in answer.body
    assert b"compiled for" in answer.body


def test_another_shape_than_the_compiled_one_breaks_in_the_runtime(container, compiled):
    loose = (
        b"import numpy as np\n"
        b"def neo_preprocess(payload, content_type): return np.zeros((2, 4), 'float32')\n"
        b"def neo_postprocess(result): return 'x', 'text/plain'\n"
    )
    served = container(compiled, {"neo_onnx.py": loose})
    answer = post(served, {})
    assert (answer.status, answer.body) == (500, b"Internal Server Error occured")


BROKEN = {
    "a model that was not compiled": ({"model.onnx": b"x"}, {"neo_onnx.py": b""}, "no model"),
    "no script": (None, None, "HeadObject"),
    "two scripts": (None, {"a.py": b"", "b.py": b""}, "more than one"),
    "a script that breaks": (None, {"neo_onnx.py": b"1/0"}, "ZeroDivisionError"),
}


@pytest.mark.parametrize(("files", "source", "reason"), BROKEN.values(), ids=BROKEN)
def test_the_container_ends_for(container, compiled, files, source, reason):
    with pytest.raises(ContainerExitError, match=reason):
        container(files if files is not None else compiled, source)


def test_neos_images_are_known_and_only_the_one_for_onnx_is_executed():
    known = resolve_image(f"{ECR}/sagemaker-neo-onnx:1.5.0-cpu-py3")
    assert known.executable
    assert any("stands in for Neo" in note for note in known.notes)
    for repository in ("xgboost-neo:latest", "sagemaker-inference-pytorch:2.0-cpu-py3"):
        assert not resolve_image(f"{ECR}/{repository}").executable
