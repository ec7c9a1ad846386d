"""Each rule on both sides of its boundary, for plans that say nothing of themselves."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.unit.guardrails.plans import (
    IMAGE,
    NAME,
    FakeClients,
    config,
    endpoint,
    model,
    plan,
    serverless,
    target,
    variant,
)
from tools.catalog import load_catalog
from tools.errors import PlanNotApprovedError, PolicyRefusedError
from tools.policy import Bench, enforce, enforce_approver, violations
from tools.policy.file import parse_policy
from tools.renderers.template import Template

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
VPC = {"VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}


def bench(text, clients=None):
    return Bench(parse_policy(text), load_catalog(), clients or FakeClients(), NOW)


def rules(made, text, clients=None):
    return [one.rule for one in violations(made, bench(text, clients))]


def with_variants(*variants, **changes):
    return plan(model(), config(*variants, **changes), endpoint())


CASES = [
    ("[instance_types]\nallowed=['m5']", plan(),
     with_variants(variant(InstanceType="ml.g5.xlarge"))),
    ("[regions]\nallowed=['us-*']", plan(), plan(region="eu-west-1")),
    ("[methods]\nallowed=['api']", plan(), plan(method="sdk")),
    ("[inference_options]\nallowed=['real-time']", plan(), with_variants(serverless())),
    ("[inference_options]\nallowed=['real-time']", plan(),
     with_variants(AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://b/o"}})),
    ("[instances]\nmax=2", with_variants(variant(InitialInstanceCount=2)),
     with_variants(variant(InitialInstanceCount=3))),
    ("[instances]\nmax=2", plan(model(), config(), endpoint(), target(2)),
     plan(model(), config(), endpoint(), target(3))),
    ("[instances]\nmax=2", plan(), with_variants(
        variant(ManagedInstanceScaling={"MinInstanceCount": 0, "MaxInstanceCount": 3}))),
    ("[images]\nregistries=['683313688378']", plan(),
     plan(model(PrimaryContainer={"Image": IMAGE.replace("683", "684")}), config(), endpoint())),
    ("[[tags]]\nkey='team'", plan(model(), config(), endpoint(team="risk")), plan()),
    ("[[tags]]\nkey='team'\nvalues=['risk']", plan(model(), config(), endpoint(team="risk")),
     plan(model(), config(), endpoint(team="other"))),
    ("[vpc]\nrequired=true", plan(model(**VPC), config(), endpoint()), plan()),
    ("[vpc]\nsubnets=['subnet-1']", plan(model(**VPC), config(), endpoint()),
     plan(model(VpcConfig={"Subnets": ["subnet-2"], "SecurityGroupIds": ["sg-1"]}), config(),
          endpoint())),
    ("[network_isolation]", plan(model(EnableNetworkIsolation=True), config(), endpoint()),
     plan(model(EnableNetworkIsolation=False), config(), endpoint())),
    ("[kms]", with_variants(KmsKeyId="alias/a"), plan()),
    ("[kms]\nkeys=['alias/a']", with_variants(KmsKeyId="alias/a"),
     with_variants(KmsKeyId="alias/b")),
    ("[kms]\nrequired=false\nkeys=['alias/a']", plan(), with_variants(KmsKeyId="alias/b")),
    ("[kms]", with_variants(KmsKeyId="alias/a"), with_variants(
        KmsKeyId="alias/a",
        AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://b/o"}})),
    ("[budget]\nusd_per_month_per_endpoint=84", plan(),
     with_variants(variant(InitialInstanceCount=2))),
    ("[budget]\nusd_per_month_per_endpoint=84", plan(), plan(cost_usd_per_month=Decimal(85))),
    ("[expiry]", plan(model(), config(), endpoint(**{"sagepilot:expires-at": "2026-11-25T00:00Z"})),
     plan()),
    ("[expiry]\nwithin_days=1",
     plan(model(), config(), endpoint(**{"sagepilot:expires-at": "2026-11-25T00:00Z"})),
     plan(model(), config(), endpoint(**{"sagepilot:expires-at": "2026-11-26T00:00Z"}))),
    ("[expiry]", plan(requirements={"environment": "production"}),
     plan(model(), config(), endpoint(**{"sagepilot:expires-at": "yesterday"}))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "good", "bad"), CASES)
def test_a_rule_allows_what_keeps_to_it_and_nothing_else(text, good, bad):
    assert rules(good, text) == []
    assert len(rules(bad, text)) == 1


def test_the_refusal_is_in_the_rules_own_words():
    text = "[instance_types]\nallowed=['m5']\nmessage='Ask the platform team for GPUs.'"
    with pytest.raises(PolicyRefusedError) as refused:
        enforce(with_variants(variant(InstanceType="ml.g5.xlarge")), bench(text))
    assert "Ask the platform team for GPUs." in refused.value.message
    assert "ml.g5.xlarge" in refused.value.message
    assert "m5" in refused.value.remedy


def test_a_price_that_is_not_known_is_within_no_budget():
    made = plan(model(), config(variant(InstanceType="ml.g7e.48xlarge")), endpoint(),
                region="af-south-1")  # fmt: skip
    assert rules(made, "[budget]\nusd_per_month_per_endpoint=99999999") == ["budget"]


def test_instances_with_disks_of_their_own_need_no_key():
    assert rules(with_variants(variant(InstanceType="ml.m5d.large")), "[kms]") == []


def test_a_rule_of_one_environment_holds_there_and_where_none_is_named():
    text = "[vpc]\nenvironments=['production']"
    assert rules(plan(requirements={"environment": "development"}), text) == []
    assert rules(plan(requirements={"environment": "production"}), text) == ["vpc"]
    assert rules(plan(), text) == ["vpc"]


def removal(kind, *steps, **changes):
    given = steps or ({"operation": "sagemaker.delete_endpoint",
                       "parameters": {"EndpointName": NAME}},)  # fmt: skip
    return plan(*given, kind=kind, **changes)


def test_taking_away_is_never_blocked():
    text = "[regions]\nallowed=['eu-west-1']\n[instances]\nmax=0"
    for made in (removal("delete", typed_name_required=NAME), removal("undo"), removal("park")):
        assert rules(made, text) == []


def test_what_makes_something_is_judged_whatever_it_calls_itself():
    text = "[instance_types]\nallowed=['c5']"
    made = removal("undo", model(), config(), endpoint())
    assert rules(made, text) == ["instance_types"]


def test_an_unparked_endpoint_is_judged_by_the_configuration_that_stands():
    clients = FakeClients(
        sagemaker__describe_endpoint_config=config(variant(InstanceType="ml.g5.xlarge"))["parameters"],
        sagemaker__describe_model=model()["parameters"],
    )  # fmt: skip
    made = plan(endpoint(), kind="unpark")
    found = rules(made, "[instance_types]\nallowed=['c5']\n[vpc]", clients)
    assert found == ["instance_types", "vpc"]


def test_an_update_is_judged_by_the_tags_that_the_endpoint_has():
    shift = {"operation": "sagemaker.update_endpoint",
             "parameters": {"EndpointName": NAME, "EndpointConfigName": NAME}}  # fmt: skip
    made = plan(model(), config(), shift, kind="update")
    text = "[[tags]]\nkey='team'"
    tagged = FakeClients(sagemaker__list_tags={"Tags": [{"Key": "team", "Value": "risk"}]})
    assert rules(made, text, tagged) == []
    assert rules(made, text, FakeClients(sagemaker__list_tags={"Tags": []})) == ["tags.team"]


def stack(body, *parameters):
    rows = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters]
    made = {"StackName": "s", "ChangeSetName": "c", "TemplateBody": body, "Parameters": rows}
    step = {"operation": "cloudformation.create_change_set", "parameters": made}
    return plan(step, method="cloudformation")


TEMPLATE = """
Parameters:
  Kind: {Type: String, Default: ml.m5.large}
