"""Model archives are unpacked safely or not at all."""

import io
import tarfile

import pytest

from tools.sandbox.images.archive import ArchiveRefusedError, unpack


def write(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def member(name, kind=tarfile.REGTYPE, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    return folder


def test_files_and_folders_arrive(tmp_path, target):
    members = [(member("code", tarfile.DIRTYPE), b""), (member("code/x.py"), b"x = 1")]
    unpack(write(tmp_path / "a.tar.gz", [*members, (member("./m.bin"), b"m")]), target)
    assert (target / "code" / "x.py").read_bytes() == b"x = 1"
    assert (target / "m.bin").read_bytes() == b"m"


@pytest.mark.parametrize(
    "bad",
    [
        member("/etc/passwd"),
        member("../outside"),
        member("a/../../outside"),
        member("link", tarfile.SYMTYPE, "/etc/passwd"),
        member("link", tarfile.SYMTYPE, "model.bin"),
        member("hard", tarfile.LNKTYPE, "model.bin"),
        member("pipe", tarfile.FIFOTYPE),
        member("device", tarfile.CHRTYPE),
    ],
)
def test_links_devices_and_ways_out_are_refused(tmp_path, target, bad):
    with pytest.raises(ArchiveRefusedError):
        unpack(write(tmp_path / "a.tar.gz", [(bad, b"")]), target)
    assert not (tmp_path / "outside").exists()


def test_an_archive_that_unpacks_too_large_is_refused_before_it_does(tmp_path, target):
    archive = write(tmp_path / "bomb.tar.gz", [(member("zeros"), b"\0" * 5_000_000)])
    assert archive.stat().st_size < 10_000
    with pytest.raises(ArchiveRefusedError, match="unpacks to more than 1000000 bytes"):
        unpack(archive, target, max_bytes=1_000_000)
    assert list(target.iterdir()) == []


def test_a_plain_tar_is_no_model_archive(tmp_path, target):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(member("x"), io.BytesIO(b""))
    with pytest.raises(ArchiveRefusedError, match="Failed to extract model data archive"):
        unpack(path, target)


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"\x1f\x8b\x08"])
def test_what_is_no_archive_is_refused(tmp_path, target, content):
    path = tmp_path / "a.tar.gz"
    path.write_bytes(content)
    with pytest.raises(ArchiveRefusedError, match="Failed to extract model data archive"):
        unpack(path, target)


def test_a_cut_archive_is_refused(tmp_path, target):
    path = write(tmp_path / "a.tar.gz", [(member("x"), bytes(range(256)) * 4000)])
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ArchiveRefusedError, match="Failed to extract model data archive"):
        unpack(path, target)


def test_a_worker_ends_with_the_reason(start, images, tmp_path):
    bad = write(tmp_path / "bad.tar.gz", [(member("link", tarfile.SYMTYPE, "/etc"), b"")])
    reason = start(images.xgboost, bad).wait_for_exit()
    assert "exited with status 65: 'link' is a link or a device" in reason
