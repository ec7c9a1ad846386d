"""The journal: plans, approvals, deployments and every step before and after its call (SQLite).

Each method is one short transaction on its own connection, so threads and processes can share the
file. What must happen once (an approval claimed, a deployment taken over) is one statement.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS plans (
    digest TEXT PRIMARY KEY, json TEXT NOT NULL, made_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS approvals (
    digest TEXT PRIMARY KEY, json TEXT NOT NULL, approved_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deployments (
    deployment_id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
    owner TEXT, endpoint_name TEXT NOT NULL, endpoint_arn TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '{}', started_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS steps (
    deployment_id TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '{}', at TEXT NOT NULL,
    PRIMARY KEY (deployment_id, number));
"""


class Journal:
    """One file of plans, approvals, deployments and steps.

    Deployment statuses: `running`, `undoing`, then `deployed`, `failed` (all of it taken back),
    `undone` or `stuck` (something could not be taken back). Step states: `started`, `done`,
    `undone`.
    """

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

    def save_plan(self, digest: str, plan_json: str, now: datetime) -> None:
        """Keep a plan; the same plan again changes nothing."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO plans VALUES (?, ?, ?)",
                (digest, plan_json, now.isoformat()),
            )

    def plan_json(self, digest_prefix: str) -> str | None:
        """Return the plan whose digest begins so, if exactly one does."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT json FROM plans WHERE substr(digest, 1, ?) = ? LIMIT 2",
                (len(digest_prefix), digest_prefix),
            ).fetchall()
        return rows[0]["json"] if len(rows) == 1 else None

    def claim(
        self, digest: str, approval_json: str, deployment: dict[str, str], owner: str, now: datetime
    ) -> tuple[dict[str, Any], bool]:
        """Record the approval and claim its deployment, once for all time.

        Args:
            digest: The plan's.
            approval_json: Who, when, what and why.
            deployment: `deployment_id` and `endpoint_name` of a first claim.
            owner: Who will carry it out.
            now: Aware time.

        Returns:
            The deployment's row, and whether this very call made it.
        """
        at = now.isoformat()
        with self._transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO approvals VALUES (?, ?, ?)", (digest, approval_json, at)
            )
            made = db.execute(
                "INSERT OR IGNORE INTO deployments "
                "(deployment_id, digest, status, owner, endpoint_name, started_at, updated_at) "
                "VALUES (?, ?, 'running', ?, ?, ?, ?)",
                (deployment["deployment_id"], digest, owner, deployment["endpoint_name"], at, at),
            ).rowcount
            row = db.execute("SELECT * FROM deployments WHERE digest = ?", (digest,)).fetchone()
        return _row(row), made == 1

    def take_over(self, deployment_id: str, old_owner: str | None, owner: str) -> bool:
        """Become the owner of an unfinished deployment if it still is `old_owner`'s."""
        with self._transaction() as db:
            changed = db.execute(
                "UPDATE deployments SET owner = ? WHERE deployment_id = ? AND owner IS ? "
                "AND status IN ('running', 'undoing')",
                (owner, deployment_id, old_owner),
            ).rowcount
        return changed == 1

    def release(self, deployment_id: str, owner: str) -> None:
        """Give an unfinished deployment up, so that the next one who asks continues it."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deployments SET owner = NULL WHERE deployment_id = ? AND owner = ?",
                (deployment_id, owner),
            )

    def set_status(
        self,
        deployment_id: str,
        status: str,
        now: datetime,
        *,
        endpoint_arn: str = "",
        outcome: dict[str, Any] | None = None,
    ) -> None:
        """Move a deployment on; an empty ARN or outcome leaves the old one."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deployments SET status = ?, updated_at = ?, "
                "endpoint_arn = CASE ? WHEN '' THEN endpoint_arn ELSE ? END, "
                "outcome = coalesce(?, outcome) WHERE deployment_id = ?",
                (
                    status,
                    now.isoformat(),
                    endpoint_arn,
                    endpoint_arn,
                    None if outcome is None else json.dumps(outcome),
                    deployment_id,
                ),
            )

    def set_step(
        self,
        deployment_id: str,
        number: int,
        state: str,
        now: datetime,
        answer: dict[str, Any] | None = None,
    ) -> None:
        """Journal a step's state; an answer once known is kept."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO steps VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "state = excluded.state, at = excluded.at, "
                "answer = CASE excluded.answer WHEN '{}' THEN answer ELSE excluded.answer END",
                (deployment_id, number, state, json.dumps(answer or {}, default=str),
                 now.isoformat()),
            )  # fmt: skip

    def steps(self, deployment_id: str) -> dict[int, tuple[str, dict[str, Any]]]:
        """Return number: (state, answer) of every step that was begun."""
        with self._transaction() as db:
            rows = db.execute(
                "SELECT number, state, answer FROM steps WHERE deployment_id = ? ORDER BY number",
                (deployment_id,),
            ).fetchall()
        return {row["number"]: (row["state"], json.loads(row["answer"])) for row in rows}

    def deployment(self, deployment_id: str) -> dict[str, Any] | None:
        """Return one deployment's row, or None."""
        return next(
            (row for row in self.deployments() if row["deployment_id"] == deployment_id), None
        )

    def deployments(self) -> tuple[dict[str, Any], ...]:
        """Return every deployment's row, newest first."""
        with self._transaction() as db:
            rows = db.execute("SELECT * FROM deployments ORDER BY started_at DESC, rowid DESC")
            return tuple(_row(row) for row in rows.fetchall())

    def approval_json(self, digest: str) -> str | None:
        """Return the recorded approval of a plan, or None."""
        with self._transaction() as db:
            row = db.execute("SELECT json FROM approvals WHERE digest = ?", (digest,)).fetchone()
        return row["json"] if row else None


def _row(row: sqlite3.Row) -> dict[str, Any]:
    return {**dict(row), "outcome": json.loads(row["outcome"])}
