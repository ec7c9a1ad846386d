"""What a face redraws: each thread's entries, kept apart from the chat model's memory (SQLite)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from assistant.events import Event

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    thread TEXT NOT NULL, number INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (thread, number));
CREATE TABLE IF NOT EXISTS threads (
    name TEXT PRIMARY KEY, title TEXT NOT NULL, updated_at TEXT NOT NULL);
"""
TITLE_CHARACTERS = 60


class Entry(BaseModel):
    """One line of the transcript: a person's words, an answer, or the events of an approval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["user", "assistant", "event"]
    text: str = ""
    events: tuple[Event, ...] = ()
    at: datetime


class ThreadInfo(BaseModel):
    """A thread as it is listed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    updated_at: datetime


_entry = TypeAdapter(Entry)


class Transcript:
    """All threads' entries in one file; safe between threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ready = False

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        if not self._ready:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=30)
        try:
            if not self._ready:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(_SCHEMA)
                self._ready = True
            with connection:
                yield connection
        finally:
            connection.close()

    def append(self, thread: str, entry: Entry) -> None:
        """Add an entry; the first words of a thread become its title."""
        title = " ".join(entry.text.split())[:TITLE_CHARACTERS]
        at = entry.at.isoformat()
        with self._database() as db:
            db.execute(
                "INSERT INTO entries SELECT ?, coalesce(max(number), 0) + 1, ? FROM entries "
                "WHERE thread = ?",
                (thread, entry.model_dump_json(), thread),
            )
            db.execute(
                "INSERT INTO threads VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                "updated_at = excluded.updated_at, "
                "title = CASE title WHEN '' THEN excluded.title ELSE title END",
                (thread, title, at),
            )

    def entries(self, thread: str) -> tuple[Entry, ...]:
        """Return a thread's entries, oldest first."""
        with self._database() as db:
            rows = db.execute(
                "SELECT json FROM entries WHERE thread = ? ORDER BY number", (thread,)
            ).fetchall()
        return tuple(_entry.validate_json(row[0]) for row in rows)

    def newest(self, thread: str, count: int) -> tuple[Entry, ...]:
        """Return at most `count` entries of a thread, newest first."""
        with self._database() as db:
            rows = db.execute(
                "SELECT json FROM entries WHERE thread = ? ORDER BY number DESC LIMIT ?",
                (thread, count),
            ).fetchall()
        return tuple(_entry.validate_json(row[0]) for row in rows)

    def threads(self) -> tuple[ThreadInfo, ...]:
        """Return all threads, newest first."""
        with self._database() as db:
            rows = db.execute(
                "SELECT name, title, updated_at FROM threads ORDER BY updated_at DESC"
            ).fetchall()
        return tuple(
            ThreadInfo(name=name, title=title or name, updated_at=datetime.fromisoformat(at))
            for name, title, at in rows
        )

    def delete(self, thread: str) -> None:
        """Forget a thread; deployments and plans stay in the journal."""
        with self._database() as db:
            db.execute("DELETE FROM entries WHERE thread = ?", (thread,))
            db.execute("DELETE FROM threads WHERE name = ?", (thread,))
