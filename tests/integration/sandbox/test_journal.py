"""The journal: what is kept, in which order, and what leaves no trace."""

from datetime import UTC, datetime
from pathlib import Path

from tools.sandbox.hosting_state import HostingState, Tags
from tools.sandbox.journal import Journal
from tools.sandbox.moto_bridge import MotoBridge
from tools.sandbox.persistence import Persistence
from tools.sandbox.wire import WireRequest


def request(operation: str, body: bytes, service: str = "iam") -> WireRequest:
    return WireRequest(
        service=service,
        operation=operation,
        region="us-east-1",
        method="POST",
        path="/",
        query="",
        headers={
            "authorization": "AWS4-HMAC-SHA256 Credential=AKIAREAL/20260101/us-east-1/iam/x",
            "x-amz-security-token": "secret-token",
        },
        body=body,
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_calls_come_back_in_order_without_keys_or_tokens(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    kept = Persistence(journal, MotoBridge())
    for operation in ("CreateRole", "PutRolePolicy", "GetRole", "ListRoles"):
        kept.record(request(operation, b"RoleName=r"))
    journal.close()
    found = list(Journal(tmp_path).requests())
    assert [one.wire["operation"] for one in found] == ["CreateRole", "PutRolePolicy"]
    assert "AKIAREAL" not in str(found)
    assert "secret-token" not in str(found)


def test_a_deleted_role_leaves_no_calls(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    kept = Persistence(journal, MotoBridge())
    kept.record(request("CreateRole", b"RoleName=gone"))
    kept.record(request("CreateRole", b"RoleName=stays"))
    kept.record(request("DeleteRole", b"RoleName=gone"))
    assert [one.body for one in journal.requests()] == [b"RoleName=stays"]


def test_metrics_logs_and_credentials_are_not_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    kept = Persistence(journal, MotoBridge())
    kept.record(request("PutMetricData", b"", "monitoring"))
    kept.record(request("PutLogEvents", b"", "logs"))
    kept.record(request("AssumeRole", b"", "sts"))
    assert list(journal.requests()) == []


def test_equal_bytes_are_one_blob_that_goes_with_its_last_object(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for key in ("a", "b"):
        journal.keep_object("bucket", key, b"same", {})
    assert len(list((tmp_path / "blobs").iterdir())) == 1
    journal.drop_object("bucket", "a")
    assert [one.key for one in journal.objects("bucket")] == ["b"]
    journal.keep_object("bucket", "b", b"other", {})
    blobs = [blob.read_bytes() for blob in (tmp_path / "blobs").iterdir()]
    assert blobs == [b"other"]


def test_documents_are_there_after_a_restart(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    state = HostingState(journal)
    tags = Tags(region="us-east-1", name="arn", tags={"a": "b"})
    state.save(tags)
    state.save(Tags(region="us-east-1", name="other", tags={}))
    state.drop(Tags(region="us-east-1", name="other", tags={}))
    journal.close()
    assert HostingState(Journal(tmp_path)).all(Tags) == [tags]
