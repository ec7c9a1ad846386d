"""A script in the SDK's words, run unmodified in its own process, makes what the plan makes."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.integration.renderings.conftest import Place, plan_by_calls
from tests.integration.renderings.resources import left_over, resources
from tests.integration.renderings.test_ways_are_equal import by_plan, flat
from tests.unit.renderers.maximal import MAXIMAL
from tests.unit.renderers.specs import SHA
from tools.planners.rendering import rendered


def run(script: Path, place: Place, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script with nothing but the endpoint's URL in its environment."""
    return subprocess.run(
        [sys.executable, "-I", str(script), *arguments, "--poll-s", "0.1"],
        env={
            "AWS_ENDPOINT_URL": str(place.clients.target.endpoint_url),
            "PATH": os.defpath,
            "HOME": str(script.parent),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["a-b", "shadow", "serverless", "asynchronous"])
def test_it_makes_what_the_plan_makes(place: Place, name: str, tmp_path: Path) -> None:
    spec = MAXIMAL[name]
    plan = plan_by_calls(spec, uuid.uuid4().hex)
    by_calls = by_plan(place, plan, spec)
    path = tmp_path / "deploy_sdk.py"
    path.write_text(rendered(plan, "python-sdk"), encoding="utf-8")
    licensed = ["--accept-eula"] if "--accept-eula" in path.read_text("utf-8") else []
    made = run(path, place, str(place.workshop.blobs / SHA), *licensed)
    try:
        assert made.returncode == 0, made.stderr
        assert "is in service" in made.stdout
        assert flat(resources(spec, place.clients)) == flat(by_calls.resources)
    finally:
        gone = run(path, place, "--delete")
    assert gone.returncode == 0, gone.stderr
    assert left_over(spec, place.clients) == []
