"""What the data of a batch transform is, by its names and its first lines."""

import gzip

import pytest

from tools.errors import InvalidInputError, NotFoundError
from tools.planners.transform_input import look_at


def seen(tmp_path, **files):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, body in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return look_at(str(folder), None, "s3://b/x/input", tmp_path / "blobs")


def test_rows_are_counted_and_uploaded_as_they_are(tmp_path):
    found = seen(tmp_path, a_dot_csv="1,2\n3,4\n", sub__b_dot_csv="5,6")
    assert (found.content_type, found.records, found.objects, found.columns) == (
        "text/csv",
        3,
        2,
        2,
    )
    assert [one.uri for one in found.uploads] == [
        "s3://b/x/input/a.csv",
        "s3://b/x/input/sub/b.csv",
    ]
    assert (tmp_path / "blobs" / found.uploads[0].sha256).read_text() == "1,2\n3,4\n"
    assert found.uri == "s3://b/x/input/"


def test_a_header_is_left_out(tmp_path):
    found = seen(tmp_path, a_dot_csv="age,income\n3,4\n")
    assert found.records == 1
    assert (tmp_path / "blobs" / found.uploads[0].sha256).read_text() == "3,4\n"
    assert "header" in found.notes[0]


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("a_dot_jsonl", '{"x": 1}\n{"x": 2}', "application/jsonlines"),
        ("a_dot_json", '{"x": 1}\n{"x": 2}', "application/jsonlines"),
        ("a_dot_json", '{"instances":\n [[1, 2]]}', "application/json"),
        ("a_dot_png", b"\x89PNG", "image/png"),
        ("part-00000", "1,2,3\n4,5,6", "text/csv"),
        ("a_dot_txt", "1,2,3\n4,5,6", "text/csv"),
    ],
)
def test_the_kind_is_told_by_name_or_first_lines(tmp_path, name, body, kind):
    assert seen(tmp_path, **{name: body}).content_type == kind


def test_what_is_compressed_is_sent_compressed_and_not_counted(tmp_path):
    found = seen(tmp_path, a_dot_csv_dot_gz=gzip.compress(b"1,2\n"))
    assert (found.compression, found.records) == ("Gzip", None)


def test_what_cannot_be_sent_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="not known"):
        seen(tmp_path, x_dot_bin=b"\0\1")
    with pytest.raises(NotFoundError, match="no data"):
        look_at(str(tmp_path / "nowhere"), None, "s3://b/x", tmp_path)


def test_files_of_several_kinds_and_too_many_files_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="several kinds"):
        seen(tmp_path, a_dot_csv="1,2", b_dot_png=b"\x89PNG")
    many = tmp_path / "many"
    many.mkdir()
    for number in range(21):
        (many / f"{number}.csv").write_text("1,2\n")
    with pytest.raises(InvalidInputError, match="at most 20 files"):
        look_at(str(many), None, "s3://b/x", tmp_path)
