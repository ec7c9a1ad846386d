"""What outlives the server: SQLite in the home folder and a folder of blobs.

Three kinds of rows. `requests`: mutating calls to services that moto serves, in order, replayed at
the start. `objects`: the present S3 objects, their bytes as content-addressed blobs; an upload that
was deleted or overwritten leaves nothing. `documents`: the present state of what we
serve ourselves.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY, resource TEXT NOT NULL, wire TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS requests_resource ON requests (resource);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT, key TEXT, sha256 TEXT NOT NULL, attributes TEXT NOT NULL,
    PRIMARY KEY (bucket, key));
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT, region TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, region, name));
"""


@dataclass(frozen=True)
class JournaledRequest:
    """A call as it came: `wire` holds method, path, query and headers."""

    wire: dict[str, Any]
    body: bytes


@dataclass(frozen=True)
class JournaledObject:
    """A present S3 object; `attributes` holds metadata, ETag and tags."""

    bucket: str
    key: str
    sha256: str
    attributes: dict[str, Any]


class Journal:
    """The durable side of the sandbox; safe to use from several threads."""

    def __init__(self, home: Path) -> None:
        self._blobs = home / "blobs"
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(home / "journal.sqlite", check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_SCHEMA)

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._lock, self._database:
            self._database.execute(statement, values)

    def _read(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock, closing(self._database.execute(statement, values)) as cursor:
            return cursor.fetchall()

    def record_request(self, resource: str, wire: dict[str, Any], body: bytes) -> None:
        """Append a call that succeeded; `resource` groups what its deletion makes obsolete."""
        self._write(
            "INSERT INTO requests (resource, wire, body) VALUES (?, ?, ?)",
            (resource, json.dumps(wire), body),
        )

    def forget_requests(self, resource: str) -> None:
        """Drop every call about a resource that is gone."""
        self._write("DELETE FROM requests WHERE resource = ?", (resource,))

    def requests(self) -> Iterator[JournaledRequest]:
        """The calls to replay, oldest first."""
        for wire, body in self._read("SELECT wire, body FROM requests ORDER BY id"):
            yield JournaledRequest(json.loads(wire), body)

    def keep_object(self, bucket: str, key: str, body: bytes, attributes: dict[str, Any]) -> None:
        """Remember the present bytes and attributes of an S3 object."""
        sha256 = hashlib.sha256(body).hexdigest()
        blob = self.blob_path(sha256)
        if not blob.exists():
            partial = blob.with_suffix(f".{threading.get_ident()}")
            partial.write_bytes(body)
            partial.replace(blob)
        previous = self._blob_of(bucket, key)
        self._write(
            "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?)",
            (bucket, key, sha256, json.dumps(attributes)),
        )
        self._collect(previous)

    def drop_object(self, bucket: str, key: str) -> None:
        """Forget an S3 object that no longer exists; its blob goes when nobody else has it."""
        previous = self._blob_of(bucket, key)
        self._write("DELETE FROM objects WHERE bucket = ? AND key = ?", (bucket, key))
        self._collect(previous)

    def objects(self, bucket: str | None = None) -> list[JournaledObject]:
        """The present objects, all or of one bucket."""
        where, values = ("WHERE bucket = ?", (bucket,)) if bucket else ("", ())
        rows = self._read(f"SELECT bucket, key, sha256, attributes FROM objects {where}", values)  # noqa: S608
        return [JournaledObject(b, k, sha, json.loads(rest)) for b, k, sha, rest in rows]

    def blob_path(self, sha256: str) -> Path:
        """Where the bytes with this hash are (or would be) kept."""
        return self._blobs / sha256

    def _blob_of(self, bucket: str, key: str) -> str | None:
        rows = self._read("SELECT sha256 FROM objects WHERE bucket = ? AND key = ?", (bucket, key))
        return rows[0][0] if rows else None

    def _collect(self, sha256: str | None) -> None:
        if sha256 and not self._read("SELECT 1 FROM objects WHERE sha256 = ?", (sha256,)):
            self.blob_path(sha256).unlink(missing_ok=True)

    def save_document(self, kind: str, region: str, name: str, body: str) -> None:
        """Store the present state of one thing of ours (JSON text)."""
        self._write(
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", (kind, region, name, body)
        )

    def drop_document(self, kind: str, region: str, name: str) -> None:
        """Forget one thing of ours."""
        self._write(
            "DELETE FROM documents WHERE kind = ? AND region = ? AND name = ?", (kind, region, name)
        )

    def documents(self, kind: str) -> list[str]:
        """All bodies of a kind, as they were first stored."""
        return [row[0] for row in self._read(
            "SELECT body FROM documents WHERE kind = ? ORDER BY rowid", (kind,)
        )]  # fmt: skip

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()
