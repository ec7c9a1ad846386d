"""What a catalogue model is refused for, before anything is planned."""

import pytest

from tests.unit.jumpstart.builders import listing, model
from tools.endpoint import InferenceOption
from tools.errors import InvalidInputError
from tools.jumpstart.suitability import (
    check_deployable,
    check_instance_type,
    check_serverless,
    instance_type_for,
    serverless_obstacle,
)

REAL_TIME, SERVERLESS = InferenceOption.REAL_TIME, InferenceOption.SERVERLESS


def test_an_open_model_is_deployable():
    assert check_deployable(model()) is None


def test_a_gated_model_is_deployable_and_a_proprietary_one_is_not():
    assert check_deployable(model(gated_bucket=True, hosting_eula_key="e")) is None
    sold = model(listing(proprietary=True), model_subscription_link="https://example.com/sub")
    with pytest.raises(InvalidInputError, match="proprietary") as caught:
        check_deployable(sold)
    assert "https://example.com/sub" in caught.value.remedy


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"deprecated": True, "deprecated_message": "use b"}, "deprecated: use b"),
        ({"inference_vulnerable": True, "inference_vulnerabilities": ["CVE-1"]}, "CVE-1"),
        ({"supported_inference_instance_types": []}, "does not say how"),
        ({"hosting_artifact_key": None, "hosting_prepacked_artifact_key": None}, "does not say"),
    ],
)
def test_what_must_not_be_deployed_is_refused(changes, words):
    with pytest.raises(InvalidInputError, match=words):
        check_deployable(model(**changes))


def test_serverless_takes_a_compressed_cpu_model():
    assert serverless_obstacle(model()) is None
    assert check_serverless(model()) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"supported_inference_instance_types": ["ml.g5.xlarge"]}, "no GPU"),
        ({"hosting_prepacked_artifact_key": "models/x/files/"}, "uncompressed"),
    ],
)
def test_serverless_is_refused_with_the_reason(changes, words):
    with pytest.raises(InvalidInputError, match=words):
        check_serverless(model(**changes))


def test_the_wanted_type_is_taken_where_it_is_supported():
    assert instance_type_for(model(), REAL_TIME, "ml.c5.large") == ("ml.c5.large", None)


@pytest.mark.parametrize("wanted", ["ml.m7i.large", "ml.p3.2xlarge"])
def test_an_unsupported_type_gives_way_to_the_default_with_a_note(wanted):
    chosen, note = instance_type_for(model(), REAL_TIME, wanted)
    assert chosen == "ml.m5.large"
    assert wanted in note


def test_for_serverless_the_default_type_decides_the_image():
    assert instance_type_for(model(), SERVERLESS, "ml.c5.large") == ("ml.m5.large", None)


def test_no_image_in_the_region_is_refused():
    with pytest.raises(InvalidInputError, match="No instance type"):
        instance_type_for(model(hosting_instance_type_variants={}), REAL_TIME, None)


def test_a_type_that_a_person_named_is_refused_when_it_does_not_fit():
    assert check_instance_type(model(), "ml.m5.large") is None
    with pytest.raises(InvalidInputError, match=r"ml\.p3\.2xlarge") as caught:
        check_instance_type(model(), "ml.p3.2xlarge")
    assert "ml.m5.large, ml.c5.large" in caught.value.remedy
