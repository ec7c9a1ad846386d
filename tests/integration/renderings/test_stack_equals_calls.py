"""The same specification by plain calls and by a stack: equal resources, and nothing left."""

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.integration.renderings.conftest import Place, plan_by_calls, plan_by_stack
from tests.integration.renderings.resources import left_over, resources
from tests.unit.renderers.specs import specs
from tools.endpoint import ENDPOINT_OPTIONS, EndpointSpec, InferenceOption
from tools.plan import DeploymentPlan


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Each field by its path, so that a difference names itself."""
    match value:
        case dict():
            members = value.items()
        case list():
            members = enumerate(value)
        case _:
            return {path: value}
    return {key: v for name, member in members for key, v in flat(member, f"{path}/{name}").items()}


EQUAL = settings(
    max_examples=15,  # for each kind of endpoint; 70 take some eight minutes
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example costs too much to shrink
    suppress_health_check=[HealthCheck.too_slow],
)


def made_and_taken_back(place: Place, plan: DeploymentPlan, spec: EndpointSpec) -> dict[str, Any]:
    run = place.run(plan)
    try:
        list(run.forward())
        found = resources(spec, place.clients)
    finally:
        list(run.backward())
    assert left_over(spec, place.clients) == []
    return found


@pytest.mark.parametrize("option", ENDPOINT_OPTIONS)
def test_both_make_the_same_resources(place: Place, option: InferenceOption) -> None:
    @EQUAL
    @given(spec=specs(option))
    def equal(spec: EndpointSpec) -> None:
        by_calls = made_and_taken_back(place, plan_by_calls(spec, uuid.uuid4().hex), spec)
        by_stack = made_and_taken_back(place, plan_by_stack(spec, uuid.uuid4().hex), spec)
        assert flat(by_stack) == flat(by_calls)

    equal()
