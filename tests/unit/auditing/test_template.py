"""How a template is worked out: functions, parameters, conditions, regions, and what is unknown."""

import json

import pytest

from tests.unit.auditing.templates import GONE, audited, changed, real_time, serverless
from tools.auditing import declared_by_template
from tools.auditing.document import line_at, lines_of
from tools.errors import InvalidInputError
from tools.rules.declared.node import Node

_V = "Config.ProductionVariants.0"
ASKED = {"Ref": "Asked"}


def ids(document, **given) -> set[str]:
    return {item.id for item in audited(document, **given)}


def value(part, **sections) -> Node:
    """Work one value out, as the data URL of a model."""
    document = {**sections, "Resources": {
        "M": {"Type": "AWS::SageMaker::Model", "Properties": {"ModelName": part}},
        "E": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointName": "orders"}},
    }}  # fmt: skip
    declared = declared_by_template(json.dumps(document), region="eu-west-1")
    return next(declared.of("model")).body.at("ModelName")


@pytest.mark.parametrize(
    ("part", "worked"),
    [
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, "a-eu-west-1"),
        ({"Fn::Sub": "x-${AWS::Partition}-${E.EndpointName}-${!Not}"}, "x-aws-orders-${Not}"),
        ({"Fn::Sub": ["${A}-${B}", {"A": "1", "B": {"Ref": "P"}}]}, "1-given"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b,c"]}]}, "b"),
        ({"Fn::FindInMap": ["Map", {"Ref": "AWS::Region"}, "Name"]}, "mapped"),
        ({"Fn::If": ["Yes", "then", "else"]}, "then"),
        ({"Fn::If": ["No", "then", "else"]}, "else"),
        ({"Fn::GetAtt": "E.EndpointName"}, "orders"),
        ({"Ref": "P"}, "given"),
    ],
)
def test_functions_are_worked_out(part, worked: str) -> None:
    found = value(
        part,
        Parameters={"P": {"Type": "String", "Default": "given"}},
        Mappings={"Map": {"eu-west-1": {"Name": "mapped"}}},
        Conditions={
            "Yes": {"Fn::And": [
                {"Fn::Equals": [{"Ref": "P"}, "given"]}, {"Fn::Not": [{"Condition": "No"}]}]},
            "No": {"Fn::Equals": ["a", "b"]},
        },
    )  # fmt: skip
    assert found.text == worked


@pytest.mark.parametrize(
    "part",
    [
        {"Ref": "Asked"},
        {"Fn::Sub": "x-${Asked}"},
        {"Fn::ImportValue": "other"},
        {"Fn::If": ["Unsaid", "then", "else"]},
        {"Fn::If": ["Circular", "then", "else"]},
        {"Fn::Select": [0, {"Fn::Split": [",", {"Ref": "Asked"}]}]},
        {"Ref": "Ssm"},
    ],
)
def test_what_the_template_alone_does_not_say_is_unknown(part) -> None:
    found = value(
        part,
        Parameters={
            "Asked": {"Type": "String"},
            "Ssm": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/models/name"},
        },
        Conditions={
            "Unsaid": {"Fn::Equals": [{"Ref": "Asked"}, "x"]},
            "Circular": {"Fn::Not": [{"Condition": "Circular"}]},
        },
    )
    assert found.given
    assert found.text is None


@pytest.mark.parametrize(
    "path",
    [
        "Model.ExecutionRoleArn",
        "Model.PrimaryContainer.Image",
        "Model.PrimaryContainer.ModelDataUrl",
        "Model.VpcConfig",
        "Model.EnableNetworkIsolation",
        "Config.KmsKeyId",
        f"{_V}.InstanceType",
        f"{_V}.InitialInstanceCount",
        f"{_V}.VolumeSizeInGB",
        f"{_V}.InitialVariantWeight",
        "Config.DataCaptureConfig",
        "Config.ProductionVariants",
        "Endpoint.EndpointName",
        "Endpoint.EndpointConfigName",
        "Endpoint.DeploymentConfig",
        "Target.ResourceId",
        "Target.MinCapacity",
        "Target.ScalableDimension",
        "Policy.TargetTrackingScalingPolicyConfiguration",
        "LatencyAlarm.Threshold",
        "LatencyAlarm.Namespace",
        "ErrorAlarm.Dimensions.0.Value",
        "Role.Policies",
        "Role.AssumeRolePolicyDocument",
    ],
)
def test_what_is_not_known_is_never_a_finding(path: str) -> None:
    document = changed(real_time(), {path: ASKED})
    document["Parameters"]["Asked"] = {"Type": "String"}
    assert audited(document) == ()


def test_a_condition_that_cannot_be_said_decides_nothing() -> None:
    either = {"Fn::If": ["OnDemand", {"MemorySizeInMB": 5000, "MaxConcurrency": 500},
                         {"Ref": "AWS::NoValue"}]}  # fmt: skip
    document = changed(real_time(), {f"{_V}.ServerlessConfig": either})
    document["Parameters"]["Kind"] = {"Type": "String"}
    document["Conditions"]["OnDemand"] = {"Fn::Equals": [{"Ref": "Kind"}, "on-demand"]}
    assert audited(document) == ()
    assert {"CHK-540", "CHK-542"} <= ids(document, parameters={"Kind": "on-demand"})
    assert audited(document, parameters={"Kind": "instances"}) == ()


