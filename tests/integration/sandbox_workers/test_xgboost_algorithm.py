"""The XGBoost image's algorithm mode (containers.md, section 4), on the container itself."""

import io
import json
import pickle
import struct

import numpy as np
import pytest
import xgboost

from tools.sandbox.images.serving import Invocation, Place
from tools.sandbox.images.xgboost_algorithm import AlgorithmContainer

# XGBoost remarks on a name without a known ending, as it does in the image's log.
pytestmark = pytest.mark.filterwarnings("ignore:(?s).*Unknown file format:UserWarning")
ROW = "5.1,3.5,1.4"
ACCEPTED = (
    "csv, libsvm, parquet, recordio-protobuf, text/csv, text/libsvm, text/x-libsvm,"
    " application/x-parquet, application/x-recordio-protobuf."
)


@pytest.fixture
def serve(tmp_path):
    def _serve(files, environment=None):
        place = Place(tmp_path / "model", tmp_path / "code")
        place.model_dir.mkdir()
        for name, content in files.items():
            file = place.model_dir / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return AlgorithmContainer(place, environment or {})

    return _serve


@pytest.fixture
def ubj(booster):
    return bytes(booster.save_raw("ubj"))


@pytest.fixture
def served(serve, ubj):
    return serve({"xgboost-model": ubj})


def post(container, body, content_type="text/csv", accept=None):
    data = body.encode() if isinstance(body, str) else body
    return container.invoke(Invocation(data, content_type, accept))


def score(booster, rows):
    return booster.predict(xgboost.DMatrix(np.array(rows)))


@pytest.mark.parametrize("form", ["ubj", "json"])
def test_a_saved_booster_loads_whatever_its_name(serve, booster, form):
    assert serve({"any.name": bytes(booster.save_raw(form))}).ping().status == 200


def test_a_pickled_booster_loads(serve, booster):
    assert serve({"model.pkl": pickle.dumps(booster)}).ping().status == 200


def test_csv_scores_equal_the_local_boosters(served, booster, iris):
    rows = iris.rows[:100, :3]
    body = "\n".join(",".join(map(str, row)) for row in rows.tolist())
    answer = post(served, body)
    assert (answer.status, answer.content_type) == (200, "text/csv; charset=utf-8")
    scores = [float(line) for line in answer.body.decode().splitlines()]
    assert scores == pytest.approx(score(booster, rows).tolist(), rel=1e-6)


def test_json_is_an_answer_format(served, booster):
    answer = post(served, ROW, accept="application/json")
    [entry] = json.loads(answer.body)["predictions"]
    assert answer.content_type == "application/json"
    assert entry == {"score": pytest.approx(float(score(booster, [[5.1, 3.5, 1.4]])[0]))}


def test_json_is_no_request_format(served):
    answer = post(served, "[[5.1,3.5,1.4]]", "application/json")
    assert answer.status == 415
    assert answer.body.decode() == f"application/json is not an accepted ContentType: {ACCEPTED}"


def test_parquet_is_accepted_by_name_alone(served):
    answer = post(served, b"PAR1", "application/x-parquet")
    assert (answer.status, answer.body) == (
        415,
        b"Content-type application/x-parquet is not supported.",
    )


def test_an_empty_body_is_204(served):
    assert (post(served, "").status, post(served, "", "image/png").status) == (204, 204)


def test_a_header_row_is_415_with_the_exception(served):
    answer = post(served, f"a,b,c\n{ROW}")
    assert answer.status == 415
    assert answer.body.decode().startswith(
        "Loading csv data failed with Exception, please ensure data is in csv format:\n"
        " <class 'ValueError'>\n could not convert string to float:"
    )


@pytest.mark.parametrize("body", ["5.1;3.5;1.4", "5.1\t3.5\t1.4", "5.1 3.5 1.4", ROW + "\n\n"])
def test_the_delimiter_is_sniffed_and_the_body_stripped(served, body):
    assert post(served, body).body == post(served, ROW).body


