"""What a catalogue entry tells, and what it does not."""

import pytest

from tests.unit.jumpstart.builders import BUCKETS, IMAGE, listing, model
from tools.errors import InvalidInputError
from tools.jumpstart.model import read_specification


def test_the_packed_archive_goes_before_the_bare_one():
    assert model().data_uri == "s3://jumpstart-cache-prod-us-east-1/models/x/packed.tar.gz"
    by_script = model(hosting_use_script_uri=True)
    assert by_script.data_uri == "s3://jumpstart-cache-prod-us-east-1/models/x/model.tar.gz"


def test_gated_data_are_in_the_gated_bucket_and_the_licence_in_the_open_one():
    gated = model(gated_bucket=True, hosting_eula_key="eula/x.txt")
    assert gated.gated
    assert gated.data_uri.startswith("s3://jumpstart-private-cache-prod-us-east-1/")
    assert gated.eula_uri == "s3://jumpstart-cache-prod-us-east-1/eula/x.txt"


def test_a_licence_alone_makes_a_model_gated():
    assert model(hosting_eula_key="eula/x.txt").gated
    assert not model().gated


def test_only_the_containers_variables_are_taken_as_text():
    assert model().environment == {"A": "1"}


def test_images_go_by_type_then_by_family():
    found = model()
    assert found.image_for("ml.m5.4xlarge") == IMAGE
    assert found.image_for("ml.c5.large") == IMAGE
    assert found.image_for("ml.c5.xlarge") is None


@pytest.mark.parametrize(
    ("types", "gpu_only"),
    [(["ml.g5.xlarge", "ml.p4d.24xlarge"], True), (["ml.g5.xlarge", "ml.m5.large"], False),
     (["ml.inf2.xlarge"], True), ([], False)],
)  # fmt: skip
def test_gpu_only_means_every_supported_type(types, gpu_only):
    assert model(supported_inference_instance_types=types).gpu_only is gpu_only


def test_a_prefix_is_uncompressed():
    assert model().compressed
    assert not model(hosting_prepacked_artifact_key="models/x/files/").compressed


@pytest.mark.parametrize(
    ("model_id", "task", "framework", "parameters"),
    [
        ("huggingface-llm-mistral-7b-instruct", "text-generation", "huggingface", 7 * 10**9),
        ("huggingface-llm-mixtral-8x7b", "text-generation", "huggingface", 56 * 10**9),
        ("meta-textgeneration-llama-3-1-8b", "text-generation", "meta", 8 * 10**9),
        ("tensorflow-ic-resnet-50", "image-classification", "tensorflow", None),
        ("xgboost-regression-model", "regression", "xgboost", None),
        ("huggingface-sentencesimilarity-bge-335m-x", "text-embedding", "huggingface",
         335 * 10**6),
        ("solo", "unknown", "solo", None),
    ],
)  # fmt: skip
def test_an_id_tells_task_framework_and_size(model_id, task, framework, parameters):
    row = listing(model_id)
    assert (row.task, row.framework, row.parameter_count) == (task, framework, parameters)


def test_keywords_go_before_the_id():
    row = listing("a-b-c", keywords=("@task:regression", "license:mit", "@framework:onnx"))
    assert (row.task, row.framework, row.licence) == ("regression", "onnx", "mit")


def test_an_example_request_is_taken_from_the_entry_itself_only():
    far = {"content_type": "image/jpeg", "body": "$s3<bucket/key>"}
    near = {"content_type": "application/json", "body": {"inputs": "x"}}
    found = model(default_payloads={"far": far, "near": near})
    assert found.payload == ("application/json", '{"inputs": "x"}')
    assert model(default_payloads={"far": far}).payload is None
    assert model(default_payloads=None).payload is None


@pytest.mark.parametrize("text", ["", "[]", "null", '{"supported_inference_instance_types": 5}',
                                  '{"hosting_instance_type_variants": []}', '"text"'])  # fmt: skip
def test_an_unreadable_entry_is_refused(text):
    if text == '{"hosting_instance_type_variants": []}':
        text = '{"hosting_instance_type_variants": [1]}'
    with pytest.raises(InvalidInputError, match="cannot be read") as caught:
        read_specification(text, listing(), "us-east-1", BUCKETS)
    assert caught.value.remedy


def test_the_first_ranked_configuration_is_laid_over_the_base():
    found = model(
        inference_configs={"a": {"component_names": ["x"]}, "b": {"component_names": ["y", "z"]}},
        inference_config_components={
            "x": {"default_inference_instance_type": "ml.c5.large"},
            "y": {"default_inference_instance_type": "ml.g5.xlarge", "model_id": "other",
                  "hosting_instance_type_variants": {"variants": {"g5": {
                      "regional_properties": {"image_uri": "$image"}}}}},
            "z": {"deploy_kwargs": {"volume_size": 100}},
        },
        inference_config_rankings={"overall": {"rankings": ["b", "a"]}},
    )  # fmt: skip
    assert found.default_instance_type == "ml.g5.xlarge"
    assert found.deploy_options == {"volume_size": 100}
    assert found.image_for("ml.g5.xlarge") == found.image_for("ml.m5.large") == IMAGE
    assert found.listing.model_id == "sklearn-classification-linear"


def test_without_a_ranking_the_first_name_counts():
    found = model(
        inference_configs={"b": {}, "a": {"component_names": ["x"]}},
        inference_config_components={"x": {"default_inference_instance_type": "ml.c5.large"}},
    )
    assert found.default_instance_type == "ml.c5.large"


def test_a_missing_component_makes_the_entry_unreadable():
    with pytest.raises(InvalidInputError, match="cannot be read"):
        model(inference_configs={"a": {"component_names": ["nowhere"]}},
              inference_config_components={})  # fmt: skip
