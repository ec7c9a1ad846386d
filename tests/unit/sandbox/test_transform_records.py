import json
import struct

import pytest

from tools.sandbox.transform.data_processing import DataProcessing, ProcessingError
from tools.sandbox.transform.json_path import PathError, parse, select
from tools.sandbox.transform.records import (
    BadRecordsError,
    TooMuchDataError,
    assembled,
    batches,
    split,
    together,
)


def test_lines_are_records_and_blank_ones_are_none():
    assert split(b"a\n\r\nb", "Line", single=False) == [b"a\n", b"b"]
    assert split(b"a\nb", "None", single=False) == [b"a\nb"]
    assert together([b"a\n", b"b"], "Line") == b"a\nb\n"


def recordio(payload):
    return struct.pack("<II", 0xCED7230A, len(payload)) + payload + b"\0" * (-len(payload) % 4)


def test_binary_records_lose_their_padding_only_when_sent_alone():
    body = recordio(b"abc") + recordio(b"defg")
    assert split(body, "RecordIO", single=True) == [b"abc", b"defg"]
    assert split(body, "RecordIO", single=False) == [recordio(b"abc"), recordio(b"defg")]
    framed = struct.pack("<QI", 3, 0) + b"abc" + b"\0" * 4
    assert split(framed * 2, "TFRecord", single=True) == [b"abc", b"abc"]
    assert split(framed * 2, "TFRecord", single=False) == [framed, framed]
    for kind in ("RecordIO", "TFRecord"):
        with pytest.raises(BadRecordsError):
            split(body[:-3] if kind == "RecordIO" else framed[:-1], kind, single=True)


def test_as_many_records_as_fit_go_together():
    records = [b"aaa", b"bb", b"cc", b"d"]
    whole = list(batches(records, single=False, max_bytes=5))
    assert whole == [range(2), range(2, 4)]
    assert list(batches(records, single=True, max_bytes=5)) == [range(n, n + 1) for n in range(4)]
    assert list(batches(records, single=False, max_bytes=0)) == [range(4)]
    assert list(batches([], single=False, max_bytes=5)) == []
    assert list(batches([b"aaaaa"], single=False, max_bytes=5)) == [range(1)]
    with pytest.raises(TooMuchDataError):
        list(batches([b"aaaaaa"], single=False, max_bytes=5))


def test_answers_are_assembled_with_line_breaks_or_without():
    assert assembled([b"1", b"2\n"], "Line") == b"1\n2\n"
    assert assembled([b"1", b"2"], "None") == b"12"


@pytest.mark.parametrize(
    ("expression", "selected"),
    [
        ("$", {"id": 1, "f": [5, 6, 7], "o": {"p": 2}}),
        ("$.f", [5, 6, 7]),
        ("$.f[0]", 5),
        ("$.f[-1]", 7),
        ("$.f[0,2]", [5, 7]),
        ("$.f[1:]", [6, 7]),
        ("$.f[:-1]", [5, 6]),
        ("$['f']", [5, 6, 7]),
        ("$['id','o']", {"id": 1, "o": {"p": 2}}),
        ("$.['id','o']", {"id": 1, "o": {"p": 2}}),
        ("$.o.p", 2),
        ("$.f[*]", [5, 6, 7]),
    ],
)
def test_the_documented_operators_select(expression, selected):
    value = {"id": 1, "f": [5, 6, 7], "o": {"p": 2}}
    assert select(value, parse(expression)) == selected


@pytest.mark.parametrize("expression", ["f", "$f", "$[?(@.a)]", "$..f", "$[", "$['a',1]"])
def test_other_expressions_are_refused(expression):
    with pytest.raises(PathError):
        parse(expression)


def test_csv_is_narrowed_joined_and_filtered():
    given = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    processing = DataProcessing(given, "text/csv", None)
    assert processing.narrowed(b'"a,b",1,2\n') == b"1,2\n"
    assert processing.finished([b'"a,b",1,2\n', b"c,3,4"], b"0.5\n0.6\n") == [
        b'"a,b",0.5\n',
        b"c,0.6\n",
    ]


def test_json_that_is_no_object_is_joined_under_a_key_of_its_own():
    processing = DataProcessing({"JoinSource": "Input"}, "application/json", "application/json")
    (joined,) = processing.finished([b"[1, 2]"], b"[0.5]")
    assert json.loads(joined) == {"SageMakerInput": [1, 2], "SageMakerOutput": [0.5]}


@pytest.mark.parametrize(
    ("records", "answer", "words"),
    [([b"1", b"2"], b"0.5\n", "Number of records"), ([b'"'], b"\xff\n", "Failed to parse")],
)
def test_answers_that_do_not_belong_to_the_records_are_refused(records, answer, words):
    processing = DataProcessing({"JoinSource": "Input"}, "text/csv", "text/csv")
    with pytest.raises(ProcessingError, match=words):
        processing.finished(records, answer)


def test_formats_that_cannot_be_joined_are_refused():
    with pytest.raises(ProcessingError):
        DataProcessing({"JoinSource": "Input"}, "image/png", None)
    with pytest.raises(ProcessingError):
        DataProcessing({"JoinSource": "Input"}, "text/csv", "application/json")
    assert not DataProcessing({"JoinSource": "None"}, "image/png", None).active