def test_an_empty_cell_is_missing(served, booster):
    answer = post(served, "5.1,,1.4")
    expected = float(score(booster, [[5.1, np.nan, 1.4]])[0])
    assert float(answer.body) == pytest.approx(expected)


@pytest.mark.parametrize("content_type", ["text/csv; charset=utf-8", "text/csv;label_size=1"])
def test_parameters_of_the_content_type_are_dropped(served, content_type):
    assert post(served, ROW, content_type).status == 200


def test_a_label_size_other_than_one_is_415(served):
    assert post(served, ROW, "text/csv;label_size=0").status == 415


@pytest.mark.parametrize("body", ["1 0:5.1 1:3.5 2:1.4", "1 1:5.1 2:3.5 3:1.4"])
@pytest.mark.parametrize("content_type", [None, "text/libsvm", "text/x-libsvm"])
def test_libsvm_is_the_default_and_its_indices_start_at_0_or_1(served, body, content_type):
    assert post(served, body, content_type).body == post(served, ROW).body


def test_more_columns_than_trained_are_400_and_fewer_pass(served):
    more = post(served, ROW + ",0.2")
    assert more.status == 400
    assert more.body.startswith(b"Unable to evaluate payload provided: ")
    assert b"Number of columns does not match number of features in booster" in more.body
    assert post(served, "5.1,3.5").status == 200


def test_a_pickled_booster_counts_columns(serve, booster):
    served = serve({"model.pkl": pickle.dumps(booster)})
    answer = post(served, "5.1;1")
    assert answer.status == 400
    assert answer.body.decode() == (
        "Unable to evaluate payload provided: Feature size of csv inference data 2 is not"
        " consistent with feature size of trained model 3."
    )
    assert post(served, ROW).status == 200


def test_an_unknown_accept_is_406(served):
    answer = post(served, ROW, accept="image/png")
    assert answer.status == 406
    assert answer.body.decode() == (
        "Accept type image/png is not supported. Please use supported accept types:"
        " ['application/json', 'application/jsonlines', 'application/x-recordio-protobuf',"
        " 'text/csv']."
    )


@pytest.mark.parametrize("accept", ["application/jsonlines", "application/x-recordio-protobuf"])
def test_jsonlines_and_recordio_need_selected_output(served, accept):
    answer = post(served, ROW, accept=accept)
    assert (answer.status, answer.content_type) == (500, "text/html; charset=utf-8")


def test_selected_output_names_its_fields(serve, ubj, booster):
    environment = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label, probability,predicted_score"}
    served = serve({"xgboost-model": ubj}, environment)
    value = float(score(booster, [[5.1, 3.5, 1.4]])[0])
    answer = json.loads(post(served, ROW, accept="application/json").body)["predictions"][0]
    assert answer["predicted_label"] == int(value > 0.5)
    assert answer["probability"] == pytest.approx(value)
    assert np.isnan(answer["predicted_score"])
    assert post(served, ROW).body.decode().startswith("0,0.")
    lines = post(served, ROW, accept="application/jsonlines").body.decode().splitlines()
    assert json.loads(lines[0])["predicted_label"] == 0
    framed = post(served, ROW, accept="application/x-recordio-protobuf").body
    assert struct.unpack_from("<I", framed)[0] == 0xCED7230A


def test_every_further_root_file_must_be_a_model_too(serve, ubj):
    served = serve({"xgboost-model": ubj, "metrics.json": b'{"auc": 1}'})
    assert served.ping().status == 500
    message = post(served, ROW).body.decode()
    assert message.startswith(
        "Unable to load model: Model /opt/ml/model/metrics.json cannot be loaded:\n"
        "Pickle load error="
    )
    assert "\nXGB load model error=" in message


