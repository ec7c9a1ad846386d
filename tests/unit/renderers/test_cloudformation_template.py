"""Templates: clean under cfn-lint, named so that replacement works, and complete."""

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.plan import builders
from tests.unit.renderers.specs import ACCOUNT, specs
from tools.endpoint import EndpointSpec, InferenceOption
from tools.errors import InvalidInputError
from tools.planners.cloudformation import additions, sent_of, stack_name, template_for
from tools.planners.stacks.sending import TemplateStore
from tools.renderers.linting import findings
from tools.renderers.template import LONGEST_BODY, Template

MANY = settings(max_examples=30, deadline=None)


class _Loader(yaml.SafeLoader):
    """Reads the short forms back."""


def _function(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, object]:
    name = suffix if suffix == "Ref" else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value: object = node.value.split(".", 1) if suffix == "GetAtt" else node.value
    else:
        value = loader.construct_sequence(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _function)


def read(template: Template) -> dict[str, object]:
    return yaml.load(template.text(), _Loader)


def of_type(template: Template, kind: str) -> list[dict[str, object]]:
    return [r["Properties"] for r in template.resources.values() if r["Type"] == f"AWS::{kind}"]


@MANY
@given(specs(), st.lists(st.text(max_size=120), max_size=3))
def test_the_text_says_what_the_document_says(spec: EndpointSpec, reasons: list[str]) -> None:
    template = template_for(spec, ACCOUNT, tuple(reasons))
    assert read(template) == template.document


@MANY
@given(specs())
def test_what_may_be_replaced_has_no_name_of_its_own(spec: EndpointSpec) -> None:
    template = template_for(spec, ACCOUNT)
    for kind, name in (
        ("SageMaker::Model", "ModelName"),
        ("SageMaker::EndpointConfig", "EndpointConfigName"),
        ("IAM::Role", "RoleName"),
    ):
        assert all(name not in properties for properties in of_type(template, kind))


@MANY
@given(specs())
def test_scaling_names_the_endpoint_by_its_name_attribute(spec: EndpointSpec) -> None:
    for properties in of_type(
        template_for(spec, ACCOUNT), "ApplicationAutoScaling::ScalableTarget"
    ):
        text = properties["ResourceId"]["Fn::Sub"]
        assert text.startswith("endpoint/${Endpoint.EndpointName}/variant/")


@MANY
@given(specs())
def test_an_update_keeps_counts_where_auto_scaling_set_them(spec: EndpointSpec) -> None:
    (endpoint,) = of_type(template_for(spec, ACCOUNT), "SageMaker::Endpoint")
    by_instances = spec.inference_option is not InferenceOption.SERVERLESS
    scaled = by_instances and any(v.scaling for v in spec.all_variants)
    assert endpoint.get("RetainAllVariantProperties", False) is scaled
    excluded = {
        r["VariantPropertyType"] for r in endpoint.get("ExcludeRetainedVariantProperties", ())
    }
    assert "DesiredInstanceCount" not in excluded


@MANY
@given(specs())
def test_every_change_of_a_new_stack_is_an_addition(spec: EndpointSpec) -> None:
    template = template_for(spec, ACCOUNT)
    rows = additions(template)
    assert [row["logical_id"] for row in rows] == list(template.resources)
    assert {(row["action"], row["replacement"]) for row in rows} == {("Add", None)}


@MANY
@given(specs())
def test_the_endpoint_keeps_the_name_that_clients_use(spec: EndpointSpec) -> None:
    template = template_for(spec, ACCOUNT)
    (endpoint,) = of_type(template, "SageMaker::Endpoint")
    assert endpoint["EndpointName"] == {"Ref": "EndpointName"}
    assert template.parameters["EndpointName"] == spec.name


def test_the_policy_follows_the_parameters() -> None:
    (role,) = of_type(template_for(builders.spec(), ACCOUNT), "IAM::Role")
    text = json.dumps(role["Policies"])
    assert '{"Ref": "ModelDataUrl"}' in text
    assert '{"Ref": "ImageUri"}' in text
    assert ACCOUNT not in text


def test_a_role_that_is_named_is_not_made() -> None:
    template = template_for(builders.spec(role_arn="arn:aws:iam::123456789012:role/own"), ACCOUNT)
    assert of_type(template, "IAM::Role") == []
    assert template.parameters["ExecutionRoleArn"] == "arn:aws:iam::123456789012:role/own"


def test_reasons_stand_over_the_template_and_cannot_leave_their_comment() -> None:
    template = template_for(builders.spec(), ACCOUNT, ("Because.\nResources: {}", "\u2028X: y"))
    assert template.text().startswith("# Because. Resources: {}\n# X: y\n")
    assert read(template) == template.document


@pytest.mark.parametrize(
    "environment",
    [{"Ref": "ImageUri"}, {"TOKEN": "{{resolve:secretsmanager:theirs}}", "B": "1"}],
    ids=["function", "dynamic reference"],
)
def test_values_that_cloudformation_would_carry_out_are_refused(
    environment: dict[str, str],
) -> None:
    model = builders.model(environment=environment)
    spec = builders.spec(variant_changes={"sagemaker_model": model})
    with pytest.raises(InvalidInputError) as caught:
        template_for(spec, ACCOUNT)
    assert caught.value.remedy


def test_comments_go_when_there_is_no_room_for_them() -> None:
    reasons = ("x" * 80 + " ",) * 700
    body = sent_of(template_for(builders.spec(), ACCOUNT, reasons), None).parameters["TemplateBody"]
    assert len(body.encode()) <= LONGEST_BODY
    assert "#" not in body


def long_template(value_bytes: int) -> Template:
    model = builders.model(environment={f"V{n}": "x" * value_bytes for n in range(100)})
    return template_for(builders.spec(variant_changes={"sagemaker_model": model}), ACCOUNT)


def test_a_template_that_is_too_long_for_a_request_goes_through_the_bucket(tmp_path) -> None:
    template = long_template(600)
    given = sent_of(template, TemplateStore("a-bucket", "endpoints/e/1", "eu-west-1", tmp_path))
    url = "https://a-bucket.s3.eu-west-1.amazonaws.com/endpoints/e/1/template-"
    assert given.parameters["TemplateURL"].startswith(url)
    key = given.upload.parameters["Key"]
    assert given.parameters["TemplateURL"].endswith(key)
    digest = given.upload.parameters["Body"]["$blob"]["sha256"]
    assert (tmp_path / digest).read_text() == template.text(commented=False)


def test_a_template_that_is_too_long_is_refused(tmp_path) -> None:
    with pytest.raises(InvalidInputError, match="without a bucket"):
        sent_of(long_template(600), None)
    store = TemplateStore("a-bucket", "endpoints/e/1", "eu-west-1", tmp_path)
    with pytest.raises(InvalidInputError, match="1,000,000"):
        sent_of(long_template(10_000), store)


def test_stack_names_begin_with_a_letter_and_end_with_what_makes_them_unique() -> None:
    assert stack_name(builders.spec(name="1st")) == "sagepilot-1st-12345678"
    assert stack_name(builders.spec(name="a-12345678")) == "sagepilot-a-12345678"


def test_cfn_lint_does_find_faults() -> None:
    template = template_for(builders.spec(), ACCOUNT)
    for right, wrong, rule in (
        ("ml.m5.large", "ml.m5.enormous", "W1030"),
        ("InitialVariantWeight", "InitialWeight", "E3002"),
        ("!Ref ModelDataUrl", "!Ref ModelData", "E1020"),
    ):
        found = findings(template.text().replace(right, wrong), "eu-west-1")
        assert any(text.startswith(rule) for text in found), (wrong, found)
