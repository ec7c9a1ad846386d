"""One specification by plain calls, by a stack and by a script: equal requests, equal resources."""

import uuid
from typing import Any, NamedTuple

import boto3
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.integration.renderings.conftest import Place, plan_by_calls, plan_by_stack
from tests.integration.renderings.heard import comparable
from tests.integration.renderings.resources import left_over, resources
from tests.unit.renderers.scripts import deploy, functions
from tests.unit.renderers.specs import REGION, SHA, specs
from tools.endpoint import ENDPOINT_OPTIONS, EndpointSpec, InferenceOption
from tools.plan import DeploymentPlan
from tools.planners.rendering import script_of

#: For each kind of endpoint: 210 specifications in all, each made three times.
EQUAL = settings(
    max_examples=70,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example costs too much to shrink
    suppress_health_check=[HealthCheck.too_slow],
)


class Made(NamedTuple):
    """What one way asked for, and what stood afterwards."""

    requests: list[tuple[str, Any]]
    resources: dict[str, Any]


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Each field by its path, so that a difference names itself."""
    match value:
        case dict():
            members = value.items()
        case list() | tuple():
            members = enumerate(value)
        case _:
            return {path: value}
    return {key: v for name, member in members for key, v in flat(member, f"{path}/{name}").items()}


def by_plan(place: Place, plan: DeploymentPlan, spec: EndpointSpec) -> Made:
    """Carry a plan out and take it back."""
    run = place.run(plan)
    place.heard.taken()
    try:
        list(run.forward())
        made = Made(
            comparable(place.heard.taken(), spec, plan.digest), resources(spec, place.clients)
        )
    finally:
        list(run.backward())
    assert left_over(spec, place.clients) == []
    return made


class LocalSession:
    """A session of boto3's own, as a script's `connect` makes it; its clients are kept."""

    def __init__(self, endpoint_url: str) -> None:
        self._session = boto3.Session("local", "local", region_name=REGION)
        self._endpoint_url = endpoint_url
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service, endpoint_url=self._endpoint_url)
        return self._clients[service]


def by_script(
    place: Place, session: LocalSession, plan: DeploymentPlan, spec: EndpointSpec
) -> Made:
    """Carry a plan's script out and let it take everything back."""
    script = functions(script_of(plan))
    place.heard.taken()
    try:
        deploy(script, session, {SHA: place.workshop.blobs / SHA}, 0.02)
        made = Made(
            comparable(place.heard.taken(), spec, plan.digest), resources(spec, place.clients)
        )
    finally:
        script["delete"](session, poll_s=0.02)
    assert left_over(spec, place.clients) == []
    return made


@pytest.mark.parametrize("option", ENDPOINT_OPTIONS)
def test_all_ways_make_the_same(place: Place, option: InferenceOption) -> None:
    session = LocalSession(str(place.clients.target.endpoint_url))

    @EQUAL
    @given(spec=specs(option))
    def equal(spec: EndpointSpec) -> None:
        plan = plan_by_calls(spec, uuid.uuid4().hex)
        by_calls = by_plan(place, plan, spec)
        by_stack = by_plan(place, plan_by_stack(spec, uuid.uuid4().hex), spec)
        for found in (by_stack, by_script(place, session, plan, spec)):
            assert flat(found.requests) == flat(by_calls.requests)
            assert flat(found.resources) == flat(by_calls.resources)

    equal()