def test_dotfiles_and_folders_are_passed_over(serve, ubj, capsys):
    served = serve({"m": ubj, "._m": b"mac", "code/inference.py": b"x = 1"})
    assert served.ping().status == 200
    assert "Ignoring dotfile '/opt/ml/model/._m'" in capsys.readouterr().err


@pytest.mark.parametrize("files", [{}, {"nested/model.ubj": b"x"}])
def test_no_file_at_the_root_is_list_index_out_of_range(serve, files, capsys):
    assert serve(files).ping().status == 500
    assert "list index out of range" in capsys.readouterr().err


def test_a_pickled_classifier_has_no_set_param(serve, iris, capsys):
    fitted = xgboost.XGBClassifier(n_estimators=2).fit(iris.rows, iris.labels)
    assert serve({"model.pkl": pickle.dumps(fitted)}).ping().status == 500
    assert "'XGBClassifier' object has no attribute 'set_param'" in capsys.readouterr().err


def test_several_files_are_an_ensemble_unless_switched_off(tmp_path, serve, iris, booster, ubj):
    matrix = xgboost.DMatrix(iris.rows[:100, :3], label=1 - iris.labels[:100])
    other = xgboost.train({"objective": "binary:logistic"}, matrix, 5)
    files = {"a": ubj, "b": bytes(other.save_raw("ubj"))}
    row = [[5.1, 3.5, 1.4]]
    singles = [float(score(booster, row)[0]), float(score(other, row)[0])]
    served = serve(files)
    assert float(post(served, ROW).body) == pytest.approx(sum(singles) / 2)
    alone = AlgorithmContainer(
        Place(tmp_path / "model", tmp_path / "code"), {"SAGEMAKER_INFERENCE_ENSEMBLE": "false"}
    )
    assert any(float(post(alone, ROW).body) == pytest.approx(value) for value in singles)


def test_softmax_ensembles_vote(serve, iris):
    files = {}
    for seed, labels in enumerate((iris.labels, iris.labels, (iris.labels + 1) % 3)):
        matrix = xgboost.DMatrix(iris.rows, label=labels)
        model = xgboost.train(
            {"objective": "multi:softmax", "num_class": 3, "seed": seed}, matrix, 5
        )
        files[f"m{seed}"] = bytes(model.save_raw("ubj"))
    assert post(serve(files), "5.1,3.5,1.4,0.2").body == b"0.0\n"


def test_recordio_records_are_scored(served):
    values = struct.pack("<3f", 5.1, 3.5, 1.4)
    tensor = b"\x0a" + bytes([len(values)]) + values
    value = b"\x12" + bytes([len(tensor)]) + tensor
    entry = b"\x0a\x06values\x12" + bytes([len(value)]) + value
    record = b"\x0a" + bytes([len(entry)]) + entry
    framed = struct.pack("<II", 0xCED7230A, len(record)) + record + b"\0" * (-len(record) % 4)
    answer = post(served, framed, "application/x-recordio-protobuf")
    assert answer.status == 200
    assert float(answer.body) == pytest.approx(float(post(served, ROW).body))


def test_bytes_that_are_no_records_are_415(served):
    answer = post(served, b"12345678", "application/x-recordio-protobuf")
    assert answer.status == 415
    assert b"please ensure data is in recordio-protobuf format: <class 'ValueError'>" in answer.body


def test_the_body_limit_is_6291456_bytes_or_the_plans(serve, ubj):
    served = serve({"m": ubj}, {"MAX_CONTENT_LENGTH": "1000"})
    assert served.max_body_bytes == 1000
    assert AlgorithmContainer(Place("m", "c"), {}).max_body_bytes == 6_291_456
    assert served.too_large().status == 413
    assert b"<h1>Request Entity Too Large</h1>" in served.too_large().body


def test_npz_is_no_content_type(served):
    buffer = io.BytesIO()
    np.save(buffer, np.zeros((1, 3)))
    assert post(served, buffer.getvalue(), "application/x-npy").status == 415
