"""config.pbtxt is read in every spelling that text protobuf allows."""

import pytest

from tools.sandbox.images.text_protobuf import TextFormatError, parse_message


@pytest.mark.parametrize(
    "text",
    [
        'input [ { name: "x" dims: [ -1, 4 ] } ]',
        "input { name: 'x' dims: -1 dims: 4 }",
        'input: < name: "x", dims: [-1, 4]; >  # a comment',
        'input {\n  name: "x"\n  dims: [ -1,\n 4 ]\n}',
    ],
)
def test_messages_lists_and_repeated_fields_are_one_thing(text):
    assert parse_message(text) == {"input": [{"name": ["x"], "dims": ["-1", "4"]}]}


def test_strings_join_and_escape():
    assert parse_message('name: "a\\"b" "c"') == {"name": ['a"bc']}


def test_nested_messages_and_empty_lists():
    text = 'parameters { key: "k" value { string_value: "v" } } batch [ ]'
    assert parse_message(text) == {
        "parameters": [{"key": ["k"], "value": [{"string_value": ["v"]}]}],
        "batch": [],
    }


@pytest.mark.parametrize(
    "text", ["name", "name:", "input {", "input [ {", "}", "name: $", "1: 2", "name: ]", "a: ,"]
)
def test_what_is_no_message_is_refused(text):
    with pytest.raises(TextFormatError):
        parse_message(text)
