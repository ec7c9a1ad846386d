"""A model is tried once, in a worker of its own: no plan, no endpoint, nothing left."""

import json

import pytest

from tests.integration.faces.command_line import refused

SCRIPT = """\
import json


def model_fn(model_dir):
    return 2


def input_fn(body, content_type):
    return json.loads(body)


def predict_fn(value, model):
    return value * model
"""


@pytest.fixture
def folder(tmp_path):
    """A source folder: an entry script and what it loads."""
    source = tmp_path / "source"
    (source / "code").mkdir(parents=True)
    (source / "code" / "inference.py").write_text(SCRIPT)
    (source / "weights.json").write_text("{}")
    (tmp_path / "request.json").write_text("21")
    return source


def test_the_sample_is_served_and_answers(sagepilot):
    before = sagepilot("endpoints", "--json").json()["endpoints"]
    told = sagepilot("try", "sample", "--requests", "3", "--json").json()
    assert told["ok"] is True
    assert told["requests"] == 3
    assert json.loads(told["answer"])
    assert told["memory_bytes"] > 1_000_000
    after = sagepilot("endpoints", "--json").json()["endpoints"]
    assert [row["endpoint_name"] for row in after] == [row["endpoint_name"] for row in before]


def test_a_folder_with_an_entry_script_answers_the_users_own_request(sagepilot, folder):
    ran = sagepilot("try", str(folder), str(folder.parent / "request.json"), "--framework",
                    "sklearn", "--json")  # fmt: skip
    assert json.loads(ran.json()["answer"]) == 42


def test_what_the_model_raises_is_told(sagepilot, folder):
    script = folder / "code" / "inference.py"
    script.write_text(SCRIPT.replace("return 2", "raise RuntimeError('weights are missing')"))
    ran = sagepilot("try", str(folder), str(folder.parent / "request.json"), "--framework",
                    "sklearn", "--start-timeout-s", "8", "--json")  # fmt: skip
    assert ran.status == 1
    assert "weights are missing" in json.dumps(ran.json())


def test_a_file_that_is_not_there_is_refused(sagepilot):
    ran = sagepilot("try", "./no-such-model.joblib", "--json")
    assert refused(ran, ran.json()["error"]["type"])["remedy"]
