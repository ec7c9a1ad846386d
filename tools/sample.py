"""The sample: a fraud-like score on real data, trained at set-up.

`python -m tools.sample --to FOLDER` trains a classifier on the Wisconsin diagnostic data set that
ships with scikit-learn (569 cases, 30 measurements, two classes) and writes the model, its archive
and a test set with the model's own predictions. The same versions give the same files.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict

from tools.errors import UserError

#: Raised when the script's output changes, so that old folders are made anew.
_RECIPE = "1"
_SEED = 20261122
_STAMP = ".sample"


class SampleFiles(BaseModel):
    """Where the sample lies.

    Attributes:
        model: The estimator, as joblib.
        archive: A gzip'd tar with the estimator alone, as a user would bring it.
        rows_csv: Test rows without header, one case a line.
        rows_json: The same rows as a JSON list of lists.
        expected_json: {"predictions": [...]} of the local model, in the rows' order.
        sample_json: One test row as a request body.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Path
    archive: Path
    rows_csv: Path
    rows_json: Path
    expected_json: Path
    sample_json: Path


def sample_files(folder: Path) -> SampleFiles:
    """The sample's paths in a folder; they need not exist."""
    return SampleFiles(
        model=folder / "model.joblib",
        archive=folder / "model.tar.gz",
        rows_csv=folder / "sample.csv",
        rows_json=folder / "rows.json",
        expected_json=folder / "expected.json",
        sample_json=folder / "sample.json",
    )


def make_sample(folder: Path) -> SampleFiles:
    """Train and write the sample, unless the folder holds it already.

    Args:
        folder: Made when absent. Files appear whole: the stamp is written last.
    """
    files = sample_files(folder)
    if _is_made(folder):
        return files
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        if not _is_made(folder):
            (folder / _STAMP).unlink(missing_ok=True)
            _train(files)
            (folder / _STAMP).write_text(_recipe(), encoding="utf-8")
    return files


def ready_sample(folder: Path) -> SampleFiles:
    """Return the sample, made by a process of its own: scikit-learn stays out of this one.

    Raises:
        UserError: It could not be made.
    """
    if not _is_made(folder):
        command = [sys.executable, "-m", "tools.sample", "--to", str(folder)]
        made = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own
        if made.returncode != 0:
            last = made.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise UserError(
                f"The sample model could not be made: {last}",
                remedy="Check that the state folder can be written, then run make setup again.",
            )
    return sample_files(folder)


def _recipe() -> str:
    return f"{_RECIPE} {version('scikit-learn')}"


def _is_made(folder: Path) -> bool:
    files = sample_files(folder)
    stamp = folder / _STAMP
    complete = all(path.is_file() for path in files.model_dump().values())
    return complete and stamp.is_file() and stamp.read_text(encoding="utf-8") == _recipe()


def _train(files: SampleFiles) -> None:
    import joblib
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import train_test_split
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from tools.packing.archive import write_archive

    features, labels = load_breast_cancer(return_X_y=True)
    train_x, test_x, train_y, _ = train_test_split(
        features, labels, test_size=0.3, random_state=_SEED, stratify=labels
    )
    estimator = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    estimator.fit(train_x, train_y)
    joblib.dump(estimator, files.model)
    blob = write_archive({"model.joblib": files.model}, files.archive.parent)
    blob.path.replace(files.archive)
    rows = test_x.tolist()
    lines = (",".join(repr(cell) for cell in row) for row in rows)
    files.rows_csv.write_text("\n".join(lines) + "\n", encoding="utf-8")
    files.rows_json.write_text(json.dumps(rows), encoding="utf-8")
    predictions = estimator.predict(test_x).tolist()
    files.expected_json.write_text(json.dumps({"predictions": predictions}), encoding="utf-8")
    files.sample_json.write_text(json.dumps(rows[:1]), encoding="utf-8")


def digest(files: SampleFiles) -> str:
    """Hex SHA-256 over all files of a sample: equal for equal versions."""
    total = hashlib.sha256()
    for path in files.model_dump().values():
        total.update(path.read_bytes())
    return total.hexdigest()


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sample into the folder that `--to` names."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    make_sample(parser.parse_args(arguments).to)


if __name__ == "__main__":
    main()
