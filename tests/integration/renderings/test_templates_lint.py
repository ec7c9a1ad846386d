"""cfn-lint has nothing against any template that a specification becomes."""

from hypothesis import given, settings

from tests.unit.renderers.specs import ACCOUNT, specs
from tools.endpoint import EndpointSpec
from tools.planners.cloudformation import template_for
from tools.renderers.linting import findings


@settings(max_examples=200, deadline=None)
@given(specs())
def test_cfn_lint_finds_nothing(spec: EndpointSpec) -> None:
    assert findings(template_for(spec, ACCOUNT).text(), spec.region) == ()
