"""The workflow: one job that lints, one that applies; what it runs is run here."""

import subprocess
import sys
from pathlib import Path

import yaml
from hypothesis import given, settings

from tests.integration.renderings.conftest import plan_by_calls
from tests.unit.renderers.specs import SHA, specs
from tools.endpoint import EndpointSpec
from tools.planners.rendering import script_of, workflow_of

NONCE = "0123456789abcdef"


#: Whose model lies on this machine.
UPLOADED = specs().filter(lambda found: bool(found.first.sagemaker_model.uploads))


@settings(max_examples=30, deadline=None)
@given(UPLOADED)
def test_only_a_person_applies_and_after_the_lint(spec: EndpointSpec) -> None:
    document = yaml.load(workflow_of(plan_by_calls(spec, NONCE)), yaml.BaseLoader)
    jobs = document["jobs"]
    assert set(document["on"]) == {"pull_request", "workflow_dispatch"}
    assert jobs["apply"]["needs"] == "lint"
    assert jobs["apply"]["if"] == "github.event_name == 'workflow_dispatch'"
    assert jobs["apply"]["environment"] == "production"
    commands = [step.get("run", "") for step in jobs["apply"]["steps"]]
    assert any(c.startswith("python deploy.py archive.tar.gz") for c in commands)
    assert "python deploy.py --delete" in commands


@settings(max_examples=3, deadline=None)
@given(UPLOADED)
def test_its_lint_passes_on_the_script(tmp_path_factory, spec: EndpointSpec) -> None:
    folder: Path = tmp_path_factory.mktemp("repository")
    plan = plan_by_calls(spec, NONCE)
    (folder / "deploy.py").write_text(script_of(plan), encoding="utf-8")
    document = yaml.load(workflow_of(plan), yaml.BaseLoader)
    lint = next(s["run"] for s in document["jobs"]["lint"]["steps"] if s.get("name") == "Lint")
    ran = subprocess.run(
        ["/bin/sh", "-e"],
        input=lint,
        text=True,
        cwd=folder,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert SHA in (folder / "deploy.py").read_text(encoding="utf-8")
