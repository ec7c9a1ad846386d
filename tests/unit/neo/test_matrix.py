"""What Neo takes and what it does not, row by row of its own lists."""

import pytest

from tests.unit.rules.compilation_cases import compilation
from tools import neo
from tools.catalog import load_catalog
from tools.endpoint import TargetPlatform

TAKEN = [
    ("ONNX", None, "ml_c5"), ("ONNX", "1.7.0", "ml_g4dn"), ("ONNX", "1.6", "ml.m5.large"),
    ("XGBOOST", "1.3.3", "ml_m4"), ("XGBOOST", "0.90", "ml_c4"), ("XGBOOST", None, "ml_c5"),
    ("PYTORCH", "1.4", "ml_c5"), ("PYTORCH", "1.8.1", "ml_m5"), ("PYTORCH", "1.12.1", "ml_c5"),
    ("PYTORCH", "1.13", "ml_g4dn"), ("PYTORCH", "2.0.1", "ml_c5"),
    ("TENSORFLOW", "1.15.3", "ml_c5"), ("TENSORFLOW", "2.9.2", "ml_c5"),
    ("MXNET", "1.8.0", "ml_c5"), ("KERAS", "2.2.4", "ml_c5"),
    ("PYTORCH", "1.9", "ml_inf1"), ("TENSORFLOW", "2.5", "ml_inf1"), ("MXNET", "1.5", "ml_inf1"),
]  # fmt: skip
REFUSED = {
    "a PyTorch after 2.0": ("PYTORCH", "2.1", "ml_c5", "2.0"),
    "a PyTorch between the listed ones": ("PYTORCH", "1.10", "ml_c5", "1.12"),
    "a PyTorch of unknown version": ("PYTORCH", None, "ml_c5", "not known"),
    "a TensorFlow after 2.9": ("TENSORFLOW", "2.10", "ml_c5", "2.9"),
    "an XGBoost after 1.3.3": ("XGBOOST", "3.2.0", "ml_c5", "1.3.3 or earlier"),
    "an ONNX after 1.7": ("ONNX", "1.16.0", "ml_c5", "1.7.0 or earlier"),
    "a Keras after 2.2.4": ("KERAS", "2.3", "ml_c5", "2.2.4"),
    "an MXNet after 1.8": ("MXNET", "1.9", "ml_c5", "1.8.0"),
    "scikit-learn": ("SKLEARN", None, "ml_c5", "scikit-learn"),
    "TensorFlow Lite on an instance": ("TFLITE", "1.15", "ml_c5", "edge"),
    "Darknet on an instance": ("DARKNET", None, "ml_c5", "edge"),
    "LightGBM": ("lightgbm", None, "ml_c5", "lightgbm"),
    "ONNX on Inferentia 1": ("ONNX", None, "ml_inf1", "ml.inf1"),
    "XGBoost on Inferentia 1": ("XGBOOST", "1.3.3", "ml_inf1", "ml.inf1"),
    "a PyTorch of instances on Inferentia 1": ("PYTORCH", "2.0", "ml_inf1", "1.9"),
    "Inferentia2": ("PYTORCH", "2.0", "ml_inf2", "Neuron"),
    "Trainium": ("PYTORCH", "2.0", "ml_trn1", "Neuron"),
    "Elastic Inference": ("ONNX", None, "ml_eia2", "no longer"),
    "Graviton 2": ("ONNX", None, "ml_c6g", "ml.c6g"),
    "a newer family": ("ONNX", None, "ml.m7i.large", "ml.m7i"),
    "a newer GPU": ("ONNX", None, "ml.g5.xlarge", "ml.g5"),
    "a device": ("ONNX", None, "jetson_nano", "edge"),
}


@pytest.mark.parametrize(("framework", "version", "target"), TAKEN)
def test_neo_takes(framework, version, target):
    assert neo.refusal(framework, version, target) is None


@pytest.mark.parametrize(("framework", "version", "target", "reason"), REFUSED.values(),
                         ids=REFUSED)  # fmt: skip
def test_neo_refuses_with_reason_remedy_and_source(framework, version, target, reason):
    found = neo.refusal(framework, version, target)
    assert found is not None
    assert reason in found.reason
    assert found.remedy
    assert found.source_url.startswith("https://docs.aws.amazon.com/")


def test_every_family_that_neo_compiles_for_is_a_hosting_type():
    names = load_catalog().instance_names()
    assert neo.families() == {name.split(".")[1] for name in names} & neo.families()


def test_newer_operator_sets_are_told_from_those_of_onnx_1_7():
    assert neo.newer_opset(13) == 12
    assert neo.newer_opset(12) is None
    assert neo.newer_opset(None) is None


@pytest.mark.parametrize(
    ("platform", "count"),
    [
        (TargetPlatform(os="LINUX", arch="ARM64", accelerator="NVIDIA"), 1),
        (TargetPlatform(os="WINDOWS", arch="X86_64"), 2),
        (TargetPlatform(os="LINUX", arch="RISCV", accelerator="TPU"), 3),
    ],
)
def test_a_platform_is_judged_by_its_parts_and_serves_no_endpoint(platform, count):
    found = neo.faults(compilation(target_device=None, target_platform=platform))
    assert len(found) == count
    assert "ml_ target" in found[-1].text


def test_the_result_is_named_by_what_it_is_compiled_for():
    assert compilation().artifact_uri.endswith("/compiled/model-ml_m5.tar.gz")
    platform = TargetPlatform(os="LINUX", arch="ARM64", accelerator="NVIDIA")
    wanted = compilation(target_device=None, target_platform=platform)
    assert wanted.artifact_uri.endswith("/compiled/model-LINUX_ARM64_NVIDIA.tar.gz")


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("ClientError: InputConfiguration: Input X has wrong shape in Input Shape dictionary",
         "NCHW"),
        ("ClientError: InputConfiguration: S3 object does not exist", "Upload"),
        ("ClientError: InputConfiguration: Unable to untar input model", "tar.gz"),
    ],
)  # fmt: skip
def test_known_failures_have_a_remedy(reason, remedy):
    assert remedy in (neo.remedy_for(reason) or "")
    assert neo.remedy_for("InternalServerError") is None
