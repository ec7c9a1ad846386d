"""A rendered script runs unmodified with only the endpoint URL in its environment."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.integration.renderings.conftest import Place, plan_by_calls
from tests.integration.renderings.resources import left_over
from tests.unit.renderers.specs import SHA, one, specs
from tools.endpoint import InferenceOption
from tools.packing.fitting.fitted import SampleRequest
from tools.planners.rendering import script_of


@pytest.mark.parametrize("option", [InferenceOption.REAL_TIME, InferenceOption.SERVERLESS])
def test_a_script_runs_unmodified_with_only_the_endpoint_url(
    place: Place, option: InferenceOption, tmp_path: Path
) -> None:
    spec = one(
        specs(option), lambda found: found.role_arn is None and found.first.sagemaker_model.uploads
    )
    sample = SampleRequest(
        content_type="application/json", accept=None, body_base64="W1sxLjBdXQ==", origin="user"
    )
    plan = plan_by_calls(spec, uuid.uuid4().hex).model_copy(update={"sample": sample})
    path = tmp_path / "deploy.py"
    path.write_text(script_of(plan), encoding="utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", str(path), *arguments, "--poll-s", "0.1"],
            env={
                "AWS_ENDPOINT_URL": str(place.clients.target.endpoint_url),
                "PATH": os.defpath,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    unlike = run(str(path))
    assert unlike.returncode == 1
    assert SHA in unlike.stderr
    made = run(str(place.workshop.blobs / SHA))
    assert made.stderr == ""
    assert "[[1.0]]" in made.stdout
    again = run(str(place.workshop.blobs / SHA))
    assert again.returncode == 1
    assert "--delete takes back what was made" in again.stderr
    gone = run("--delete")
    assert gone.stderr == ""
    assert left_over(spec, place.clients) == []
