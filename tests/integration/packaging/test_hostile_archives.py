import gzip
import io
import os
import tarfile
import zipfile

import pytest

from tools.errors import InvalidInputError, ModelArtifactError, UserError
from tools.packing.archive import write_archive
from tools.packing.source_files import files_of
from tools.packing.unpacking import opened


def tar_with(path, *members, content=b"x"):
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            member = tarfile.TarInfo(member) if isinstance(member, str) else member
            member.size = len(content) if member.isreg() else 0
            tar.addfile(member, io.BytesIO(content) if member.isreg() else None)
    return path


def special(name, kind, target=""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def unpacked(path, tmp_path):
    with opened(path, tmp_path) as folder:
        return {name: file.read_bytes() for name, file in files_of(folder).items()}


@pytest.mark.parametrize(
    ("member", "named"),
    [
        ("/etc/passwd", "outside"),
        ("../up.txt", "outside"),
        ("a/../../up.txt", "outside"),
        ("..\\up.txt", "outside"),
        ("C:/windows.txt", "outside"),
        (special("link", tarfile.SYMTYPE, "/etc/passwd"), "symbolic link"),
        (special("link", tarfile.LNKTYPE, "other"), "hard link"),
        (special("null", tarfile.CHRTYPE), "device"),
        (special("pipe", tarfile.FIFOTYPE), "device or pipe"),
    ],
)
def test_members_that_reach_out_are_refused_and_leave_nothing(tmp_path, member, named):
    archive = tar_with(tmp_path / "model.tar.gz", "model.joblib", member)
    scratch = tmp_path / "deep" / "scratch"
    scratch.mkdir(parents=True)

    with pytest.raises(ModelArtifactError, match=named) as caught:
        unpacked(archive, scratch)

    assert caught.value.remedy
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "deep" / "up.txt").exists()


def test_a_symbolic_link_in_a_zip_is_refused(tmp_path):
    member = zipfile.ZipInfo("link")
    member.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        archive.writestr(member, "/etc/passwd")

    with pytest.raises(ModelArtifactError, match="symbolic link"):
        unpacked(tmp_path / "model.zip", tmp_path)


def test_a_bomb_is_stopped(tmp_path):
    with tarfile.open(tmp_path / "bomb.tar.gz", "w:gz") as tar:
        member = tarfile.TarInfo("zeros")
        member.size = 300 * 1024 * 1024

        class Zeros(io.RawIOBase):
            def read(self, size=-1):
                return bytes(size)

        tar.addfile(member, Zeros())

    with pytest.raises(ModelArtifactError, match="far more"):
        unpacked(tmp_path / "bomb.tar.gz", tmp_path)


def test_a_file_that_is_also_a_folder_is_refused(tmp_path):
    archive = tar_with(tmp_path / "model.tar.gz", "model", "model/weights")

    with pytest.raises(ModelArtifactError, match="as a file and as a folder"):
        unpacked(archive, tmp_path)


def test_a_member_twice_is_refused(tmp_path):
    archive = tar_with(tmp_path / "model.tar.gz", "model.joblib", "./model.joblib")

    with pytest.raises(ModelArtifactError, match="twice"):
        unpacked(archive, tmp_path)


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_cut_off_archive_says_so(tmp_path, cut):
    whole = tar_with(tmp_path / "whole.tar.gz", "model.bin", content=os.urandom(100_000))
    data = whole.read_bytes()
    (tmp_path / "model.tar.gz").write_bytes(data[: int(len(data) * cut)])

    with pytest.raises(ModelArtifactError, match=r"broken or cut off|not an archive"):
        unpacked(tmp_path / "model.tar.gz", tmp_path)


def test_an_archive_with_a_wrong_checksum_says_so(tmp_path):
    archive = tar_with(tmp_path / "model.tar.gz", "model.bin")
    data = bytearray(archive.read_bytes())
    data[-8] ^= 1
    archive.write_bytes(bytes(data))

    with pytest.raises(ModelArtifactError, match="CRC check failed"):
        unpacked(archive, tmp_path)


def test_a_name_too_long_for_the_disk_says_so(tmp_path):
    archive = tar_with(tmp_path / "model.tar.gz", "x" * 300)

    with pytest.raises(InvalidInputError, match="too long"):
        unpacked(archive, tmp_path)


