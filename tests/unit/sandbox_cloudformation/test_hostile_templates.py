"""However a template is bent, it is accepted or refused in CloudFormation's own way."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.sandbox.cloudformation.intrinsics import Surroundings
from tools.sandbox.cloudformation.requests import read_revision
from tools.sandbox.wire import AwsError

HERE = Surroundings("us-east-1", "arn:stack", "mine", exports={})
WHOLE = {
    "Parameters": {
        "P": {
            "Type": "Number", "Default": 1, "MinValue": 0, "MaxValue": 9, "AllowedValues": [1, 2],
            "AllowedPattern": ".*", "MinLength": 1, "MaxLength": 5, "NoEcho": False,
        }
    },
    "Mappings": {"M": {"a": {"b": "c"}}},
    "Conditions": {
        "C": {"Fn::Equals": [{"Ref": "P"}, "1"]}, "D": {"Fn::Not": [{"Condition": "C"}]},
    },
    "Resources": {
        "Model": {
            "Type": "AWS::SageMaker::Model",
            "Condition": "C",
            "DeletionPolicy": "Retain",
            "Properties": {
                "ExecutionRoleArn": {"Fn::Join": ["", ["arn:", {"Ref": "P"}]]},
                "PrimaryContainer": {
                    "Image": {"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]},
                    "Environment": {"A": {"Fn::FindInMap": ["M", "a", "b"]}},
                },
                "Tags": [{"Key": "k", "Value": {"Fn::If": ["C", "x", {"Ref": "AWS::NoValue"}]}}],
            },
        },
        "Config": {
            "Type": "AWS::SageMaker::EndpointConfig",
            "DependsOn": ["Model"],
            "Properties": {
                "ProductionVariants": [
                    {"VariantName": "v", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}
                ]
            },
        },
    },
    "Outputs": {"O": {"Value": {"Fn::Sub": "${Model}"}, "Export": {"Name": {"Fn::Sub": "x-${P}"}}}},
}  # fmt: skip
PIECES = [
    0, -1, 1.5, "", "x", True, [], {}, [[]], [1, 2, 3], {"Ref": "P"}, {"Ref": "Absent"}, {"Ref": 1},
    {"Fn::GetAtt": "Model"}, {"Fn::GetAtt": ["Model"]}, {"Fn::GetAtt": ["Model", "Nope"]},
    {"Fn::Sub": "${P}"}, {"Fn::Sub": ["${A}", {"A": []}]}, {"Fn::If": ["C", 1]}, {"Fn::Join": 1},
    {"Fn::Select": [{}, []]}, {"Fn::FindInMap": ["M", [], {}]}, {"Condition": "C"}, "[", "(?<",
    {"Fn::ImportValue": {"Ref": "P"}}, {"Fn::Nope": 1}, {"Fn::Split": [",", {"Ref": "Model"}]},
]  # fmt: skip


def _paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(
        value, list) else ()  # fmt: skip
    for key, item in items:
        yield from _paths(item, (*path, key))


PATHS = [path for path in _paths(WHOLE) if path]


def _bent(path, piece, *, drop):
    body = copy.deepcopy(WHOLE)
    place = body
    for key in path[:-1]:
        place = place[key]
    if drop:
        del place[path[-1]]
    else:
        place[path[-1]] = copy.deepcopy(piece)
    return body


def _refusal(body):
    try:
        read_revision(json.dumps(body), {}, HERE)
    except AwsError as error:
        return error.code
    return None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), st.sampled_from(PIECES), st.booleans())
def test_every_bent_template_is_read_or_refused(path, piece, drop):
    assert _refusal(_bent(path, piece, drop=drop)) in (None, "ValidationError")


def test_the_whole_template_is_read():
    assert read_revision(json.dumps(WHOLE), {}, HERE).parameters == {"P": "1"}