Resources:
  M:
    Type: AWS::SageMaker::Model
    Properties:
      ExecutionRoleArn: !Sub "arn:aws:iam::${AWS::AccountId}:role/hosting"
      PrimaryContainer: {Image: !Sub "683313688378.dkr.ecr.${AWS::Region}.amazonaws.com/x:1"}
  C:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - {VariantName: A, ModelName: !GetAtt M.ModelName, InstanceType: !Ref Kind,
           InitialInstanceCount: 1, InitialVariantWeight: 1}
  E:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointConfigName: !GetAtt C.EndpointConfigName
      Tags: [{Key: team, Value: risk}]
"""


def test_a_stack_is_judged_by_its_template_and_parameters():
    text = "[instance_types]\nallowed=['m5']\n[images]\nregistries=['683313688378']"
    assert rules(stack(TEMPLATE), text) == []
    assert rules(stack(TEMPLATE, ("Kind", "ml.g5.xlarge")), text) == ["instance_types"]
    assert rules(stack(TEMPLATE.replace("!Ref Kind", "!If [a, b, c]")), text) == ["instance_types"]


def test_our_own_templates_are_read():
    document = {"Parameters": {}, "Resources": {"M": {
        "Type": "AWS::SageMaker::Model", "Properties": model()["parameters"]}}}  # fmt: skip
    body = Template(document, {}).text()
    assert rules(stack(body), "[vpc]") == ["vpc"]


def test_endpoints_that_run_count_against_the_common_budget():
    created = NOW
    clients = FakeClients(
        sagemaker__list_endpoints={
            "Endpoints": [{"EndpointName": "other"}, {"EndpointName": NAME}]},
        sagemaker__describe_endpoint=lambda p: {
            "EndpointName": p["EndpointName"], "EndpointConfigName": "c", "CreationTime": created,
            "EndpointArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint/x",
            "EndpointStatus": "InService"},
        sagemaker__describe_endpoint_config=config()["parameters"],
        sagemaker__list_tags={"Tags": []},
    )  # fmt: skip
    assert rules(plan(), "[budget]\nusd_per_month_together=170", clients) == []
    assert rules(plan(), "[budget]\nusd_per_month_together=160", clients) == ["budget"]


TWO = parse_policy("[approval]\nauthor_may_approve_in_production=false\nmessage='Four eyes.'")


@pytest.mark.parametrize("environment", ["production", None])
def test_an_author_does_not_approve_in_production(environment):
    needs = {"environment": environment} if environment else None
    made = plan(author="ana", requirements=needs)
    with pytest.raises(PlanNotApprovedError, match="Four eyes"):
        enforce_approver(made, "Ana ", TWO)
    with pytest.raises(PlanNotApprovedError, match="Nobody knows"):
        enforce_approver(plan(requirements=needs), "bob", TWO)
    enforce_approver(made, "bob", TWO)


def test_an_author_approves_elsewhere_and_takes_away_everywhere():
    enforce_approver(plan(author="ana", requirements={"environment": "staging"}), "ana", TWO)
    enforce_approver(removal("park", author="ana"), "ana", TWO)


def test_the_author_is_part_of_what_is_approved():
    assert plan(author="ana").digest != plan(author="bob").digest
    assert plan().digest == plan(author=None).digest
