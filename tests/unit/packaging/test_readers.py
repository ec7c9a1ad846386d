import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import InvalidInputError, ModelArtifactError
from tools.packing.fitting.onnx import config_pbtxt
from tools.packing.formats.artifact import TensorSpec
from tools.packing.formats.protobuf import encoded, fields, integer, messages, pieces, text
from tools.packing.sample_rows import csv_body, rows_of, tensor


def test_protobuf_fields_are_read_as_they_were_written():
    message = memoryview(b"\x08\x96\x01" + encoded(2, b"name") + encoded(7, b"\x08\x01"))

    assert integer(message, 1) == 150
    assert text(message, 2) == "name"
    assert [integer(inner, 1) for inner in messages(message, 7)] == [1]
    assert b"".join(bytes(written) for _, _, written in pieces(message)) == bytes(message)


@pytest.mark.parametrize(
    "broken", [b"\x08", b"\x12\x05ab", b"\x0b", b"\x09abc", b"\xff" * 12, b"\x02\x00"]
)
def test_broken_protobuf_is_refused(broken):
    with pytest.raises(ModelArtifactError, match="broken"):
        list(fields(memoryview(broken)))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    try:
        whole = b"".join(bytes(written) for _, _, written in pieces(memoryview(data)))
    except ModelArtifactError:
        return
    assert whole == data


def test_a_configuration_names_every_tensor_with_its_whole_shape():
    config = config_pbtxt(
        (TensorSpec(name="x", datatype="FP32", shape=(-1, 3)),),
        (TensorSpec(name='a"b', datatype="BYTES", shape=(-1,)),),
    )

    assert "max_batch_size: 0" in config
    assert "dims: [ -1, 3 ]" in config
    assert 'name: "a\\"b"' in config
    assert "TYPE_STRING" in config


@pytest.mark.parametrize(
    ("body", "suffix", "rows"),
    [
        (b"[[1, 2]]", ".json", [[1.0, 2.0]]),
        (b"[1, null]", ".json", "nan"),
        (b'{"instances": [[1]]}', ".json", [[1.0]]),
        (b'{"inputs": [{"name": "x"}]}', ".json", None),
        (b'[["a"]]', ".json", None),
        (b"not json", ".json", None),
        (b"a,b\n1,2\n", ".csv", [[1.0, 2.0]]),
        (b"1,2\n3\n", ".csv", None),
        (b"", ".csv", []),
        (b"1,2", ".npy", None),
    ],
)
def test_rows_are_numbers_of_one_width_or_nothing(body, suffix, rows):
    found = rows_of(body, suffix)

    if rows == "nan":
        assert json.dumps(found) == "[[1.0, NaN]]"
    else:
        assert (found or None) == (rows or None)


def test_csv_keeps_every_digit():
    rows = [[0.1, 1e-300], [16777217.0, 3.0]]

    assert rows_of(csv_body(rows), ".csv") == rows


def test_a_sample_of_another_width_than_the_input_is_refused():
    spec = TensorSpec(name="x", datatype="INT64", shape=(-1, 2))

    assert tensor([[1.0, 2.0]], spec)["data"] == [[1, 2]]
    with pytest.raises(InvalidInputError, match="3 columns"):
        tensor([[1.0, 2.0, 3.0]], spec)
