"""The history of practice (SQLite): sessions, every question asked and answered, cards.

Each method is one short transaction on its own connection, so a killed process loses nothing that
was answered, and two processes can share the file. What must happen once is one statement.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.practice.standing import Answered

Mode = Literal["adaptive", "mixed", "mock"]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, json TEXT NOT NULL, started_at TEXT NOT NULL,
    finished_at TEXT);
CREATE TABLE IF NOT EXISTS asked (
    session_id TEXT NOT NULL, place INTEGER NOT NULL, user TEXT NOT NULL, question_id TEXT NOT NULL,
    asked_at TEXT NOT NULL, letters TEXT, right INTEGER, seconds REAL, answered_at TEXT,
    PRIMARY KEY (session_id, place));
CREATE INDEX IF NOT EXISTS asked_by_user ON asked (user, answered_at);
CREATE TABLE IF NOT EXISTS cards (
    user TEXT NOT NULL, question_id TEXT NOT NULL, card TEXT NOT NULL,
    PRIMARY KEY (user, question_id));
"""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Session(_Value):
    """A row of questions.

    Attributes:
        topic: As it was asked for; None for all.
        task: One task of the exam guide, or None.
        source: "bank", "own" for all sets of one's own, or the name of one of them.
        count: How many questions, at most.
        seed: Decides the order of questions and options.
        planned: Ids in order; empty when each next one is chosen by how it goes.
        deadline: When a practice exam ends; None without a limit.
        finished_at: None while it goes on.
    """

    id: str
    user: str
    mode: Mode
    topic: str | None = None
    task: str | None = None
    source: str = "bank"
    count: int
    seed: int
    planned: tuple[str, ...] = ()
    started_at: datetime
    deadline: datetime | None = None
    finished_at: datetime | None = None


class Asked(_Value):
    """A question of a session; `letters` is None until it is answered, empty when skipped."""

    place: int
    question_id: str
    asked_at: datetime
    letters: tuple[str, ...] | None
    right: bool | None
    seconds: float | None


class History:
    """One file for all users."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ready = False

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if not self._ready:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            if not self._ready:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(_SCHEMA)
                self._ready = True
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()

    def begin(self, session: Session) -> None:
        """Keep a new session."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, NULL)",
                (session.id, session.user, session.model_dump_json(),
                 session.started_at.isoformat()),
            )  # fmt: skip

    def session(self, session_id: str, user: str) -> Session | None:
        """Return a user's session."""
        with self._transaction() as db:
            row = db.execute(
                "SELECT * FROM sessions WHERE id = ? AND user = ?", (session_id, user)
            ).fetchone()
        return _session(row) if row else None

    def newest(self, user: str) -> Session | None:
        """Return a user's newest session."""
        with self._transaction() as db:
            row = db.execute(
                "SELECT * FROM sessions WHERE user = ? ORDER BY started_at DESC, rowid DESC",
                (user,),
            ).fetchone()
        return _session(row) if row else None

    def finish(self, session_id: str, now: datetime) -> None:
        """End a session; the first end counts."""
        with self._transaction() as db:
            db.execute(
                "UPDATE sessions SET finished_at = ? WHERE id = ? AND finished_at IS NULL",
                (now.isoformat(), session_id),
            )

    def asked(self, session_id: str) -> tuple[Asked, ...]:
        """Return a session's questions so far, in order."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT * FROM asked WHERE session_id = ? ORDER BY place", (session_id,)
            ).fetchall()
        return tuple(_asked(row) for row in rows)

    def ask(self, session: Session, place: int, question_id: str, now: datetime) -> str:
        """Ask a question at a place; another process may have been first: its question counts.

        Returns:
            The id of the question that stands there.
        """
        with self._transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO asked (session_id, place, user, question_id, asked_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (session.id, place, session.user, question_id, now.isoformat()),
            )
            row = db.execute(
                "SELECT question_id FROM asked WHERE session_id = ? AND place = ?",
                (session.id, place),
            ).fetchone()
        return str(row["question_id"])

    def answer(
        self, session: Session, answer: Answered, review: Callable[[str | None], str]
    ) -> str | None:
        """Keep an answer and the card that `review` makes of the old one, once for each place.

        Returns:
            The new card; None when the question does not wait for an answer in this session.
        """
        letters = json.dumps(answer.letters)
        with self._transaction() as db:
            kept = db.execute(
                "UPDATE asked SET letters = ?, right = ?, seconds = ?, answered_at = ? "
                "WHERE session_id = ? AND question_id = ? AND letters IS NULL",
                (letters, answer.right, answer.seconds, answer.at.isoformat(),
                 session.id, answer.question_id),
            ).rowcount  # fmt: skip
            if not kept:
                return None
            key = (session.user, answer.question_id)
            old = db.execute(
                "SELECT card FROM cards WHERE user = ? AND question_id = ?", key
            ).fetchone()
            card = review(str(old["card"]) if old else None)
            db.execute("INSERT OR REPLACE INTO cards VALUES (?, ?, ?)", (*key, card))
        return card

    def answers(self, user: str) -> tuple[Answered, ...]:
        """Return all answers of a user, the oldest first."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT * FROM asked WHERE user = ? AND letters IS NOT NULL "
                "ORDER BY answered_at, rowid",
                (user,),
            ).fetchall()
        return tuple(
            Answered(
                session_id=row["session_id"],
                question_id=row["question_id"],
                letters=json.loads(row["letters"]),
                right=bool(row["right"]),
                seconds=row["seconds"],
                at=row["answered_at"],
            )
            for row in rows
        )

    def cards(self, user: str) -> dict[str, str]:
        """Return a user's cards by question."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT question_id, card FROM cards WHERE user = ?", (user,)
            ).fetchall()
        return {str(row["question_id"]): str(row["card"]) for row in rows}

    def forget(self, user: str) -> int:
        """Forget everything of a user; returns how many answers that were."""
        with self._transaction() as db:
            db.execute("DELETE FROM sessions WHERE user = ?", (user,))
            db.execute("DELETE FROM cards WHERE user = ?", (user,))
            answered = db.execute(
                "SELECT count(letters) AS n FROM asked WHERE user = ?", (user,)
            ).fetchone()
            db.execute("DELETE FROM asked WHERE user = ?", (user,))
        return int(answered["n"])


def _session(row: sqlite3.Row) -> Session:
    kept = Session.model_validate_json(row["json"])
    ended = datetime.fromisoformat(row["finished_at"]) if row["finished_at"] else None
    return kept.model_copy(update={"finished_at": ended})


def _asked(row: sqlite3.Row) -> Asked:
    return Asked(
        place=row["place"],
        question_id=row["question_id"],
        asked_at=row["asked_at"],
        letters=json.loads(row["letters"]) if row["letters"] is not None else None,
        right=None if row["right"] is None else bool(row["right"]),
        seconds=row["seconds"],
    )
