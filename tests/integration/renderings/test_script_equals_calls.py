"""The same specification by a rendered script and by a plan: equal requests, equal resources."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from tests.integration.renderings.conftest import Place, plan_by_calls
from tests.integration.renderings.resources import left_over, resources
from tests.integration.renderings.test_stack_equals_calls import flat, made_and_taken_back
from tests.unit.renderers.scripts import deploy, functions
from tests.unit.renderers.specs import REGION, SHA, specs
from tools.calls import concrete
from tools.endpoint import ENDPOINT_OPTIONS, EndpointSpec, InferenceOption
from tools.packing.fitting.fitted import SampleRequest
from tools.plan import DeploymentPlan
from tools.planners.rendering import script_of

FEW = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example costs too much to shrink
    suppress_health_check=[HealthCheck.too_slow],
)
_POLICY = re.compile(r"arn:aws:autoscaling:\S+:policyName/")
POLICY_ARN = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:0:resource/0:policyName/x"


class Listening:
    """A session of boto3's own that writes down what changes something."""

    def __init__(self, endpoint_url: str) -> None:
        self.session = boto3.Session("local", "local", region_name=REGION)
        self.endpoint_url = endpoint_url
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self.clients:
            client = self.session.client(service, endpoint_url=self.endpoint_url)
            client.meta.events.register("provide-client-params", self._heard)
            self.clients[service] = client
        return self.clients[service]

    def _heard(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if not model.name.startswith(("Describe", "Head")):
            self.requests.append((model.name, plain(params)))


def plain(request: dict[str, Any]) -> Any:
    """A request without its upload, and with policies by their names."""
    given = {k: v for k, v in request.items() if k != "Body"}
    actions = [_POLICY.sub("policyName/", arn) for arn in given.get("AlarmActions", ())]
    return {**given, "AlarmActions": actions} if actions else given


def of_plan(plan: DeploymentPlan) -> list[tuple[str, Any]]:
    """The plan's requests by AWS's names; whatever policy an alarm calls has the alarm's name."""
    sent = []
    for step in plan.steps:
        name = str(step.parameters.get("AlarmName"))
        answers = {n: {"PolicyARN": POLICY_ARN[:-1] + name} for n in range(len(plan.steps))}
        operation = step.operation.partition(".")[2].title().replace("_", "")
        sent.append((operation, plain(concrete(step, answers, plan.digest))))
    return sent


@pytest.mark.parametrize("option", ENDPOINT_OPTIONS)
def test_a_script_makes_what_the_plan_makes(place: Place, option: InferenceOption) -> None:
    archives = {SHA: place.workshop.blobs / SHA}
    session = Listening(str(place.clients.target.endpoint_url))

    @FEW
    @given(spec=specs(option))
    def equal(spec: EndpointSpec) -> None:
        plan = plan_by_calls(spec, uuid.uuid4().hex)
        script = functions(script_of(plan))
        session.requests.clear()
        try:
            deploy(script, session, archives, 0.02)
            requests = list(session.requests)
            by_script = resources(spec, place.clients)
        finally:
            script["delete"](session, poll_s=0.02)
        assert left_over(spec, place.clients) == []
        assert requests == of_plan(plan)
        assert flat(by_script) == flat(made_and_taken_back(place, plan, spec))

    equal()


@pytest.mark.parametrize("option", [InferenceOption.REAL_TIME, InferenceOption.SERVERLESS])
def test_a_script_runs_unmodified_with_only_the_endpoint_url(
    place: Place, option: InferenceOption, tmp_path: Path
) -> None:
    spec = find(specs(option), lambda found: found.role_arn is None)
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
