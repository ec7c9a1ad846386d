"""`sagepilot import`: what is deployed, or written as a template, as a specification."""

import json

from tests.integration.faces.command_line import refused
from tests.integration.faces.conftest import NEEDS


def test_a_deployed_endpoint_is_read_back(sagepilot, deployed, planned):
    found = sagepilot("import", deployed["endpoint_name"], "--json").json()
    assert found["spec"]["name"] == planned[1]["endpoint_name"]
    (variant,) = found["spec"]["variants"]
    (wanted,) = planned[1]["spec"]["variants"]
    assert variant["scaling"] == wanted["scaling"]
    assert variant["instance_type"] == wanted["instance_type"]
    assert found["notes"] == []


def test_a_template_is_read_back(sagepilot, tmp_path):
    made = sagepilot("plan", "--render", "cloudformation", stdin=json.dumps(NEEDS))
    path = tmp_path / "endpoint.yaml"
    path.write_text(made.out, encoding="utf-8")
    ran = sagepilot("import", str(path))
    assert ran.status == 0
    assert json.loads(ran.out)["inference_option"] == "real-time"


def test_what_is_not_there_is_refused(sagepilot):
    refused(sagepilot("import", "nowhere-at-all", "--json"), "NotFoundError")
