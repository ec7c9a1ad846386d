import io
import json

import numpy as np
import pandas as pd
import pytest

from tools.packing.handlers.sklearn_inference import input_fn, output_fn, predict_fn


class Echo:
    """An estimator that gives back what it was handed."""

    def __init__(self, width=None, names=None):
        if width is not None:
            self.n_features_in_ = width
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)

    def predict(self, rows):
        return rows


def through(body, content_type="application/json", model=None):
    return predict_fn(input_fn(body, content_type), model or Echo(3))


@pytest.mark.parametrize(
    "body",
    [
        "[[1, 2, 3]]",
        "[1, 2, 3]",
        '{"instances": [[1, 2, 3]]}',
        '{"inputs": [1, 2, 3]}',
        b"[[1,2,3]]",
    ],
)
def test_json_rows_in_any_wrapping_are_one_float64_table(body):
    rows = through(body)

    assert rows.dtype == np.float64
    assert rows.tolist() == [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize(
    "content_type", [None, "application/json; charset=utf-8", "Application/JSON"]
)
def test_json_is_the_default_and_parameters_do_not_matter(content_type):
    assert through("[[1, 2, 3]]", content_type).tolist() == [[1.0, 2.0, 3.0]]


def test_float64_survives():
    assert through("[[0.1, 16777217, 1e-300]]").tolist() == [[0.1, 16777217.0, 1e-300]]


def test_null_and_empty_cells_are_nan():
    assert np.isnan(through("[[1, null, 3]]")[0, 1])
    assert np.isnan(through("1,,3", "text/csv")[0, 1])


@pytest.mark.parametrize("body", ["1,2,3", "1,2,3\n", "\ufeff1,2,3\r\n", "\n1,2,3\n\n"])
def test_a_csv_of_one_row_is_one_row(body):
    assert through(body.encode(), "text/csv").tolist() == [[1.0, 2.0, 3.0]]


def test_a_csv_header_is_left_out_for_a_model_without_names():
    assert through("a,b,c\n1,2,3", "text/csv").tolist() == [[1.0, 2.0, 3.0]]


def test_named_columns_are_put_in_the_models_order():
    model = Echo(2, ["a", "b"])

    assert through("b,a\n1,2", "text/csv", model).columns.tolist() == ["a", "b"]
    records = through('[{"b": 1, "a": "x"}]', model=model)
    assert records.to_dict("records") == [{"a": "x", "b": 1}]
    split = through('{"dataframe_split": {"columns": ["b", "a"], "data": [[1, 2]]}}', model=model)
    assert split.to_numpy().tolist() == [[2, 1]]
    assert isinstance(through("[[1, 2]]", model=model), pd.DataFrame)


def test_text_cells_stay_text_and_numbers_numbers():
    rows = through('[["vn", 1.5, 2]]')

    assert rows.dtype == object
    assert rows.tolist() == [["vn", 1.5, 2]]
    assert through("vn,1.5,2", "text/csv").tolist() == [["vn", 1.5, 2.0]]


def test_strings_are_documents_for_a_model_without_columns_and_a_row_for_one_with():
    assert through('["one text", "two"]', model=Echo()).tolist() == ["one text", "two"]
    assert through('["a", "b", "c"]').tolist() == [["a", "b", "c"]]


def test_npy_is_read_and_pickles_in_it_are_not():
    buffer = io.BytesIO()
    np.save(buffer, np.eye(3))
    assert through(buffer.getvalue(), "application/x-npy").tolist() == np.eye(3).tolist()
    buffer = io.BytesIO()
    np.save(buffer, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        through(buffer.getvalue(), "application/x-npy")


@pytest.mark.parametrize(
    ("body", "content_type", "said"),
    [
        ("{}x", "application/json", "Extra data"),
        ("[]", "application/json", "Send rows"),
        ("3", "application/json", "Send rows"),
        ("[[1], [1, 2]]", "application/json", "differ in length"),
        ("1,2\n1", "text/csv", "differ in length"),
        ("", "text/csv", "empty"),
        ("x", "image/png", "not supported"),
    ],
)
def test_what_cannot_be_read_says_why(body, content_type, said):
    with pytest.raises(ValueError, match=said):
        through(body, content_type)


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, ("[1, 2]", "application/json")),
        ("*/*", ("[1, 2]", "application/json")),
        ("application/json, text/csv", ("[1, 2]", "application/json")),
        ("image/png, text/csv;q=0.9", ("1\n2\n", "text/csv")),
    ],
)
def test_the_answer_has_the_type_that_is_accepted(accept, answered):
    assert output_fn(np.array([1, 2]), accept) == answered


def test_tables_and_labels_are_written_whole():
    assert output_fn(np.array([[1.5, 2], [3, 4]]), "text/csv")[0] == "1.5,2.0\n3.0,4.0\n"
    assert json.loads(output_fn(np.array(["a", "b"]), None)[0]) == ["a", "b"]
    body, kind = output_fn(np.array([1.0]), "application/x-npy")
    assert kind == "application/x-npy"
    assert np.load(io.BytesIO(body)).tolist() == [1.0]
    with pytest.raises(ValueError, match="image/png"):
        output_fn(np.array([1]), "image/png")
