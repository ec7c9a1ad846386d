"""The functions of templates."""

import pytest

from tools.sandbox.cloudformation.intrinsics import Evaluator, Surroundings, Unknown, causes
from tools.sandbox.cloudformation.references import Reference
from tools.sandbox.cloudformation.template import Template
from tools.sandbox.wire import AwsError

BODY = {
    "Parameters": {
        "Stage": {"Type": "String"},
        "Zones": {"Type": "CommaDelimitedList"},
    },
    "Mappings": {"Sizes": {"dev": {"Type": "ml.m5.large"}}},
    "Conditions": {
        "Dev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
        "NotDev": {"Fn::Not": [{"Condition": "Dev"}]},
        "Both": {"Fn::And": [{"Condition": "Dev"}, {"Condition": "NotDev"}]},
        "Either": {"Fn::Or": [{"Condition": "Dev"}, {"Condition": "NotDev"}]},
        "Loop": {"Fn::Not": [{"Condition": "Loop"}]},
    },
    "Resources": {"Thing": {"Type": "T"}},
}


@pytest.fixture
def evaluator():
    def lookup(name, attribute):
        if name == "Later":
            return Unknown((Reference(name, attribute),))
        return f"{name}:{attribute}"

    here = Surroundings("eu-west-1", "arn:stack", "mine", exports={"given": "value"})
    return Evaluator(Template(BODY), {"Stage": "dev", "Zones": "a, b"}, here, lookup)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Zones"}, ["a", "b"]),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "AWS::AccountId"}, "123456789012"),
        ({"Ref": "AWS::StackName"}, "mine"),
        ({"Ref": "AWS::Partition"}, "aws"),
        ({"Ref": "Thing"}, "Thing:None"),
        ({"Fn::GetAtt": ["Thing", "Arn"]}, "Thing:Arn"),
        ({"Fn::Sub": "${Stage}-${Thing.Arn}-${!Kept}-${AWS::Region}"},
         "dev-Thing:Arn-${Kept}-eu-west-1"),
        ({"Fn::Sub": ["${A}${Stage}", {"A": {"Ref": "Thing"}}]}, "Thing:Nonedev"),
        ({"Fn::Join": ["/", ["a", 1, True, {"Ref": "Stage"}]]}, "a/1/true/dev"),
        ({"Fn::Join": ["-", {"Ref": "Zones"}]}, "a-b"),
        ({"Fn::Select": ["1", {"Ref": "Zones"}]}, "b"),
        ({"Fn::Split": ["-", "a-b-c"]}, ["a", "b", "c"]),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Type"]}, "ml.m5.large"),
        ({"Fn::FindInMap": ["Sizes", "x", "Type", {"DefaultValue": "d"}]}, "d"),
        ({"Fn::If": ["Dev", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"a": {"Fn::If": ["Dev", {"Ref": "AWS::NoValue"}, 1]}, "b": 2}, {"b": 2}),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
        ({"Fn::Base64": "hello"}, "aGVsbG8="),
        ({"Fn::ImportValue": "given"}, "value"),
        ({"Fn::GetAZs": ""}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
    ],
)  # fmt: skip
def test_functions_are_carried_out(evaluator, written, value):
    assert evaluator.value(written) == value


@pytest.mark.parametrize(
    "written",
    [
        {"Fn::Select": [5, ["a"]]},
        {"Fn::Select": "a"},
        {"Fn::Join": ["-"]},
        {"Fn::Split": ["", "a"]},
        {"Fn::If": ["Dev", "a"]},
        {"Fn::If": ["Absent", "a", "b"]},
        {"Fn::If": ["Loop", "a", "b"]},
        {"Fn::FindInMap": ["Sizes", "x", "Type"]},
        {"Fn::FindInMap": ["Sizes"]},
        {"Fn::ImportValue": "absent"},
        {"Fn::Sub": 3},
        {"Fn::Transform": {}},
    ],
)
def test_malformed_functions_are_refused(evaluator, written):
    with pytest.raises(AwsError) as caught:
        evaluator.value(written)
    assert caught.value.code == "ValidationError"


def test_what_is_known_only_later_stays_traceable(evaluator):
    value = evaluator.value(
        {
            "sub": {"Fn::Sub": "endpoint/${Later.Name}/x"},
            "list": [{"Fn::Join": ["-", [{"Ref": "Later"}, "a"]]}],
            "split": {"Fn::Select": [0, {"Fn::Split": ["/", {"Ref": "Later"}]}]},
            "known": {"Ref": "Stage"},
        }
    )
    assert causes(value) == (
        Reference("Later", "Name"),
        Reference("Later"),
        Reference("Later"),
    )
    assert value["known"] == "dev"
