"""Template text as plain data."""

import pytest

from tools.sandbox.cloudformation.parsing import parse_template
from tools.sandbox.cloudformation.references import Reference, references
from tools.sandbox.wire import AwsError


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("!Ref Name", {"Ref": "Name"}),
        ("!GetAtt Model.ModelName", {"Fn::GetAtt": ["Model", "ModelName"]}),
        ("!GetAtt [Model, ModelName]", {"Fn::GetAtt": ["Model", "ModelName"]}),
        ("{Fn::GetAtt: Model.ModelName}", {"Fn::GetAtt": ["Model", "ModelName"]}),
        ("!GetAtt Nested.Outputs.Name", {"Fn::GetAtt": ["Nested", "Outputs.Name"]}),
        ("!Sub 'a-${B}'", {"Fn::Sub": "a-${B}"}),
        ("!Join ['-', [a, !Ref B]]", {"Fn::Join": ["-", ["a", {"Ref": "B"}]]}),
        ("!If [C, !Ref A, {b: !Ref B}]", {"Fn::If": ["C", {"Ref": "A"}, {"b": {"Ref": "B"}}]}),
        ("!Condition C", {"Condition": "C"}),
        ("2010-09-09", "2010-09-09"),
        ("012", 10),
        ("'012'", "012"),
    ],
)
def test_short_forms_are_read_in_full(written, read):
    assert parse_template(f"Key: {written}") == {"Key": read}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1\nb: *x", "YAML aliases are not allowed"),
        ("a: 1\na: 2", "duplicate key 'a'"),
        ("a: {b: null}", "[/a/b] 'null' values are not allowed in templates"),
        ('{"a": }', "JSON not well-formed. (line 1, column 7)"),
        ("a: [1", "YAML not well-formed. (line "),
        ("- a", "unsupported structure"),
        ("", "unsupported structure"),
        ("a: " + "[" * 900 + "]" * 900, "nested too deeply"),
        ("a: !!python/object/apply:os.getcwd []", "Template format error"),
    ],
)
def test_what_is_no_template_is_refused(text, message):
    with pytest.raises(AwsError) as caught:
        parse_template(text)
    assert caught.value.code == "ValidationError"
    assert message in caught.value.message


def test_references_are_found_wherever_they_are_written():
    value = {
        "a": [{"Ref": "One"}, {"Fn::GetAtt": ["Two", "Arn"]}],
        "b": {"Fn::Sub": ["${Three.Arn} ${Four} ${!Literal} ${Own}", {"Own": {"Ref": "Five"}}]},
        "c": {"Ref": "Not", "a": "function"},
    }
    assert list(references(value)) == [
        Reference("One"),
        Reference("Two", "Arn"),
        Reference("Five"),
        Reference("Three", "Arn"),
        Reference("Four"),
    ]
