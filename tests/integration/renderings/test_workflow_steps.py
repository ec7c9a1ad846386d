"""The workflow's own steps in a shell: lint, deploy, delete; only what GitHub does is left out."""

import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import yaml

from tests.integration.renderings.conftest import Place, plan_by_calls
from tests.integration.renderings.resources import left_over, resources
from tests.integration.renderings.test_ways_are_equal import by_plan, flat
from tests.unit.renderers.maximal import MAXIMAL
from tests.unit.renderers.specs import SHA
from tools.planners.rendering import rendered


def steps_named(document: dict[str, Any], job: str) -> dict[str, str]:
    steps = document["jobs"][job]["steps"]
    return {step["name"]: step["run"] for step in steps if "run" in step}


def test_its_steps_lint_deploy_and_delete(place: Place, tmp_path: Path) -> None:
    spec = MAXIMAL["serverless"]
    plan = plan_by_calls(spec, uuid.uuid4().hex)
    by_calls = by_plan(place, plan, spec)
    document = yaml.load(rendered(plan, "workflow"), yaml.BaseLoader)
    (tmp_path / "deploy.py").write_text(rendered(plan, "python"), encoding="utf-8")
    shutil.copy(place.workshop.blobs / SHA, tmp_path / "archive.tar.gz")  # "Fetch the model"

    def step(job: str, name: str) -> None:
        ran = subprocess.run(
            ["/bin/sh", "-e"],
            input=steps_named(document, job)[name],
            cwd=tmp_path,
            env={
                "AWS_ENDPOINT_URL": str(place.clients.target.endpoint_url),
                "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
            },
            text=True,
            capture_output=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    step("lint", "Lint")
    step("apply", "Deploy")
    assert flat(resources(spec, place.clients)) == flat(by_calls.resources)
    step("apply", "Delete")
    assert left_over(spec, place.clients) == []
