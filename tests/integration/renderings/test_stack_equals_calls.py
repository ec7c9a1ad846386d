"""The same specification by plain calls and by a stack: equal resources, and nothing left."""

import uuid
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.integration.renderings.conftest import Place, plan_by_calls, plan_by_stack
from tests.integration.renderings.resources import left_over, resources
from tests.unit.renderers.specs import specs
from tools.endpoint import EndpointSpec
from tools.plan import DeploymentPlan

EQUAL = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example costs too much to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def made_and_taken_back(place: Place, plan: DeploymentPlan, spec: EndpointSpec) -> dict[str, Any]:
    run = place.run(plan)
    list(run.forward())
    found = resources(spec, place.clients)
    list(run.backward())
    assert left_over(spec, place.clients) == []
    return found


@EQUAL
@given(spec=specs(shadows=False))
def test_both_make_the_same_resources(place: Place, spec: EndpointSpec) -> None:
    by_calls = made_and_taken_back(place, plan_by_calls(spec, uuid.uuid4().hex), spec)
    by_stack = made_and_taken_back(place, plan_by_stack(spec, uuid.uuid4().hex), spec)
    assert by_stack == by_calls
