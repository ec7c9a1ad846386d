"""Plans that the SDK made, as scripts in its own words: run unmodified, they make the same."""

import os
import subprocess
import sys

import pytest

from tests.integration.deployment.conftest import deployed
from tests.integration.sdk_recording.resources import made_by
from tests.integration.sdk_recording.test_catalogue_plans import wanted
from tests.integration.sdk_recording.test_model_builder_plans import (
    ASYNCHRONOUS,
    REAL_TIME,
    SERVERLESS,
)
from tools.endpoint import DeploymentMethod
from tools.planners.names import uploads
from tools.planners.removal import plan_undo
from tools.planners.rendering import rendered
from tools.requirements import Requirements, merge


def own(model, said):
    return merge(Requirements(), {"model_source": {"kind": "local", "uri": str(model)}, **said})


def run(path, clients, *arguments):
    ran = subprocess.run(
        [sys.executable, "-I", str(path), *arguments, "--poll-s", "0.1"],
        env={"AWS_ENDPOINT_URL": clients.target.endpoint_url, "PATH": os.defpath,
             "HOME": str(path.parent)},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def by_plan(app, plan, clients):
    made, _ = deployed(app, plan)
    assert made.verification.ok
    found = made_by(plan, clients)
    undo = plan_undo(made.deployment_id, app.place.removal(plan.region))
    assert deployed(app, undo)[0].status == "undone"
    return found


def by_script(app, plan, clients, path, language):
    path.write_text(rendered(plan, language), encoding="utf-8")
    archives = {str(app.place.blobs / u.sha256) for u in uploads(plan.spec)}
    shown = run(path, clients, *sorted(archives))
    assert "is in service" in shown
    found = made_by(plan, clients)
    run(path, clients, "--delete")
    return found


@pytest.mark.parametrize("said", [REAL_TIME, SERVERLESS, ASYNCHRONOUS])
def test_model_builder_says_a_plan_by_the_sdk(app, sdk, clients, onnx_model, said, tmp_path):
    plan = app.place.plan(own(onnx_model, said), DeploymentMethod.SDK)
    script = rendered(plan, "python-sdk")
    assert "ModelBuilder(" in script
    assert "Model.create" not in script
    found = by_script(app, plan, clients, tmp_path / "deploy_sdk.py", "python-sdk")
    assert found == by_plan(app, plan, clients)


def test_a_catalogue_model_is_said_by_its_id(app, sdk, clients, tmp_path):
    plan = app.place.plan(wanted("onnx-classification-iris", REAL_TIME), DeploymentMethod.JUMPSTART)
    script = rendered(plan, "python-sdk")
    assert 'JumpStartConfig(model_id="onnx-classification-iris"' in script
    found = by_script(app, plan, clients, tmp_path / "deploy_sdk.py", "python-sdk")
    assert found == by_plan(app, plan, clients)


@pytest.mark.parametrize("method", ["sdk", "cloudformation"])
def test_boto3_says_plans_by_other_methods(app, sdk, clients, onnx_model, method, tmp_path):
    plan = app.place.plan(own(onnx_model, SERVERLESS), DeploymentMethod(method))
    plain = app.place.plan(own(onnx_model, SERVERLESS), DeploymentMethod.API)
    found = by_script(app, plan, clients, tmp_path / "deploy.py", "python")
    assert found == by_plan(app, plain, clients)
