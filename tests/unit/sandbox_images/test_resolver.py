"""Which images there are, and which of them a worker executes."""

import pytest

from tools.sandbox.images.contract import UnknownImageError
from tools.sandbox.images.resolver import resolve_image

SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost"
DLC = "763104351884.dkr.ecr.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("uri", "family", "version", "executable"),
    [
        (f"{SKLEARN}:1.9-0-cpu-py3", "scikit-learn", "1.9-0", True),
        (f"{SKLEARN}:1.9-0", "scikit-learn", "1.9-0", True),
        (f"{SKLEARN}:1.4-2-py312-cpu-py3", "scikit-learn", "1.4-2-py312", True),
        (f"{SKLEARN}:0.20.0-cpu-py3", "scikit-learn", "0.20.0", False),
        (f"{XGBOOST}:3.2-0", "xgboost", "3.2-0", True),
        (f"{XGBOOST}:1.0-1-cpu-py3", "xgboost", "1.0-1", False),
        (f"{DLC}/pytorch-inference:2.6.0-cpu-py312", "pytorch", "2.6.0", True),
        (f"{DLC}/pytorch-inference:2.6-cpu-py312", "pytorch", "2.6.0", True),
        (
            f"{DLC}/pytorch-inference:2.6.0-gpu-py312-cu124-ubuntu22.04-sagemaker",
            "pytorch",
            "2.6.0",
            True,
        ),
        (f"{DLC}/pytorch-inference:1.0.0-cpu-py3", "pytorch", "1.0.0", False),
        (f"{DLC}/sagemaker-tritonserver:26.05-py3-cpu", "triton", "26.05", True),
        (f"{DLC}/tensorflow-inference:2.20.0-cpu-py312", "tensorflow", "2.20.0", False),
        (
            f"{DLC}/huggingface-pytorch-inference:2.6.0-transformers4.51.3-cpu-py312-ubuntu22.04",
            "huggingface",
            "2.6.0",
            False,
        ),
        (f"{DLC}/djl-inference:0.36.0-lmi27.0.0-cu130", "djl", "0.36.0", False),
        (f"{DLC}/vllm:server-sagemaker-cuda-v2.6", "vllm", "server-sagemaker", False),
    ],
)  # fmt: skip
def test_an_image_of_aws_is_known_by_family_and_version(uri, family, version, executable):
    contract = resolve_image(uri)
    assert (contract.family, contract.executable) == (family, executable)
    if family != "vllm":
        assert contract.version == version
    assert bool(contract.not_executed_reason) == (not executable)


@pytest.mark.parametrize(
    "uri",
    [
        f"{SKLEARN}:1.5-0-cpu-py3",  # no such version
        f"{SKLEARN}:1.4-2-cpu-py3",  # training only
        "763104351884.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
        "683313688378.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
        "683313688378.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312",
        "763104351884.dkr.ecr.mx-central-1.amazonaws.com/sagemaker-xgboost:3.2-0",
        "727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-tritonserver:26.05-py3",
        "450853457545.dkr.ecr.cn-north-1.amazonaws.com/sagemaker-scikit-learn:1.9-0-cpu-py3",
        f"{DLC}/pytorch:2.12.0-cpu-py313-sagemaker",
        f"{DLC}/tensorflow-training:2.19.0-cpu-py312",
        f"{DLC}/pytorch-inference:2.7.0-cpu-py312",
        f"{DLC}/no-such-repository:1",
        f"{XGBOOST}",
        "xgboost:3.2-0",
        "",
    ],
)
def test_what_aws_would_not_find_is_refused_in_its_words(uri):
    with pytest.raises(UnknownImageError, match="not found") as refused:
        resolve_image(uri)
    assert refused.value.message == f"Requested image {uri} not found."
    assert refused.value.remedy


def test_an_image_of_ones_own_is_known_and_not_executed():
    contract = resolve_image("123456789012.dkr.ecr.us-east-1.amazonaws.com/team/fraud:7")
    assert (contract.family, contract.version, contract.executable) == ("custom", "7", False)
    assert "not executed in the sandbox" in contract.not_executed_reason


@pytest.mark.parametrize(
    ("uri", "date"),
    [
        (f"{SKLEARN}:1.4-2-py312-cpu-py3", "2026-10-30"),
        (f"{XGBOOST}:3.0-5", "2026-11-17"),
        (f"{DLC}/pytorch-inference:2.6.0-cpu-py312", "2026-06-30"),
        (f"{DLC}/tensorflow-inference:2.19.0-cpu", "2026-03-11"),
    ],
)
def test_the_end_of_support_is_noted_with_its_date(uri, date):
    assert any(date in note for note in resolve_image(uri).notes)


def test_a_version_that_differs_from_the_images_is_not_proven():
    notes = " ".join(resolve_image(f"{SKLEARN}:1.2-1-cpu-py3").notes)
    assert "Not proven: the image has scikit-learn 1.2.1" in notes
    assert "Not proven: the image has numpy 1.24.1" in notes
    assert "Not proven: the image has Python 3.9" in notes


def test_the_same_minor_version_of_scikit_learn_needs_no_note():
    notes = " ".join(resolve_image(f"{SKLEARN}:1.9-0-cpu-py3").notes)
    assert "scikit-learn" not in notes


def test_old_binary_models_are_noted_for_old_xgboost_images():
    assert any("old binary format" in note for note in resolve_image(f"{XGBOOST}:1.7-1").notes)
    assert not any("old binary format" in note for note in resolve_image(f"{XGBOOST}:3.2-0").notes)


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1"])
def test_each_region_has_its_own_algorithm_account(region):
    from tools.sandbox.images.registries import ALGORITHM

    uri = f"{ALGORITHM[region]}.dkr.ecr.{region}.amazonaws.com/sagemaker-xgboost:3.2-0"
    assert resolve_image(uri).executable


def test_the_china_regions_have_their_own_domain():
    uri = "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-scikit-learn:1.9-0-cpu-py3"
    assert resolve_image(uri).family == "scikit-learn"
