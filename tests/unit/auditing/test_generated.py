"""What the product itself makes has no finding that matters: templates and plans alike."""

from hypothesis import assume, given, settings

from tests.unit.auditing.templates import audited
from tests.unit.plan import builders
from tests.unit.renderers.specs import ACCOUNT, specs
from tools.auditing import Finding, declared_by_plan, declared_by_template, findings_in
from tools.catalog import load_catalog
from tools.endpoint import ENDPOINT_OPTIONS, EndpointSpec
from tools.planners.api import steps_for
from tools.planners.cloudformation import template_for
from tools.rules.checks import findings as findings_on_spec

MANY = settings(max_examples=100, deadline=None)


def serious(found: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(item.id, item.cause) for item in found if item.severity != "low"]


def sound(spec: EndpointSpec) -> bool:
    """What our own checks on specifications have nothing against."""
    told = findings_on_spec(spec, load_catalog())
    return all(item.severity == "low" or item.rule_id == "CHK-312" for item in told)


@MANY
@given(specs())
def test_our_own_templates_have_no_serious_finding(spec: EndpointSpec) -> None:
    assume(sound(spec))
    assert serious(audited(template_for(spec, ACCOUNT).text())) == []


@MANY
@given(specs())
def test_our_own_plans_have_no_serious_finding(spec: EndpointSpec) -> None:
    assume(sound(spec))
    plan = builders.plan(spec).model_copy(
        update={"steps": steps_for(spec, account=ACCOUNT, bucket_exists=False)}
    )
    assert serious(findings_in(declared_by_plan(plan), load_catalog())) == []


def test_a_stack_that_a_plan_sends_is_audited_where_it_stands() -> None:
    spec = builders.spec(ENDPOINT_OPTIONS[0])
    text = template_for(spec, ACCOUNT).text()
    declared = declared_by_template(text, region=spec.region, path="steps[2].parameters.")
    assert all(row.body.path.startswith("steps[2].parameters.Resources.")
               for row in declared.resources)  # fmt: skip
