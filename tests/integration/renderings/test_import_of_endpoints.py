"""An endpoint that was deployed is read back as the specification that it was made from."""

import uuid

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.integration.renderings.conftest import Place, plan_by_calls
from tests.unit.importing.test_template_import import without_uploads
from tests.unit.renderers.specs import ACCOUNT, specs
from tools.endpoint import ENDPOINT_OPTIONS, EndpointSpec, InferenceOption
from tools.errors import NotFoundError
from tools.importing import spec_of_endpoint
from tools.planners.roles import role_arn, role_name


@pytest.mark.parametrize("option", ENDPOINT_OPTIONS)
def test_a_deployed_endpoint_is_its_specification(place: Place, option: InferenceOption) -> None:
    @settings(
        max_examples=5,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each example costs too much
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(spec=specs(option))
    def equal(spec: EndpointSpec) -> None:
        run = place.run(plan_by_calls(spec, uuid.uuid4().hex))
        try:
            list(run.forward())
            found = spec_of_endpoint(spec.name, place.clients)
        finally:
            list(run.backward())
        role = spec.role_arn or role_arn(ACCOUNT, role_name(spec.name, spec.suffix))
        wanted = without_uploads(spec).model_copy(
            update={"role_arn": role, "suffix": found.spec.suffix}
        )
        assert _ordered(found.spec) == _ordered(wanted)
        assert found.notes == ()

    equal()


def _ordered(spec: EndpointSpec) -> EndpointSpec:
    """Auto scaling lists policies and actions in an order of its own."""

    def of(variant):  # type: ignore[no-untyped-def]
        scaling = variant.scaling
        if scaling is None:
            return variant
        rows = {
            "policies": tuple(sorted(scaling.policies, key=lambda p: p.metric)),
            "schedules": tuple(sorted(scaling.schedules, key=lambda s: s.name)),
        }
        return variant.model_copy(update={"scaling": scaling.model_copy(update=rows)})

    return spec.model_copy(update={"variants": tuple(map(of, spec.variants))})


def test_an_endpoint_that_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(NotFoundError):
        spec_of_endpoint("nowhere", place.clients)
