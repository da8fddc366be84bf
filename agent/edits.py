"""The small writes of the command line and the screen: remarks, names, deletions, statements about the balance.

Apart from the store because they run in another process than the recorder, each in a short transaction of its own, so
that the recorder waits for none of them longer than a moment.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Literal

from . import prune
from .call_rows import picodollars
from .database import DatabaseMissing, next_revision, open_writer, transaction
from .errors import UsageError
from .origins import Origins


@contextmanager
def _writing(path: Path) -> Generator[sqlite3.Connection]:
    if not path.exists():
        raise DatabaseMissing(f"there is no database at {path} yet. Start one with `wiretally agent`.")
    connection = open_writer(path)
    try:
        with transaction(connection, path):
            yield connection
    finally:
        connection.close()


def note(path: Path, call_id: int, text: str | None, rating: Literal["up", "down"] | None = None) -> None:
    """Put a remark (None leaves it, empty text takes it away) and a rating on a call. Raises UsageError without it."""
    with _writing(path) as connection:
        changed = connection.execute(
            "update calls set note = case when ?1 is null then note when ?1 = '' then null else ?1 end, "
            "rating = coalesce(?2, rating), revision = ?3 where id = ?4",
            (text, rating, next_revision(connection), call_id),
        )
        if not changed.rowcount:
            raise UsageError(f"there is no call {call_id}. `wiretally tail` lists the newest.")


def rename_session(path: Path, name: str, new: str) -> None:
    """Give a session another name. Raises UsageError where there is none, or the name is taken."""
    with _writing(path) as connection:
        if connection.execute("select 1 from sessions where name = ?", (new,)).fetchone():
            raise UsageError(f"there is a session {new!r} already. Choose another name.")
        number = _session(connection, name)
        connection.execute(
            "update sessions set name = ?, revision = ? where id = ?", (new, next_revision(connection), number)
        )


def rename_conversation(path: Path, number: int, title: str) -> None:
    """Give a conversation another title. Raises UsageError where there is none."""
    with _writing(path) as connection:
        changed = connection.execute(
            "update conversations set title = ?, revision = ? where id = ?", (title, next_revision(connection), number)
        )
        if not changed.rowcount:
            raise UsageError(f"there is no conversation {number}. `wiretally conversations` lists them.")


def end_session(path: Path, name: str) -> None:
    """Note that the session is over, where there is one of that name."""
    with _writing(path) as connection:
        Origins(connection).end(name)


def delete_session(path: Path, name: str) -> int:
    """Delete a session with its calls; how many calls there were. Raises UsageError where there is no such session."""
    with _writing(path) as connection:
        number = _session(connection, name)
    deleted = prune.delete(path, "session_id = ?", (number,))
    with _writing(path) as connection:
        connection.execute("delete from sessions where id = ?", (number,))
    return deleted


def delete_conversation(path: Path, number: int) -> int:
    """Delete a conversation with its calls; how many calls there were."""
    return prune.delete(path, "conversation_id = ?", (number,))


def state_balance(
    path: Path,
    kind: Literal["set", "add", "sync", "alarm"],
    usd: Decimal,
    note: str | None = None,
    at: float | None = None,
) -> None:
    """Say what the prepaid balance is, what was added to it, or below what the alarm fires; `at` in Unix seconds."""
    moment = round((time.time() if at is None else at) * 1000)
    with _writing(path) as connection:
        connection.execute(
            "insert into balance_events (at, kind, amount_pico, note) values (?, ?, ?, ?)",
            (moment, kind, picodollars(usd), note),
        )


def _session(connection: sqlite3.Connection, name: str) -> int:
    row = connection.execute("select id from sessions where name = ?", (name,)).fetchone()
    if row is None:
        raise UsageError(f"there is no session {name!r}. `wiretally sessions` lists them.")
    return int(row[0])
