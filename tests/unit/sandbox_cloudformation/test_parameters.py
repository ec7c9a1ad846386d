"""Values of template parameters."""

import pytest

from tools.sandbox.cloudformation.parameters import check_definitions, listed, parameter_values
from tools.sandbox.wire import AwsError

DEFINITIONS = {
    "Name": {"Type": "String", "MinLength": 2, "MaxLength": 4, "Default": "abc"},
    "Sizes": {"Type": "List<Number>", "Default": "1,2"},
    "Kind": {"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"], "Default": "a"},
    "Top": {"Type": "Number", "MaxValue": 5, "Default": 3},
    "Flag": {"Type": "String", "AllowedPattern": "x+", "Default": "x"},
    "Secret": {"Type": "String", "NoEcho": "true", "Default": "s"},
}


def given(**values):
    return [{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()]


def test_defaults_are_text_and_given_values_win():
    values = parameter_values(DEFINITIONS, given(Name="ab", Kind="b, a"), {})
    assert values == {
        "Name": "ab", "Sizes": "1,2", "Kind": "b, a", "Top": "3", "Flag": "x", "Secret": "s",
    }  # fmt: skip


def test_previous_values_are_kept_on_request_only():
    kept = [{"ParameterKey": "Name", "UsePreviousValue": True}]
    assert parameter_values(DEFINITIONS, kept, {"Name": "old"})["Name"] == "old"
    assert parameter_values(DEFINITIONS, [], {"Name": "old"})["Name"] == "abc"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (given(Name="a"), "Parameter 'Name' must contain at least 2 characters"),
        (given(Name="abcde"), "Parameter 'Name' must contain at most 4 characters"),
        (given(Sizes="1,x"), "Parameter 'Sizes' must be a number."),
        (given(Kind="a,c"), "Parameter 'Kind' must be one of AllowedValues"),
        (given(Top="6"), "Parameter 'Top' must be a number not greater than 5"),
        (given(Flag="xy"), "Parameter 'Flag' must match pattern x+"),
        (given(Name="ab") * 2, "Duplicate input parameter keys: [Name]"),
        ([{"ParameterKey": "Name", "UsePreviousValue": True}], "usePreviousValue"),
    ],
)
def test_constraints_are_held(parameters, message):
    with pytest.raises(AwsError) as caught:
        parameter_values(DEFINITIONS, parameters, {})
    assert message in caught.value.message


@pytest.mark.parametrize(
    "definition",
    [{}, {"Type": "Text"}, {"Type": "String", "Colour": 1}, {"Type": "String", "Default": []},
     {"Type": "AWS::SSM::Parameter::Value<String>"}],
)  # fmt: skip
def test_malformed_definitions_are_refused(definition):
    with pytest.raises(AwsError):
        check_definitions({"P": definition})


def test_secrets_are_masked():
    rows = {r["ParameterKey"]: r["ParameterValue"] for r in listed(
        DEFINITIONS, {"Secret": "s", "Name": "n"})}  # fmt: skip
    assert rows == {"Secret": "****", "Name": "n"}
