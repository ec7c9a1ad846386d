"""A folder of several models: each its own entry, by a name that S3 takes."""

from pathlib import Path

import pytest

from tools.errors import InvalidInputError
from tools.packing.several import entries


def folder_of(tmp_path: Path, *names: str) -> Path:
    for name in names:
        path = tmp_path / name
        if name.endswith("/"):
            path.mkdir()
        else:
            path.write_bytes(b"x")
    return tmp_path


def test_files_archives_and_folders_are_one_model_each(tmp_path):
    folder = folder_of(tmp_path, "b.tar.gz", "a.joblib", "c/", ".DS_Store", "__MACOSX")
    found = [entry.target_model for entry in entries(folder)]
    assert found == ["a.tar.gz", "b.tar.gz", "c.tar.gz"]


def test_a_dot_inside_a_name_is_kept_and_other_letters_become_hyphens(tmp_path):
    folder = folder_of(tmp_path, "v1.2.onnx", "Hanoi (old).pkl")
    found = [entry.target_model for entry in entries(folder)]
    assert found == ["Hanoi--old.tar.gz", "v1.2.tar.gz"]


@pytest.mark.parametrize(
    ("names", "fault"),
    [(("one.onnx",), "holds 1 models"), ((), "holds 0"), (("a.onnx", "a.pkl"), "asked for as")],
)
def test_what_is_not_several_is_refused(tmp_path, names, fault):
    with pytest.raises(InvalidInputError, match=fault) as refused:
        entries(folder_of(tmp_path, *names))
    assert refused.value.remedy


def test_a_file_is_no_folder(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"x")
    with pytest.raises(InvalidInputError, match="is no folder"):
        entries(path)