@pytest.mark.parametrize("content", [b"no archive", gzip.compress(b"no tar"), b"PK\x03\x04nope"])
def test_what_is_only_named_an_archive_says_so(tmp_path, content):
    (tmp_path / "model.tar.gz").write_bytes(content)

    with pytest.raises(UserError, match=r"not an archive|broken"):
        unpacked(tmp_path / "model.tar.gz", tmp_path)


def test_an_encrypted_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        archive.writestr("model.joblib", "x")
    data = bytearray((tmp_path / "model.zip").read_bytes())
    data[6] |= 1  # the local header's flag "encrypted"
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "model.zip").write_bytes(bytes(data))

    with pytest.raises(ModelArtifactError, match="cannot be unpacked"):
        unpacked(tmp_path / "model.zip", tmp_path)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda path: None, "no file or folder"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: os.mkfifo(path), "neither a file nor a folder"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, make, named):
    make(tmp_path / "model.joblib")

    with pytest.raises(InvalidInputError, match=named):
        unpacked(tmp_path / "model.joblib", tmp_path)


def test_links_out_of_a_folder_are_refused_and_links_within_resolve(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(b"w")
    (folder / "same.bin").symlink_to("weights.bin")
    assert files_of(folder)["same.bin"].read_bytes() == b"w"
    (tmp_path / "secret").write_text("s")
    (folder / "out").symlink_to(tmp_path / "secret")

    with pytest.raises(ModelArtifactError, match="leads out of the folder"):
        files_of(folder)


def test_links_into_the_hugging_face_cache_resolve(tmp_path):
    snapshot = tmp_path / "models--x" / "snapshots" / "abc"
    blobs = tmp_path / "models--x" / "blobs"
    snapshot.mkdir(parents=True)
    blobs.mkdir()
    (blobs / "123").write_text("{}")
    (snapshot / "config.json").symlink_to("../../blobs/123")

    assert files_of(snapshot)["config.json"].read_text() == "{}"


def test_litter_of_operating_systems_is_left_out(tmp_path):
    archive = tar_with(
        tmp_path / "model.tar.gz",
        "model.joblib", "._model.joblib", ".DS_Store", "__MACOSX/x", "code/__pycache__/a.pyc",
    )  # fmt: skip

    assert set(unpacked(archive, tmp_path)) == {"model.joblib"}


def test_the_same_files_give_the_same_bytes_whatever_their_dates_and_order(tmp_path):
    (tmp_path / "one").write_text("1")
    (tmp_path / "two").write_text("2")
    first = write_archive(
        {"b": tmp_path / "one", "a/c": tmp_path / "two", "d": b"3"}, tmp_path / "x"
    )
    os.utime(tmp_path / "one", (1, 1))
    (tmp_path / "two").chmod(0o600)
    second = write_archive(
        {"d": b"3", "a/c": tmp_path / "two", "b": tmp_path / "one"}, tmp_path / "y"
    )

    assert first.sha256 == second.sha256 == first.path.name
    assert first.size_bytes == first.path.stat().st_size
    with tarfile.open(first.path) as tar:
        members = tar.getmembers()
    assert [m.name for m in members] == ["a/c", "b", "d"]
    assert {(m.mtime, m.uid, m.gid, m.uname, m.mode) for m in members} == {(0, 0, 0, "", 0o644)}
    assert [p.name for p in (tmp_path / "x").iterdir()] == [first.sha256]


def test_a_write_that_fails_leaves_no_blob(tmp_path):
    with pytest.raises(OSError, match="directory"):
        write_archive({"a": b"1", "b": tmp_path}, tmp_path / "blobs")

    assert list((tmp_path / "blobs").iterdir()) == []


@pytest.mark.parametrize(("random", "packed_to"), [(True, 1.0), (False, 0.1)])
def test_large_weights_are_stored_and_large_tables_compressed(tmp_path, random, packed_to):
    size_bytes = 66 * 1024 * 1024
    with (tmp_path / "weights").open("wb") as file:
        if random:
            file.write(os.urandom(1024 * 1024) * (size_bytes // (1024 * 1024)))
        else:
            file.truncate(size_bytes)

    blob = write_archive({"weights": tmp_path / "weights"}, tmp_path / "blobs")

    assert abs(blob.size_bytes / size_bytes - packed_to) < 0.1
