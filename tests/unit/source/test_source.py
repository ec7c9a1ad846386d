"""A model's place becomes a local path, or a clear error says what to do."""

import pytest

from tools.errors import AccessDeniedError, InvalidInputError, NotFoundError
from tools.requirements import ModelSource
from tools.source import local_path


class Refusing:
    """Clients whose every read is refused by one error."""

    def __init__(self, error):
        self.error = error

    def call(self, operation, parameters):
        raise self.error


def place(uri, kind="s3", error=None, tmp_path=None):
    source = ModelSource(kind=kind, uri=uri)
    return local_path(source, Refusing(error), tmp_path, lambda: tmp_path / "sample")


def test_a_path_in_s3_without_access_says_which_right_is_missing(tmp_path):
    error = AccessDeniedError("s3.head_object: Forbidden (403)")
    with pytest.raises(AccessDeniedError, match=r"s3://theirs/model\.tar\.gz") as caught:
        place("s3://theirs/model.tar.gz", error=error, tmp_path=tmp_path)
    assert "s3:GetObject" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_path_in_s3_where_nothing_lies_is_not_found(tmp_path):
    with pytest.raises(NotFoundError, match="nothing at"):
        place("s3://some-bucket/none.tar.gz", error=NotFoundError("404"), tmp_path=tmp_path)


@pytest.mark.parametrize("uri", ["s3://bucket", "s3://bucket/", "s3://bucket/folder/", "s3:///key"])
def test_an_address_that_names_no_object_is_refused(uri, tmp_path):
    with pytest.raises(InvalidInputError):
        place(uri, tmp_path=tmp_path)


def test_no_source_asks_for_one(tmp_path):
    with pytest.raises(InvalidInputError, match="not known"):
        local_path(None, Refusing(None), tmp_path, lambda: tmp_path)
