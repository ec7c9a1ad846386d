"""Threads in SQLite: the saver, and the pruning it does not do itself.

A checkpoint a turn would grow with the square of the conversation; only the newest is needed, since
no turn is ever resumed in its middle.
"""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver


def open_saver(path: Path) -> "SqliteSaver":
    """Return the saver over one file, its tables made."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    saver = SqliteSaver(connection)
    saver.setup()
    return saver


def prune(saver: Any, thread: str) -> None:  # noqa: ANN401 - the graph's own, of any kind
    """Keep only the newest checkpoint of a thread, where the saver is ours."""
    if not hasattr(saver, "cursor"):
        return
    with saver.cursor() as cursor:
        row = cursor.execute(
            "SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ?", (thread,)
        ).fetchone()
        for table in ("checkpoints", "writes"):
            cursor.execute(
                f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id < ?",  # noqa: S608
                (thread, row[0]),
            )
