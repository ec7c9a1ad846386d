"""Images that are not executed: archive and Environment are checked, and nothing is served."""

import pytest

from tools.sandbox.images.unexecuted import find_complaint

HANDLER = "def handler(data, context):\n    return data, 'text/plain'\n"
PAIR = "def input_handler(d, c): ...\ndef output_handler(r, c): ...\n"


@pytest.fixture
def complain(tmp_path):
    def _complain(family, files=(), environment=None, isolated=False):
        for name, content in dict(files).items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        return find_complaint(family, tmp_path, environment or {}, isolated=isolated)

    return _complain


@pytest.mark.parametrize("name", ["1/saved_model.pb", "model/7/saved_model.pb"])
def test_tensorflow_finds_a_bundle_under_a_number(complain, name):
    assert complain("tensorflow", {name: ""}) is None


@pytest.mark.parametrize("name", ["saved_model.pb", "model.h5", "m/saved_model.pb", "a/b/1/x"])
def test_tensorflow_finds_nothing_else(complain, name):
    assert complain("tensorflow", {name: ""}) == "no SavedModel bundles found!"


@pytest.mark.parametrize(("code", "fine"), [(HANDLER, True), (PAIR, True), ("x: int\n", False),
                                            ("def model_fn(d): ...\n", False)])  # fmt: skip
def test_tensorflow_wants_its_own_handlers(complain, code, fine):
    found = complain("tensorflow", {"1/saved_model.pb": "", "code/inference.py": code})
    expected = None if fine else "Handlers are not implemented correctly in user script."
    assert found == expected


@pytest.mark.parametrize("family", ["tgi", "tei"])
def test_tgi_and_tei_need_a_model_id(complain, family):
    assert complain(family) == "HF_MODEL_ID must be set"
    assert complain(family, environment={"HF_MODEL_ID": "/opt/ml/model"}) is None


def test_hugging_face_needs_a_config_or_a_task(complain):
    assert "HF_TASK" in str(complain("huggingface"))
    assert complain("huggingface", environment={"HF_TASK": "fill-mask"}) is None
    assert complain("huggingface", {"config.json": "{}"}) is None


def test_a_hub_model_cannot_be_fetched_in_isolation(complain):
    environment = {"HF_MODEL_ID": "distilbert/x"}
    assert complain("huggingface", environment=environment) is None
    assert "isolation" in str(complain("huggingface", environment=environment, isolated=True))


@pytest.mark.parametrize("family", ["vllm", "djl"])
def test_an_llm_server_needs_a_model(complain, family):
    assert "no model" in str(complain(family))
    assert complain(family, environment={"HF_MODEL_ID": "org/name"}) is None


@pytest.mark.parametrize("family", ["neuron", "ray", "custom"])
def test_of_other_families_nothing_is_claimed(complain, family):
    assert complain(family) is None


def test_a_worker_says_that_the_image_is_not_executed(start, images):
    served = start(images.tensorflow, {"1/saved_model.pb": "x"})
    assert "not executed in the sandbox" in served.wait_for_exit()
    assert served.first_ping is None


def test_a_worker_says_first_what_the_image_would_refuse(start, images):
    assert "no SavedModel bundles found!" in start(images.tensorflow, {"m.h5": "x"}).wait_for_exit()
    assert "HF_MODEL_ID must be set" in start(images.tgi, None).wait_for_exit()
