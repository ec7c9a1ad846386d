import importlib.util
import json
import tarfile
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tools.packaging import Package, package
from tools.sample import digest, main, make_sample, sample_files


def pack(source: Path, blobs: Path, **changes: object) -> Package:
    arguments = {
        "region": "us-east-1",
        "instance_type": None,
        "framework": None,
        "sample_path": None,
    }
    return package(source, blobs=blobs, **{**arguments, **changes})


def served(packed: Package, folder: Path):
    """The packaged handler, imported from the unpacked archive as a container would."""
    with tarfile.open(packed.archive.path) as tar:
        tar.extractall(folder, filter="data")
    spec = importlib.util.spec_from_file_location("inference", folder / "code" / "inference.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    loaded = script.model_fn(str(folder))

    def answer(body, content_type, accept="application/json"):
        rows = script.input_fn(body, content_type)
        return script.output_fn(script.predict_fn(rows, loaded), accept)

    return answer


def test_the_sample_is_the_same_each_time_and_packages_to_the_same_bytes(tmp_path):
    first, second = make_sample(tmp_path / "a"), make_sample(tmp_path / "b")

    assert digest(first) == digest(second)
    packed = pack(first.model, tmp_path / "blobs")
    again = pack(second.archive, tmp_path / "other", instance_type="ml.m5.large")
    assert packed.archive.sha256 == again.archive.sha256
    assert packed.archive.path.name == packed.archive.sha256
    assert packed.image_uri.endswith("/sagemaker-scikit-learn:1.9-0-cpu-py3")
    assert packed.files == ("code/inference.py", "model.joblib")


def test_the_sample_script_makes_it_once(tmp_path):
    main(["--to", str(tmp_path / "sample")])
    files = sample_files(tmp_path / "sample")
    made_ns = files.model.stat().st_mtime_ns

    assert make_sample(tmp_path / "sample") == files
    assert files.model.stat().st_mtime_ns == made_ns
    files.rows_csv.unlink()
    make_sample(tmp_path / "sample")
    assert files.rows_csv.read_text().count("\n") == 171


def test_the_samples_handler_answers_every_test_row_as_the_local_model_does(tmp_path):
    files = make_sample(tmp_path / "sample")
    answer = served(pack(files.model, tmp_path / "blobs"), tmp_path / "unpacked")
    expected = json.loads(files.expected_json.read_text())["predictions"]

    assert json.loads(answer(files.rows_json.read_bytes(), "application/json")[0]) == expected
    assert json.loads(answer(files.rows_csv.read_bytes(), "text/csv")[0]) == expected
    one_row = files.rows_csv.read_text().splitlines()[0].encode()
    assert json.loads(answer(one_row, "text/csv")[0]) == expected[:1]
    assert len(set(expected)) == 2


def test_a_regressors_numbers_keep_float64(tmp_path):
    features, target = load_diabetes(return_X_y=True)
    forest = RandomForestRegressor(5, random_state=0).fit(features * 1e8 + 1 / 3, target)
    joblib.dump(forest, tmp_path / "forest.pkl")
    answer = served(pack(tmp_path / "forest.pkl", tmp_path / "blobs"), tmp_path / "unpacked")

    body = json.dumps({"instances": (features * 1e8 + 1 / 3).tolist()}).encode()

    got = np.array(json.loads(answer(body, "application/json; charset=utf-8")[0]))
    np.testing.assert_allclose(got, forest.predict(features * 1e8 + 1 / 3), rtol=1e-12)


@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("xz", 3), ("bz2", 3)])
def test_compressed_joblib_is_read_and_its_sample_answers(tmp_path, compress):
    features, labels = load_breast_cancer(return_X_y=True)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, labels)
    joblib.dump(pipeline, tmp_path / "model.joblib", compress=compress)

    packed = pack(tmp_path / "model.joblib", tmp_path / "blobs")

    assert packed.framework_version.startswith("1.9")
    assert packed.sample is not None
    assert packed.sample.origin == "generated"