def test_a_parameter_that_is_left_to_be_filled_in_is_no_finding() -> None:
    document = changed(real_time(), {"Model.PrimaryContainer.Image": ASKED})
    document["Parameters"]["Asked"] = {"Type": "String", "Default": ""}
    assert audited(document) == ()


def test_a_parameters_value_can_be_given() -> None:
    assert ids(real_time(), parameters={"Volume": "900"}) == {"CHK-527"}


def test_a_resource_whose_condition_does_not_hold_is_not_there() -> None:
    document = changed(real_time(), {"Target.MinCapacity": 9})
    document["Conditions"]["HasScaling"] = {"Fn::Equals": ["yes", "no"]}
    assert "CHK-570" not in ids(document)


def test_a_template_for_another_region_is_judged_there() -> None:
    text = json.dumps(real_time()).replace("us-east-1", "eu-west-1")
    text = text.replace("ecr.${AWS::Region}.", "ecr.eu-west-1.")
    assert audited(text) == ()
    assert {"CHK-517", "CHK-533"} <= ids(text, region_is_fixed=True)


def test_one_image_elsewhere_is_a_fault_and_no_region() -> None:
    image = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312"
    edits = {"Config.KmsKeyId": GONE, "Model.PrimaryContainer.Image": image}
    found = audited(changed(real_time(), edits))
    (fault,) = [item for item in found if item.id == "CHK-517"]
    assert fault.fix.steps[0].parameters["value"] == image.replace("eu-west-1", "us-east-1")


def test_serverless_is_not_asked_for_what_it_cannot_have() -> None:
    document = serverless()
    assert "KmsKeyId" not in document["Resources"]["Config"]["Properties"]
    assert not ids(document) & {"CHK-512", "CHK-513", "CHK-514", "CHK-539"}


def test_a_development_endpoint_may_have_one_instance() -> None:
    one = changed(real_time(), {f"{_V}.InitialInstanceCount": 1})
    assert "CHK-539" in ids(one)
    assert "CHK-539" not in ids(changed(one, {"Endpoint.Tags.0.Value": "development"}))


def test_a_configurations_name_may_hold_a_version() -> None:
    name = {"Fn::Sub": "${EndpointName}-${ModelVersion}"}
    document = changed(real_time(), {"Config.EndpointConfigName": name})
    document["Parameters"]["ModelVersion"] = {"Type": "String", "Default": "v7"}
    assert audited(document) == ()


def test_names_may_be_literal_where_the_order_is_said() -> None:
    names = {"Model.ModelName": "orders-model", f"{_V}.ModelName": "orders-model"}
    assert audited(changed(real_time(), {**names, "Config.DependsOn": "Model"})) == ()


def test_a_secret_is_not_repeated() -> None:
    key = "AKIAIOSFODNN7EXAMPLE"
    found = audited(changed(real_time(), {"Model.PrimaryContainer.Environment.KEY_ID": key}))
    assert [item.id for item in found] == ["CHK-515"]
    assert key not in found[0].model_dump_json()


@pytest.mark.parametrize(
    ("name", "text"),
    [("EOS_TOKEN", "</s>"), ("MAX_NEW_TOKENS", "512"), ("HF_TOKENIZER", "bert"),
     ("DB_SECRET", "arn:aws:secretsmanager:us-east-1:123456789012:secret:x"),
     ("API_KEY", "{{resolve:secretsmanager:x}}"), ("USE_TOKEN", "true")],
)  # fmt: skip
def test_what_only_sounds_like_a_secret_is_none(name: str, text: str) -> None:
    assert audited(changed(real_time(), {f"Model.PrimaryContainer.Environment.{name}": text})) == ()


@pytest.mark.parametrize(
    "text",
    ["", "hello", "{}", "[1, 2]", "Resources: [1]", "a: *b", "a: &b {c: *b}", "{" * 5000,
     "[" * 50_000, "Resources: {M: {Type: 'AWS::SageMaker::Model', Properties: {ModelName: "
     + "!Sub ['${a}${a}', {a: " * 40 + "x" + "}]" * 40 + "}}}", "x" * 1_000_001],
)  # fmt: skip
def test_what_is_no_template_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        declared_by_template(text, region="us-east-1")
    assert refused.value.remedy


def test_odd_shapes_are_read_without_a_stumble() -> None:
    text = """
    Resources:
      A: 3
      B: {Type: AWS::SageMaker::Model, Properties: 5}
      C: {Type: AWS::SageMaker::EndpointConfig, Properties: {ProductionVariants: {a: 1}}}
      D: {Type: AWS::SageMaker::Model, DependsOn: D, Properties: {ModelName: !GetAtt D.ModelName}}
      F: {Type: AWS::CloudWatch::Alarm, Properties: {Dimensions: 4, Namespace: [1]}}
      G: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: 5, Policies: {a: b}}}
    """
    assert "CHK-500" in ids(text)


def test_a_finding_knows_its_line() -> None:
    text = "Resources:\n  Config:\n    Properties:\n      ProductionVariants:\n      - A: 1\n"
    lines = lines_of(text)
    assert line_at("Resources.Config.Properties.ProductionVariants[0].A", lines) == 5
    assert line_at("Resources.Config.Properties.KmsKeyId", lines) == 3
    assert line_at("elsewhere", lines) is None
